/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "vmm/vmm_priv.h"

/* Requests as a guest, honest or hostile, can make them: served, or refused before the host touches anything.
 */
#define MEMORY (1u << 20)
#define GUARD  4096u
#define NOFILE 512

struct bed {
	struct monitor m;
	struct vmm_report report;
	struct abi_request request;
};

static struct bed *make_bed(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	if (bed == NULL)
		abort();
	/* A guard behind it, as guest memory has one. */
	bed->m.memory = mmap(NULL, MEMORY + GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mprotect(bed->m.memory, MEMORY, PROT_READ | PROT_WRITE))
		abort();
	bed->m.memory_bytes = MEMORY;
	bed->m.nofile = NOFILE;
	bed->m.report = &bed->report;
	bed->m.error = &bed->report.error;
	bed->m.backend = backend_pick(VMM_BACKEND_BUFFERED);
	return bed;
}

static void free_bed(struct bed *bed)
{
	munmap(bed->m.memory, MEMORY + GUARD);
	free(bed);
}

/* Adds a piece of memory for argument I; arguments must be given in order. */
static void piece(struct abi_request *r, int i, uint64_t gpa, uint64_t bytes)
{
	int used = 0;

	for (int k = 0; k < 6; k++)
		used += r->segments[k];
	r->segment[used] = (struct abi_segment){ gpa, bytes };
	r->segments[i]++;
	r->argument[i] = 1;
}

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

static void test_our_descriptors(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;
	int fd = fcntl(0, F_DUPFD_CLOEXEC, NOFILE);

	CHECK(fd >= NOFILE);
	r->call = ABI_CALL_close;
	r->argument[0] = (uint64_t)fd;
	CHECK_INT(call_make(&bed->m, r), -EBADF);
	CHECK(fcntl(fd, F_GETFD) >= 0);
	r->call = ABI_CALL_dup2;
	r->argument[0] = 0;
	r->argument[1] = (uint64_t)fd;
	CHECK_INT(call_make(&bed->m, r), -EBADF);
	r->call = ABI_CALL_fcntl;
	r->argument[0] = 0;
	r->argument[1] = F_DUPFD;
	r->argument[2] = NOFILE;
	CHECK_INT(call_make(&bed->m, r), -EINVAL);
	close(fd);
	free_bed(bed);
}

static void test_fcntl_pointer(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	r->call = ABI_CALL_fcntl;
	r->argument[1] = F_SETLK;
	r->argument[2] = (uint64_t)(uintptr_t)bed;
	CHECK_INT(call_make(&bed->m, r), -EINVAL);
	free_bed(bed);
}

/* ioctl takes what it likes of memory: only requests known to take little are made. */
static void test_ioctl_unknown(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;
	int ends[2], *waiting = (int *)(void *)(bed->m.memory + 4096);

	CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
	CHECK_INT(write(ends[1], "four", 4), 4);
	r->call = ABI_CALL_ioctl;
	r->argument[0] = (uint64_t)ends[0];
	r->argument[1] = 0x541b; /* FIONREAD */
	piece(r, 2, 4096, 60);
	CHECK_INT(call_make(&bed->m, r), 0);
	CHECK_INT(*waiting, 4);
	close(ends[0]);
	close(ends[1]);
	/* One a socket would serve, with a pointer within. */
	r->argument[0] = (uint64_t)socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	r->argument[1] = SIOCGIFCONF;
	memset(waiting, 0, 60);
	CHECK_INT(call_make(&bed->m, r), -ENOTTY);
	close((int)r->argument[0]);
	free_bed(bed);
}

/* The file of a process's memory leads to the monitor's own. */
static void test_own_memory(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;

	memcpy(bed->m.memory + 4096, "/proc/self/mem", 15);
	r->call = ABI_CALL_openat;
	r->argument[0] = (uint64_t)AT_FDCWD;
	piece(r, 1, 4096, 15);
	r->argument[2] = O_RDWR | O_CLOEXEC;
	CHECK_INT(call_make(&bed->m, r), -EACCES);
	memcpy(bed->m.memory + 4096, "/dev/null", 10);
	CHECK(call_make(&bed->m, r) > 2);
	free_bed(bed);
}

static void test_limit_of_descriptors(void)
{
	struct bed *bed = make_bed();
	struct abi_request *r = &bed->request;
	uint64_t *pair = (uint64_t *)(void *)(bed->m.memory + 4096);

	bed->m.nofile_hard = 4096;
	r->call = ABI_CALL_prlimit64;
	r->argument[1] = 7; /* RLIMIT_NOFILE */
	piece(r, 2, 4096, 16);
	pair[0] = pair[1] = 100000;
	CHECK_INT(call_make(&bed->m, r), -EPERM);
	pair[0] = 4000;
	pair[1] = 4096;
	CHECK_INT(call_make(&bed->m, r), 0);
	CHECK_INT(bed->m.nofile, NOFILE); /* more would reach our own */
	pair[0] = 100;
	CHECK_INT(call_make(&bed->m, r), 0);
	CHECK_INT(bed->m.nofile, 100);
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
	CHECK_RUN(test_our_descriptors);
	CHECK_RUN(test_fcntl_pointer);
	CHECK_RUN(test_ioctl_unknown);
	CHECK_RUN(test_own_memory);
	CHECK_RUN(test_limit_of_descriptors);
	CHECK_RUN(test_services_stay_in_memory);
	CHECK_RUN(test_random_requests);
	return check_done();
}
