/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "vmm/vmm_priv.h"

/*
 * backend=uring: io_uring, but for what the host's page cache has, or takes. A system call that promises not
 * to wait (preadv2(2), RWF_NOWAIT) reads that in half the time, and leaves to io_uring what must be fetched.
 */
struct transfer {
	int fd;
	bool reads;
	struct iovec vector[ABI_SEGMENTS];
	int first, count; /* pieces not yet done are [first, count) */
	uint64_t offset;  /* -1: the file's own position */
};

static void advance(struct transfer *t, uint64_t bytes)
{
	if (t->offset != (uint64_t)-1)
		t->offset += bytes;
	while (t->first < t->count && bytes >= t->vector[t->first].iov_len)
		bytes -= t->vector[t->first++].iov_len;
	if (bytes) {
		t->vector[t->first].iov_base = (char *)t->vector[t->first].iov_base + bytes;
		t->vector[t->first].iov_len -= bytes;
	}
}

/*
 * Bytes done at once, or -errno. Writes go into the page cache whether io_uring makes them or we do, and
 * where the file system makes no promise not to wait (ext4 does not) it would have a worker make them, whose
 * waking takes several times as long as the write.
 */
static int64_t at_once(const struct transfer *t)
{
	const struct iovec *vector = t->vector + t->first;
	int count = t->count - t->first;
	ssize_t done = t->reads ? preadv2(t->fd, vector, count, (off_t)t->offset, RWF_NOWAIT)
				: pwritev2(t->fd, vector, count, (off_t)t->offset, 0);

	return done < 0 ? -errno : done;
}

int64_t warm_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
		  uint64_t offset)
{
	int64_t result, done = 0;
	struct transfer t;

	t.fd = fd;
	t.reads = call == ABI_CALL_read || call == ABI_CALL_readv || call == ABI_CALL_pread64 ||
		  call == ABI_CALL_preadv;
	t.first = 0;
	t.count = count;
	t.offset = offset;
	memcpy(t.vector, vector, (size_t)count * sizeof(*vector));
	while ((result = at_once(&t)) > 0) {
		done += result;
		advance(&t, (uint64_t)result);
		if (t.first == t.count)
			return done;
	}
	if (result == -EAGAIN || result == -EOPNOTSUPP)
		result = uring_call(m, call, fd, t.vector + t.first, t.count - t.first, t.offset);
	if (done) /* what failed after that fails again when it is asked for again */
		return done + (result > 0 ? result : 0);
	return result;
}
