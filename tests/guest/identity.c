/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/* Who a program is, and how it becomes somebody else: daemons do, and what they execute then. */
#define NOBODY 65534

static void test_names(void)
{
	char name[17] = "";

	CHECK_EQUAL(prctl(PR_SET_NAME, "a name that is too long"), 0);
	CHECK_EQUAL(prctl(PR_GET_NAME, name), 0);
	CHECK(strcmp(name, "a name that is ") == 0);
	CHECK_FAILS(prctl(PR_SET_NAME, 8), EFAULT);
	CHECK_FAILS(prctl(PR_GET_NAME, 8), EFAULT);
	CHECK_FAILS(prctl(12345, 0), EINVAL);
}

static void test_properties(void)
{
	int number = -1;

	CHECK_EQUAL(prctl(PR_SET_PDEATHSIG, SIGUSR1), 0);
	CHECK_EQUAL(prctl(PR_GET_PDEATHSIG, &number), 0);
	CHECK_EQUAL(number, SIGUSR1);
	CHECK_FAILS(prctl(PR_SET_PDEATHSIG, 65), EINVAL);
	CHECK_EQUAL(prctl(PR_SET_PDEATHSIG, 0), 0);
	CHECK_EQUAL(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	CHECK_EQUAL(prctl(PR_GET_CHILD_SUBREAPER, &number), 0);
	CHECK_EQUAL(number, 1);
	CHECK_EQUAL(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	CHECK_EQUAL(prctl(PR_GET_KEEPCAPS), 0);
	CHECK(prctl(PR_GET_TIMERSLACK) > 0);
}

/* The parent of a child dies; the child gets what it asked for. */
static void test_orphan(void)
{
	int report[2], hold[2], status = 0;
	char word = 0;
	pid_t pid;

	CHECK(pipe(report) == 0 && pipe(hold) == 0);
	pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			signal(SIGUSR1, SIG_DFL);
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			close(report[0]);
			close(hold[0]);
			word = write(hold[1], "x", 1) == 1;
			for (;;)
				pause(); /* until it comes: then the pipe closes */
		}
		_exit(read(hold[0], &word, 1) == 1 ? 4 : 5);
	}
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 4);
	close(report[1]);
	CHECK_EQUAL(read(report[0], &word, 1), 0);
	close(report[0]);
	close(hold[0]);
	close(hold[1]);
}

static void *look(void *argument)
{
	*(bool *)argument = geteuid() == NOBODY && open("secret", O_RDONLY) < 0 && errno == EACCES;
	return NULL;
}

/* 0, or the number of what was not as it should be. */
static int become_nobody(void)
{
	gid_t group = NOBODY, groups[2] = { 0 };
	pthread_t thread;
	bool thread_too = false;

	if (setgroups(1, &group) || setgid(NOBODY) || setuid(NOBODY))
		return 1;
	if (getuid() != NOBODY || geteuid() != NOBODY || getgid() != NOBODY || getegid() != NOBODY)
		return 2;
	if (getgroups(2, groups) != 1 || groups[0] != NOBODY)
		return 3;
	if (setuid(0) == 0 || errno != EPERM)
		return 4;
	if (open("secret", O_RDONLY) >= 0 || errno != EACCES)
		return 5;
	if (pthread_create(&thread, NULL, look, &thread_too) || pthread_join(thread, NULL) || !thread_too)
		return 6;
	return 0;
}

static int status_of(pid_t pid)
{
	int status = -1;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Where root runs this: rights are dropped, for good, and what is executed then has none either. */
static void test_drop(void)
{
	bool root = geteuid() == 0;
	pid_t pid;

	close(open("secret", O_CREAT | O_WRONLY, 0600));
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(root ? become_nobody() : 0);
	CHECK_EQUAL(status_of(pid), 0);
	pid = fork();
	if (pid == 0) {
		if (root && become_nobody())
			_exit(9);
		execl("/bin/sh", "sh", "-c",
		      root ? "[ $(id -u) = 65534 ] && ! cat secret 2>/dev/null" : "true", NULL);
	}
	CHECK_EQUAL(status_of(pid), 0);
	unlink("secret");
	CHECK(root || (setuid(0) == -1 && errno == EPERM));
	CHECK_EQUAL(setresuid((uid_t)-1, geteuid(), (uid_t)-1), 0);
	CHECK_EQUAL(setregid((gid_t)-1, getegid()), 0);
	CHECK(setgroups(-1, NULL) == -1 && errno == (root ? EINVAL : EPERM));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_names();
	test_properties();
	test_orphan();
	test_drop();
	return check_end();
}
