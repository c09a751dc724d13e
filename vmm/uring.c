/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

#include "vmm/vmm_priv.h"

/* File I/O through io_uring(7), one request at a time: submitted and awaited in one system call. */
#define ENTRIES 8

static int uring_open(struct monitor *m)
{
	struct io_uring *ring = calloc(1, sizeof(*ring));
	int error, fd;

	if (ring == NULL)
		return error_set(m->error, ENOMEM, "cannot set up io_uring");
	error = io_uring_queue_init(ENTRIES, ring, 0);
	if (error) {
		free(ring);
		return error_fail(m->error, -error, "use --set backend=buffered", "cannot set up io_uring");
	}
	fd = fds_hide(m, ring->ring_fd);
	if (fd >= 0)
		ring->ring_fd = ring->enter_ring_fd = fd;
	m->backend_state = ring;
	return fd < 0 ? fd : 0;
}

static void uring_close(struct monitor *m)
{
	if (m->backend_state)
		io_uring_queue_exit(m->backend_state);
	free(m->backend_state);
	m->backend_state = NULL;
}

typedef void prepare_function(struct io_uring_sqe *, int, const struct iovec *, unsigned, __u64);

static int64_t ring_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
			 uint64_t offset)
{
	bool reads = call == ABI_CALL_read || call == ABI_CALL_readv || call == ABI_CALL_pread64 ||
		     call == ABI_CALL_preadv;
	prepare_function *prepare = reads ? io_uring_prep_readv : io_uring_prep_writev;
	struct io_uring *ring = m->backend_state;
	struct io_uring_sqe *entry = ring ? io_uring_get_sqe(ring) : NULL;
	struct io_uring_cqe *done;
	int64_t result;
	int error;

	if (entry == NULL)
		return -ENOSYS;
	prepare(entry, fd, vector, (unsigned)count, offset);
	error = io_uring_submit_and_wait(ring, 1);
	/* A signal may end the wait while the request is under way: its answer must not become the next
	 * one's. */
	while (io_uring_peek_cqe(ring, &done)) {
		if (loop_ending(m) || !driver_wanted(m))
			return -EIO;
		if (error < 0 && error != -EINTR) { /* nothing was taken, and must not be taken later */
			uring_close(m);
			return -ENOSYS;
		}
		error = io_uring_submit_and_wait(ring, 1);
	}
	result = done->res;
	io_uring_cqe_seen(ring, done);
	return result;
}

/* One thread at a time has the ring; it may wait in it for long, so others do not wait for it. */
int64_t uring_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
		   uint64_t offset)
{
	int64_t result;

	if (atomic_flag_test_and_set(&m->backend_busy))
		return -ENOSYS;
	result = ring_call(m, call, fd, vector, count, offset);
	atomic_flag_clear(&m->backend_busy);
	return result;
}

const struct backend backend_uring = {
	.name = "uring",
	.open = uring_open,
	.call = warm_call,
	.close = uring_close,
};
