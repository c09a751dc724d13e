/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/syscall.h>

#include "workloads/workload.h"

/* N cheap system calls. What they return differs from run to run, so only how many agreed is printed. */
int main(int argc, char **argv)
{
	uint64_t calls = workload_size(argc, argv, 1, 50000), same = 0, start;
	long parent = syscall(SYS_getppid);

	start = workload_begin();
	for (uint64_t i = 0; i < calls; i++)
		same += syscall(SYS_getppid) == parent;
	workload_end(start, calls);
	return workload_result("syscall", same);
}
