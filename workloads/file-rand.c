/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Reads N blocks of 4 KiB from random places of FILE. */
#define BLOCK 4096

int main(int argc, char **argv)
{
	const char *path = workload_path(argc, argv, 1, "FILE [READS]");
	uint64_t reads = workload_size(argc, argv, 2, 4000), sum = WORKLOAD_SUM, seed = 3, start;
	static uint64_t block[BLOCK / sizeof(uint64_t)];
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < BLOCK)
		workload_fail("file-rand", path);
	start = workload_begin();
	for (uint64_t i = 0; i < reads; i++) {
		off_t at = (off_t)(workload_random(&seed) % ((uint64_t)size / BLOCK)) * BLOCK;

		if (pread(fd, block, BLOCK, at) != BLOCK)
			workload_fail("file-rand", path);
		sum = (sum ^ block[0] ^ block[BLOCK / sizeof(uint64_t) - 1]) * 0x100000001b3u;
	}
	workload_end(start, reads);
	return workload_result("file-rand", sum);
}
