/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "workloads/workload.h"

/*
 * Compresses FILE into OUTPUT with an LZ77 of the LZ4 kind (greedy, one hash probe), then expands it again
 * and compares. A token is a byte of literal count and a byte of match length less MATCH_MIN, the literals,
 * and a two-byte distance.
 */
#define HASH_BITS 14
#define MATCH_MIN 4
#define RUN_MAX	  255
#define WINDOW	  65535

static uint32_t load(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static size_t match_length(const unsigned char *a, const unsigned char *b, size_t most)
{
	size_t n = 0;

	while (n < most && a[n] == b[n])
		n++;
	return n;
}

static size_t emit(unsigned char *out, const unsigned char *literals, size_t count, size_t match,
		   size_t distance)
{
	out[0] = (unsigned char)count;
	out[1] = (unsigned char)(match ? match - MATCH_MIN + 1 : 0);
	memcpy(out + 2, literals, count);
	out[2 + count] = (unsigned char)distance;
	out[3 + count] = (unsigned char)(distance >> 8);
	return count + 4;
}

static size_t compress(const unsigned char *in, size_t n, unsigned char *out)
{
	static uint32_t last[1 << HASH_BITS];
	size_t at = 0, from = 0, size = 0;

	while (at + MATCH_MIN < n) {
		uint32_t hash = load(in + at) * 2654435761u >> (32 - HASH_BITS);
		size_t candidate = last[hash], most = n - at < RUN_MAX ? n - at : RUN_MAX, match = 0;

		last[hash] = (uint32_t)at;
		if (candidate < at && at - candidate <= WINDOW)
			match = match_length(in + candidate, in + at, most);
		if (match >= MATCH_MIN || at - from == RUN_MAX) {
			match = match >= MATCH_MIN ? match : 0;
			size += emit(out + size, in + from, at - from, match, at - candidate);
			at += match ? match : 0;
			from = at;
		} else {
			at++;
		}
	}
	for (; from < n; from += RUN_MAX)
		size += emit(out + size, in + from, n - from < RUN_MAX ? n - from : RUN_MAX, 0, 0);
	return size;
}

static size_t expand(const unsigned char *in, size_t n, unsigned char *out)
{
	size_t size = 0;

	for (size_t at = 0; at < n;) {
		size_t count = in[at], match = in[at + 1] ? in[at + 1] + MATCH_MIN - 1u : 0;
		size_t distance = in[at + 2 + count] | (size_t)in[at + 3 + count] << 8;

		memcpy(out + size, in + at + 2, count);
		size += count;
		for (size_t i = 0; i < match; i++, size++)
			out[size] = out[size - distance];
		at += count + 4;
	}
	return size;
}

static unsigned char *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	unsigned char *data = end < 0 ? NULL : malloc((size_t)end + 1);
	ssize_t n;

	*size = 0;
	if (data == NULL)
		workload_fail("pack", path);
	while ((n = pread(fd, data + *size, (size_t)end - *size, (off_t)*size)) > 0)
		*size += (size_t)n;
	if (n < 0)
		workload_fail("pack", path);
	close(fd);
	return data;
}

static void write_file(const char *path, const unsigned char *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	for (size_t done = 0; fd >= 0 && done < size;) {
		ssize_t n = write(fd, data + done, size - done < 65536 ? size - done : 65536);

		if (n < 0)
			workload_fail("pack", path);
		done += (size_t)n;
	}
	if (fd < 0 || close(fd))
		workload_fail("pack", path);
}

int main(int argc, char **argv)
{
	const char *path = workload_path(argc, argv, 1, "FILE OUTPUT"),
		   *to = workload_path(argc, argv, 2, "FILE OUTPUT");
	unsigned char *in, *out, *back;
	size_t n, size;
	uint64_t start = workload_begin();

	in = read_file(path, &n);
	out = malloc(2 * n + 1024);
	back = malloc(n + 1024);
	if (!out || !back)
		workload_fail("pack", "memory");
	size = compress(in, n, out);
	write_file(to, out, size);
	workload_end(start, n);
	if (expand(out, size, back) != n || memcmp(in, back, n) != 0) {
		fputs("pack: what was packed does not unpack to the same\n", stderr);
		return 1;
	}
	return workload_result("pack", workload_sum(WORKLOAD_SUM, out, size));
}
