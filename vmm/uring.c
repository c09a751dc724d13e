/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

#include "vmm/uring_priv.h"

/* File I/O through io_uring(7), one request at a time: submitted and awaited in one system call. */
#define ENTRIES 8

int uring_open(struct monitor *m)
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

void uring_close(struct monitor *m)
{
	if (m->backend_state)
		io_uring_queue_exit(m->backend_state);
	free(m->backend_state);
	m->backend_state = NULL;
}

static struct io_uring_sqe *entry_of(struct monitor *m)
{
	return m->backend_state ? io_uring_get_sqe(m->backend_state) : NULL;
}

/* Submits what has been prepared, and awaits its result. */
static int64_t finish(struct monitor *m)
{
	struct io_uring *ring = m->backend_state;
	struct io_uring_cqe *done;
	int error = io_uring_submit_and_wait(ring, 1);
	int64_t result;

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

int64_t uring_transfer(struct monitor *m, const struct uring_io *io)
{
	struct io_uring_sqe *entry;
	int64_t result = -ENOSYS;

	if (atomic_flag_test_and_set(&m->backend_busy))
		return -ENOSYS;
	entry = entry_of(m);
	if (entry) {
		(io->reads ? io_uring_prep_readv : io_uring_prep_writev)(entry, io->file, io->vector,
									 (unsigned)io->count, io->offset);
		if (io->kept)
			entry->flags |= IOSQE_FIXED_FILE;
		result = finish(m);
	}
	atomic_flag_clear(&m->backend_busy);
	return result;
}

int uring_keep_files(struct monitor *m, unsigned count)
{
	int *none = malloc(count * sizeof(*none)), error = -ENOMEM;

	for (unsigned i = 0; none && i < count; i++)
		none[i] = -1;
	if (none)
		error = io_uring_register_files(m->backend_state, none, count);
	free(none);
	return error;
}

int64_t uring_keep(struct monitor *m, unsigned slot, const char *path, int flags)
{
	struct io_uring_sqe *entry;
	int64_t result = -EBUSY;

	if (atomic_flag_test_and_set(&m->backend_busy))
		return -EBUSY;
	entry = entry_of(m);
	if (entry) {
		io_uring_prep_openat_direct(entry, AT_FDCWD, path, flags, 0, slot);
		result = finish(m);
	}
	atomic_flag_clear(&m->backend_busy);
	return result;
}

void uring_drop(struct monitor *m, unsigned slot)
{
	int none = -1;

	if (m->backend_state)
		io_uring_register_files_update(m->backend_state, slot, &none, 1);
}

int64_t uring_call(struct monitor *m, uint32_t call, int fd, const struct iovec *vector, int count,
		   uint64_t offset)
{
	bool reads = call == ABI_CALL_read || call == ABI_CALL_readv || call == ABI_CALL_pread64 ||
		     call == ABI_CALL_preadv;

	return uring_transfer(
		m, &(struct uring_io){
			   .file = fd, .reads = reads, .vector = vector, .count = count, .offset = offset });
}

const struct backend backend_uring = {
	.name = "uring",
	.open = uring_open,
	.call = warm_call,
	.close = uring_close,
};
