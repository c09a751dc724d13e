/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/* What has been written and may not be where it belongs yet: every way of asking for it gets it. */
#define MANY (16 << 20)

static char text[MANY + 8192], got[MANY];

static int made(const char *name, int flags)
{
	return open(name, flags | O_CREAT | O_TRUNC, 0644);
}

/* Whether the LENGTH bytes of FD are those of `text`. */
static bool holds(int fd, long length)
{
	memset(got, 0, (size_t)length);
	return pread(fd, got, MANY, 0) == length && memcmp(got, text, (size_t)length) == 0;
}

static bool by_name(const char *name, long length)
{
	int fd = open(name, O_RDONLY);
	bool well = holds(fd, length);

	return close(fd) == 0 && well;
}

/* Writes [FROM, TO) of `text` in pieces of STEP. */
static bool pieces(int fd, long from, long to, long step)
{
	for (; from < to; from += step) {
		long bytes = to - from < step ? to - from : step;

		if (pwrite(fd, text + from, (size_t)bytes, from) != bytes)
			return false;
	}
	return true;
}

static void test_sizes(void)
{
	int fd = made("sizes", O_RDWR), other = open("sizes", O_RDONLY);
	struct stat s;

	for (int i = 0; i < 100; i++)
		if (write(fd, text + 100 * i, 100) != 100)
			check_is("write", false);
	CHECK(holds(other, 10000));
	CHECK_EQUAL(fstat(other, &s), 0);
	CHECK_EQUAL(s.st_size, 10000);
	CHECK(pieces(fd, 10000, 10100, 7));
	CHECK_EQUAL(stat("sizes", &s), 0);
	CHECK_EQUAL(s.st_size, 10100);
	CHECK(pieces(fd, 10100, 10200, 7));
	CHECK_EQUAL(lseek(other, 0, SEEK_END), 10200);
	CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 10000);
	CHECK(by_name("sizes", 10200));
	CHECK_EQUAL(close(fd) + close(other), 0);
}

static void test_append(void)
{
	int end = made("append", O_WRONLY | O_APPEND), fd = open("append", O_RDWR);

	CHECK_EQUAL(write(end, text, 5000), 5000);
	CHECK(pieces(fd, 4990, 5010, 20));
	CHECK_EQUAL(write(end, text + 5010, 90), 90);
	CHECK(holds(fd, 5100));
	CHECK_EQUAL(close(end), 0);
	end = open("append", O_WRONLY | O_APPEND);
	for (int i = 0; i < 90; i++)
		if (write(end, text + 5100 + 100 * i, 100) != 100)
			check_is("append", false);
	CHECK_EQUAL(lseek(end, 0, SEEK_CUR), 14100);
	CHECK(holds(fd, 14100));
	CHECK_EQUAL(write(end, text + 14100, 100), 100);
	CHECK_EQUAL(fsync(fd), 0);
	CHECK(by_name("append", 14200));
	CHECK_EQUAL(close(fd) + close(end), 0);
}

/* Parts of pages that have not been read. */
static void test_parts(void)
{
	int fd = made("parts", O_WRONLY), other;

	CHECK(pieces(fd, 0, 50000, 50000));
	CHECK_EQUAL(close(fd), 0);
	fd = open("parts", O_WRONLY);
	memcpy(text + 5000, "one", 3);
	memcpy(text + 5010, "two", 3);
	memcpy(text + 5003, "between", 7);
	memcpy(text + 30000, "three", 5);
	memcpy(text + 12288, "front", 5);
	CHECK_EQUAL(pwrite(fd, text + 30000, 5, 30000), 5);
	CHECK_EQUAL(pwrite(fd, text + 5000, 3, 5000), 3);
	CHECK_EQUAL(pwrite(fd, text + 5010, 3, 5010), 3);
	CHECK_EQUAL(pwrite(fd, text + 5003, 7, 5003), 7);
	CHECK_EQUAL(pwrite(fd, text + 12288, 5, 12288), 5);
	CHECK_EQUAL(pwrite(fd, text + 49990, 30, 49990), 30);
	other = open("parts", O_RDONLY);
	CHECK(holds(other, 50020));
	CHECK_FAILS(pread(fd, got, 1, 0), EBADF);
	CHECK_EQUAL(pwrite(fd, text + 8190, 4, 8190), 4);
	CHECK(holds(other, 50020));
	CHECK_EQUAL(close(fd) + close(other), 0);
}

static void test_cut(void)
{
	int fd = made("cut", O_RDWR), other;

	CHECK(pieces(fd, 0, 10000, 333));
	CHECK_EQUAL(ftruncate(fd, 5000), 0);
	CHECK(holds(fd, 5000));
	memset(text + 5000, 0, 1000);
	CHECK(pieces(fd, 6000, 7000, 100));
	CHECK(holds(fd, 7000));
	CHECK_EQUAL(truncate("cut", 6500), 0);
	CHECK(holds(fd, 6500));
	CHECK(pieces(fd, 6000, 6400, 100));
	other = made("cut", O_RDWR);
	CHECK(holds(fd, 0));
	CHECK(pieces(other, 0, 300, 100));
	CHECK(holds(fd, 300));
	CHECK_EQUAL(close(fd) + close(other), 0);
	CHECK(by_name("cut", 300));
}

static void test_mapped(void)
{
	int fd = made("mapped", O_RDWR);
	char *private, *shared;

	CHECK(pieces(fd, 0, 20000, 400));
	private = mmap(NULL, 20000, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(memcmp(private, text, 20000) == 0);
	text[9000]++;
	CHECK(pieces(fd, 9000, 9001, 1));
	CHECK(memcmp(private, text, 20000) == 0);
	shared = mmap(NULL, 20000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(memcmp(shared, text, 20000) == 0);
	shared[9001] = ++text[9001];
	text[9002]++;
	CHECK(pieces(fd, 9002, 9003, 1));
	CHECK(holds(fd, 20000));
	CHECK(memcmp(shared, text, 20000) == 0);
	CHECK_EQUAL(munmap(private, 20000) + munmap(shared, 20000) + close(fd), 0);
}

static void test_handed_on(void)
{
	int fd = made("handed", O_RDWR), out = made("to", O_RDWR), again, way[2];
	struct iovec piece = { text + 600, 100 };
	char path[64];
	loff_t zero = 0;
	off_t from = 0;

	CHECK(pieces(fd, 0, 600, 60));
	CHECK_EQUAL(sendfile(out, fd, &from, 600), 600);
	CHECK(holds(out, 600));
	CHECK_EQUAL(syscall(SYS_pwritev2, fd, &piece, 1, 600L, 0L, 2 /* RWF_DSYNC */), 100);
	CHECK(pieces(fd, 700, 900, 60));
	CHECK_EQUAL(ftruncate(out, 0), 0);
	CHECK_EQUAL(copy_file_range(fd, &from, out, &zero, 300, 0), 300);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(by_name(path, 900));
	CHECK(pieces(fd, 900, 1000, 60));
	CHECK_EQUAL(pipe(way), 0);
	from = 0;
	CHECK_EQUAL(splice(fd, &from, way[1], NULL, 1000, 0), 1000);
	CHECK_EQUAL(read(way[0], got, 2000), 1000);
	CHECK(memcmp(got, text, 1000) == 0);
	CHECK(pieces(fd, 1000, 1100, 60));
	again = dup(fd);
	CHECK_EQUAL(close(fd), 0);
	CHECK(holds(again, 1100));
	CHECK(pieces(again, 1100, 1200, 60));
	CHECK_EQUAL(dup2(out, again), again);
	CHECK(by_name("handed", 1200));
	fd = open("handed", O_RDWR);
	CHECK(pieces(fd, 1200, 1300, 60));
	CHECK_EQUAL(rename("handed", "other"), 0);
	CHECK(by_name("other", 1300));
	CHECK(pieces(fd, 1300, 1400, 60));
	CHECK_EQUAL(unlink("other"), 0);
	CHECK(holds(fd, 1400));
	CHECK_EQUAL(close(fd) + close(out) + close(again) + close(way[0]) + close(way[1]), 0);
}

static void test_synchronous(void)
{
	int fd = made("sync", O_RDWR), other = open("sync", O_WRONLY | O_SYNC);

	CHECK(pieces(fd, 0, 3000, 100));
	CHECK(pieces(other, 1000, 2000, 500));
	CHECK(pieces(fd, 1500, 3500, 100));
	CHECK_EQUAL(fdatasync(other), 0);
	CHECK(holds(fd, 3500));
	CHECK_EQUAL(fcntl(fd, F_SETFL, O_APPEND), 0);
	CHECK_EQUAL(write(fd, text + 3500, 100), 100);
	CHECK(by_name("sync", 3600));
	CHECK_EQUAL(close(fd) + close(other), 0);
}

/* More than any memory for it, some of it from back to front. */
static void test_much(void)
{
	int fd = made("much", O_RDWR);
	bool well = true;

	CHECK(pieces(fd, 0, MANY, 10000));
	for (int i = 0; i < 2000 && well; i++) {
		long at = (long)(2000 - i) * 8000;

		text[at]++;
		well = pwrite(fd, text + at, 1, at) == 1;
	}
	CHECK(well);
	CHECK(holds(fd, MANY));
	CHECK(by_name("much", MANY));
	CHECK_EQUAL(close(fd) + unlink("much"), 0);
}

/* What is written to, or cut, where the reader is about to come. */
static void test_ahead(void)
{
	int fd = made("ahead", O_RDWR), other;
	long at = 0, n;

	CHECK(pieces(fd, 0, 3 << 20, 1 << 20));
	CHECK_EQUAL(close(fd), 0);
	fd = open("ahead", O_RDWR);
	other = open("ahead", O_RDWR);
	while (at < 2 << 20 && (n = read(fd, got, 10000)) > 0 && memcmp(got, text + at, (size_t)n) == 0) {
		at += n;
		for (long next = at + 100; at % 30000 == 0 && next < at + 600000; next += 50001) {
			text[next]++;
			if (pwrite(other, text + next, 1, next) != 1)
				check_is("write ahead", false);
		}
	}
	CHECK_EQUAL(at, 2100000);
	CHECK_EQUAL(ftruncate(other, 2150000), 0);
	CHECK_EQUAL(read(fd, got, 100000), 50000);
	CHECK(holds(other, 2150000));
	CHECK_EQUAL(close(fd) + close(other), 0);
}

static void test_fork(void)
{
	int fd = made("forked", O_RDWR), status = -1;
	pid_t child;

	CHECK(pieces(fd, 0, 5000, 60));
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(holds(fd, 5000) && by_name("forked", 5000) && pieces(fd, 5000, 6000, 60) ? 5 : 6);
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(WEXITSTATUS(status), 5);
	CHECK(holds(fd, 6000));
	CHECK_EQUAL(close(fd), 0);
}

int main(void)
{
	char directory[] = "delayed.XXXXXX";

	for (long i = 0; i < MANY; i++)
		text[i] = (char)(i * 31 + (i >> 8));
	CHECK(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_sizes();
	test_append();
	test_parts();
	test_cut();
	test_mapped();
	test_handed_on();
	test_synchronous();
	test_much();
	test_ahead();
	test_fork();
	return check_end();
}
