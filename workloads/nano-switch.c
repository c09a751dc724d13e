/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/syscall.h>
#include <sys/wait.h>

#include "workloads/samples.h"

/* What two threads or two processes that share a core have to do with each other. */

#define FUTEX_WAIT_PRIVATE (0 | 128) /* linux/futex.h */
#define FUTEX_WAKE_PRIVATE (1 | 128)

#define HOLD_US	   50
#define HOLD_TIMES 10 /* waits to time, or as many as there are in HOLD_MS */
#define HOLD_MS	   500

static struct {
	int core;
	_Alignas(64) atomic_uint word;
	_Alignas(64) atomic_bool stop;
	_Alignas(64) atomic_flag lock;
	uint64_t turns; /* of the loop of work, in HOLD_US */
	uint64_t deadline;
	int to[2], from[2], alone[2];
} shared;

static long futex_wait(unsigned value)
{
	return syscall(SYS_futex, &shared.word, FUTEX_WAIT_PRIVATE, value, NULL);
}

static long futex_wake(void)
{
	return syscall(SYS_futex, &shared.word, FUTEX_WAKE_PRIVATE, 1);
}

enum { MINE, PARTNERS, OVER };

static void partner(void)
{
	for (;;) {
		unsigned turn = shared.word;

		if (turn == OVER)
			return;
		if (turn == MINE) {
			futex_wait(MINE);
			continue;
		}
		shared.word = MINE;
		futex_wake();
	}
}

static void switch_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i += 2) {
		shared.word = PARTNERS;
		futex_wake();
		while (shared.word == PARTNERS)
			futex_wait(PARTNERS);
	}
}

static void measure_thread(void)
{
	pthread_t thread;

	shared.core = samples_pin(-1);
	thread = samples_thread(partner, shared.core);
	samples_batches(&(struct samples_loop){ .op = switch_loop });
	shared.word = OVER;
	futex_wake();
	pthread_join(thread, NULL);
}

static void work(uint64_t turns)
{
	for (uint64_t i = 0; i < turns; i++)
		__asm__ volatile("");
}

static bool acquire_free(void)
{
	return !atomic_flag_test_and_set_explicit(&shared.lock, memory_order_acquire);
}

static void acquire(void)
{
	while (!acquire_free())
		_mm_pause();
}

static void release(void)
{
	atomic_flag_clear_explicit(&shared.lock, memory_order_release);
}

/* Holds the lock half of its time. It ends by itself too: a real-time scheduler might let nobody else run. */
static void holder(void)
{
	while (!shared.stop && samples_tsc() < shared.deadline) {
		acquire();
		work(shared.turns);
		release();
		work(shared.turns);
	}
}

/* Who finds the lock held runs on the core its holder lost: just these waits are timed. */
static void measure_lock(void)
{
	double ticks_per_us = samples_ticks_per_us();
	uint64_t shortest = UINT64_MAX;
	pthread_t thread;

	shared.core = samples_pin(-1);
	for (int i = 0; i < 10; i++) {
		uint64_t ticks = samples_time(work, NULL, 10000);

		shortest = ticks < shortest ? ticks : shortest;
	}
	shared.turns = (uint64_t)(HOLD_US * ticks_per_us * 10000 / (double)shortest);
	shared.deadline = samples_tsc() + (uint64_t)(HOLD_MS * 1000 * ticks_per_us);
	thread = samples_thread(holder, shared.core);
	while (samples.count < HOLD_TIMES && samples_tsc() < shared.deadline) {
		uint64_t start = samples_tsc();

		if (!acquire_free()) {
			acquire();
			samples_one(start, samples_tsc());
		}
		release();
		work(shared.turns);
	}
	shared.stop = true;
	pthread_join(thread, NULL);
	if (samples.count == 0)
		samples_cannot("no thread lost its core while it held the lock, as under SCHED_FIFO");
}

static void pass(int out, int in)
{
	char byte = 1;

	if (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1)
		samples_fail("pipe");
}

static void process_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i += 2)
		pass(shared.to[1], shared.from[0]);
}

static void alone_loop(uint64_t ops)
{
	for (uint64_t i = 0; i < ops; i++)
		pass(shared.alone[1], shared.alone[0]);
}

static void echo(void)
{
	char byte;

	close(shared.to[1]);
	while (read(shared.to[0], &byte, 1) == 1 && write(shared.from[1], &byte, 1) == 1)
		;
	_exit(0);
}

static void measure_process(void)
{
	pid_t child;

	if (pipe(shared.to) || pipe(shared.from) || pipe(shared.alone))
		samples_fail("pipe");
	samples_pin(-1);
	child = fork();
	if (child == 0)
		echo();
	if (child < 0)
		samples_fail("fork");
	samples_batches(&(struct samples_loop){ .op = process_loop, .empty = alone_loop });
	close(shared.to[1]);
	waitpid(child, NULL, 0);
}

static const struct samples_event events[] = {
	{ "thread-switch", NULL, "from one thread to another, by futex", measure_thread },
	{ "vm-switch", NULL, "from one process to another, by pipe", measure_process },
	{ "lock-holder", NULL, "a wait for a spin lock whose holder has lost the core; a line each",
	  measure_lock },
	{ 0 },
};

int main(int argc, char **argv)
{
	return samples_main(argc, argv, "nano-switch", events);
}
