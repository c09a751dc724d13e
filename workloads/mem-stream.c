/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Streams three arrays of SIZE bytes in all through the processor, as STREAM's triad does: a = b + 3 c, ten
 * times. */
#define PASSES 10

int main(int argc, char **argv)
{
	uint64_t n = workload_size(argc, argv, 1, 24u << 20) / (3 * sizeof(double)), start;
	double *a = malloc(n * sizeof(*a)), *b = malloc(n * sizeof(*b)), *c = malloc(n * sizeof(*c));

	if (!a || !b || !c)
		workload_fail("mem-stream", "arrays");
	for (uint64_t i = 0; i < n; i++) {
		a[i] = 0;
		b[i] = (double)i;
		c[i] = (double)(i % 7);
	}
	start = workload_begin();
	for (int pass = 0; pass < PASSES; pass++)
		for (uint64_t i = 0; i < n; i++)
			a[i] = b[i] + 3 * c[i] + a[i] / 2;
	workload_end(start, n * PASSES);
	return workload_result("mem-stream", workload_sum(WORKLOAD_SUM, a, n * sizeof(*a)));
}
