/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Integer arithmetic in registers: N steps of a generator, each waiting for the one before. */
int main(int argc, char **argv)
{
	uint64_t steps = workload_size(argc, argv, 1, 30000000), state = 88172645463325252u, sum = 0;
	uint64_t start = workload_begin();

	for (uint64_t i = 0; i < steps; i++)
		sum += workload_random(&state) >> 7;
	workload_end(start, steps);
	return workload_result("cpu-int", sum);
}
