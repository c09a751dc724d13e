/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/guest/guest.h"

/* Threads, and what they wait for each other with. */
#define MANY 200

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static _Thread_local long own = 7;
static long shared;
static int ids[MANY];

static void *add(void *argument)
{
	own += (long)argument;
	errno = (int)(long)argument;
	ids[(long)argument] = (int)syscall(SYS_gettid);
	for (int i = 0; i < 100; i++) {
		pthread_mutex_lock(&mutex);
		shared++;
		pthread_mutex_unlock(&mutex);
	}
	pthread_barrier_wait(&barrier); /* so that all are there at once */
	return (void *)(own + errno);
}

/* COUNT threads at once: their sum of results, less what each should return; -1 where one cannot begin. */
static long run_many(long count)
{
	pthread_t thread[MANY];
	long sum = 0;
	void *result;

	pthread_barrier_init(&barrier, NULL, (unsigned)count);
	for (long i = 0; i < count; i++)
		if (pthread_create(&thread[i], NULL, add, (void *)i))
			return -1;
	for (long i = 0; i < count; i++) {
		pthread_join(thread[i], &result);
		sum += (long)result - 7 - 2 * i;
	}
	return sum;
}

static void test_many(void)
{
	shared = 0;
	CHECK_EQUAL(run_many(2), 0);
	CHECK(ids[0] > 0 && ids[0] != getpid() && ids[1] != getpid());
	CHECK_EQUAL(syscall(SYS_gettid), getpid());
	CHECK_EQUAL(run_many(50), 0);
	CHECK_EQUAL(run_many(MANY), 0);
	CHECK_EQUAL(shared, (2 + 50 + MANY) * 100);
	CHECK_EQUAL(own, 7);
}

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static int turn, serial, wrong;

static void *ping(void *argument)
{
	int mine = argument != NULL;

	for (int i = 0; i < 500; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != mine)
			pthread_cond_wait(&condition, &mutex);
		turn = !mine;
		pthread_cond_broadcast(&condition);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void both(void *(*function)(void *))
{
	pthread_t a, b;

	CHECK_EQUAL(pthread_create(&a, NULL, function, NULL), 0);
	CHECK_EQUAL(pthread_create(&b, NULL, function, &turn), 0);
	pthread_join(a, NULL);
	pthread_join(b, NULL);
}

static void *meet(void *argument)
{
	(void)argument;
	for (int i = 0; i < 100; i++)
		if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&serial, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void *read_write(void *argument)
{
	static long pair[2];

	for (int i = 0; i < 1000; i++) {
		if (argument) {
			pthread_rwlock_wrlock(&rwlock);
			pair[0]++;
			pair[1]++;
		} else {
			pthread_rwlock_rdlock(&rwlock);
			wrong += pair[0] != pair[1];
		}
		pthread_rwlock_unlock(&rwlock);
	}
	return NULL;
}

static void *give(void *argument)
{
	for (int i = 0; i < 100; i++)
		if (argument)
			sem_post(&semaphore);
		else
			while (sem_wait(&semaphore))
				;
	return NULL;
}

static void test_waiting(void)
{
	int left = -1;

	both(ping);
	CHECK_EQUAL(turn, 0);
	pthread_barrier_init(&barrier, NULL, 2);
	both(meet);
	CHECK_EQUAL(serial, 100);
	both(read_write);
	CHECK_EQUAL(wrong, 0);
	sem_init(&semaphore, 0, 0);
	both(give);
	sem_getvalue(&semaphore, &left);
	CHECK_EQUAL(left, 0);
}

static void test_timeouts(void)
{
	struct timespec begin, end, until;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += 30000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&mutex);
	CHECK_EQUAL(pthread_cond_timedwait(&condition, &mutex, &until), ETIMEDOUT);
	pthread_mutex_unlock(&mutex);
	CHECK_FAILS(sem_timedwait(&semaphore, &until), ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &end);
	CHECK((end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec >= 29000000);
	until = (struct timespec){ 0, 1000000 };
	CHECK_FAILS(syscall(SYS_futex, &turn, 0, turn, &until, NULL, 0), ETIMEDOUT);
	CHECK_FAILS(syscall(SYS_futex, &turn, 0, turn + 1, &until, NULL, 0), EAGAIN);
	CHECK_FAILS(syscall(SYS_futex, (char *)&turn + 1, 0, turn, NULL, NULL, 0), EINVAL);
	CHECK_EQUAL(syscall(SYS_futex, &turn, 1, 1, NULL, NULL, 0), 0);
	CHECK_EQUAL(syscall(SYS_futex, &turn, 3, 1, 1, &serial, 0), 0);
	CHECK_FAILS(syscall(SYS_futex, &turn, 4, 1, 1, &serial, turn + 1), EAGAIN);
}

static void *post(void *argument)
{
	sem_post(argument);
	return NULL;
}

static void test_detached(void)
{
	pthread_attr_t detached;
	pthread_t thread;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 100; i++) /* more than run at once: what one leaves, the next one takes */
		if (pthread_create(&thread, &detached, post, &semaphore) || sem_wait(&semaphore))
			wrong++;
	CHECK_EQUAL(wrong, 0);
}

static pthread_mutex_t robust;

static void *die_holding(void *argument)
{
	pthread_mutex_lock(&robust);
	return argument;
}

static void test_robust(void)
{
	pthread_mutexattr_t attributes;
	pthread_t thread;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&robust, &attributes);
	pthread_create(&thread, NULL, die_holding, NULL);
	pthread_join(thread, NULL);
	CHECK_EQUAL(pthread_mutex_lock(&robust), EOWNERDEAD);
	CHECK_EQUAL(pthread_mutex_consistent(&robust), 0);
	CHECK_EQUAL(pthread_mutex_unlock(&robust), 0);
}

static void *allocate(void *argument)
{
	char *kept[32] = { NULL };

	(void)argument;
	for (unsigned i = 0; i < 20000; i++) {
		char **slot = &kept[i % 32];

		wrong += *slot && **slot != (char)(i - 32);
		free(*slot);
		*slot = malloc(16 + i * 37 % 5000);
		**slot = (char)i;
	}
	for (int i = 0; i < 32; i++)
		free(kept[i]);
	return NULL;
}

/* Mappings come and go on both sides; each finds its own zeroed. */
static void *map_and_unmap(void *argument)
{
	(void)argument;
	for (int i = 0; i < 200; i++) {
		size_t bytes = (size_t)(1 + i % 40) * 4096;
		char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED || p[0] || p[bytes - 1])
			wrong++;
		else
			memset(p, 1, bytes);
		munmap(p, bytes);
	}
	return NULL;
}

static volatile long *page, stop;

static void *count_up(void *argument)
{
	while (!stop)
		__atomic_add_fetch(page, 1, __ATOMIC_RELAXED);
	return argument;
}

/* What one thread does to the address space, the other sees at once. */
static void test_shared_space(void)
{
	pthread_t thread;
	long before;

	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_create(&thread, NULL, count_up, NULL);
	for (int i = 0; i < 10; i++) {
		while (*page < 1000)
			sched_yield();
		mmap((void *)page, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		     0);
		before = *page;
		while (*page < before + 1000)
			sched_yield();
	}
	stop = 1;
	pthread_join(thread, NULL);
	before = *page;
	CHECK(before >= 1000 && *page == before);
}

int main(void)
{
	cpu_set_t cores;

	test_many();
	test_waiting();
	test_timeouts();
	test_detached();
	test_robust();
	both(allocate);
	both(map_and_unmap);
	CHECK_EQUAL(wrong, 0);
	test_shared_space();
	CHECK(sched_getaffinity(0, sizeof(cores), &cores) == 0);
	printf("cores %d\n", CPU_COUNT(&cores));
	CHECK_EQUAL(sched_yield(), 0);
	return check_end();
}
