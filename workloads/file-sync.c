/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Writes N blocks of 4 KiB to FILE, each made durable with fdatasync before the next. */
#define BLOCK 4096

int main(int argc, char **argv)
{
	const char *path = workload_path(argc, argv, 1, "FILE [WRITES]");
	uint64_t writes = workload_size(argc, argv, 2, 50), sum = WORKLOAD_SUM, seed = 5, start;
	static uint64_t block[BLOCK / sizeof(uint64_t)];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		workload_fail("file-sync", path);
	start = workload_begin();
	for (uint64_t i = 0; i < writes; i++) {
		for (size_t k = 0; k < BLOCK / sizeof(block[0]); k++)
			block[k] = workload_random(&seed);
		if (write(fd, block, BLOCK) != BLOCK || fdatasync(fd))
			workload_fail("file-sync", path);
		sum = workload_sum(sum, block, sizeof(block[0]));
	}
	workload_end(start, writes);
	return workload_result("file-sync", sum);
}
