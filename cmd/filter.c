/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/filter_priv.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* What --filter makes of a program's output. */

/* In the child: FILTER by the shell, from IN to OUT, with signals as the user has them. */
static _Noreturn void run(int in, int out, const char *filter)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (lseek(in, 0, SEEK_SET) == 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execl("/bin/sh", "sh", "-c", filter, (char *)NULL);
	_exit(127);
}

/* Until the process ends: 0, -EINTR when we are to stop, -ETIMEDOUT. */
static int await(int pidfd, int signal_fd, uint64_t deadline_ns)
{
	struct pollfd polls[] = { { .fd = pidfd, .events = POLLIN }, { .fd = signal_fd, .events = POLLIN } };

	for (uint64_t now = clock_now_ns(); now < deadline_ns; now = clock_now_ns()) {
		uint64_t left_ms = (deadline_ns - now) / 1000000 + 1;
		int ready = poll(polls, 2, left_ms < INT_MAX ? (int)left_ms : INT_MAX);

		if (ready > 0 && polls[1].revents)
			return -EINTR;
		if (ready > 0)
			return 0;
	}
	return -ETIMEDOUT;
}

/* Waits for CHILD, which leads a process group, and ends what is left of that. Its status, or as await. */
static int end(pid_t child, uint64_t timeout_ns, int signal_fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, child, 0), status = 0, code;

	code = pidfd < 0 ? -errno : await(pidfd, signal_fd, clock_now_ns() + timeout_ns);
	if (code)
		kill(-child, SIGKILL);
	if (pidfd >= 0)
		close(pidfd);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return code ? code : status;
}

static int judge(const char *filter, int status, uint64_t timeout_ns, struct error *error)
{
	if (status == -EINTR)
		return -EINTR;
	if (status == -ETIMEDOUT)
		return error_fail(error, 0, "give it more with --timeout",
				  "--filter %.120s: no end after %g s", filter, (double)timeout_ns / 1e9);
	if (status < 0)
		return error_set(error, -status, "cannot wait for the filter");
	if (WIFSIGNALED(status))
		return error_fail(error, 0, "try it alone in a shell",
				  "--filter %.120s was ended by signal %d", filter, WTERMSIG(status));
	if (WEXITSTATUS(status))
		return error_fail(error, 0,
				  "try it alone in a shell; where its status means nothing, add || true",
				  "--filter %.120s failed with status %d", filter, WEXITSTATUS(status));
	return 0;
}

int filter_digest(int fd, const char *filter, uint64_t timeout_ns, int signal_fd, char hex[DIGEST_HEX],
		  struct error *error)
{
	int out = memfd_create("filtered", MFD_CLOEXEC), code;
	pid_t child = out < 0 ? -1 : fork();

	if (child == 0)
		run(fd, out, filter);
	if (child < 0) {
		code = error_set(error, errno, "cannot run the filter");
	} else {
		setpgid(child, child); /* whoever comes first */
		code = judge(filter, end(child, timeout_ns, signal_fd), timeout_ns, error);
	}
	if (code == 0)
		code = digest_fd(out, hex, error);
	if (out >= 0)
		close(out);
	return code;
}
