/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef WORKLOADS_WORKLOAD_H
#define WORKLOADS_WORKLOAD_H

/*
 * What the workloads share: a size argument, marks around the region of interest, a checksum. A workload is
 * an ordinary program; it does not know where it runs. Everything here is static so that each stays one file.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Prints one line about what failed and ends the program with status 1. */
static inline _Noreturn void workload_fail(const char *name, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", name, what, strerror(errno));
	exit(1);
}

/* argv[1] as a count, with K, M or G (binary); WITHOUT when there is none. Bad usage ends with status 2. */
static inline uint64_t workload_size(int argc, char **argv, int index, uint64_t without)
{
	static const char units[] = "KMG";
	uint64_t value;
	char *end;

	if (argc <= index)
		return without;
	errno = 0;
	value = strtoull(argv[index], &end, 10);
	for (int i = 0; units[i] && *end; i++)
		if (*end == units[i] && end[1] == '\0')
			return value << 10 * (i + 1);
	if (errno || *end || end == argv[index] || argv[index][0] == '-') {
		fprintf(stderr, "%s: %s is not a size: write it like 1000, 64K or 16M\n", argv[0],
			argv[index]);
		exit(2);
	}
	return value;
}

/* argv[INDEX] as a path; its absence ends the program with status 2. */
static inline const char *workload_path(int argc, char **argv, int index, const char *usage)
{
	if (argc > index)
		return argv[index];
	fprintf(stderr, "usage: %s %s\n", argv[0], usage);
	exit(2);
}

static inline uint64_t workload_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* One write, so that whoever watches stderr sees the mark whole and at once. */
static inline void workload_mark(const char *line)
{
	size_t length = strlen(line);

	if (write(STDERR_FILENO, line, length) != (ssize_t)length)
		exit(1);
}

/* Marks the beginning of the region of interest; returns its time. */
static inline uint64_t workload_begin(void)
{
	workload_mark("roi begin\n");
	return workload_now_ns();
}

/* Marks its end: OPS operations since START. */
static inline void workload_end(uint64_t start, uint64_t ops)
{
	char line[80];

	snprintf(line, sizeof(line), "roi_ns=%" PRIu64 " ops=%" PRIu64 "\n", workload_now_ns() - start, ops);
	workload_mark(line);
}

/* FNV-1a, 64 bits (draft-eastlake-fnv): begin with WORKLOAD_SUM. */
#define WORKLOAD_SUM 0xcbf29ce484222325u

static inline uint64_t workload_sum(uint64_t sum, const void *data, size_t bytes)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < bytes; i++)
		sum = (sum ^ p[i]) * 0x100000001b3u;
	return sum;
}

/* Prints the program's result and ends it. */
static inline int workload_result(const char *name, uint64_t sum)
{
	printf("%s %016" PRIx64 "\n", name, sum);
	return fflush(stdout) || ferror(stdout);
}

/* xorshift64* (Vigna, 2016): the same numbers everywhere. */
static inline uint64_t workload_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1du;
}

#endif
