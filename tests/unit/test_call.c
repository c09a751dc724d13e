/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/request_bed.h"

/* Requests as a guest, honest or hostile, can make them: served, or refused before the host touches anything.
 */
static void test_write_in_pieces(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;
	int fd = memfd_create("out", MFD_CLOEXEC);
	char got[8] = "";

	memcpy(bed->m.memory + 4096, "abc", 3);
	memcpy(bed->m.memory + 9000, "def", 3);
	r->call = ABI_CALL_write;
	r->argument[0] = (uint64_t)fd;
	r->argument[2] = 6;
	piece(r, 1, 4096, 3);
	piece(r, 1, 9000, 3);
	CHECK_INT(call_make(&bed->m, r), 6);
	CHECK_INT(pread(fd, got, sizeof(got), 0), 6);
	CHECK_STR(got, "abcdef");
	close(fd);
	free_bed(bed);
}

static void test_unknown_call(void)
{
	struct bed *bed = make_bed();

	bed->request.call = 12345;
	CHECK_INT(call_make(&bed->m, &bed->request), -ENOSYS);
	free_bed(bed);
}

static void test_memory_outside_guest(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	r->call = ABI_CALL_write;
	r->argument[0] = 1;
	r->argument[2] = 16;
	piece(r, 1, MEMORY - 8, 16);
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	r->segment[0] = (struct abi_segment){ ~0ull - 7, 16 };
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	r->segment[0] = (struct abi_segment){ 0, ~0ull };
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	free_bed(bed);
}

static void test_structure_too_short(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	r->call = ABI_CALL_fstat;
	r->argument[0] = 0;
	piece(r, 1, 4096, 143);
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	r->segment[0].bytes = 144;
	CHECK_INT(call_make(&bed->m, r), 0);
	free_bed(bed);
}

static void test_length_without_memory(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	r->call = ABI_CALL_getrandom;
	r->argument[0] = 1; /* not null, and nothing behind it */
	r->argument[1] = 64;
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	r->segments[0] = 200; /* more pieces than there are */
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	free_bed(bed);
}

static void test_string_without_end(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	memset(bed->m.memory + MEMORY - 64, 'x', 64);
	r->call = ABI_CALL_unlink;
	piece(r, 0, MEMORY - 64, 64);
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	free_bed(bed);
}

static void test_services_stay_in_memory(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	r->call = ABI_CALL_discard;
	r->argument[0] = MEMORY;
	r->argument[1] = 4096;
	CHECK_INT(call_make(&bed->m, r), -EINVAL);
	r->call = ABI_CALL_unmap;
	r->argument[0] = 4095;
	CHECK_INT(call_make(&bed->m, r), -EINVAL);
	r->call = ABI_CALL_null;
	CHECK_INT(call_make(&bed->m, r), 0);
	free_bed(bed);
}

/* Random requests with harmless calls never harm the host. */
static void test_random_requests(void)
{
	static const uint32_t calls[] = { ABI_CALL_read,   ABI_CALL_fstat,     ABI_CALL_pread64,
					  ABI_CALL_readv,  ABI_CALL_stat,      ABI_CALL_readlink,
					  ABI_CALL_getcwd, ABI_CALL_sysinfo,   ABI_CALL_fcntl_lock,
					  ABI_CALL_statx,  ABI_CALL_getdents64 };
	struct bed *bed = make_bed();
	unsigned seed = 7;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), failures = 0;

	for (int i = 0; i < 20000; i++) {
		struct abi_request *r = &bed->request;

		for (size_t k = 0; k < sizeof(*r); k++)
			((unsigned char *)r)[k] = (unsigned char)(rand_r(&seed) % 7 ? 0 : rand_r(&seed));
		r->call = calls[(unsigned)rand_r(&seed) % (sizeof(calls) / sizeof(calls[0]))];
		r->argument[0] = (uint64_t)null;
		failures += call_make(&bed->m, r) < 0;
	}
	CHECK(failures > 1000);
	close(null);
	free_bed(bed);
}

int main(void)
{
	CHECK_RUN(test_write_in_pieces);
	CHECK_RUN(test_unknown_call);
	CHECK_RUN(test_memory_outside_guest);
	CHECK_RUN(test_structure_too_short);
	CHECK_RUN(test_length_without_memory);
	CHECK_RUN(test_string_without_end);
	CHECK_RUN(test_services_stay_in_memory);
	CHECK_RUN(test_random_requests);
	return check_done();
}
