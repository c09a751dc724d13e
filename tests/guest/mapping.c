/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "tests/guest/guest.h"

/* What mappings hold, when it is dropped, written back, or never came to be. */
#define PAGE 4096ul

static unsigned char *map(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Some files refuse to be mapped only at the last moment: what is mapped instead must be whole. */
static void refused_by_the_file(void)
{
	int fd = open("/proc/version", O_RDONLY);
	unsigned char *p, sum = 0;

	CHECK(fd >= 0);
	CHECK_FAILS((long)mmap(NULL, 16 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0), EIO);
	p = map(64 * PAGE);
	for (size_t i = 0; i < 64 * PAGE; i += 64)
		sum |= p[i]++;
	CHECK_EQUAL(sum, 0);
	CHECK_EQUAL(munmap(p, 64 * PAGE), 0);
	close(fd);
}

static void dropped_while_hidden(void)
{
	unsigned char *p = map(32 * PAGE);

	memset(p, 7, 32 * PAGE);
	CHECK_EQUAL(mprotect(p, 32 * PAGE, PROT_NONE), 0);
	CHECK_EQUAL(madvise(p, 32 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQUAL(mprotect(p, 32 * PAGE, PROT_READ | PROT_WRITE), 0);
	CHECK_EQUAL(p[0] + p[31 * PAGE], 0);
	p[5 * PAGE] = 9;
	CHECK_EQUAL(madvise(p + 4 * PAGE, 2 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQUAL(p[5 * PAGE], 0);
	CHECK_EQUAL(munmap(p + 8 * PAGE, PAGE), 0);
	CHECK_FAILS(madvise(p, 32 * PAGE, MADV_DONTNEED), ENOMEM);
	CHECK_FAILS(madvise(p + 1, PAGE, MADV_DONTNEED), EINVAL);
	munmap(p, 32 * PAGE);
}

static void file_of(int fd, char with)
{
	char page[PAGE];

	memset(page, with, sizeof(page));
	for (int i = 0; i < 4; i++)
		CHECK_EQUAL(pwrite(fd, page, PAGE, i * PAGE), PAGE);
}

static void dropped_copies(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p, c = 0;

	file_of(fd, 'a');
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	p[PAGE] = 'X';
	CHECK_EQUAL(p[PAGE], 'X');
	CHECK_EQUAL(madvise(p, 4 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQUAL(p[PAGE], 'a');
	munmap(p, 4 * PAGE);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	p[2 * PAGE] = 'S';
	CHECK_EQUAL(madvise(p, 4 * PAGE, MADV_DONTNEED), 0);
	CHECK_EQUAL(p[2 * PAGE], 'S');
	CHECK_EQUAL(msync(p, 4 * PAGE, MS_SYNC), 0);
	CHECK_EQUAL(pread(fd, &c, 1, 2 * PAGE), 1);
	CHECK_EQUAL(c, 'S');
	munmap(p, 4 * PAGE);
	close(fd);
	unlink("mapped");
}

static void synced(void)
{
	unsigned char *p = map(4 * PAGE);

	CHECK_EQUAL(msync(p, 4 * PAGE, MS_ASYNC), 0);
	CHECK_EQUAL(msync(p, 0, MS_SYNC), 0);
	CHECK_FAILS(msync(p, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
	CHECK_FAILS(msync(p, PAGE, 99), EINVAL);
	CHECK_FAILS(msync(p + 1, PAGE, MS_SYNC), EINVAL);
	munmap(p + PAGE, PAGE);
	CHECK_FAILS(msync(p, 4 * PAGE, MS_SYNC), ENOMEM);
	munmap(p, 4 * PAGE);
	CHECK_FAILS(msync(p, PAGE, MS_SYNC), ENOMEM);
}

/* Looks at COUNT frames of 64 KiB: more stack than there usually is, where the limit allows it. */
static int deep(int count)
{
	volatile char frame[65536];

	frame[count] = 1;
	return count ? deep(count - 1) + frame[count] : 0;
}

static void stack_as_limited(void)
{
	struct rlimit limit;

	CHECK_EQUAL(getrlimit(RLIMIT_STACK, &limit), 0);
	CHECK_EQUAL(deep(limit.rlim_cur >= 24ul << 20 && limit.rlim_cur != RLIM_INFINITY ? 256 : 64) > 0, 1);
}

/* What a descriptor was not opened for, its mapping cannot get later. */
static void test_rights(void)
{
	int fd = open("rights", O_RDWR | O_CREAT | O_TRUNC, 0600), only = open("rights", O_RDONLY);
	char *reads, *writes, *copy;

	CHECK_EQUAL(ftruncate(fd, 4096), 0);
	reads = mmap(NULL, 4096, PROT_READ, MAP_SHARED, only, 0);
	writes = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	copy = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, only, 0);
	CHECK_FAILS(mprotect(reads, 4096, PROT_READ | PROT_WRITE), EACCES);
	CHECK_EQUAL(mprotect(writes, 4096, PROT_READ | PROT_WRITE), 0);
	CHECK_EQUAL(mprotect(copy, 4096, PROT_READ | PROT_WRITE), 0);
	writes[7] = 'w';
	CHECK_EQUAL(reads[7], 'w');
	copy[7] = 'c';
	CHECK_EQUAL(writes[7], 'w');
	CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, only, 0) == MAP_FAILED && errno == EACCES);
	munmap(reads, 4096);
	munmap(writes, 4096);
	munmap(copy, 4096);
	close(fd);
	close(only);
	unlink("rights");
}

int main(void)
{
	refused_by_the_file();
	dropped_while_hidden();
	dropped_copies();
	synced();
	stack_as_limited();
	test_rights();
	return check_end();
}
