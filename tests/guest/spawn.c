/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/* Ways to a new program: vfork, posix_spawn, execveat; from any thread. */
extern char **environ;

static int exit_of(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static char *const shell[] = { (char *)"sh", (char *)"-c", (char *)"exit ${1-6}", NULL };

/* The memory is shared, the descriptors are not, and the parent waits. */
static void test_vfork(void)
{
	int fd = open("/dev/null", O_RDONLY);
	volatile pid_t in_child = 0;
	volatile int parent = 0;
	pid_t self = getpid(), pid = vfork();

	if (pid == 0) {
		in_child = getpid();
		parent = getppid() == self;
		close(fd);
		_exit(42);
	}
	CHECK_EQUAL(in_child, pid);
	CHECK(parent);
	CHECK_EQUAL(getpid(), self);
	CHECK_EQUAL(fcntl(fd, F_GETFD), 0);
	CHECK_EQUAL(exit_of(pid), 42);
	close(fd);
}

static void on_signal(int number)
{
	(void)number;
}

/* What the child does with signals is its own. */
static void test_vfork_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal }, now;
	volatile int *volatile wild = NULL;
	sigset_t one, mask;
	pid_t pid;

	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);
	sigaction(SIGUSR1, &action, NULL);
	pid = vfork();
	if (pid == 0) {
		signal(SIGUSR1, SIG_IGN);
		sigprocmask(SIG_BLOCK, &one, NULL);
		_exit(0);
	}
	CHECK_EQUAL(exit_of(pid), 0);
	CHECK_EQUAL(sigaction(SIGUSR1, NULL, &now), 0);
	CHECK(now.sa_handler == on_signal);
	CHECK_EQUAL(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	CHECK_EQUAL(sigismember(&mask, SIGUSR2), 0);
	pid = vfork();
	if (pid == 0) {
		kill(getpid(), SIGTERM);
		_exit(1);
	}
	CHECK_EQUAL(exit_of(pid), -SIGTERM);
	pid = vfork();
	if (pid == 0) {
		*wild = 1;
		_exit(1);
	}
	CHECK_EQUAL(exit_of(pid), -SIGSEGV);
	signal(SIGUSR1, SIG_DFL);
}

/* What the child maps stays; a process it forks in turn has a copy. */
static void test_vfork_deep(void)
{
	char *volatile mapped = NULL;
	volatile int seen = 0, inner = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		mapped = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		mapped[99] = 'x';
		if (fork() == 0) {
			seen = 7;
			_exit(7);
		}
		wait((int *)&inner);
		if (vfork() == 0)
			_exit(9);
		wait((int *)&seen);
		_exit(0);
	}
	CHECK_EQUAL(exit_of(pid), 0);
	CHECK_EQUAL(WEXITSTATUS(inner), 7);
	CHECK_EQUAL(WEXITSTATUS(seen), 9);
	CHECK_EQUAL(mapped[99], 'x');
	CHECK_EQUAL(munmap(mapped, 1 << 20), 0);
}

static void test_spawn(void)
{
	posix_spawn_file_actions_t actions;
	char text[32] = "";
	char *const echo[] = { (char *)"sh", (char *)"-c", (char *)"echo spawned; echo more >&2", NULL };
	int ends[2];
	pid_t pid = -1;

	CHECK_EQUAL(posix_spawn(&pid, "/nonexistent", NULL, NULL, shell, environ), ENOENT);
	CHECK_EQUAL(posix_spawn(&pid, "/tmp", NULL, NULL, shell, environ), EACCES);
	CHECK_EQUAL(posix_spawnp(&pid, "no-such-program", NULL, NULL, shell, environ), ENOENT);
	CHECK_FAILS(waitpid(-1, NULL, 0), ECHILD);
	CHECK_EQUAL(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	CHECK_EQUAL(posix_spawnp(&pid, "sh", &actions, NULL, echo, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	CHECK_EQUAL(read(ends[0], text, sizeof(text)), 8);
	CHECK(strcmp(text, "spawned\n") == 0);
	close(ends[0]);
	CHECK_EQUAL(exit_of(pid), 0);
	for (int i = 0; i < 20; i++)
		CHECK_EQUAL(posix_spawn(&pid, "/bin/sh", NULL, NULL, shell, environ) == 0 ? exit_of(pid) : -1,
			    6);
}

static void test_shell(void)
{
	char text[16] = "";
	FILE *from = popen("echo popened; exit 3", "r");

	CHECK_EQUAL(WEXITSTATUS(system("exit 8")), 8);
	CHECK(fgets(text, sizeof(text), from) != NULL && strcmp(text, "popened\n") == 0);
	CHECK_EQUAL(WEXITSTATUS(pclose(from)), 3);
}

static int executed(int directory, const char *path, int flags)
{
	pid_t pid = fork();

	if (pid == 0) {
		syscall(SYS_execveat, directory, path, shell, environ, flags);
		_exit(100 + errno);
	}
	return exit_of(pid);
}

static void test_execveat(void)
{
	int program = open("/bin/sh", O_RDONLY | O_CLOEXEC), directory = open("/bin", O_RDONLY | O_DIRECTORY);

	CHECK_EQUAL(executed(program, "", AT_EMPTY_PATH), 6);
	CHECK_EQUAL(executed(program, "", 0), 100 + ENOENT);
	CHECK_EQUAL(executed(directory, "sh", 0), 6);
	CHECK_EQUAL(executed(directory, "/bin/sh", 0), 6);
	CHECK_EQUAL(executed(-1, "/bin/sh", 0), 6);
	CHECK_EQUAL(executed(AT_FDCWD, "/bin/sh", 0), 6);
	CHECK_EQUAL(executed(directory, "no-such-program", 0), 100 + ENOENT);
	CHECK_EQUAL(executed(directory, "", AT_EMPTY_PATH), 100 + EACCES);
	CHECK_EQUAL(executed(99, "sh", 0), 100 + EBADF);
	CHECK_EQUAL(executed(99, "", AT_EMPTY_PATH), 100 + EBADF);
	CHECK_EQUAL(executed(directory, "sh", 1), 100 + EINVAL);
	CHECK_EQUAL(executed(directory, (const char *)8, 0), 100 + EFAULT);
	close(program);
	close(directory);
}

static void *nothing(void *argument)
{
	return argument;
}

/* The child of a thread has it as its first, and may have more. */
static void *forks(void *argument)
{
	pid_t pid = fork();
	pthread_t other;

	if (pid == 0) {
		bool first = syscall(SYS_gettid) == getpid();

		if (pthread_create(&other, NULL, nothing, NULL) || pthread_join(other, NULL))
			_exit(1);
		pid = fork();
		if (pid == 0)
			_exit(3);
		_exit(first && exit_of(pid) == 3 ? 5 : 2);
	}
	CHECK_EQUAL(exit_of(pid), 5);
	pid = fork();
	if (pid == 0)
		pthread_exit(NULL); /* the last one */
	CHECK_EQUAL(exit_of(pid), 0);
	pid = fork();
	if (pid == 0)
		abort();
	CHECK_EQUAL(exit_of(pid), -SIGABRT);
	CHECK_EQUAL(posix_spawn(&pid, "/nonexistent", NULL, NULL, shell, environ), ENOENT);
	CHECK_EQUAL(posix_spawn(&pid, "/bin/sh", NULL, NULL, shell, environ), 0);
	CHECK_EQUAL(exit_of(pid), 6);
	return argument;
}

static void *sleeps(void *argument)
{
	pause();
	return argument;
}

static void *executes(void *argument)
{
	execve("/bin/sh", shell, environ);
	_exit(99);
	return argument;
}

static void test_threads(void)
{
	pthread_t thread, beside;
	pid_t pid;

	for (int i = 0; i < 2; i++) {
		pthread_create(&thread, NULL, forks, NULL);
		pthread_join(thread, NULL);
	}
	pid = fork();
	if (pid == 0) {
		pthread_create(&beside, NULL, sleeps, NULL);
		pthread_create(&thread, NULL, executes, NULL);
		for (;;)
			pause();
	}
	CHECK_EQUAL(exit_of(pid), 6);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_vfork();
	test_vfork_signals();
	test_vfork_deep();
	test_spawn();
	test_shell();
	test_execveat();
	test_threads();
	return check_end();
}
