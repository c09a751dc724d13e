/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/uring_priv.h"

/*
 * backend=direct: what the guest's page cache loads and stores goes past the host's, by O_DIRECT, where that
 * can be: whole blocks of a file whose file system has it. All else, and all that the program asks for past
 * its own cache, goes through the host's page cache as with `uring`; Linux keeps the two coherent.
 *
 * For each descriptor of the program the ring keeps the same file once more, opened with O_DIRECT, from the
 * first such request to the descriptor's end.
 */
#define TICK_NS 20000000u /* of the clock that files are stamped by, at least */
#define FILES	512	  /* descriptors that may have one: the first */
#define BLOCK	4096	  /* what offset, length and memory are multiples of: no device asks for more */

struct direct_file {
	dev_t device;
	ino_t inode;
	bool asked, kept; /* it was tried, and worked */
};

static bool aligned(const struct iovec *vector, int count, uint64_t offset)
{
	uint64_t bits = offset;

	for (int i = 0; i < count; i++)
		bits |= (uintptr_t)vector[i].iov_base | vector[i].iov_len;
	return bits % BLOCK == 0 && count > 0;
}

/* What lies in memory anyway, or is made when it is read, has no way past the page cache. */
static bool in_memory(const struct statfs *s)
{
	return s->f_type == TMPFS_MAGIC || s->f_type == RAMFS_MAGIC || s->f_type == HUGETLBFS_MAGIC ||
	       s->f_type == PROC_SUPER_MAGIC || s->f_type == SYSFS_MAGIC;
}

void direct_forget(struct monitor *m, uint32_t first, uint32_t last)
{
	for (uint32_t fd = first; m->direct_files && fd <= last && fd < FILES; fd++) {
		if (m->direct_files[fd].kept)
			uring_drop(m, fd);
		m->direct_files[fd] = (struct direct_file){ 0 };
	}
}

/* Whether the ring has the file INFO, open as FD, with O_DIRECT; tries to open it the first time. */
static bool direct_keeps(struct monitor *m, int fd, const struct stat *info)
{
	int flags = fcntl(fd, F_GETFL);
	struct direct_file *file;
	struct statfs system;
	char path[32];
	int64_t result;

	if (fd >= FILES || m->direct_files == NULL)
		return false;
	file = &m->direct_files[fd];
	if (file->asked && (file->device != info->st_dev || file->inode != info->st_ino))
		direct_forget(m, (uint32_t)fd, (uint32_t)fd);
	if (file->asked)
		return file->kept;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	result = flags < 0 || fstatfs(fd, &system) || in_memory(&system)
			 ? -EINVAL
			 : uring_keep(m, (unsigned)fd, path,
				      (flags & (O_ACCMODE | O_SYNC | O_DSYNC | O_NOATIME)) | O_DIRECT);
	if (result == -EBUSY)
		return false;
	*file = (struct direct_file){ info->st_dev, info->st_ino, true, result >= 0 };
	return file->kept;
}

/* Through the host's page cache. */
static int64_t buffered(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
			uint64_t offset)
{
	call = call == ABI_CALL_load ? ABI_CALL_preadv : call == ABI_CALL_store ? ABI_CALL_pwritev : call;
	return warm_call(m, call, fd, vector, count, offset);
}

static int64_t direct_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
			   uint64_t offset)
{
	bool begins = call == ABI_CALL_ahead, loads = call == ABI_CALL_load || begins;
	struct uring_io io = {
		.file = fd, .kept = true, .reads = loads, .vector = vector, .count = count, .offset = offset
	};
	struct stat info;
	int64_t result;

	if ((!loads && call != ABI_CALL_store) || !aligned(vector, count, offset) || fstat(fd, &info) ||
	    !direct_keeps(m, fd, &info))
		return begins ? -EOPNOTSUPP : buffered(m, call, fd, vector, count, offset);
	if (begins)
		return uring_begin(m, &io);
	result = uring_transfer(m, &io);
	if (result == -EINVAL) { /* a file system may change its mind */
		uring_drop(m, (unsigned)fd);
		m->direct_files[fd].kept = false;
		return buffered(m, call, fd, vector, count, offset);
	}
	if (result > 0)
		__atomic_add_fetch(&m->report->bytes_direct, (uint64_t)result, __ATOMIC_RELAXED);
	return result;
}

/* landed(waits): what `ahead` began */
int64_t direct_landed(struct monitor *m, const uint64_t a[6])
{
	int64_t result = uring_end(m, a[0] != 0);

	if (result > 0) {
		__atomic_add_fetch(&m->report->bytes_direct, (uint64_t)result, __ATOMIC_RELAXED);
		__atomic_add_fetch(&m->report->bytes_io, (uint64_t)result, __ATOMIC_RELAXED);
	}
	return result;
}

static uint64_t stamp(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

/* inspect(fd, gpa): puts struct abi_file there */
int64_t direct_inspect(struct monitor *m, const uint64_t a[6])
{
	struct abi_file *file = memory_at(m, a[1], sizeof(*file)), f = { 0 };
	struct statfs system;
	struct timespec now;
	struct stat info;

	if (file == NULL)
		return -EFAULT;
	if (a[0] >= m->nofile || fstat((int)a[0], &info))
		return -EBADF;
	clock_gettime(CLOCK_REALTIME, &now);
	f.device = info.st_dev;
	f.inode = info.st_ino;
	f.size = (uint64_t)info.st_size;
	f.modified_ns = stamp(&info.st_mtim);
	f.changed_ns = stamp(&info.st_ctim);
	f.flags = (uint32_t)fcntl((int)a[0], F_GETFL);
	f.regular = S_ISREG(info.st_mode);
	if (f.regular && fstatfs((int)a[0], &system) == 0) {
		f.in_memory = in_memory(&system);
		f.room = (uint64_t)system.f_bavail * (uint64_t)system.f_bsize;
	}
	f.direct = f.regular && !(f.flags & O_PATH) && direct_keeps(m, (int)a[0], &info);
	/* Before Linux 6.13 the changes of a tick of the clock bear the same time. */
	f.recent = !vmm_kernel_since(6, 13) && stamp(&now) < f.changed_ns + TICK_NS;
	*file = f;
	return 0;
}

/* Closing a descriptor closes what the ring keeps for it, lest an exec find the file open for writing. */

/* close(fd) */
int64_t direct_call_close(struct monitor *m, const uint64_t a[6])
{
	direct_forget(m, (uint32_t)a[0], (uint32_t)a[0]);
	return call_host(m, SYS_close, a);
}

static int64_t duplicate(struct monitor *m, long number, const uint64_t a[6])
{
	if ((uint32_t)a[0] == (uint32_t)a[1])
		return call_host(m, number, a);
	if ((uint32_t)a[1] >= m->nofile_soft)
		return -EBADF;
	direct_forget(m, (uint32_t)a[1], (uint32_t)a[1]);
	return checked_new(m, call_host(m, number, a));
}

/* dup2(from, to) */
int64_t direct_call_dup2(struct monitor *m, const uint64_t a[6])
{
	return duplicate(m, SYS_dup2, a);
}

/* dup3(from, to, flags) */
int64_t direct_call_dup3(struct monitor *m, const uint64_t a[6])
{
	return duplicate(m, SYS_dup3, a);
}

/*
 * The guest caches while nobody else of the run could change a file under its hands: in the first process,
 * until it forks.
 */
static int direct_open(struct monitor *m)
{
	int error = uring_open(m);

	if (error)
		return error;
	if (uring_keep_files(m, FILES) == 0)
		m->direct_files = calloc(FILES, sizeof(*m->direct_files));
	m->boot->cache = m->direct_files && m->first && m->tree->forks == 0;
	return 0;
}

static void direct_close(struct monitor *m)
{
	uring_close(m);
	free(m->direct_files);
	m->direct_files = NULL;
}

const struct backend backend_direct = {
	.name = "direct",
	.open = direct_open,
	.call = direct_call,
	.close = direct_close,
};
