/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/* One file by calls, by mappings, by calls that move data inside the host, by names and by processes. */
static unsigned char buffer[200000];

static void make(long bytes)
{
	for (long i = 0; i < bytes; i++)
		buffer[i] = (unsigned char)(7 + i * 31 + (i >> 8));
}

static void test_mapping(void)
{
	int fd = open("mapped", O_RDWR | O_CREAT | O_TRUNC, 0644), other = open("mapped", O_RDONLY);
	char got[8] = "", *shared, *private;

	make(20000);
	CHECK_EQUAL(write(fd, buffer, 20000), 20000);
	CHECK_EQUAL(pread(other, got, 4, 8192), 4);
	private = mmap(NULL, 20000, PROT_READ, MAP_PRIVATE, other, 0);
	CHECK(memcmp(private, buffer, 20000) == 0);
	CHECK_EQUAL(pwrite(fd, "written", 7, 8190), 7);
	CHECK(memcmp(private + 8190, "written", 7) == 0);
	shared = mmap(NULL, 20000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(memcmp(shared + 8190, "written", 7) == 0);
	memcpy(shared + 8192, "by memory", 9);
	CHECK_EQUAL(pread(other, got, 7, 8190), 7);
	CHECK(memcmp(got, "wrby mem", 7) == 0);
	memcpy(shared + 8192, "again", 5);
	CHECK_EQUAL(pread(other, got, 7, 8190), 7);
	CHECK(memcmp(got, "wragain", 7) == 0);
	CHECK_EQUAL(pwrite(fd, "by call", 7, 8192), 7);
	CHECK(memcmp(shared + 8192, "by call", 7) == 0);
	CHECK_EQUAL(munmap(shared, 20000) + munmap(private, 20000), 0);
	/* What is read or written may itself be a mapping. */
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 12288);
	CHECK_EQUAL(pread(other, shared, 4096, 0), 4096);
	CHECK_EQUAL(pread(other, got, 4, 12288), 4);
	CHECK(memcmp(got, buffer, 4) == 0);
	CHECK_EQUAL(munmap(shared, 4096) + close(fd) + close(other), 0);
}

static void test_names(void)
{
	int fd = open("one", O_RDWR | O_CREAT | O_TRUNC, 0644), other;
	char got[16] = "";

	CHECK_EQUAL(write(fd, "first", 5), 5);
	CHECK_EQUAL(rename("one", "two"), 0);
	other = open("one", O_RDWR | O_CREAT | O_TRUNC, 0644);
	CHECK_EQUAL(write(other, "second", 6), 6);
	CHECK_EQUAL(pread(fd, got, 16, 0), 5);
	CHECK(memcmp(got, "first", 5) == 0);
	CHECK_EQUAL(unlink("two") + unlink("one"), 0);
	CHECK_EQUAL(write(fd, " more", 5), 5);
	CHECK_EQUAL(pread(fd, got, 16, 0), 10);
	CHECK(memcmp(got, "first more", 10) == 0);
	CHECK_EQUAL(pread(other, got, 16, 0), 6);
	CHECK(memcmp(got, "second", 6) == 0);
	CHECK_EQUAL(dup2(other, fd), fd);
	CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 6);
	CHECK_EQUAL(write(fd, "!", 1), 1);
	CHECK_EQUAL(lseek(other, 0, SEEK_CUR), 7);
	CHECK_EQUAL(close(fd) + close(other), 0);
	CHECK_FAILS(pread(fd, got, 1, 0), EBADF);
}

/* Calls that move data or take it away inside the host. */
static void test_inside(void)
{
	int fd = open("from", O_RDWR | O_CREAT | O_TRUNC, 0644),
	    to = open("to", O_RDWR | O_CREAT | O_TRUNC, 0644);
	unsigned char got[64];
	off_t in = 4096;

	make(200000);
	CHECK_EQUAL(write(fd, buffer, 200000), 200000);
	CHECK_EQUAL(lseek(fd, 100000, SEEK_SET), 100000);
	CHECK_EQUAL(read(fd, got, 10), 10);
	CHECK_EQUAL(write(to, "start", 5), 5);
	CHECK_EQUAL(sendfile(to, fd, NULL, 50000), 50000);
	CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 150010);
	CHECK_EQUAL(lseek(to, 0, SEEK_CUR), 50005);
	CHECK_EQUAL(pread(to, got, 64, 5), 64);
	CHECK(memcmp(got, buffer + 100010, 64) == 0);
	CHECK_EQUAL(copy_file_range(fd, &in, to, NULL, 1000, 0), 1000);
	CHECK_EQUAL(pread(to, got, 64, 50005), 64);
	CHECK(memcmp(got, buffer + 4096, 64) == 0);
	CHECK_EQUAL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 4096), 0);
	CHECK_EQUAL(pread(fd, got, 64, 8192), 64);
	CHECK(got[0] == 0 && got[63] == 0);
	CHECK_EQUAL(fcntl(fd, F_SETFL, O_APPEND), 0);
	CHECK_EQUAL(write(fd, "end", 3), 3);
	CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 200003);
	CHECK_EQUAL(pread(fd, got, 64, 199999), 4);
	CHECK(memcmp(got + 1, "end", 3) == 0);
	CHECK_EQUAL(close(fd) + close(to), 0);
}

/* A child shares the offset, and what each writes the other reads. Last, since fewer calls are cached from
 * here. */
static void test_fork(void)
{
	int fd = open("forked", O_RDWR | O_CREAT | O_TRUNC, 0644), status = -1;
	char got[16] = "";
	pid_t child;

	CHECK_EQUAL(write(fd, "0123456789", 10), 10);
	CHECK_EQUAL(lseek(fd, 4, SEEK_SET), 4);
	CHECK_EQUAL(read(fd, got, 2), 2);
	fflush(stdout);
	child = fork();
	if (child == 0) {
		bool well =
			read(fd, got, 2) == 2 && memcmp(got, "67", 2) == 0 && pwrite(fd, "child", 5, 0) == 5;

		_exit(well ? 5 : 6);
	}
	CHECK_EQUAL(waitpid(child, &status, 0), child);
	CHECK_EQUAL(WEXITSTATUS(status), 5);
	CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 8);
	CHECK_EQUAL(pread(fd, got, 10, 0), 10);
	CHECK(memcmp(got, "child56789", 10) == 0);
	CHECK_EQUAL(close(fd), 0);
}

int main(void)
{
	char directory[] = "coherence.XXXXXX";

	CHECK(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_mapping();
	test_names();
	test_inside();
	test_fork();
	return check_end();
}
