/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/guest/guest.h"

/* Signals: handlers of each kind, masks, alternate stacks, timers, what they interrupt. */
static volatile sig_atomic_t got, count, code;
static volatile uintptr_t address;
static sigjmp_buf back;

static void note(int signal)
{
	got = signal;
	count++;
}

static void leap(int signal, siginfo_t *info, void *context)
{
	(void)context;
	got = signal;
	code = info->si_code;
	address = (uintptr_t)info->si_addr;
	siglongjmp(back, 1);
}

static void set(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(signal, &action, NULL);
	got = count = 0;
}

static void test_raise(void)
{
	volatile double kept = 1.5;
	struct sigaction now;
	sigset_t one, old, pending;

	set(SIGUSR1, note, 0);
	CHECK_EQUAL(raise(SIGUSR1), 0);
	CHECK_EQUAL(got, SIGUSR1);
	CHECK_EQUAL(kill(getpid(), SIGUSR1), 0);
	CHECK_EQUAL(count, 2);
	CHECK(kept == 1.5);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR1);
	sigprocmask(SIG_BLOCK, &one, &old);
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK_EQUAL(count, 2);
	sigpending(&pending);
	CHECK(sigismember(&pending, SIGUSR1));
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK_EQUAL(count, 3);
	set(SIGUSR1, note, (int)SA_RESETHAND);
	raise(SIGUSR1);
	sigaction(SIGUSR1, NULL, &now);
	CHECK(now.sa_handler == SIG_DFL);
	CHECK_FAILS(sigaction(SIGKILL, &now, NULL), EINVAL);
}

/* Divides so that no compiler knows better. */
static void divide(void)
{
	int result = 1;

	__asm__ volatile("xor %%edx, %%edx\n\tidivl %1" : "+a"(result) : "r"(0) : "edx");
}

static void test_faults(void)
{
	struct sigaction action = { .sa_sigaction = leap, .sa_flags = SA_SIGINFO };
	volatile uintptr_t wild = 16;
	volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGFPE, &action, NULL);
	sigaction(SIGILL, &action, NULL);
	sigaction(SIGTRAP, &action, NULL);
	if (sigsetjmp(back, 1) == 0)
		*(volatile int *)wild = 1;
	CHECK(got == SIGSEGV && code == SEGV_MAPERR && address == 16);
	if (sigsetjmp(back, 1) == 0)
		page[3] = 1;
	CHECK(got == SIGSEGV && code == SEGV_ACCERR && address == (uintptr_t)page + 3);
	if (sigsetjmp(back, 1) == 0)
		divide();
	CHECK(got == SIGFPE && code == FPE_INTDIV);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("ud2");
	CHECK(got == SIGILL && code == ILL_ILLOPN);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("int3");
	CHECK_EQUAL(got, SIGTRAP);
	if (sigsetjmp(back, 1) == 0)
		__asm__ volatile("hlt");
	CHECK_EQUAL(got, SIGSEGV);
}

static int descend(volatile char *above);
static int (*volatile deeper)(volatile char *) = descend;

static int descend(volatile char *above)
{
	volatile char frame[4096];

	frame[0] = above ? above[0] : 1;
	return deeper(frame) + frame[0];
}

static void test_alternate(void)
{
	static char space[65536];
	struct sigaction action = { .sa_sigaction = leap, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t stack = { .ss_sp = space, .ss_size = sizeof(space) }, now;

	CHECK_EQUAL(sigaltstack(&stack, NULL), 0);
	CHECK_EQUAL(sigaltstack(NULL, &now), 0);
	CHECK(now.ss_sp == space && now.ss_size == sizeof(space) && now.ss_flags == 0);
	sigaction(SIGSEGV, &action, NULL);
	got = 0;
	if (sigsetjmp(back, 1) == 0)
		descend(NULL);
	CHECK_EQUAL(got, SIGSEGV);
	signal(SIGSEGV, SIG_DFL);
}

static void test_timers(void)
{
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = { 0 };
	struct timespec rest, tenth = { 0, 100000000 };
	char byte;
	int ends[2];

	set(SIGALRM, note, 0);
	setitimer(ITIMER_REAL, &often, NULL);
	while (count < 3) /* in the program's own code */
		;
	setitimer(ITIMER_REAL, &never, NULL);
	CHECK_EQUAL(got, SIGALRM);
	CHECK_EQUAL(pipe(ends), 0);
	ualarm(20000, 20000); /* again, where it comes before the call has begun */
	CHECK_FAILS(read(ends[0], &byte, 1), EINTR);
	CHECK_FAILS(nanosleep(&(struct timespec){ 5, 0 }, &rest), EINTR);
	CHECK(rest.tv_sec == 4);
	CHECK_FAILS(pause(), EINTR);
	ualarm(0, 0);
	set(SIGALRM, note, SA_RESTART);
	if (fork() == 0) {
		nanosleep(&tenth, NULL);
		_exit(write(ends[1], "x", 1) != 1);
	}
	ualarm(20000, 0);
	CHECK_EQUAL(read(ends[0], &byte, 1), 1);
	CHECK_EQUAL(count, 1);
	wait(NULL);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	CHECK_FAILS(write(ends[1], "x", 1), EPIPE);
	set(SIGPIPE, note, 0);
	CHECK_FAILS(write(ends[1], "x", 1), EPIPE);
	CHECK_EQUAL(got, SIGPIPE);
}

static void test_wait(void)
{
	struct timespec tenth = { 0, 100000000 };
	sigset_t one, most;
	siginfo_t info;
	pid_t parent = getpid(), pid;
	int status;

	set(SIGCHLD, note, 0);
	sigemptyset(&one);
	sigaddset(&one, SIGUSR2);
	sigaddset(&one, SIGCHLD);
	sigprocmask(SIG_BLOCK, &one, NULL);
	pid = fork();
	if (pid == 0)
		_exit(3);
	sigfillset(&most);
	sigdelset(&most, SIGCHLD);
	CHECK_FAILS(sigsuspend(&most), EINTR);
	CHECK_EQUAL(got, SIGCHLD);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	CHECK_EQUAL(WEXITSTATUS(status), 3);
	sigdelset(&one, SIGCHLD);
	CHECK_FAILS(sigtimedwait(&one, &info, &tenth), EAGAIN);
	pid = fork();
	if (pid == 0) {
		nanosleep(&tenth, NULL);
		_exit(kill(parent, SIGUSR2));
	}
	CHECK_EQUAL(sigwaitinfo(&one, &info), SIGUSR2);
	CHECK(info.si_code == SI_USER && info.si_pid == pid);
	CHECK_EQUAL(waitpid(pid, &status, 0), pid);
	signal(SIGCHLD, SIG_IGN); /* no zombies */
	pid = fork();
	if (pid == 0)
		_exit(0);
	CHECK_FAILS(waitpid(pid, &status, 0), ECHILD);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_raise();
	test_faults();
	test_alternate();
	test_timers();
	test_wait();
	return check_end();
}
