/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/* Appends N short lines to FILE, a write each, as a service that logs does. */
int main(int argc, char **argv)
{
	const char *path = workload_path(argc, argv, 1, "FILE [LINES]");
	uint64_t lines = workload_size(argc, argv, 2, 5000), sum = WORKLOAD_SUM, seed = 9, start;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);

	if (fd < 0)
		workload_fail("log", path);
	start = workload_begin();
	for (uint64_t i = 0; i < lines; i++) {
		char line[128];
		int n = snprintf(line, sizeof(line), "%08" PRIu64 " request %016" PRIx64 " served\n", i,
				 workload_random(&seed));

		if (write(fd, line, (size_t)n) != n)
			workload_fail("log", path);
		sum = workload_sum(sum, line, (size_t)n);
	}
	workload_end(start, lines);
	return workload_result("log", sum);
}
