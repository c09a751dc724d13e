/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/guest/guest.h"

/* mmap and its family, brk: what is fresh is zero, what is moved is whole, what is gone is gone. */
#define PAGE 4096ul
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* Whether N pages at P hold VALUE in their first and last bytes. */
static bool all(const unsigned char *p, size_t n, unsigned char value)
{
	for (size_t i = 0; i < n; i++)
		if (p[i * PAGE] != value || p[i * PAGE + PAGE - 1] != value)
			return false;
	return true;
}

static void fill(unsigned char *p, size_t n, unsigned char value)
{
	for (size_t i = 0; i < n; i++)
		p[i * PAGE] = p[i * PAGE + PAGE - 1] = value;
}

static unsigned char *map(size_t pages)
{
	return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, ANON, -1, 0);
}

/* Whether the kernel can read from (or write to) P, without a signal where it cannot. */
static bool reachable(const void *p)
{
	int ends[2];
	bool can;

	if (pipe(ends))
		return false;
	can = write(ends[1], p, 1) == 1;
	close(ends[0]);
	close(ends[1]);
	return can;
}

static bool writable(void *p)
{
	int zero = open("/dev/zero", O_RDONLY);
	bool can = read(zero, p, 1) == 1;

	close(zero);
	return can;
}

/* Memory that is used, given back and taken again is zero each time, in every size. */
static void test_fresh(void)
{
	static const size_t sizes[] = { 1, 3, 16, 40, 600 };

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		bool fresh = true;

		for (int round = 1; round < 20; round++) {
			unsigned char *p = map(sizes[s]);

			fresh &= all(p, sizes[s], 0);
			fill(p, sizes[s], (unsigned char)round);
			munmap(p, sizes[s] * PAGE);
		}
		check_is("fresh memory is zero", fresh);
	}
}

/* More than is mapped at once, in the guest: pages come on first touch. */
static void test_large(void)
{
	size_t pages = (256ul << 20) / PAGE;
	unsigned char *p = map(pages);

	CHECK(p != MAP_FAILED);
	for (size_t i = 0; i < pages; i += 4099)
		fill(p + i * PAGE, 1, 7);
	CHECK(all(p + 4099 * PAGE, 1, 7));
	CHECK(all(p + 4100 * PAGE, 1, 0));
	CHECK_EQUAL(munmap(p, pages * PAGE), 0);
	CHECK_FAILS(munmap(p + 1, PAGE), EINVAL);
	CHECK_FAILS((long)mmap(NULL, 0, PROT_READ, ANON, -1, 0), EINVAL);
	CHECK_FAILS((long)mmap(NULL, 1ul << 46, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 1), EINVAL);
	CHECK_FAILS((long)mmap(NULL, 1ul << 50, PROT_READ, ANON, -1, 0), ENOMEM);
	CHECK_FAILS((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0), EBADF);
}

static void test_holes(void)
{
	unsigned char *p = map(8);

	fill(p, 8, 5);
	CHECK_EQUAL(munmap(p + 3 * PAGE, 2 * PAGE), 0);
	CHECK(reachable(p + 2 * PAGE));
	CHECK(!reachable(p + 3 * PAGE));
	CHECK(!reachable(p + 4 * PAGE));
	CHECK(all(p, 3, 5) && all(p + 5 * PAGE, 3, 5));
	CHECK(mmap(p + 3 * PAGE, PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0) == p + 3 * PAGE);
	CHECK(all(p + 3 * PAGE, 1, 0));
	CHECK(!writable(p + 3 * PAGE));
	CHECK_FAILS((long)mmap(p, PAGE, PROT_READ, ANON | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
	CHECK(mmap(p, 8 * PAGE, PROT_READ | PROT_WRITE, ANON | MAP_FIXED, -1, 0) == p);
	CHECK(all(p, 8, 0));
	CHECK_EQUAL(munmap(p, 8 * PAGE), 0);
}

static void test_rights(void)
{
	unsigned char *p = map(4);

	fill(p, 4, 9);
	CHECK_EQUAL(mprotect(p + PAGE, PAGE, PROT_READ), 0);
	CHECK(reachable(p + PAGE));
	CHECK(!writable(p + PAGE));
	CHECK(writable(p + 2 * PAGE));
	CHECK_EQUAL(mprotect(p + PAGE, PAGE, PROT_NONE), 0);
	CHECK(!reachable(p + PAGE));
	CHECK_EQUAL(mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE), 0);
	CHECK(all(p + PAGE, 1, 9));
	CHECK_EQUAL(munmap(p + 3 * PAGE, PAGE), 0);
	CHECK_FAILS(mprotect(p, 4 * PAGE, PROT_READ), ENOMEM);
	CHECK_FAILS(syscall(SYS_mprotect, p + 1, PAGE, PROT_READ), EINVAL);
	munmap(p, 3 * PAGE);
	p = mmap(NULL, 100 * PAGE, PROT_NONE, ANON, -1, 0); /* reserved, then used in part */
	CHECK(!reachable(p + 50 * PAGE));
	CHECK_EQUAL(mprotect(p + 50 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE), 0);
	CHECK(all(p + 50 * PAGE, 2, 0));
	fill(p + 50 * PAGE, 2, 1);
	CHECK(!reachable(p + 52 * PAGE));
	CHECK_EQUAL(munmap(p, 100 * PAGE), 0);
}

/* Grows and shrinks in turn, with others in between, as realloc does. */
static void test_mremap(void)
{
	bool whole = true, fresh = true;

	for (size_t n = 1; n < 70; n += 3) {
		unsigned char *p = map(n), *q, *between;

		fill(p, n, (unsigned char)n);
		q = mremap(p, n * PAGE, (n + 2) * PAGE, MREMAP_MAYMOVE);
		between = map(n);
		fresh &= all(q + n * PAGE, 2, 0) && all(between, n, 0);
		fill(between, n, 255);
		whole &= all(q, n, (unsigned char)n);
		p = mremap(q, (n + 2) * PAGE, (n + 9) * PAGE, MREMAP_MAYMOVE);
		whole &= all(p, n, (unsigned char)n) && all(between, n, 255);
		fresh &= all(p + n * PAGE, 9, 0);
		q = mremap(p, (n + 9) * PAGE, n * PAGE, 0);
		whole &= q == p && all(q, n, (unsigned char)n);
		fresh &= !reachable(q + n * PAGE);
		munmap(between, n * PAGE);
		munmap(q, n * PAGE);
	}
	CHECK(whole);
	CHECK(fresh);
	CHECK_FAILS((long)mremap((void *)PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
	CHECK_FAILS((long)mremap((void *)1, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EINVAL);
}

/* An array that doubles again and again: below where it lay, and in place over where it was. */
static void test_doubling(void)
{
	const size_t most = (size_t)8 << 20;
	bool whole = true, fresh = true;
	size_t n = 33;

	for (int around = 0; around < 4; around++) {
		unsigned char *above = map(1), *p = map(n = 33 + (size_t)around);

		fill(p, n, 1);
		for (unsigned char k = 2; p != MAP_FAILED && n * PAGE < most; k++, n = 2 * n - 1) {
			unsigned char *q = mremap(p, n * PAGE, (2 * n - 1) * PAGE, MREMAP_MAYMOVE);

			whole &= q != MAP_FAILED && all(q, 33, 1) && all(q + (n - 1) * PAGE, 1, k - 1);
			fresh &= q != MAP_FAILED && all(q + n * PAGE, n - 1, 0);
			if (q != MAP_FAILED)
				fill(q + n * PAGE, n - 1, k);
			p = q;
		}
		if (p != MAP_FAILED)
			munmap(p, n * PAGE);
		munmap(above, PAGE);
	}
	CHECK(whole);
	CHECK(fresh);
}

/* Memory that came at once grows into such that comes as it is touched, and on. */
static void test_growing_large(void)
{
	unsigned char *p = map(4), *q;

	fill(p, 4, 5);
	q = mremap(p, 4 * PAGE, (size_t)72 << 20, MREMAP_MAYMOVE);
	CHECK(q != MAP_FAILED && all(q, 4, 5) && all(q + ((size_t)72 << 20) - PAGE, 1, 0));
	p = mremap(q, (size_t)72 << 20, ((size_t)72 << 20) + PAGE, MREMAP_MAYMOVE);
	CHECK(p != MAP_FAILED && all(p, 4, 5) && all(p + ((size_t)72 << 20), 1, 0));
	munmap(p, ((size_t)72 << 20) + PAGE);
}

static void test_advice(void)
{
	unsigned char *p = map(20);

	fill(p, 20, 3);
	CHECK_EQUAL(madvise(p + 2 * PAGE, 17 * PAGE, MADV_DONTNEED), 0);
	CHECK(all(p, 2, 3) && all(p + 2 * PAGE, 17, 0) && all(p + 19 * PAGE, 1, 3));
	CHECK_FAILS(madvise(p + 1, PAGE, MADV_DONTNEED), EINVAL);
	munmap(p, 20 * PAGE);
	CHECK_FAILS(madvise(p, PAGE, MADV_DONTNEED), ENOMEM);
}

static void test_brk(void)
{
	unsigned char *start = (unsigned char *)syscall(SYS_brk, 0), *page;

	CHECK_EQUAL(syscall(SYS_brk, start + 5 * PAGE) - (long)start, 5 * PAGE);
	page = (unsigned char *)(((uintptr_t)start + PAGE - 1) & ~(PAGE - 1));
	CHECK(all(page, 4, 0));
	fill(page, 4, 8);
	CHECK_EQUAL(syscall(SYS_brk, start + PAGE) - (long)start, PAGE);
	CHECK_EQUAL(syscall(SYS_brk, start + 5 * PAGE) - (long)start, 5 * PAGE);
	CHECK(all(page + PAGE, 3, 0));
	CHECK_EQUAL(syscall(SYS_brk, 1) - (long)start, 5 * PAGE);
	CHECK_EQUAL(syscall(SYS_brk, 1ul << 50) - (long)start, 5 * PAGE);
	syscall(SYS_brk, start);
}

static void test_files(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char got[8] = "";
	char *shared, *private;

	CHECK_EQUAL(ftruncate(fd, 3 * PAGE), 0);
	CHECK_EQUAL(pwrite(fd, "file", 4, PAGE), 4);
	shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	private = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	CHECK(memcmp(shared, "file", 4) == 0 && memcmp(private, "file", 4) == 0);
	memcpy(private, "mine", 4);
	CHECK(memcmp(shared, "file", 4) == 0);
	memcpy(shared + PAGE, "both", 4);
	CHECK_EQUAL(pread(fd, got, 4, 2 * PAGE), 4);
	CHECK(memcmp(got, "both", 4) == 0);
	CHECK_EQUAL(pwrite(fd, "seen", 4, PAGE), 4);
	CHECK(memcmp(shared, "seen", 4) == 0 && memcmp(private, "mine", 4) == 0);
	CHECK_EQUAL(munmap(shared, 2 * PAGE), 0);
	CHECK_EQUAL(munmap(private, 2 * PAGE), 0);
	CHECK(all(map(2), 2, 0)); /* nothing of the file is left in what comes after */
	CHECK_EQUAL(close(fd), 0);
	CHECK_EQUAL(unlink("mapped"), 0);
}

int main(void)
{
	test_fresh();
	test_large();
	test_holes();
	test_rights();
	test_mremap();
	test_doubling();
	test_growing_large();
	test_advice();
	test_brk();
	test_files();
	return check_end();
}
