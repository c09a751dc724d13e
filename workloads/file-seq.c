/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Reads FILE from its beginning to its end, 64 KiB at a time, PASSES times. */
#define CHUNK 65536

int main(int argc, char **argv)
{
	const char *path = workload_path(argc, argv, 1, "FILE [PASSES]");
	uint64_t passes = workload_size(argc, argv, 2, 1), sum = WORKLOAD_SUM, reads = 0, start;
	static uint64_t chunk[CHUNK / sizeof(uint64_t)];
	int fd = open(path, O_RDONLY);
	ssize_t n = 0;

	if (fd < 0)
		workload_fail("file-seq", path);
	start = workload_begin();
	for (uint64_t pass = 0; pass < passes; pass++) {
		for (off_t at = 0; (n = pread(fd, chunk, CHUNK, at)) > 0; at += n, reads++)
			for (size_t i = 0; i < (size_t)n / sizeof(chunk[0]); i += 8)
				sum = (sum ^ chunk[i]) * 0x100000001b3u;
	}
	workload_end(start, reads);
	if (n < 0)
		workload_fail("file-seq", path);
	return workload_result("file-seq", sum);
}
