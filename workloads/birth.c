/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/wait.h>

#include "workloads/workload.h"

/* Comes to life: says so, which is its first request, forks CHILDREN that end at once, one after the other,
 * and stays for MILLISECONDS before it ends. */

static void fork_one(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	if (child < 0 || waitpid(child, NULL, 0) != child)
		workload_fail("birth", "fork");
}

int main(int argc, char **argv)
{
	uint64_t children = workload_size(argc, argv, 1, 0), stay_ms = workload_size(argc, argv, 2, 0);
	uint64_t start = workload_begin();

	for (uint64_t i = 0; i < children; i++)
		fork_one();
	if (children)
		workload_end(start, children);
	if (stay_ms)
		usleep((useconds_t)stay_ms * 1000);
	return workload_result("birth", children);
}
