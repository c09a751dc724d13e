/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workloads/samples.h"

/* Threads and processes that begin, and end at once. */
#define PROCESSES UINT64_C(8) /* a batch, at most */
#define OTHER	  "ends"      /* what the other program is told */

static const char *self; /* the program's path */

static void wait_for(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		samples_fail("a process that ends at once");
}

static void fork_loop(uint64_t ops)
{
	while (ops--) {
		pid_t child = fork();

		if (child == 0)
			_exit(0);
		wait_for(child);
	}
}

static void measure_fork(void)
{
	samples_batches(&(struct samples_loop){ .op = fork_loop, .most = PROCESSES });
}

static void exec_loop(uint64_t ops)
{
	while (ops--) {
		pid_t child = vfork();

		if (child == 0) {
			execl(self, self, OTHER, (char *)NULL);
			_exit(1);
		}
		wait_for(child);
	}
}

static void measure_exec(void)
{
	samples_batches(&(struct samples_loop){ .op = exec_loop, .most = PROCESSES });
}

static void *end_at_once(void *argument)
{
	return argument;
}

static void thread_loop(uint64_t ops)
{
	while (ops--) {
		pthread_t thread;

		errno = pthread_create(&thread, NULL, end_at_once, NULL);
		if (errno == 0)
			errno = pthread_join(thread, NULL);
		if (errno)
			samples_fail("a thread that ends at once");
	}
}

static void measure_thread(void)
{
	samples_batches(&(struct samples_loop){ .op = thread_loop, .most = PROCESSES });
}

static const struct samples_event events[] = {
	{ "thread", NULL, "a thread that begins, ends, and is waited for", measure_thread },
	{ "fork", NULL, "a process that begins as a copy, ends, and is waited for", measure_fork },
	{ "exec", NULL, "a process that goes on as another program, ends, and is waited for", measure_exec },
	{ 0 },
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], OTHER) == 0)
		return 0;
	self = argv[0];
	return samples_main(argc, argv, "nano-process", events);
}
