/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Product of two N x N matrices of doubles, summed up over ROUNDS. */
static double *matrix(uint64_t n, uint64_t seed)
{
	double *m = malloc(n * n * sizeof(*m));

	if (m == NULL)
		workload_fail("cpu-float", "matrix");
	for (uint64_t i = 0; i < n * n; i++)
		m[i] = (double)(workload_random(&seed) >> 40) / (1 << 24);
	return m;
}

int main(int argc, char **argv)
{
	uint64_t n = workload_size(argc, argv, 1, 192), rounds = workload_size(argc, argv, 2, 16), start;
	/* The product's memory is written to before the region of interest; after calloc, no compiler would.
	 */
	double *a = matrix(n, 1), *b = matrix(n, 2), *c = matrix(n, 3);

	memset(c, 0, n * n * sizeof(*c));
	start = workload_begin();
	for (uint64_t round = 0; round < rounds; round++)
		for (uint64_t i = 0; i < n; i++)
			for (uint64_t k = 0; k < n; k++)
				for (uint64_t j = 0; j < n; j++)
					c[i * n + j] += a[i * n + k] * b[k * n + j];
	workload_end(start, n * n * n * rounds);
	return workload_result("cpu-float", workload_sum(WORKLOAD_SUM, c, n * n * sizeof(*c)));
}
