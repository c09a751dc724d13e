/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "tests/guest/guest.h"

/*
 * Every system call that takes a pointer, with bad ones: what each returns is printed, to be the same in a
 * guest as natively, and is mostly EFAULT. A call is spelled by its arguments: 'p' the bad pointer, 's' a
 * name that does not exist, 'm' memory that is in order, 'k' 4096, 'h' a huge number, 'n' -1, 'v' vectors of
 * huge lengths, 'f' a regular file, 'd' a directory's
 * name, 'D' one that is open, digits themselves.
 */
static const struct {
	const char *name;
	long number;
	const char *arguments;
} calls[] = {
	{ "read", SYS_read, "fp9" },
	{ "read", SYS_read, "fp0" },
	{ "write", SYS_write, "fp9" },
	{ "read", SYS_read, "fmh" },
	{ "write", SYS_write, "fmh" },
	{ "pread64", SYS_pread64, "fmn0" },
	{ "pread64", SYS_pread64, "fm8n" },
	{ "pwrite64", SYS_pwrite64, "fmn0" },
	{ "readv", SYS_readv, "fmn" },
	{ "readv", SYS_readv, "fv2" },
	{ "writev", SYS_writev, "fv2" },
	{ "poll", SYS_poll, "mn0" },
	{ "getgroups", SYS_getgroups, "nm" },
	{ "readlink", SYS_readlink, "dmn" },
	{ "lseek", SYS_lseek, "fn0" },
	{ "dup2", SYS_dup2, "fn" },
	{ "fstat", SYS_fstat, "nm" },
	{ "openat", SYS_openat, "ns0" },
	{ "ioctl", SYS_ioctl, "fnm" },
	{ "fcntl", SYS_fcntl, "fn0" },
	{ "munmap", SYS_munmap, "0n" },
	{ "mmap", SYS_mmap, "0n3" },
	{ "open", SYS_open, "p00" },
	{ "stat", SYS_stat, "pm" },
	{ "stat", SYS_stat, "dp" },
	{ "fstat", SYS_fstat, "fp" },
	{ "lstat", SYS_lstat, "pm" },
	{ "poll", SYS_poll, "p10" },
	{ "pread64", SYS_pread64, "fp90" },
	{ "pwrite64", SYS_pwrite64, "fp90" },
	{ "readv", SYS_readv, "fp2" },
	{ "writev", SYS_writev, "fp2" },
	{ "access", SYS_access, "p0" },
	{ "pipe", SYS_pipe, "p" },
	{ "sendfile", SYS_sendfile, "ffp1" },
	{ "fcntl", SYS_fcntl, "f5p" },
	{ "fcntl", SYS_fcntl, "f6p" },
	{ "truncate", SYS_truncate, "p0" },
	{ "getcwd", SYS_getcwd, "p9" },
	{ "chdir", SYS_chdir, "p" },
	{ "rename", SYS_rename, "ps" },
	{ "rename", SYS_rename, "sp" },
	{ "mkdir", SYS_mkdir, "p7" },
	{ "rmdir", SYS_rmdir, "p" },
	{ "creat", SYS_creat, "p0" },
	{ "link", SYS_link, "ps" },
	{ "unlink", SYS_unlink, "p" },
	{ "symlink", SYS_symlink, "sp" },
	{ "readlink", SYS_readlink, "pm9" },
	{ "chmod", SYS_chmod, "p7" },
	{ "chown", SYS_chown, "p00" },
	{ "getrusage", SYS_getrusage, "0p" },
	{ "sysinfo", SYS_sysinfo, "p" },
	{ "getgroups", SYS_getgroups, "0p" },
	{ "utime", SYS_utime, "pm" },
	{ "statfs", SYS_statfs, "pm" },
	{ "statfs", SYS_statfs, "dp" },
	{ "fstatfs", SYS_fstatfs, "fp" },
	{ "getdents64", SYS_getdents64, "Dpk" },
	{ "clock_getres", SYS_clock_getres, "1p" },
	{ "clock_nanosleep", SYS_clock_nanosleep, "10pm" },
	{ "openat", SYS_openat, "fp0" },
	{ "mkdirat", SYS_mkdirat, "fp7" },
	{ "newfstatat", SYS_newfstatat, "fpm0" },
	{ "newfstatat", SYS_newfstatat, "1dp0" },
	{ "unlinkat", SYS_unlinkat, "fp0" },
	{ "renameat", SYS_renameat, "fpfs" },
	{ "symlinkat", SYS_symlinkat, "pfs" },
	{ "readlinkat", SYS_readlinkat, "fpm9" },
	{ "faccessat", SYS_faccessat, "fp0" },
	{ "ppoll", SYS_ppoll, "p1m00" },
	{ "ppoll", SYS_ppoll, "m0p00" },
	{ "utimensat", SYS_utimensat, "fpm0" },
	{ "pipe2", SYS_pipe2, "p0" },
	{ "preadv", SYS_preadv, "fp200" },
	{ "pwritev", SYS_pwritev, "fp200" },
	{ "prlimit64", SYS_prlimit64, "07p0" },
	{ "prlimit64", SYS_prlimit64, "070p" },
	{ "getrandom", SYS_getrandom, "p90" },
	{ "copy_file_range", SYS_copy_file_range, "fpf090" },
	{ "statx", SYS_statx, "fp00m" },
	{ "statx", SYS_statx, "1d00p" },
	{ "uname", SYS_uname, "p" },
	{ "clock_gettime", SYS_clock_gettime, "1p" },
	{ "gettimeofday", SYS_gettimeofday, "p0" },
	{ "time", SYS_time, "p" },
	{ "nanosleep", SYS_nanosleep, "pm" },
	{ "rt_sigaction", SYS_rt_sigaction, "9p08" },
	{ "rt_sigprocmask", SYS_rt_sigprocmask, "0p08" },
	{ "sched_getaffinity", SYS_sched_getaffinity, "08p" },
};

static int directory;

static struct iovec vectors[2];

static long argument(char spelled, void *bad, int fd, void *memory)
{
	switch (spelled) {
	case 'p':
		return (long)bad;
	case 's':
		return (long)"no such name";
	case 'm':
		return (long)memory;
	case 'f':
		return fd;
	case 'h':
		return 1l << 62;
	case 'n':
		return -1;
	case 'v':
		return (long)vectors;
	case 'k':
		return 4096;
	case 'D':
		return directory;
	case 'd':
		return (long)"/";
	default:
		return spelled ? spelled - '0' : 0;
	}
}

/* Two pages, and nothing behind; a call may leave half a structure in them. */
static char *edge;
static bool hidden;

static void refill(void)
{
	if (!hidden)
		memset(edge, 'x', 2 * 4096);
}

static void try_all(const char *what, void *bad, int fd)
{
	static uint64_t memory[64];

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		char spelled[7] = "";
		long a[6], result;

		snprintf(spelled, sizeof(spelled), "%s", calls[i].arguments);
		memset(memory, 0, sizeof(memory));
		for (int k = 0; k < 6; k++)
			a[k] = argument(spelled[k], bad, fd, memory);
		if (strcmp(calls[i].name, "sched_getaffinity") == 0)
			a[1] = 8;
		lseek(fd, 0, SEEK_SET);
		refill();
		vectors[0] = (struct iovec){ memory, 8 };
		vectors[1] = (struct iovec){ memory + 8, (size_t)-1 };
		result = syscall(calls[i].number, a[0], a[1], a[2], a[3], a[4], a[5]);
		printf("%s %s(%s): %s\n", what, calls[i].name, spelled,
		       result == -1 ? strerror(errno) : "done");
	}
}

int main(void)
{
	int fd = open("regular", O_RDWR | O_CREAT | O_TRUNC, 0600);

	edge = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	unlink("regular");
	directory = open("/", O_RDONLY | O_DIRECTORY);
	if (chdir("/"))
		return 1; /* what getcwd says depends on how long the name is */
	if (write(fd, "0123456789", 10) != 10)
		return 1;
	munmap(edge + 2 * 4096, 4096);
	try_all("low", (void *)8, fd);
	try_all("high", (void *)0x7ffffffff800, fd);
	try_all("kernel", (void *)0xffffffff80100000, fd);
	try_all("direct", (void *)0xffffff8000001000, fd);
	try_all("non-canonical", (void *)0x8000000000000000, fd);
	try_all("last", (void *)-1, fd);
	try_all("edge", edge + 2 * 4096 - 3, fd);
	hidden = mprotect(edge, 2 * 4096, PROT_NONE) == 0;
	try_all("none", edge, fd);
	return 0;
}
