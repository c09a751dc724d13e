/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/calibrate_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"

#define ROUNDS	     4
#define STEPS	     400000 /* of the generator below: three dependent shifts each, about half a millisecond */
#define DRIFT	     0.02
#define SPINS_BEFORE 5 /* a median of fewer says little */

/* Marsaglia's xorshift64: each step needs the one before, so the time is that of a chain of simple
 * operations. */
static uint64_t spin_once(void)
{
	uint64_t start = clock_tsc(), x = 88172645463325252u;

	for (int i = 0; i < STEPS; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	__asm__ volatile("" : : "r"(x));
	return clock_tsc() - start;
}

/* The fastest of a few: an interrupt in one of them is not drift, a slower clock is in all of them. */
static uint64_t spin(void)
{
	uint64_t best = spin_once();

	for (int i = 1; i < ROUNDS; i++) {
		uint64_t ticks = spin_once();

		if (ticks < best)
			best = ticks;
	}
	return best;
}

static void add(struct calibration *c, uint64_t ticks)
{
	size_t at = c->count;

	if (c->count == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 64;
		uint64_t *grown = realloc(c->ticks, capacity * sizeof(*grown));

		if (grown == NULL)
			return; /* the median of those there are must do */
		c->ticks = grown;
		c->capacity = capacity;
	}
	while (at > 0 && c->ticks[at - 1] > ticks)
		at--;
	memmove(c->ticks + at + 1, c->ticks + at, (c->count++ - at) * sizeof(*c->ticks));
	c->ticks[at] = ticks;
}

bool calibration_drifted(struct calibration *c, uint64_t ticks)
{
	size_t middle = c->count / 2;
	double median = c->count < SPINS_BEFORE ? 0 : (double)c->ticks[middle];
	double off = (double)ticks - median;

	add(c, ticks);
	return median > 0 && (off > DRIFT * median || off < -DRIFT * median);
}

void calibration_free(struct calibration *c)
{
	free(c->ticks);
	memset(c, 0, sizeof(*c));
}

static uint64_t steal_ns(void)
{
	FILE *stat = fopen("/proc/stat", "re");
	unsigned long long steal = 0;

	if (stat == NULL)
		return 0;
	if (fscanf(stat, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &steal) != 1)
		steal = 0;
	fclose(stat);
	return steal * (1000000000u / (unsigned long long)sysconf(_SC_CLK_TCK));
}

void calibrate_touch(uint64_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE),
		 half = (uint64_t)sysconf(_SC_AVPHYS_PAGES) / 2 * page;
	volatile char *memory;

	bytes = bytes < half ? bytes : half;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return;
	madvise((void *)memory, bytes, MADV_HUGEPAGE);
	for (uint64_t at = 0; at < bytes; at += page)
		memory[at] = 1;
	munmap((void *)memory, bytes);
}

const struct calibrator calibrator = {
	.spin = spin,
	.steal_ns = steal_ns,
	.touch = calibrate_touch,
};
