/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/*
 * Processes without end. "few N": as many as can be had at a time, which must be N with this one, by fork and
 * by posix_spawn, and again once they have ended. "endless": every process makes more.
 */
extern char **environ;

static int fill(void)
{
	int n = 0;

	for (;; n++) {
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				pause();
		if (pid < 0)
			return n;
	}
}

static void empty(int n)
{
	kill(0, SIGTERM);
	while (n-- > 0)
		wait(NULL);
}

static void few(int most)
{
	char *const argv[] = { (char *)"true", NULL };
	pid_t pid;

	setpgid(0, 0);
	signal(SIGTERM, SIG_IGN);
	for (int i = 0; i < 2; i++) {
		int n;

		signal(SIGTERM, SIG_DFL);
		n = fill();
		CHECK_EQUAL(errno, EAGAIN);
		CHECK_EQUAL(n + 1, most);
		CHECK_EQUAL(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ), EAGAIN);
		signal(SIGTERM, SIG_IGN);
		empty(n);
	}
	CHECK_FAILS(wait(NULL), ECHILD);
	CHECK_EQUAL(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ), 0);
	CHECK_EQUAL(waitpid(pid, NULL, 0), pid);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 3 && strcmp(argv[1], "few") == 0) {
		few(atoi(argv[2]));
		return check_end();
	}
	for (;;)
		fork();
}
