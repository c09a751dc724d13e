/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/guest/guest.h"

/* Of linux/futex.h and linux/membarrier.h, which not every C library has. */
enum { FUTEX_LOCK_PI = 6, FUTEX_UNLOCK_PI };
enum {
	MEMBARRIER_CMD_QUERY,
	MEMBARRIER_CMD_PRIVATE_EXPEDITED = 1 << 3,
	MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED = 1 << 4,
};

/* Which cores threads run on, barriers between them, and locks that lend priority. */
static cpu_set_t all;

static cpu_set_t only(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	return set;
}

static int nth(const cpu_set_t *set, int n)
{
	for (int core = 0; core < CPU_SETSIZE; core++)
		if (CPU_ISSET(core, set) && n-- == 0)
			return core;
	return -1;
}

static bool has(pid_t tid, const cpu_set_t *want)
{
	cpu_set_t got;

	return sched_getaffinity(tid, sizeof(got), &got) == 0 && CPU_EQUAL(&got, want);
}

static int here(void)
{
	unsigned core = 0;

	return syscall(SYS_getcpu, &core, NULL, NULL) ? -1 : (int)core;
}

static void *inherit(void *argument)
{
	cpu_set_t first = only(nth(&all, 0)), *want = argument;
	bool inherited = has(0, want);

	sched_setaffinity(0, sizeof(all), &all);
	return (void *)(uintptr_t)(inherited && has(0, &all) && has(getpid(), &first));
}

static void test_affinity(void)
{
	cpu_set_t first, last, none;
	pthread_t thread;
	void *held = NULL;
	int status = -1;
	pid_t child;

	CHECK_EQUAL(sched_getaffinity(0, sizeof(all), &all), 0);
	CHECK(CPU_ISSET(here(), &all));
	first = only(nth(&all, 0));
	last = only(nth(&all, CPU_COUNT(&all) - 1));
	CHECK_EQUAL(sched_setaffinity(0, sizeof(last), &last), 0);
	CHECK(has(0, &last) && has(getpid(), &last));
	CHECK(here() == nth(&last, 0));
	CHECK_EQUAL(sched_setaffinity(0, sizeof(first), &first), 0);
	CHECK(has(0, &first) && here() == nth(&first, 0));
	CHECK_EQUAL(pthread_create(&thread, NULL, inherit, &first), 0);
	pthread_join(thread, &held);
	CHECK(held != NULL);
	child = fork();
	if (child == 0)
		_exit(has(0, &first) ? 5 : 6);
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(WEXITSTATUS(status), 5);
	CPU_ZERO(&none);
	CHECK_FAILS(sched_setaffinity(0, sizeof(none), &none), EINVAL);
	none = only(CPU_SETSIZE - 1);
	CHECK_FAILS(sched_setaffinity(0, sizeof(none), &none), EINVAL);
	CHECK_FAILS(syscall(SYS_sched_getaffinity, 0, 4, &none), EINVAL);
	CHECK_FAILS(syscall(SYS_sched_getaffinity, 0x7ffffff0, sizeof(none), &none), ESRCH);
	CHECK_FAILS(syscall(SYS_sched_setaffinity, 0, sizeof(none), NULL), EFAULT);
	CHECK(has(0, &first));
	CHECK_EQUAL(sched_setaffinity(0, sizeof(all), &all), 0);
	CHECK(has(0, &all));
}

static void test_membarrier(void)
{
	long query = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);

	CHECK(query > 0 && query & MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	CHECK_FAILS(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0), EPERM);
	CHECK_EQUAL(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0), 0);
	CHECK_EQUAL(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0), 0);
	CHECK_FAILS(syscall(SYS_membarrier, 1 << 30, 0, 0), EINVAL);
}

static pthread_mutex_t mutex;
static long shared, handled;

static void *add(void *argument)
{
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		shared++;
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void on_signal(int signal)
{
	handled += signal == SIGUSR1;
}

static void *want(void *argument)
{
	int result = pthread_mutex_lock(&mutex);

	pthread_mutex_unlock(&mutex);
	*(int *)argument = result;
	return NULL;
}

static void test_inherit(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct timespec soon = { 0, 20000000 };
	pthread_mutexattr_t attributes;
	uint32_t word = 0;
	pthread_t a, b;
	int result = -1;

	pthread_mutexattr_init(&attributes);
	CHECK_EQUAL(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT), 0);
	CHECK_EQUAL(pthread_mutex_init(&mutex, &attributes), 0);
	pthread_create(&a, NULL, add, NULL);
	pthread_create(&b, NULL, add, NULL);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	CHECK_EQUAL(shared, 4000);
	CHECK_EQUAL(pthread_mutex_lock(&mutex), 0);
	CHECK_EQUAL(pthread_mutex_trylock(&mutex), EBUSY);
	/* A handler runs while its thread waits, and the wait goes on. */
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&a, NULL, want, &result);
	nanosleep(&soon, NULL);
	pthread_kill(a, SIGUSR1);
	for (int i = 0; i < 200 && !__atomic_load_n(&handled, __ATOMIC_RELAXED); i++)
		nanosleep(&soon, NULL);
	CHECK(handled == 1 && result == -1);
	CHECK_EQUAL(pthread_mutex_unlock(&mutex), 0);
	pthread_join(a, NULL);
	CHECK_EQUAL(result, 0);
	CHECK_FAILS(syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), EPERM);
	word = (uint32_t)syscall(SYS_gettid);
	CHECK_FAILS(syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), EDEADLK);
	CHECK_EQUAL(syscall(SYS_futex, &word, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0), 0);
	CHECK_EQUAL(word, 0);
	CHECK_EQUAL(syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL, NULL, 0), 0);
	CHECK_EQUAL(word, syscall(SYS_gettid));
}

static bool named(const char *want)
{
	char name[16] = "";

	return prctl(PR_GET_NAME, name) == 0 && strcmp(name, want) == 0;
}

static void *name_itself(void *argument)
{
	bool inherited = named("main of a crowd");

	return (void *)(uintptr_t)(inherited && prctl(PR_SET_NAME, argument) == 0 && named(argument));
}

static void test_names(void)
{
	pthread_t thread;
	void *right;

	CHECK_EQUAL(prctl(PR_SET_NAME, "main of a crowd, too long"), 0);
	CHECK(named("main of a crowd"));
	for (int i = 0; i < 2; i++) { /* the second in the first's place */
		CHECK_EQUAL(pthread_create(&thread, NULL, name_itself, "worker"), 0);
		pthread_join(thread, &right);
		CHECK(right != NULL);
	}
	CHECK(named("main of a crowd"));
	CHECK_FAILS(prctl(PR_SET_NAME, NULL), EFAULT);
}

int main(void)
{
	test_names();
	test_affinity();
	test_membarrier();
	test_inherit();
	return check_end();
}
