/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * What an operation costs a program, in batches that take turns; the first batch of each does not count. CSV
 * on stdout, as the monitor's --bench has it. Arguments: batches, operations.
 */
#define BLOCK 65536

static char block[BLOCK];

static int served(void)
{
	return syscall(SYS_getpid) < 0;
}

static int forwarded(void)
{
	return syscall(SYS_getpgrp) < 0;
}

static int fork_wait(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(3);
	return child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
	       WEXITSTATUS(status) != 3;
}

/* stdin is a regular file. */
static int read_block(void)
{
	return read(STDIN_FILENO, block, BLOCK) != BLOCK;
}

static const struct operation {
	const char *name;
	int (*once)(void); /* not 0: it failed */
	int batch;	   /* how often a batch does it */
} operations[] = {
	{ "served", served, 1000 },	  /* a guest kernel answers getpid itself */
	{ "forwarded", forwarded, 500 },  /* getpgrp has no arguments either, but crosses to the host */
	{ "fork", fork_wait, 5 },	  /* and a child that ends at once */
	{ "read-64k", read_block, 1600 }, /* the first 100 MiB of stdin, in order */
};

static const struct operation *find(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	fprintf(stderr, "ops: there is no operation %s\n", name);
	exit(2);
}

static double batch_ns(const struct operation *o)
{
	struct timespec start, end;

	lseek(STDIN_FILENO, 0, SEEK_SET); /* where it is a file */
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < o->batch; i++) {
		if (o->once()) {
			fprintf(stderr, "ops: %s failed\n", o->name);
			exit(1);
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / o->batch;
}

int main(int argc, char **argv)
{
	long batches = argc > 1 ? atol(argv[1]) : 0;

	if (argc < 3 || batches <= 0) {
		fputs("usage: ops BATCHES OPERATION...\n", stderr);
		return 2;
	}
	puts("batch,name,ns");
	for (long i = 0; i <= batches; i++) {
		for (int k = 2; k < argc; k++) {
			const struct operation *o = find(argv[k]);
			double ns = batch_ns(o);

			if (i > 0)
				printf("%ld,%s,%.1f\n", i, o->name, ns);
		}
	}
	return 0;
}
