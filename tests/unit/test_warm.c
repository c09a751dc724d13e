/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/request_bed.h"

/* File calls that the page cache serves: what they do and say must be what the plain call does and says. */
#define SIZE 100000
#define HERE ((uint64_t)-1) /* at the file's own position */

static int make_file(void)
{
	char name[] = "warm.XXXXXX", data[SIZE];
	int fd = mkstemp(name);

	unlink(name);
	for (int i = 0; i < SIZE; i++)
		data[i] = (char)(i * 31 + i / 257);
	if (fd < 0 || write(fd, data, SIZE) != SIZE || fsync(fd))
		abort();
	return fd;
}

/* Reads [OFFSET, +BYTES) in pieces of PIECE both ways. */
static void read_both(struct monitor *m, int fd, uint64_t offset, size_t bytes, size_t size)
{
	char *got = calloc(1, bytes), *want = calloc(1, bytes);
	struct iovec piece[ABI_SEGMENTS];
	int pieces = 0;

	for (size_t at = 0; at < bytes; at += size)
		piece[pieces++] = (struct iovec){ got + at, bytes - at < size ? bytes - at : size };
	CHECK_INT(warm_call(m, ABI_CALL_pread64, fd, piece, pieces, offset),
		  pread(fd, want, bytes, (off_t)offset));
	CHECK(memcmp(got, want, bytes) == 0);
	free(got);
	free(want);
}

static void test_reads(void)
{
	static const struct {
		uint64_t offset;
		size_t bytes, piece;
	} reads[] = {
		{ 0, 4096, 4096 },    { 1, 65536, 65536 },	   { 4095, 60000, 1000 },
		{ SIZE - 10, 10, 3 }, { SIZE - 10, 4096, 7 * 64 }, { 0, SIZE + 1, 4096 },
		{ SIZE, 100, 100 },   { SIZE + 5000, 1, 1 },
	};
	struct bed *bed = make_bed();
	int fd = make_file();

	for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++)
		read_both(&bed->m, fd, reads[i].offset, reads[i].bytes, reads[i].piece);
	close(fd);
	free_bed(bed);
}

/* A part of the file is not in memory: io_uring reads it. */
static void test_cold_end(void)
{
	struct bed *bed = make_bed();
	int fd = make_file();
	bool ring = backend_uring.open(&bed->m) == 0;

	for (int i = 0; i < 3 && ring; i++) {
		posix_fadvise(fd, i * 32768, 0, POSIX_FADV_DONTNEED);
		read_both(&bed->m, fd, 100, 90000, 5000);
	}
	backend_uring.close(&bed->m);
	close(fd);
	free_bed(bed);
	if (!ring)
		CHECK_SKIP("io_uring is not allowed here");
}

static void test_position_moves(void)
{
	struct bed *bed = make_bed();
	int fd = make_file();
	char got[64], want[64];
	struct iovec piece[2] = { { got, 10 }, { got + 10, 54 } };

	lseek(fd, SIZE - 100, SEEK_SET);
	CHECK_INT(warm_call(&bed->m, ABI_CALL_readv, fd, piece, 2, HERE), 64);
	CHECK_INT(lseek(fd, 0, SEEK_CUR), SIZE - 36);
	CHECK_INT(pread(fd, want, 64, SIZE - 100), 64);
	CHECK(memcmp(got, want, 64) == 0);
	CHECK_INT(warm_call(&bed->m, ABI_CALL_read, fd, piece, 2, HERE), 36);
	CHECK_INT(warm_call(&bed->m, ABI_CALL_read, fd, piece, 2, HERE), 0);
	close(fd);
	free_bed(bed);
}

static void test_writes(void)
{
	struct bed *bed = make_bed();
	int fd = make_file();
	char data[] = "0123456789", got[32] = "";
	struct iovec piece[2] = { { data, 4 }, { data + 4, 6 } };

	CHECK_INT(warm_call(&bed->m, ABI_CALL_pwrite64, fd, piece, 2, SIZE - 3), 10);
	CHECK_INT(pread(fd, got, sizeof(got), SIZE - 3), 10);
	CHECK_STR(got, data);
	CHECK_INT(lseek(fd, 5, SEEK_SET), 5);
	CHECK_INT(warm_call(&bed->m, ABI_CALL_write, fd, piece, 1, HERE), 4);
	CHECK_INT(lseek(fd, 0, SEEK_CUR), 9);
	fcntl(fd, F_SETFL, O_APPEND);
	CHECK_INT(warm_call(&bed->m, ABI_CALL_writev, fd, piece, 2, HERE), 10);
	CHECK_INT(lseek(fd, 0, SEEK_END), SIZE + 17);
	close(fd);
	free_bed(bed);
}

static void test_errors(void)
{
	struct bed *bed = make_bed();
	int fd = open("/dev/null", O_WRONLY);
	char data[4];
	struct iovec piece = { data, 4 };

	CHECK_INT(warm_call(&bed->m, ABI_CALL_read, fd, &piece, 1, HERE), -EBADF);
	CHECK_INT(warm_call(&bed->m, ABI_CALL_read, NOFILE, &piece, 1, HERE), -EBADF);
	close(fd);
	free_bed(bed);
}

int main(void)
{
	CHECK_RUN(test_reads);
	CHECK_RUN(test_cold_end);
	CHECK_RUN(test_position_moves);
	CHECK_RUN(test_writes);
	CHECK_RUN(test_errors);
	return check_done();
}
