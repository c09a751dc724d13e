/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <liburing.h>
#include <sched.h>
#include <stdlib.h>

#include "vmm/uring_priv.h"

/*
 * File I/O through io_uring(7): submitted and awaited in one system call, one request at a time, and beside
 * it one that nobody waits for yet.
 */
#define ENTRIES 8

enum tag { AWAITED, BEGUN }; /* what a completion is of */

struct uring {
	struct io_uring ring;
	bool begun, ended; /* the request that is not awaited */
	int64_t result;	   /* once it has ended */
};

int uring_open(struct monitor *m)
{
	struct uring *u = calloc(1, sizeof(*u));
	int error, fd;

	if (u == NULL)
		return error_set(m->error, ENOMEM, "cannot set up io_uring");
	error = io_uring_queue_init(ENTRIES, &u->ring, 0);
	if (error) {
		free(u);
		return error_fail(m->error, -error, "use --set backend=buffered", "cannot set up io_uring");
	}
	fd = fds_hide(m, u->ring.ring_fd);
	if (fd >= 0)
		u->ring.ring_fd = u->ring.enter_ring_fd = fd;
	m->backend_state = u;
	return fd < 0 ? fd : 0;
}

void uring_close(struct monitor *m)
{
	struct uring *u = m->backend_state;

	if (u)
		io_uring_queue_exit(&u->ring);
	free(u);
	m->backend_state = NULL;
}

static struct io_uring_sqe *entry_of(struct monitor *m)
{
	struct uring *u = m->backend_state;

	return u ? io_uring_get_sqe(&u->ring) : NULL;
}

/* Notes what has ended: whether the awaited request has, and its result. */
static bool reap(struct uring *u, int64_t *result)
{
	struct io_uring_cqe *done;

	while (io_uring_peek_cqe(&u->ring, &done) == 0) {
		bool awaited = done->user_data == AWAITED;

		*(awaited ? result : &u->result) = done->res;
		u->ended |= !awaited;
		io_uring_cqe_seen(&u->ring, done);
		if (awaited)
			return true;
	}
	return false;
}

/* Submits what has been prepared, and awaits its result. */
static int64_t finish(struct monitor *m, struct io_uring_sqe *entry)
{
	struct uring *u = m->backend_state;
	int64_t result;
	int error;

	io_uring_sqe_set_data64(entry, AWAITED);
	error = io_uring_submit_and_wait(&u->ring, 1);
	/* A signal may end the wait while the request is under way: its answer must not become the next
	 * one's. */
	while (!reap(u, &result)) {
		if (loop_ending(m) || !driver_wanted(m))
			return -EIO;
		if (error < 0 && error != -EINTR) { /* nothing was taken, and must not be taken later */
			uring_close(m);
			return -ENOSYS;
		}
		error = io_uring_submit_and_wait(&u->ring, 1);
	}
	return result;
}

static struct io_uring_sqe *prepare(struct monitor *m, const struct uring_io *io)
{
	struct io_uring_sqe *entry = entry_of(m);

	if (entry == NULL)
		return NULL;
	(io->reads ? io_uring_prep_readv : io_uring_prep_writev)(entry, io->file, io->vector,
								 (unsigned)io->count, io->offset);
	if (io->kept)
		entry->flags |= IOSQE_FIXED_FILE;
	return entry;
}

int64_t uring_transfer(struct monitor *m, const struct uring_io *io)
{
	struct io_uring_sqe *entry;
	int64_t result = -ENOSYS;

	if (atomic_flag_test_and_set(&m->backend_busy))
		return -ENOSYS;
	entry = prepare(m, io);
	if (entry)
		result = finish(m, entry);
	atomic_flag_clear(&m->backend_busy);
	return result;
}

int64_t uring_begin(struct monitor *m, const struct uring_io *io)
{
	struct uring *u = m->backend_state;
	struct io_uring_sqe *entry;
	int64_t result = -EBUSY;

	if (atomic_flag_test_and_set(&m->backend_busy))
		return -EBUSY;
	entry = u && !u->begun ? prepare(m, io) : NULL;
	if (entry) {
		io_uring_sqe_set_data64(entry, BEGUN);
		u->begun = io_uring_submit(&u->ring) == 1;
		u->ended = false;
		result = u->begun ? 0 : -EBUSY;
		if (!u->begun) /* it must not be taken later */
			uring_close(m);
	}
	atomic_flag_clear(&m->backend_busy);
	return result;
}

int64_t uring_end(struct monitor *m, bool waits)
{
	int64_t result = -EAGAIN, none;
	struct uring *u;

	/* Whoever has the ring awaits an answer of its own, and then it is ours. */
	while (atomic_flag_test_and_set(&m->backend_busy)) {
		if (loop_ending(m) || !driver_wanted(m))
			return -EIO;
		sched_yield();
	}
	u = m->backend_state;
	if (u == NULL || !u->begun)
		result = -ENODATA;
	while (result == -EAGAIN) {
		reap(u, &none);
		if (u->ended) {
			u->begun = false;
			result = u->result;
		} else if (!waits) {
			break;
		} else if (loop_ending(m) || !driver_wanted(m) ||
			   io_uring_submit_and_wait(&u->ring, 1) == -EBADF) {
			result = -EIO;
		}
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
		error = io_uring_register_files(&((struct uring *)m->backend_state)->ring, none, count);
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
		result = finish(m, entry);
	}
	atomic_flag_clear(&m->backend_busy);
	return result;
}

void uring_drop(struct monitor *m, unsigned slot)
{
	struct uring *u = m->backend_state;
	int none = -1;

	if (u)
		io_uring_register_files_update(&u->ring, slot, &none, 1);
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
