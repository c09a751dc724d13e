/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_URING_PRIV_H
#define VMM_URING_PRIV_H

/* The monitor's io_uring, for the backends that use it. Errors are -errno. */
#include "vmm/vmm_priv.h"

struct uring_io {
	int file;  /* a descriptor, or a file the ring keeps */
	bool kept; /* which of the two */
	bool reads;
	const struct iovec *vector;
	int count;
	uint64_t offset; /* -1: the file's own position */
};

int uring_open(struct monitor *m);
void uring_close(struct monitor *m);

/* Bytes moved. One thread at a time has the ring and may wait in it for long: -ENOSYS to another, or without
 * a ring. */
int64_t uring_transfer(struct monitor *m, const struct uring_io *io);

/*
 * The same in two steps, one such transfer at a time: 0 once it is under way; its result when it has ended,
 * or -EAGAIN unless WAITS; -ENODATA where none was begun.
 */
int64_t uring_begin(struct monitor *m, const struct uring_io *io);
int64_t uring_end(struct monitor *m, bool waits);

/*
 * Files that only the ring has: they are no descriptors, so closing one does not release the record locks
 * that the process holds on the same file (fcntl(2)), and no exec or fork inherits it. Linux 5.15.
 */
int uring_keep_files(struct monitor *m, unsigned count);			   /* room for COUNT */
int64_t uring_keep(struct monitor *m, unsigned slot, const char *path, int flags); /* opens PATH in an empty
										      slot */
void uring_drop(struct monitor *m, unsigned slot);

#endif
