/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/guest/guest.h"

/* Signals that carry a value, wait in a descriptor, outlive execve, stop and go on. */
static volatile sig_atomic_t got, value, code;

static void note(int signal, siginfo_t *info, void *context)
{
	(void)context;
	got = signal;
	value = info->si_value.sival_int;
	code = info->si_code;
}

static void set(int signal)
{
	struct sigaction action = { .sa_sigaction = note, .sa_flags = SA_SIGINFO };

	sigaction(signal, &action, NULL);
	got = value = code = 0;
}

static sigset_t only(int signal)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	return set;
}

static int status_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* pthread_sigqueue, which not every C library has. */
static long queue_thread(int signal, int number)
{
	siginfo_t info = { .si_signo = signal, .si_code = SI_QUEUE };

	info.si_value.sival_int = number;
	return syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), signal, &info);
}

static void test_values(void)
{
	const int signals[] = { SIGUSR1, SIGRTMIN, 59, 60, 61, 62, 63, 64 };
	siginfo_t info = { .si_code = SI_QUEUE };
	bool all = true, outside = true;
	pid_t parent = getpid();

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		int s = signals[i], status;
		sigset_t one = only(s), old;

		set(s);
		all &= sigqueue(parent, s, (union sigval){ .sival_int = s + 1000 }) == 0;
		all &= got == s && value == s + 1000 && code == SI_QUEUE;
		set(s);
		all &= queue_thread(s, s + 2000) == 0;
		all &= got == s && value == s + 2000 && code == SI_QUEUE;
		set(s);
		sigprocmask(SIG_BLOCK, &one, &old);
		fflush(stdout);
		if (fork() == 0)
			_exit(kill(parent, s));
		while (got == 0)
			sigsuspend(&old);
		sigprocmask(SIG_SETMASK, &old, NULL);
		outside &= wait(&status) > 0 && status == 0 && got == s && code == SI_USER;
		signal(s, SIG_DFL);
	}
	CHECK(all);
	CHECK(outside);
	CHECK_FAILS(sigqueue(parent, 65, (union sigval){ 0 }), EINVAL);
	CHECK_FAILS(syscall(SYS_rt_sigqueueinfo, parent, SIGUSR1, 8), EFAULT);
	CHECK_FAILS(syscall(SYS_rt_tgsigqueueinfo, parent, 0, SIGUSR1, &info), EINVAL);
	CHECK_FAILS(syscall(SYS_rt_tgsigqueueinfo, parent, 0x3ffffff, SIGUSR1, &info), ESRCH);
}

/* What the descriptor tells, or -1. */
static int read_signal(int fd, struct signalfd_siginfo *info)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	memset(info, 0, sizeof(*info));
	if (poll(&ready, 1, 5000) != 1 || read(fd, info, sizeof(*info)) != (ssize_t)sizeof(*info))
		return -1;
	return (int)info->ssi_signo;
}

static void test_descriptor(void)
{
	sigset_t wanted = only(SIGUSR1), old, pending;
	struct signalfd_siginfo info;
	pid_t pid;
	int fd;

	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGRTMIN + 2);
	set(SIGUSR1);
	sigprocmask(SIG_BLOCK, &wanted, &old);
	raise(SIGUSR1); /* before there is one */
	fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	CHECK(fd >= 0);
	CHECK_EQUAL(read_signal(fd, &info), SIGUSR1);
	CHECK_FAILS(read(fd, &info, sizeof(info)), EAGAIN);
	kill(getpid(), SIGUSR1);
	CHECK_EQUAL(read_signal(fd, &info), SIGUSR1);
	CHECK_EQUAL(info.ssi_pid, getpid());
	sigqueue(getpid(), SIGRTMIN + 2, (union sigval){ .sival_int = 77 });
	CHECK_EQUAL(read_signal(fd, &info), SIGRTMIN + 2);
	CHECK_EQUAL(info.ssi_int, 77);
	pid = fork();
	if (pid == 0)
		_exit(6);
	CHECK_EQUAL(read_signal(fd, &info), SIGCHLD);
	CHECK(info.ssi_pid == (uint32_t)pid && info.ssi_status == 6 && info.ssi_code == CLD_EXITED);
	CHECK_EQUAL(WEXITSTATUS(status_of(pid)), 6);
	kill(getpid(), SIGUSR1);
	sigpending(&pending);
	CHECK(sigismember(&pending, SIGUSR1));
	sigprocmask(SIG_SETMASK, &old, NULL); /* the handler takes what is left */
	CHECK_EQUAL(got, SIGUSR1);
	got = 0;
	kill(getpid(), SIGUSR1);
	CHECK_EQUAL(got, SIGUSR1);
	CHECK_FAILS(read(fd, &info, sizeof(info)), EAGAIN);
	CHECK_FAILS(signalfd(0, &wanted, 0), EINVAL);
	CHECK_FAILS(syscall(SYS_signalfd4, -1, &wanted, 4, 0), EINVAL);
	CHECK_FAILS(syscall(SYS_signalfd4, -1, 8, 8, 0), EFAULT);
	close(fd);
}

/* Blocked and pending as it is executed, a program finds it so. */
static int after_exec(void)
{
	sigset_t pending, one = only(SIGUSR2);
	siginfo_t info;

	sigpending(&pending);
	if (!sigismember(&pending, SIGUSR2) || sigismember(&pending, SIGUSR1))
		return 1;
	return sigwaitinfo(&one, &info) == SIGUSR2 && info.si_code == SI_QUEUE &&
			       info.si_value.sival_int == 99
		       ? 55
		       : 2;
}

static void test_exec(const char *self)
{
	sigset_t one = only(SIGUSR2);
	pid_t pid = fork();

	if (pid == 0) {
		sigprocmask(SIG_BLOCK, &one, NULL);
		sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 99 });
		execl(self, self, "after-exec", NULL);
	}
	CHECK_EQUAL(WEXITSTATUS(status_of(pid)), 55);
}

static void test_process_descriptor(void)
{
	struct pollfd end = { .events = POLLIN };
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	CHECK(end.fd >= 0);
	CHECK_EQUAL(poll(&end, 1, 0), 0);
	CHECK_EQUAL(syscall(SYS_pidfd_send_signal, end.fd, SIGTERM, NULL, 0), 0);
	CHECK_EQUAL(poll(&end, 1, 5000), 1);
	CHECK_EQUAL(WTERMSIG(status_of(pid)), SIGTERM);
	CHECK_FAILS(syscall(SYS_pidfd_send_signal, end.fd, SIGTERM, NULL, 0), ESRCH);
	close(end.fd);
}

static void test_stop(void)
{
	static const int signals[] = { SIGSTOP, SIGTSTP };

	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			setpgid(0, 0); /* in an orphaned group SIGTSTP would do nothing */
			raise(signals[i]);
			_exit(3);
		}
		CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
		CHECK_EQUAL(kill(pid, SIGCONT), 0);
		CHECK_EQUAL(WEXITSTATUS(status_of(pid)), 3);
	}
}

/* epoll_pwait2 waits with another mask, which lets the signal in. */
static void test_mask(void)
{
	struct timespec limit = { 5, 0 };
	sigset_t one = only(SIGUSR1), none, now;
	struct epoll_event event;
	int fd = epoll_create1(EPOLL_CLOEXEC);

	sigemptyset(&none);
	set(SIGUSR1);
	sigprocmask(SIG_BLOCK, &one, NULL);
	raise(SIGUSR1);
	CHECK_FAILS(syscall(SYS_epoll_pwait2, fd, &event, 1, &limit, &none, 8), EINTR);
	CHECK_EQUAL(got, SIGUSR1);
	sigprocmask(SIG_UNBLOCK, &one, &now);
	CHECK(sigismember(&now, SIGUSR1));
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "after-exec") == 0)
		return after_exec();
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_values();
	test_descriptor();
	test_exec(argv[0]);
	test_process_descriptor();
	test_stop();
	test_mask();
	return check_end();
}
