/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "tests/guest/guest.h"

/* Clocks agree with each other and with the host's files, never go back, and a sleep is never too short. */
#define MS 1000000ll

static long long now(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	/* The call itself: natively the libc would not make it. */
	if (syscall(SYS_clock_gettime, clock, &t))
		return -1;
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void test_forward(void)
{
	static const clockid_t clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC,	CLOCK_MONOTONIC_RAW,
		CLOCK_BOOTTIME, CLOCK_MONOTONIC_COARSE, CLOCK_PROCESS_CPUTIME_ID
	};

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		long long first = now(clocks[i]), before = first;
		bool forward = first > 0;

		for (int n = 0; n < 300; n++) {
			long long t = now(clocks[i]);

			forward &= t >= before;
			before = t;
		}
		check_is("a clock goes forward", forward);
	}
}

/* Two clocks read one after the other, and the time a file was written. */
static void test_agree(void)
{
	long long real = now(CLOCK_REALTIME), file;
	struct timeval tv;
	struct stat info;
	int fd = open("stamp", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(write(fd, "x", 1) == 1);
	fstat(fd, &info);
	close(fd);
	unlink("stamp");
	file = info.st_mtim.tv_sec * 1000 * MS + info.st_mtim.tv_nsec;
	CHECK(file - real > -1000 * MS && file - real < 60000 * MS);
	CHECK_EQUAL(syscall(SYS_gettimeofday, &tv, NULL), 0);
	CHECK(tv.tv_sec * 1000 * MS + tv.tv_usec * 1000 >= real - MS);
	CHECK(tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	CHECK(syscall(SYS_time, NULL) >= (real - 100 * MS) / (1000 * MS)); /* it may lag by a tick */
	CHECK(now(CLOCK_BOOTTIME) >= now(CLOCK_MONOTONIC) - MS);
}

/* The C library's own way, which may need no system call, tells what the system call tells. */
static void test_library(void)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME,	    CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
					    CLOCK_REALTIME_COARSE,  CLOCK_BOOTTIME,  CLOCK_THREAD_CPUTIME_ID,
					    CLOCK_MONOTONIC_COARSE, CLOCK_TAI };
	struct timespec t;
	struct timeval tv;

	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		long long before = now(clocks[i]), after, between;

		CHECK_EQUAL(clock_gettime(clocks[i], &t), 0);
		between = t.tv_sec * 1000 * MS + t.tv_nsec;
		after = now(clocks[i]);
		check_is("the library's clock is the kernel's",
			 before <= between + 10 * MS && between <= after + 10 * MS && t.tv_nsec < 1000 * MS);
	}
	CHECK_EQUAL(gettimeofday(&tv, NULL), 0);
	CHECK(llabs(tv.tv_sec * 1000 * MS + tv.tv_usec * 1000 - now(CLOCK_REALTIME)) < 100 * MS);
	CHECK(llabs(time(NULL) * 1000 * MS - now(CLOCK_REALTIME)) < 1100 * MS);
}

static void test_sleep(void)
{
	struct timespec t = { 0, 20 * MS }, past = { 1, 0 }, wrong = { 0, 1000 * MS }, negative = { -1, 0 };
	long long start = now(CLOCK_MONOTONIC);

	CHECK_EQUAL(nanosleep(&t, NULL), 0);
	CHECK(now(CLOCK_MONOTONIC) - start >= 20 * MS);
	start = now(CLOCK_MONOTONIC) + 10 * MS;
	t = (struct timespec){ start / (1000 * MS), start % (1000 * MS) };
	CHECK_EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), 0);
	CHECK(now(CLOCK_MONOTONIC) >= start);
	CHECK_EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &past, NULL), 0);
	start = now(CLOCK_REALTIME);
	t = (struct timespec){ 0, 5 * MS };
	CHECK_EQUAL(clock_nanosleep(CLOCK_REALTIME, 0, &t, NULL), 0);
	CHECK(now(CLOCK_MONOTONIC) > 0);
	CHECK_FAILS(nanosleep(&wrong, NULL), EINVAL);
	CHECK_FAILS(nanosleep(&negative, NULL), EINVAL);
	start = now(CLOCK_MONOTONIC);
	CHECK_EQUAL(poll(NULL, 0, 15), 0);
	CHECK(now(CLOCK_MONOTONIC) - start >= 15 * MS);
}

/* Whatever tells a guest of the end of file I/O must not end the sleep that follows. */
static void test_sleep_after_file(void)
{
	int fd = open("slept", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct timespec t = { 0, MS };
	bool whole = true;

	unlink("slept");
	for (int i = 0; i < 40; i++) {
		whole &= pwrite(fd, "x", 1, i) == 1 && poll(NULL, 0, 1) == 0;
		whole &= pwrite(fd, "y", 1, i) == 1 && nanosleep(&t, NULL) == 0;
	}
	CHECK(whole);
	close(fd);
}

static void test_bad(void)
{
	struct timespec t;

	CHECK_FAILS(syscall(SYS_clock_gettime, 99, &t), EINVAL);
	CHECK_FAILS(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, 8), EFAULT);
	CHECK_FAILS(syscall(SYS_clock_gettime, CLOCK_PROCESS_CPUTIME_ID, 8), EFAULT);
	CHECK_FAILS(syscall(SYS_gettimeofday, 8, NULL), EFAULT);
	CHECK_FAILS(syscall(SYS_nanosleep, 8, NULL), EFAULT);
	CHECK_EQUAL(clock_getres(CLOCK_MONOTONIC, &t), 0);
	CHECK(t.tv_sec == 0 && t.tv_nsec > 0);
}

int main(void)
{
	test_forward();
	test_agree();
	test_library();
	test_sleep();
	test_sleep_after_file();
	test_bad();
	return check_end();
}
