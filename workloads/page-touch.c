/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/mman.h>

#include "workloads/workload.h"

/* Touches each page of SIZE bytes of fresh memory for the first time. */
#define PAGE 4096

int main(int argc, char **argv)
{
	uint64_t bytes = workload_size(argc, argv, 1, 48u << 20), sum = 0, start = workload_begin();
	unsigned char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		workload_fail("page-touch", "mmap");
	for (uint64_t i = 0; i < bytes; i += PAGE) {
		sum += memory[i];
		memory[i] = (unsigned char)(i / PAGE);
	}
	workload_end(start, bytes / PAGE);
	for (uint64_t i = 0; i < bytes; i += PAGE)
		sum = workload_sum(sum ? sum : WORKLOAD_SUM, memory + i, 1);
	return workload_result("page-touch", sum);
}
