/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/child_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "cmd/cores_priv.h"
#include "cmd/leftover_priv.h"

/* Starting processes, waiting for them, and never leaving one behind. */
#define LOOK_EVERY_MS 250 /* at the size of the output */

/* Between fork and exec: only async-signal-safe calls from here. */
static int pass_descriptors(const struct child_options *options)
{
	int high[CHILD_FDS];

	/* First up and out of the way: a source may have the number of another's target. */
	for (int i = 0; i < CHILD_FDS; i++)
		high[i] = options->fd[i] < 0
				  ? -1
				  : fcntl(options->fd[i], F_DUPFD_CLOEXEC, CHILD_FIRST_FD + CHILD_FDS);
	for (int i = 0; i < CHILD_FDS; i++)
		if (options->fd[i] >= 0 && dup2(high[i], CHILD_FIRST_FD + i) < 0)
			return -1;
	return 0;
}

static int place(const struct child_options *options)
{
	struct sched_param priority = { .sched_priority = 1 };

	if (cores_use(&options->cores))
		return -1;
	return options->fifo ? sched_setscheduler(0, SCHED_FIFO, &priority) : 0;
}

static int prepare(const struct child *child, const struct child_options *options, pid_t parent)
{
	struct rlimit none = { 0, 0 };
	sigset_t empty;

	sigemptyset(&empty);
	if (setpgid(0, 0) || prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return -1;
	setrlimit(RLIMIT_CORE, &none); /* writing a core would count as the program's time */
	if (capture_child(&child->capture, options->input) ||
	    (options->directory && chdir(options->directory)) ||
	    (options->small_pages && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)))
		return -1;
	return place(options) || sigprocmask(SIG_SETMASK, &empty, NULL) ? -1 : 0;
}

static _Noreturn void become(const struct child *child, const struct child_options *options, pid_t parent,
			     int status_fd, int gate_fd)
{
	int failed = prepare(child, options, parent), number = errno;
	char go = 0;

	if (!failed && options->gate) {
		number = 0;
		if (write(status_fd, &number, sizeof(number)) != sizeof(number) || read(gate_fd, &go, 1) != 1)
			_exit(127);
	}
	/* Last: these take the lowest numbers, which the pipes above may have until now. */
	if (!failed) {
		int high = fcntl(status_fd, F_DUPFD_CLOEXEC, CHILD_FIRST_FD + CHILD_FDS);

		status_fd = high < 0 ? status_fd : high;
		failed = high < 0 ? -1 : pass_descriptors(options);
		if (!failed)
			execve(options->argv[0], options->argv, options->environment);
		number = errno;
	}
	if (write(status_fd, &number, sizeof(number)) != sizeof(number))
		_exit(126);
	_exit(127);
}

/* Waits for the child to come to the gate, or to say why it cannot. */
static int await_gate(struct child *child, struct error *error)
{
	int number = EPIPE;

	if (read(child->status_fd, &number, sizeof(number)) == sizeof(number) && number == 0) {
		child->tsc_ready = clock_tsc();
		return 0;
	}
	return error_set(error, number, "cannot prepare a process");
}

/*
 * Whoever watches with an ordinary priority may be told milliseconds late, while the child it watches keeps
 * the core: its stamps would be worth little. Where this is not allowed, marks that disagree are flagged.
 */
static void hurry(struct child *child)
{
	const struct sched_param first = { .sched_priority = 1 };

	child->policy = sched_getscheduler(0);
	child->hurried = child->policy == SCHED_OTHER && sched_getparam(0, &child->usual) == 0 &&
			 sched_setscheduler(0, SCHED_FIFO, &first) == 0;
}

static void calm_down(struct child *child)
{
	if (child->hurried)
		sched_setscheduler(0, child->policy, &child->usual);
	child->hurried = false;
}

/* Forks with our ends of the pipes open on our side alone. */
static int fork_child(struct child *child, const struct child_options *options, int *status, int *gate,
		      struct error *error)
{
	pid_t parent = getpid();

	child->status_fd = status[0];
	child->gate_fd = gate[1];
	child->tsc_start = clock_tsc();
	child->pid = fork();
	if (child->pid == 0)
		become(child, options, parent, status[1], gate[0]);
	close(status[1]);
	close(gate[0]);
	capture_parent(&child->capture);
	return child->pid < 0 ? error_set(error, errno, "cannot start a process") : 0;
}

static int open_and_fork(struct child *child, const struct child_options *options, struct error *error)
{
	int status[2], gate[2], code = capture_open(&child->capture, error);

	if (code)
		return code;
	if (pipe2(status, O_CLOEXEC))
		return error_set(error, errno, "cannot start a process");
	if (pipe2(gate, O_CLOEXEC)) {
		code = error_set(error, errno, "cannot start a process");
		close(status[0]);
		close(status[1]);
		return code;
	}
	return fork_child(child, options, status, gate, error);
}

static int watch(struct child *child, const struct child_options *options, struct error *error)
{
	hurry(child);
	setpgid(child->pid, child->pid); /* whoever of us comes first */
	child->pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd < 0)
		return error_set(error, errno, "cannot watch a process");
	return options->gate ? await_gate(child, error) : 0;
}

/* A child of another thread, forked in between, would keep the far ends of these pipes open until its own
 * exec, and so hide what our child does. */
static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;

int child_start(struct child *child, const struct child_options *options, struct error *error)
{
	int code;

	*child = (struct child){ .pid = -1, .pidfd = -1, .status_fd = -1, .gate_fd = -1 };
	child->signal_fd = options->signal_fd;
	leftover_begin(&child->begun);
	pthread_mutex_lock(&forking);
	code = open_and_fork(child, options, error);
	pthread_mutex_unlock(&forking);
	child->capture.shows = options->shows;
	if (code == 0)
		code = watch(child, options, error);
	if (code)
		child_close(child);
	return code;
}

void child_release(struct child *child)
{
	char go = 'G';

	if (write(child->gate_fd, &go, 1) != 1)
		kill(child->pid, SIGKILL); /* it died at the gate; its end tells */
}

static int remaining_ms(uint64_t deadline_ns)
{
	uint64_t now = clock_now_ns(), left = deadline_ns > now ? (deadline_ns - now) / 1000000 + 1 : 0;

	return left < LOOK_EVERY_MS ? (int)left : LOOK_EVERY_MS;
}

/* Resident memory of the process; 0 where it has ended. */
static int64_t resident_bytes(pid_t pid)
{
	char path[32];
	long long resident;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%*d %lld", &resident) != 1)
		resident = 0;
	if (file)
		fclose(file);
	return resident * sysconf(_SC_PAGESIZE);
}

static void drain(struct child *child, uint64_t tsc)
{
	bool marked = child->capture.tsc_begin != 0;

	capture_drain(&child->capture, tsc);
	if (!marked && child->capture.tsc_begin)
		child->rss_bytes = resident_bytes(child->pid);
}

enum child_event child_await(struct child *child, int fd, uint64_t deadline_ns, uint64_t *tsc)
{
	struct pollfd polls[] = {
		{ .fd = child->capture.err_read, .events = POLLIN },
		{ .fd = child->pidfd, .events = POLLIN },
		{ .fd = child->signal_fd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
	};

	for (;;) {
		int ready = poll(polls, sizeof(polls) / sizeof(polls[0]), remaining_ms(deadline_ns));

		*tsc = clock_tsc();
		capture_show(&child->capture);
		if (ready > 0 && polls[0].revents)
			drain(child, *tsc);
		if (ready > 0 && polls[2].revents)
			return CHILD_INTERRUPTED;
		if (ready > 0 && polls[3].revents)
			return CHILD_SPOKE;
		if (ready > 0 && polls[1].revents)
			return CHILD_EXITED;
		if (ready > 0 && polls[0].revents & POLLHUP && !(polls[0].revents & POLLIN))
			polls[0].fd = -1; /* it has closed its stderr and lives on */
		if (clock_now_ns() >= deadline_ns)
			return CHILD_LATE;
		if (ready == 0 && capture_flooded(&child->capture))
			return CHILD_FLOODED;
	}
}

int child_exec_error(struct child *child)
{
	int number = 0;

	return read(child->status_fd, &number, sizeof(number)) == sizeof(number) ? number : 0;
}

int child_reap(struct child *child, struct rusage *usage)
{
	int status = 0;

	calm_down(child);	    /* it may yet have to leave a core we took, for which wait4 waits */
	kill(-child->pid, SIGKILL); /* what it leaves behind must not run into the next repetition */
	while (wait4(child->pid, &status, 0, usage) < 0 && errno == EINTR)
		;
	child->pid = -1;
	capture_drain(&child->capture, clock_tsc());
	return status;
}

void child_close(struct child *child)
{
	int fds[] = { child->pidfd, child->status_fd, child->gate_fd };

	if (child->pid > 0) {
		kill(-child->pid, SIGKILL);
		kill(child->pid, SIGKILL); /* it may not lead its group yet */
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
		child->pid = -1;
	}
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		close(fds[i]); /* -1: there is none */
	child->pidfd = child->status_fd = child->gate_fd = -1;
	capture_close(&child->capture);
	calm_down(child);
	leftover_end(&child->begun);
}
