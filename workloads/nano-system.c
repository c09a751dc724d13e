/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "workloads/samples.h"

/* What one thread asks of the kernel: calls, signals, reads of a file, timers. */

#define FILE_BYTES (256u << 10)
#define LINE	   64u /* bytes of a cache line */
#define STRIDE                                                                                               \
	1543u /* lines, to the next one of a pass: odd, and far enough that nothing is fetched ahead         \
	       */
#define DATA_MOST      (64u << 20)
#define FILE_NAME      "nano-system.tmp"
#define TIMER_NS       100000
#define TIMER_TIMES    300
#define NOISE_US       100000
#define NOISE_LEAST_US 1
#define STOLEN_TIMES   5

static struct {
	int fd;
	size_t size;
	char buffer[64 << 10];
} file;

static void empty_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++)
		__asm__ volatile("");
}

static void syscall_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++)
		syscall(SYS_getpid);
}

static void measure_syscall(void)
{
	samples_batches(&(struct samples_loop){ .op = syscall_loop, .empty = empty_loop });
}

/* What a program works on between calls: lines, each with a pointer to the next. */
static struct {
	void **at;
	size_t lines;
} data;

static void pass(void)
{
	for (size_t i = 0; i < data.lines; i++)
		data.at = *data.at;
	__asm__ volatile("" : : "r"(data.at));
}

static void forwarded_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		syscall(SYS_getpgrp);
		pass();
	}
}

static void pass_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++) {
		__asm__ volatile("");
		pass();
	}
}

/* With data, a pass over it after each call and no call before the one that is subtracted: what is left over
 * the call is what the program finds colder than it left it. */
static void measure_forwarded(void)
{
	size_t size = workload_size(samples.argc, samples.argv, 0, 0);
	char *memory;

	data.lines = size / LINE;
	if (size > DATA_MOST || data.lines & (data.lines - 1)) {
		fprintf(stderr, "nano-system: forwarded-call %s: a power of two up to 64M\n",
			samples.argv[0]);
		exit(2);
	}
	memory = aligned_alloc(LINE, size + LINE);
	if (memory == NULL)
		samples_fail("aligned_alloc");
	for (size_t i = 0; i < data.lines; i++)
		*(void **)(memory + i * LINE) = memory + (i + STRIDE) % data.lines * LINE;
	data.at = (void **)memory;
	samples_batches(&(struct samples_loop){ .op = forwarded_loop, .empty = pass_loop });
	free(memory);
}

static void blocking_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++)
		if (poll(NULL, 0, 0))
			samples_fail("poll");
}

static void measure_blocking(void)
{
	samples_batches(&(struct samples_loop){ .op = blocking_loop, .empty = empty_loop });
}

static void handler(int number)
{
	(void)number;
}

static void signal_loop(uint64_t ops)
{
	pid_t process = getpid();
	long thread = syscall(SYS_gettid);

	for (uint64_t i = 0; i < ops; i++)
		if (syscall(SYS_tgkill, process, thread, SIGUSR1))
			samples_fail("tgkill");
}

static void measure_signal(void)
{
	struct sigaction action = { .sa_handler = handler };

	if (sigaction(SIGUSR1, &action, NULL))
		samples_fail("sigaction");
	samples_batches(&(struct samples_loop){ .op = signal_loop, .empty = empty_loop });
}

static void read_loop(uint64_t ops)
{
	size_t at = 0;

	for (uint64_t i = 0; i < ops; i++) {
		if (pread(file.fd, file.buffer, file.size, (off_t)at) != (ssize_t)file.size)
			samples_fail("pread");
		at = (at + file.size) % FILE_BYTES;
	}
}

static void remove_file(void)
{
	unlink(FILE_NAME);
}

static void measure_read(void)
{
	file.size = workload_size(samples.argc, samples.argv, 0, 4096);
	if (file.size > sizeof(file.buffer) || (file.size && FILE_BYTES % file.size)) {
		fprintf(stderr, "nano-system: read %s: a power of two up to 64K, or 0\n", samples.argv[0]);
		exit(2);
	}
	file.fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file.fd < 0)
		samples_fail(FILE_NAME);
	atexit(remove_file);
	memset(file.buffer, 'x', sizeof(file.buffer));
	for (size_t i = 0; i < FILE_BYTES; i += sizeof(file.buffer))
		if (write(file.fd, file.buffer, sizeof(file.buffer)) != sizeof(file.buffer))
			samples_fail(FILE_NAME);
	samples_batches(&(struct samples_loop){ .op = read_loop, .empty = empty_loop });
	close(file.fd);
}

/* How late a sleep ends, by the clock it was asked for by; ticks are those of the whole measurement. */
static void measure_timer(void)
{
	uint64_t late_ns[TIMER_TIMES], start_ns = workload_now_ns(), start = samples_tsc();
	double ticks_per_ns;

	prctl(PR_SET_TIMERSLACK, 1); /* else the kernel is 50 us late on purpose */
	for (int i = 0; i < TIMER_TIMES; i++) {
		uint64_t deadline = workload_now_ns() + TIMER_NS;
		struct timespec at = { (time_t)(deadline / 1000000000), (long)(deadline % 1000000000) };

		errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		if (errno)
			samples_fail("clock_nanosleep");
		late_ns[i] = workload_now_ns() - deadline;
	}
	ticks_per_ns = (double)(samples_tsc() - start) / (double)(workload_now_ns() - start_ns);
	for (int i = 0; i < TIMER_TIMES; i++)
		samples_add(true, 1, (uint64_t)((double)late_ns[i] * ticks_per_ns));
}

/*
 * The time between two readings of the counter is some ticks, unless somebody else had the core in between.
 * Calls GAP for each such time, and gives their sum.
 */
static uint64_t watch_core(void (*gap)(uint64_t ticks))
{
	uint64_t least = (uint64_t)(NOISE_LEAST_US * samples_ticks_per_us()), sum = 0;
	uint64_t start = samples_tsc(), end = start + (uint64_t)(NOISE_US * samples_ticks_per_us());

	for (uint64_t before = start, now; before < end; before = now) {
		now = samples_tsc();
		if (now - before < least)
			continue;
		sum += now - before;
		if (gap)
			gap(now - before);
	}
	return sum;
}

static void add_gap(uint64_t ticks)
{
	samples_add(true, 1, ticks);
}

static void measure_noise(void)
{
	if (watch_core(add_gap) == 0)
		samples_cannot("nothing took the core away meanwhile");
}

/* All that was stolen, by the microsecond: 10 ns of each are 1 %. */
static void measure_stolen(void)
{
	for (int i = 0; i < STOLEN_TIMES; i++)
		samples_add(true, NOISE_US, watch_core(NULL));
}

static const struct samples_event events[] = {
	{ "syscall", NULL, "a system call that does nothing (getpid)", measure_syscall },
	{ "forwarded-call", "SIZE",
	  "one that a guest kernel may ask its host for (getpgrp), and SIZE read between two",
	  measure_forwarded },
	{ "blocking-call", NULL, "one that might have blocked, and does not (poll of nothing)",
	  measure_blocking },
	{ "signal", NULL, "a signal to itself: sent, handled, returned from", measure_signal },
	{ "read", "SIZE", "a read of SIZE bytes of a file in the page cache (0, 512, 4K, 64K)",
	  measure_read },
	{ "noise", NULL, "gaps of 1 us and more in 100 ms of reading the counter, when others had the core",
	  measure_noise },
	{ "stolen", NULL, "what such gaps make together, of each microsecond: 10 ns are 1 %",
	  measure_stolen },
	{ "timer", NULL, "how late a sleep of 100 us ends; a line each", measure_timer },
	{ 0 },
};

int main(int argc, char **argv)
{
	return samples_main(argc, argv, "nano-system", events);
}
