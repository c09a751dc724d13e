/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/* Processes: fork, vfork, posix_spawn, execve, wait, pipes, groups, memory that is shared or not. */
extern char **environ;

static int status_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int exit_of(pid_t pid)
{
	int status = status_of(pid);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void test_exit(void)
{
	static const int codes[] = { 0, 1, 42, 255 };
	int private = 1;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		pid_t pid = fork();

		if (pid == 0) {
			private = 2;
			_exit(codes[i]);
		}
		CHECK_EQUAL(exit_of(pid), codes[i]);
	}
	CHECK_EQUAL(private, 1);
	CHECK_FAILS(waitpid(-1, NULL, 0), ECHILD);
}

static void test_identity(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		_exit((getppid() == parent) + 2 * (getpid() != parent) + 4 * (getpgrp() == getpgid(parent)));
	CHECK_EQUAL(exit_of(pid), 7);
	pid = fork();
	if (pid == 0)
		_exit(setsid() == getpid() && getpgrp() == getpid() && getsid(0) == getpid());
	CHECK_EQUAL(exit_of(pid), 1);
	pid = fork();
	if (pid == 0)
		_exit(setpgid(0, 0) == 0 && getpgrp() == getpid());
	CHECK_EQUAL(exit_of(pid), 1);
}

static void test_memory(void)
{
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int *copied = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *filed;
	int fd = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
	pid_t pid;

	CHECK_EQUAL(ftruncate(fd, 4096), 0);
	filed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	*shared = *copied = *filed = 1;
	pid = fork();
	if (pid == 0) {
		*shared = *copied = *filed = 2;
		_exit(0);
	}
	CHECK_EQUAL(exit_of(pid), 0);
	CHECK_EQUAL(*shared, 2);
	CHECK_EQUAL(*filed, 2);
	CHECK_EQUAL(*copied, 1);
	close(fd);
	unlink("shared");
}

static void test_pipe(void)
{
	char text[16] = "";
	int ends[2];
	pid_t pid;

	CHECK_EQUAL(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		_exit(write(ends[1], "from below", 10) != 10);
	}
	close(ends[1]);
	CHECK_EQUAL(read(ends[0], text, sizeof(text)), 10);
	CHECK(strcmp(text, "from below") == 0);
	CHECK_EQUAL(read(ends[0], text, sizeof(text)), 0);
	CHECK_EQUAL(exit_of(pid), 0);
	close(ends[0]);
}

static void test_signalled(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGKILL, SIGUSR1, SIGABRT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		pid_t pid = fork();

		if (pid == 0)
			for (;;)
				pause();
		CHECK_EQUAL(kill(pid, signals[i]), 0);
		CHECK_EQUAL(exit_of(pid), -signals[i]);
	}
	CHECK_FAILS(kill(0x3fffffff, 0), ESRCH);
}

static void test_wait(void)
{
	siginfo_t info = { 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	CHECK_EQUAL(waitpid(pid, &status, WNOHANG), 0);
	kill(pid, SIGKILL);
	CHECK_EQUAL(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0); /* still a zombie */
	CHECK_EQUAL(info.si_pid, pid == info.si_pid ? info.si_pid : -1);
	CHECK_EQUAL(info.si_status, SIGKILL);
	CHECK_EQUAL(kill(pid, 0), 0);
	CHECK_EQUAL(exit_of(pid), -SIGKILL);
	CHECK_FAILS(kill(pid, 0), ESRCH);
}

static void test_exec(void)
{
	char *const echo[] = { (char *)"sh", (char *)"-c", (char *)"exit $((X + 1))", NULL };
	char *const variables[] = { (char *)"X=4", NULL };
	int fd = open("garbage", O_RDWR | O_CREAT | O_TRUNC, 0700);
	pid_t pid = fork();

	if (pid == 0) {
		execve("/bin/sh", echo, variables);
		_exit(99);
	}
	CHECK_EQUAL(exit_of(pid), 5);
	CHECK_EQUAL(write(fd, "nothing that runs", 17), 17);
	close(fd);
	CHECK_FAILS(execve("garbage", echo, variables), ENOEXEC);
	CHECK_FAILS(execve("/nonexistent", echo, variables), ENOENT);
	CHECK_FAILS(execve("/tmp", echo, variables), EACCES);
	chmod("garbage", 0600);
	CHECK_FAILS(execve("garbage", echo, variables), EACCES);
	CHECK_FAILS(execve((const char *)8, echo, variables), EFAULT);
	unlink("garbage");
}

static void test_spawn(void)
{
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)"exit 6", NULL };
	volatile int after = 1;
	pid_t pid = -1;

	CHECK_EQUAL(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ), 0);
	CHECK_EQUAL(exit_of(pid), 6);
	pid = vfork();
	if (pid == 0) {
		execve("/bin/sh", argv, environ);
		_exit(99);
	}
	after++;
	CHECK_EQUAL(exit_of(pid), 6);
	CHECK_EQUAL(after, 2);
	CHECK_EQUAL(WEXITSTATUS(system("exit 8")), 8);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_exit();
	test_identity();
	test_memory();
	test_pipe();
	test_signalled();
	test_wait();
	test_exec();
	test_spawn();
	return check_end();
}
