/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * What a system call costs a program, in batches that alternate: getpid, which a guest kernel answers itself,
 * and getpgrp, which has no arguments either but crosses the channel to the host. CSV on stdout, as the
 * monitor's --bench has it. Arguments: calls a batch, batches.
 */
static double batch_ns(long number, long calls)
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long i = 0; i < calls; i++)
		syscall(number);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
	       (double)calls;
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 1000, batches = argc > 2 ? atol(argv[2]) : 30;

	if (calls <= 0 || batches <= 0) {
		fprintf(stderr, "usage: null_call CALLS BATCHES\n");
		return 2;
	}
	batch_ns(SYS_getpid, calls);
	batch_ns(SYS_getpgrp, calls);
	puts("batch,name,ns");
	for (long i = 1; i <= batches; i++) {
		printf("%ld,served,%.1f\n", i, batch_ns(SYS_getpid, calls));
		printf("%ld,forwarded,%.1f\n", i, batch_ns(SYS_getpgrp, calls));
	}
	return 0;
}
