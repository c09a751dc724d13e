/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "tests/guest/guest.h"

/*
 * A file by several descriptors, by mappings, by processes: what one writes every other reads, at whatever
 * offset each has. A long row of random calls is checked against an array in memory; with arguments, a
 * dialogue with whoever wrote the test: see outside().
 */
#define THREADS 3
#define LIMIT	600000 /* bytes of the file, at most */
#define CALLS	500

static unsigned char model[LIMIT], buffer[LIMIT];
static long size;
static uint64_t state = 88172645463325252u;

static unsigned below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 20) % n;
}

/* Lengths of every kind: a few bytes, whole pages, many pages. */
static long some_bytes(void)
{
	static const unsigned most[] = { 16, 600, 5000, 40000, 300000 };
	long n = below(most[below(5)]) + 1;

	return below(3) ? n : (n + 4095) / 4096 * 4096;
}

static long some_offset(void)
{
	long at = below((unsigned)size + 5000);

	return below(2) ? at : at / 4096 * 4096;
}

static void make(long bytes)
{
	unsigned char seed = (unsigned char)below(256);

	for (long i = 0; i < bytes; i++)
		buffer[i] = (unsigned char)(seed + i * 31 + (i >> 8));
}

static bool write_at(int fd, long at, long bytes, bool moves)
{
	bytes = at + bytes > LIMIT ? LIMIT - at : bytes;
	if (bytes <= 0)
		return true;
	make(bytes);
	if (moves ? lseek(fd, at, SEEK_SET) != at || write(fd, buffer, (size_t)bytes) != bytes ||
			    lseek(fd, 0, SEEK_CUR) != at + bytes
		  : pwrite(fd, buffer, (size_t)bytes, at) != bytes)
		return false;
	if (at > size)
		memset(model + size, 0, (size_t)(at - size));
	memcpy(model + at, buffer, (size_t)bytes);
	size = at + bytes > size ? at + bytes : size;
	return true;
}

static bool append(int fd, long bytes)
{
	bytes = size + bytes > LIMIT ? LIMIT - size : bytes;
	make(bytes);
	memcpy(model + size, buffer, (size_t)bytes);
	size += bytes;
	return write(fd, buffer, (size_t)bytes) == bytes;
}

static bool read_at(int fd, long at, long bytes, bool moves)
{
	long want = at >= size ? 0 : at + bytes > size ? size - at : bytes, got;
	struct iovec piece[2] = { { buffer, (size_t)bytes / 3 },
				  { buffer + bytes / 3, (size_t)(bytes - bytes / 3) } };

	memset(buffer, 0xee, (size_t)bytes);
	if (moves)
		got = lseek(fd, at, SEEK_SET) == at ? read(fd, buffer, (size_t)bytes) : -1;
	else
		got = preadv(fd, piece, 2, at);
	return got == want && memcmp(buffer, model + at, (size_t)want) == 0 &&
	       (want == bytes || buffer[want] == 0xee);
}

static bool read_on(int fd, long bytes)
{
	long at = lseek(fd, 0, SEEK_CUR), want = at >= size ? 0 : at + bytes > size ? size - at : bytes;

	return read(fd, buffer, (size_t)bytes) == want && memcmp(buffer, model + at, (size_t)want) == 0;
}

static bool resize(int fd, long to)
{
	to = to > LIMIT ? LIMIT : to;
	if (to > size)
		memset(model + size, 0, (size_t)(to - size));
	size = to;
	return (below(2) ? ftruncate(fd, to) : truncate("random", to)) == 0;
}

static bool has_size(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat("random", &b) == 0 && a.st_size == size && b.st_size == size &&
	       lseek(fd, 0, SEEK_END) == size;
}

static bool one_call(const int fd[5])
{
	int one = fd[below(4)];

	switch (below(12)) {
	case 0:
	case 1:
		return write_at(one, some_offset(), some_bytes(), below(2));
	case 2:
		return append(fd[4], below(4) ? below(300) + 1 : some_bytes());
	case 3:
		return below(8) || resize(one, some_offset());
	case 4:
		return below(4) || has_size(one);
	case 5:
		return below(4) || (below(2) ? fsync(one) : fdatasync(one)) == 0;
	case 6:
	case 7:
	case 8:
		return read_on(one, some_bytes());
	default:
		return read_at(one, some_offset(), some_bytes(), below(2));
	}
}

/* Two descriptors of their own, two that share an offset, one that appends. */
static void test_random(void)
{
	int fd[5], done = 0, again;

	fd[0] = open("random", O_RDWR | O_CREAT | O_TRUNC, 0644);
	fd[1] = open("random", O_RDWR);
	fd[2] = open("random", O_RDWR | O_SYNC);
	fd[3] = dup(fd[2]);
	fd[4] = open("random", O_WRONLY | O_APPEND);
	CHECK(fd[0] >= 0 && fd[1] >= 0 && fd[2] >= 0 && fd[3] >= 0 && fd[4] >= 0);
	while (done < CALLS && one_call(fd)) {
		if (done % 100 == 99) {
			close(fd[1]);
			fd[1] = open("random", O_RDWR);
		}
		done++;
	}
	CHECK_EQUAL(done, CALLS);
	again = open("random", O_RDONLY);
	CHECK_EQUAL(read(again, buffer, LIMIT), size);
	CHECK(memcmp(buffer, model, (size_t)size) == 0);
	for (int i = 0; i < 5; i++)
		CHECK_EQUAL(close(fd[i]), 0);
	CHECK_EQUAL(close(again), 0);
}

#define REGION 100000
static int common;

/* Writes and reads a part of the file that is this thread's alone. */
static void *work(void *part)
{
	static unsigned char memory[THREADS][REGION];
	long base = (long)part * REGION;
	unsigned char *mine = memory[(long)part], got[9000];
	uint64_t seed = (uint64_t)(long)part + 1;

	if (pwrite(common, mine, REGION, base) != REGION)
		return (void *)1;
	for (int i = 0; i < 100; i++) {
		long at, bytes;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		at = (long)(seed >> 33) % (REGION - 9000);
		bytes = (long)(seed >> 20) % 9000 + 1;
		if (i % 3 == 0) {
			memset(mine + at, i, (size_t)bytes);
			if (pwrite(common, mine + at, (size_t)bytes, base + at) != bytes)
				return (void *)2;
		} else if (pread(common, got, (size_t)bytes, base + at) != bytes ||
			   memcmp(got, mine + at, (size_t)bytes) != 0) {
			return (void *)3;
		}
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t thread[THREADS];
	void *failed;

	common = open("common", O_RDWR | O_CREAT | O_TRUNC, 0644);
	for (long i = 0; i < THREADS; i++)
		CHECK_EQUAL(pthread_create(&thread[i], NULL, work, (void *)i), 0);
	for (int i = 0; i < 200; i++) {
		char *memory =
			mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		memset(memory, 1, 1 << 16);
		munmap(memory, 1 << 20);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &failed);
		CHECK_EQUAL((long)failed, 0);
	}
	CHECK_EQUAL(close(common), 0);
}

/*
 * Says for each line that comes what the file holds: read again by the descriptor it has
 * all the while, and by a new one. A line "write TEXT" writes first.
 */
static int outside(const char *path)
{
	int fd = open(path, O_RDWR), fresh;
	char line[128], text[32], other[32];
	ssize_t n, m;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "write ", 6) == 0 && pwrite(fd, line + 6, strlen(line + 6), 0) < 0)
			return 1;
		n = pread(fd, text, sizeof(text) - 1, 0);
		fresh = open(path, O_RDONLY);
		m = read(fresh, other, sizeof(other) - 1);
		close(fresh);
		if (n < 0 || m < 0)
			return 1;
		printf("%.*s %.*s\n", (int)strcspn(text, "\n"), text, (int)strcspn(other, "\n"), other);
		fflush(stdout);
	}
	return close(fd);
}

int main(int argc, char **argv)
{
	char directory[] = "cached.XXXXXX";

	if (argc == 3 && strcmp(argv[1], "outside") == 0)
		return outside(argv[2]);
	CHECK(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_random();
	test_threads();
	return check_end();
}
