/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "workloads/samples.h"

/* What two cores have to do with each other. Each operation is timed alone: these are distributions. */

#define FUTEX_WAIT_PRIVATE (0 | 128) /* linux/futex.h */
#define FUTEX_WAKE_PRIVATE (1 | 128)
#define MEMBARRIER	   (1 << 3) /* PRIVATE_EXPEDITED and its registration, linux/membarrier.h */
#define MEMBARRIER_SET	   (1 << 4)

#define PAGE	  4096
#define TIMES	  300
#define ASLEEP_US 100 /* after which a thread that wanted to sleep does */

static struct {
	int core[2];
	_Alignas(64) atomic_uint word;
	_Alignas(64) atomic_uint ready;
	_Alignas(64) atomic_bool stop;
	volatile unsigned char *page;
	uint64_t woken[TIMES]; /* when; 0: had not slept */
} shared;

static long futex_wait(unsigned value)
{
	return syscall(SYS_futex, &shared.word, FUTEX_WAIT_PRIVATE, value, NULL);
}

static long futex_wake(void)
{
	return syscall(SYS_futex, &shared.word, FUTEX_WAKE_PRIVATE, 1);
}

static void sleeper(void)
{
	for (unsigned i = 0; i < TIMES; i++) {
		long slept = -1;
		uint64_t now;

		shared.ready = i + 1;
		while (shared.word == i)
			slept = futex_wait(i);
		now = samples_tsc();
		shared.woken[i] = slept == 0 ? now : 0;
	}
	shared.ready = TIMES + 1;
}

static void measure_wake(void)
{
	uint64_t asleep = (uint64_t)(ASLEEP_US * samples_ticks_per_us()), sent[TIMES];
	pthread_t thread;

	samples_cores(shared.core);
	samples_pin(shared.core[0]);
	thread = samples_thread(sleeper, shared.core[1]);
	for (unsigned i = 0; i < TIMES; i++) {
		while (shared.ready != i + 1)
			_mm_pause();
		samples_pause(asleep);
		sent[i] = samples_tsc();
		shared.word = i + 1;
		futex_wake();
	}
	pthread_join(thread, NULL);
	for (unsigned i = 0; i < TIMES; i++)
		if (shared.woken[i])
			samples_one(sent[i], shared.woken[i]);
	if (samples.count < TIMES / 3)
		samples_cannot("the thread to be woken was hardly ever asleep: the machine is too busy");
}

static void reader(void)
{
	while (!shared.stop) {
		(void)shared.page[0];
		shared.ready = 1;
	}
}

/* Runs ACTION again and again while a thread on another core reads the page; BETWEEN undoes it, untimed. */
static void beside_reader(long (*action)(void), long (*between)(void))
{
	pthread_t thread;

	shared.page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (shared.page == MAP_FAILED)
		samples_fail("mmap");
	shared.page[0] = 1;
	samples_cores(shared.core);
	samples_pin(shared.core[0]);
	thread = samples_thread(reader, shared.core[1]);
	while (!shared.ready)
		_mm_pause();
	for (int i = 0; i < TIMES; i++) {
		uint64_t start = samples_tsc();
		long code = action();

		samples_one(start, samples_tsc());
		if (code || (between && between()))
			samples_fail("the call to be timed");
		shared.ready = 0;
		while (!shared.ready)
			_mm_pause();
	}
	shared.stop = true;
	pthread_join(thread, NULL);
}

static long barrier(void)
{
	return syscall(SYS_membarrier, MEMBARRIER, 0, 0);
}

static void measure_ipi(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_SET, 0, 0))
		samples_cannot("the kernel has no expedited membarrier");
	beside_reader(barrier, NULL);
}

static long forbid(void)
{
	return mprotect((void *)shared.page, PAGE, PROT_READ);
}

static long permit(void)
{
	if (mprotect((void *)shared.page, PAGE, PROT_READ | PROT_WRITE))
		return -1;
	shared.page[0]++;
	return 0;
}

static void measure_shootdown(void)
{
	beside_reader(forbid, permit);
}

static const struct samples_event events[] = {
	{ "futex-wake", NULL, "from waking a thread on another core to its running", measure_wake },
	{ "ipi", NULL, "an interrupt to a busy core and its answer (membarrier)", measure_ipi },
	{ "tlb-shootdown", NULL, "a page made read-only that another core reads (mprotect)",
	  measure_shootdown },
	{ 0 },
};

int main(int argc, char **argv)
{
	return samples_main(argc, argv, "nano-cores", events);
}
