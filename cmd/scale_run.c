/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/scale_priv.h"
#include "cmd/stop_priv.h"

/* The runs of vmtax scale: each an invocation of vmtax run of its own, so that they differ as invocations do.
 */
#define OPTIONS 16 /* before the program */

static size_t count_words(char *const *words)
{
	size_t count = 0;

	while (words[count])
		count++;
	return count;
}

/* Ours, whose summary is of no interest. */
static void become(const struct scale_options *o, const char *directory, const char *vms, const char *blocks)
{
	const char *const options[OPTIONS] = { "vmtax",	       "run",
					       "--out",	       directory,
					       "--vms",	       vms,
					       "--blocks",     blocks,
					       "--configs",    o->configs ? o->configs : SCALE_CONFIGS,
					       "--no-observe", "--force",
					       "--",	       NULL };
	size_t words = count_words(o->program), n = 0;
	char **argv = calloc(OPTIONS + words + 1, sizeof(*argv));
	int null = open("/dev/null", O_WRONLY);

	if (argv == NULL || null < 0 || dup2(null, STDOUT_FILENO) < 0)
		_exit(CMD_FAILED);
	for (; options[n]; n++)
		argv[n] = (char *)options[n]; /* execv(2) changes none of them */
	for (size_t i = 0; i < words; i++)
		argv[n + i] = o->program[i];
	execv("/proc/self/exe", argv);
	_exit(CMD_FAILED);
}

/* Waits for PID; a signal that is to stop us, which STOP_FD tells, stops it. True: one did. */
static bool await(pid_t pid, int stop_fd, int *status)
{
	int pid_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd polls[] = { { .fd = pid_fd, .events = POLLIN }, { .fd = stop_fd, .events = POLLIN } };
	bool stopped = false;

	while (pid_fd >= 0 && poll(polls, 2, -1) >= 0 && !polls[0].revents) {
		kill(pid, SIGTERM);
		stopped = true;
		polls[1].fd = -1;
	}
	if (pid_fd >= 0)
		close(pid_fd);
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return stopped;
}

/* The status of one invocation. MASK: the signals it shall know. */
static int run_one(const struct scale_options *o, const char *directory, uint64_t vms, int stop_fd,
		   const sigset_t *mask, struct error *error)
{
	char many[24], blocks[24];
	int status = 0;
	pid_t pid;

	snprintf(many, sizeof(many), "%llu", (unsigned long long)vms);
	snprintf(blocks, sizeof(blocks), "%llu", (unsigned long long)o->blocks);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, mask, NULL);
		become(o, directory, many, blocks);
	}
	if (pid < 0) {
		error_set(error, errno, "cannot start vmtax run");
		return CMD_FAILED;
	}
	if (await(pid, stop_fd, &status)) {
		error_fail(error, 0, "vmtax scale DIR... tells of those before, which are whole", "stopped");
		error_at(error, "%.250s", directory);
		return CMD_FAILED;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : CMD_FAILED;
}

static int run_all(struct scale_options *o, int stop_fd, const sigset_t *mask, struct error *error)
{
	/* Invocations outermost: what drifts with time then meets all numbers alike. */
	for (uint64_t i = 1; i <= o->invocations; i++)
		for (uint64_t n = 1; n <= o->most; n++) {
			char *directory;
			int status;

			if (asprintf(&directory, "%s/vms%llu-%llu", o->out, (unsigned long long)n,
				     (unsigned long long)i) < 0) {
				error_set(error, ENOMEM, "cannot run copies");
				return CMD_FAILED;
			}
			o->made[o->mades++] = directory;
			o->directory[o->directories++] = directory;
			fprintf(stderr, "vmtax scale: %llu at once\n", (unsigned long long)n);
			status = run_one(o, directory, n, stop_fd, mask, error);
			if (status != CMD_OK)
				return status;
		}
	return CMD_OK;
}

int scale_run(struct scale_options *o, struct error *error)
{
	sigset_t mask;
	int stop_fd = stop_open(&mask), status = run_all(o, stop_fd, &mask, error);

	if (error->what[0])
		cmd_fail("scale", error, status);
	error->what[0] = '\0';
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return status;
}
