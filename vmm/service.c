/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sys/mman.h>

#include "vmm/call_priv.h"
#include "vmm/signals_priv.h"

#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

/* What the guest kernel asks of the monitor itself, mostly about the memory behind guest-physical pages. */

static bool pages_ok(const struct monitor *m, uint64_t gpa, uint64_t bytes)
{
	return gpa % 4096 == 0 && bytes % 4096 == 0 && bytes > 0 && memory_at(m, gpa, bytes) &&
	       gpa >= ABI_IMAGE;
}

/* Memory that a fork will not copy. */
static int64_t share(struct monitor *m, void *to, uint64_t bytes)
{
	void *at = mmap(to, bytes, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	memory_settle(m, at, bytes, true);
	return 0;
}

/* unmap(gpa, bytes): plain memory again, all zero. A dynamic linker most often maps a file there next. */
static int64_t unmap(struct monitor *m, const uint64_t a[6])
{
	void *at;

	if (!pages_ok(m, a[0], a[1]))
		return -EINVAL;
	at = mmap(memory_at(m, a[0], a[1]), a[1], PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
	if (at == MAP_FAILED)
		return -errno;
	memory_settle(m, at, a[1], false);
	return 0;
}

static void *lay(const struct monitor *m, const uint64_t a[6], int protection)
{
	return mmap(memory_at(m, a[0], a[1]), a[1], protection,
		    (a[3] & MAP_SHARED ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, (int)a[4], (off_t)a[5]);
}

/*
 * map(gpa, bytes, protection, flags, fd, offset): a file over guest memory, inside the live slot. 1 where it
 * can only ever be read.
 */
static int64_t map(struct monitor *m, const uint64_t a[6])
{
	bool shared = a[3] & MAP_SHARED, read_only = false;
	void *at;

	if (!pages_ok(m, a[0], a[1]))
		return -EINVAL;
	if (a[3] & MAP_ANONYMOUS) /* shared between processes */
		return share(m, memory_at(m, a[0], a[1]), a[1]);
	if ((uint32_t)a[4] >= m->nofile)
		return -EBADF;
	at = lay(m, a, PROT_READ | PROT_WRITE);
	if (at == MAP_FAILED && shared && !(a[2] & PROT_WRITE) && (errno == EACCES || errno == EPERM)) {
		at = lay(m, a, PROT_READ);
		read_only = true;
	}
	if (at == MAP_FAILED) {
		int64_t error = -errno;

		unmap(m, a); /* some files refuse only once what lay there is gone */
		return error;
	}
	return read_only;
}

/* discard(gpa, bytes): gives the memory back to the host; it reads as zero, or as its file has it, from now
 * on */
static int64_t discard(struct monitor *m, const uint64_t a[6])
{
	void *at = memory_at(m, a[0], a[1]);

	if (!pages_ok(m, a[0], a[1]))
		return -EINVAL;
	if (madvise(at, a[1], MADV_DONTNEED) == 0 ||
	    (errno == EINVAL && madvise(at, a[1], MADV_DONTNEED_LOCKED) == 0))
		return 0;
	return -errno;
}

/* sync(gpa, bytes, flags): msync of a file that lies over guest memory */
static int64_t sync_file(struct monitor *m, const uint64_t a[6])
{
	if (!pages_ok(m, a[0], a[1]))
		return -EINVAL;
	return msync(memory_at(m, a[0], a[1]), a[1], (int)a[2]) ? -errno : 0;
}

static int64_t nothing(struct monitor *m, const uint64_t a[6])
{
	(void)m;
	(void)a;
	return 0;
}

/* vcpu(block): finds or makes the vCPU of a block; its thread's id */
static int64_t vcpu(struct monitor *m, const uint64_t a[6])
{
	return thread_start(m, a[0], false);
}

/* thread(block): the same, and runs what is in there */
static int64_t thread(struct monitor *m, const uint64_t a[6])
{
	return thread_start(m, a[0], true);
}

/*
 * flush(): where the processor walks the guest's tables itself, KVM drops all vCPUs' translations when the
 * host takes a page away that the guest has touched: no kick, no inter-processor interrupt of the guest's
 * own.
 */
static int64_t flush(struct monitor *m, const uint64_t a[6])
{
	void *page = memory_at(m, ABI_FLUSH, 4096);

	(void)a;
	if (mprotect(page, 4096, PROT_READ) || mprotect(page, 4096, PROT_READ | PROT_WRITE))
		return -errno;
	return 0;
}

int64_t service_make(struct monitor *m, uint32_t call, const uint64_t argument[6])
{
	static int64_t (*const services[])(struct monitor *, const uint64_t *) = {
		[ABI_CALL_null] = nothing,
		[ABI_CALL_map] = map,
		[ABI_CALL_unmap] = unmap,
		[ABI_CALL_discard] = discard,
		[ABI_CALL_msync] = sync_file,
		[ABI_CALL_fork] = fork_process,
		[ABI_CALL_exec] = exec_program,
		[ABI_CALL_pause] = signals_pause,
		[ABI_CALL_disposition] = signals_dispose,
		[ABI_CALL_direct] = signals_direct,
		[ABI_CALL_held] = signals_held,
		[ABI_CALL_vcpu] = vcpu,
		[ABI_CALL_thread] = thread,
		[ABI_CALL_flush] = flush,
		[ABI_CALL_inspect] = direct_inspect,
		[ABI_CALL_landed] = direct_landed,
	};

	return services[call](m, argument);
}
