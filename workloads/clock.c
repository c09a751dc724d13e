/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Reads the time N times; counts the readings that did not go back, which must be all of them. */
int main(int argc, char **argv)
{
	uint64_t reads = workload_size(argc, argv, 1, 20000), forward = 0, before, start = workload_begin();

	before = start;
	for (uint64_t i = 0; i < reads; i++) {
		uint64_t now = workload_now_ns();

		forward += now >= before;
		before = now;
	}
	workload_end(start, reads);
	return workload_result("clock", forward);
}
