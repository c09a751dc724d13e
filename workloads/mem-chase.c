/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Follows a random cycle of pointers, a cache line each, through SIZE bytes: one miss after the other. */
#define LINE 64

struct line {
	uint64_t next;
	char pad[LINE - sizeof(uint64_t)];
};

/* Sattolo's shuffle makes one cycle of all lines. */
static void shuffle(struct line *lines, uint64_t n)
{
	uint64_t seed = 42;

	for (uint64_t i = 0; i < n; i++)
		lines[i].next = i;
	for (uint64_t i = n - 1; i > 0; i--) {
		uint64_t j = workload_random(&seed) % i, t = lines[i].next;

		lines[i].next = lines[j].next;
		lines[j].next = t;
	}
}

int main(int argc, char **argv)
{
	uint64_t n = workload_size(argc, argv, 1, 64u << 20) / LINE,
		 steps = workload_size(argc, argv, 2, 500000);
	struct line *lines = malloc(n * sizeof(*lines));
	uint64_t at = 0, sum = WORKLOAD_SUM, start;

	if (lines == NULL || n < 2)
		workload_fail("mem-chase", "memory");
	shuffle(lines, n);
	start = workload_begin();
	for (uint64_t i = 0; i < steps; i++) {
		at = lines[at].next;
		sum += at;
	}
	workload_end(start, steps);
	return workload_result("mem-chase", sum);
}
