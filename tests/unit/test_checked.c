/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/request_bed.h"

/* Calls that could reach the monitor itself are kept from it. */
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
	r->argument[3] = 2; /* less than it takes */
	CHECK_INT(call_make(&bed->m, r), -EFAULT);
	r->argument[3] = 4;
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
	CHECK_INT(bed->m.nofile_soft, NOFILE); /* more would reach our own */
	pair[0] = 100;
	CHECK_INT(call_make(&bed->m, r), 0);
	CHECK_INT(bed->m.nofile_soft, 100);
	CHECK_INT(bed->m.nofile, NOFILE); /* what is open stays so */
	free_bed(bed);
}

int main(void)
{
	CHECK_RUN(test_our_descriptors);
	CHECK_RUN(test_fcntl_pointer);
	CHECK_RUN(test_ioctl_unknown);
	CHECK_RUN(test_own_memory);
	CHECK_RUN(test_limit_of_descriptors);
	return check_done();
}
