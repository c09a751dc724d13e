/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/signals_priv.h"

/*
 * Makes the system call a request asks for, by the table of guest_abi.h. Nothing in a request is believed:
 * numbers are looked up, descriptors must be the program's, memory must lie in guest memory and be as large
 * as the call will take it to be.
 */

/* A request with its memory resolved to host addresses. */
struct resolved {
	uint64_t argument[6];
	struct iovec vector[ABI_SEGMENTS];
	int vectors;	     /* pieces of the one argument that may have several */
	int vector_argument; /* which, or -1 */
	bool regular;	     /* argument 0 is a regular file */
};

static bool fd_ours(const struct monitor *m, uint64_t fd)
{
	return (uint32_t)fd >= m->nofile;
}

/* Bytes the kernel will touch through argument I. */
static uint64_t bytes_of(const struct abi_call *call, const uint64_t argument[6], int i)
{
	const struct abi_argument *a = &call->argument[i];

	if (a->length == ABI_FIXED)
		return a->size;
	return argument[a->length] < UINT64_MAX / UINT16_MAX ? argument[a->length] * a->size : UINT64_MAX;
}

/* Resolves the pieces of one argument that may have several. */
static int64_t resolve_vector(const struct monitor *m, const struct abi_segment *segment, int count,
			      struct resolved *r, int i)
{
	for (int k = 0; k < count; k++) {
		r->vector[k].iov_base = memory_at(m, segment[k].gpa, segment[k].bytes);
		r->vector[k].iov_len = segment[k].bytes;
		if (r->vector[k].iov_base == NULL)
			return -EFAULT;
	}
	r->vectors = count;
	r->vector_argument = i;
	r->argument[i] = count > 0 ? (uintptr_t)r->vector[0].iov_base : (uintptr_t)m->memory;
	return 0;
}

static int64_t resolve_memory(const struct monitor *m, const struct abi_call *call,
			      const struct abi_segment *segment, int count, struct resolved *r, int i)
{
	uint8_t type = call->argument[i].type;
	uint64_t need = type == ABI_STRING ? 1 : bytes_of(call, r->argument, i);
	void *host;

	if (count == 0 && (r->argument[i] == 0 || need == 0))
		return 0; /* a null pointer is the kernel's to judge; an empty buffer is not looked at */
	if (count != 1 || call->argument[i].size > 1 << 12 || segment->bytes < need)
		return -EFAULT;
	host = memory_at(m, segment->gpa, segment->bytes);
	if (host == NULL) /* a string without an end runs on in guest memory, and at last into the guard */
		return -EFAULT;
	r->argument[i] = (uintptr_t)(type == ABI_STRING ? proc_path(m, host) : host);
	return 0;
}

/* How many bytes there are goes into the last argument, which no call that counts in memory has. */
static int64_t resolve_counted(const struct monitor *m, const struct abi_segment *segment, int count,
			       struct resolved *r, int i)
{
	int64_t error = count > 1 ? -EFAULT : 0;

	r->argument[5] = count > 0 ? segment->bytes : 0;
	if (error == 0 && r->argument[i])
		error = resolve_vector(m, segment, count, r, i);
	return error;
}

static int64_t resolve_argument(const struct monitor *m, const struct abi_call *call,
				const struct abi_segment *segment, int count, struct resolved *r, int i)
{
	uint8_t type = call->argument[i].type;

	if (type == ABI_NONE || type == ABI_VALUE)
		return 0;
	if (type == ABI_FD || type == ABI_DIR) {
		bool here = type == ABI_DIR && (int)r->argument[i] == AT_FDCWD;

		return !here && fd_ours(m, r->argument[i]) ? -EBADF : 0;
	}
	if (type == ABI_COUNTED)
		return resolve_counted(m, segment, count, r, i);
	if (type == ABI_GATHER || type == ABI_SCATTER ||
	    (call->flags & ABI_VECTOR && call->argument[i].length != ABI_FIXED && r->argument[i]))
		return resolve_vector(m, segment, count, r, i);
	return resolve_memory(m, call, segment, count, r, i);
}

static int64_t resolve(const struct monitor *m, const struct abi_call *call,
		       const struct abi_request *request, struct resolved *r)
{
	int used = 0;

	memcpy(r->argument, request->argument, sizeof(r->argument));
	for (int i = 0; i < 6; i++) {
		int count = request->segments[i];
		int64_t error;

		if (count > ABI_SEGMENTS - used)
			return -EFAULT;
		error = resolve_argument(m, call, request->segment + used, count, r, i);
		if (error)
			return error;
		used += count;
	}
	return 0;
}

/* Kicks that are not the program's business do not end its calls. */
int64_t call_host(const struct monitor *m, long number, const uint64_t a[6])
{
	long result;

	do
		result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	while (result < 0 && errno == EINTR && !signals_wanted() && !loop_ending(m) && driver_wanted(m));
	return result < 0 ? -errno : result;
}

/* File calls in all their forms come down to vectors at an offset; -1 is the file's own position. */
static int64_t move(struct monitor *m, uint32_t call, struct resolved *r)
{
	static const long vectored[] = {
		[ABI_CALL_read] = SYS_readv,	 [ABI_CALL_write] = SYS_writev,
		[ABI_CALL_readv] = SYS_readv,	 [ABI_CALL_writev] = SYS_writev,
		[ABI_CALL_pread64] = SYS_preadv, [ABI_CALL_pwrite64] = SYS_pwritev,
		[ABI_CALL_preadv] = SYS_preadv,	 [ABI_CALL_pwritev] = SYS_pwritev,
		[ABI_CALL_load] = SYS_preadv,	 [ABI_CALL_store] = SYS_pwritev,
		[ABI_CALL_ahead] = SYS_preadv,
	};
	long number = call < sizeof(vectored) / sizeof(vectored[0]) ? vectored[call] : 0;
	bool placed = number == SYS_preadv || number == SYS_pwritev;
	uint64_t offset = placed ? r->argument[3] : (uint64_t)-1;
	int64_t result;

	if (number == 0) /* preadv2, pwritev2: flags may mean something, so no backend knows them */
		return call_host(m, call_row(call)->number,
				 (uint64_t[6]){ r->argument[0], (uintptr_t)r->vector, (uint64_t)r->vectors,
						r->argument[3], r->argument[4], r->argument[5] });
	if (placed && (int64_t)offset < 0)
		return -EINVAL; /* to io_uring -1 would be the file's own position */
	/* A backend may wait for what O_NONBLOCK would not: io_uring does, on all but regular files. */
	result = m->backend->call && r->regular && !m->boot->files_limited /* io_uring minds no limit */
			 ? m->backend->call(m, call, (int)r->argument[0], r->vector, r->vectors, offset)
			 : -ENOSYS;

	if (result != -ENOSYS)
		return result;
	if (r->vectors == 1 && call_row(call)->argument[1].type <= ABI_INOUT) {
		r->argument[2] = r->vector[0].iov_len;
		return call_host(m, call_row(call)->number, r->argument);
	}
	return call_host(m, number,
			 (uint64_t[6]){ r->argument[0], (uintptr_t)r->vector, (uint64_t)r->vectors, offset });
}

/* Moves a file's data; what backends move is counted. */
static int64_t call_vector(struct monitor *m, uint32_t call, struct resolved *r)
{
	int64_t result = move(m, call, r);

	if (result > 0 && r->regular && m->backend->call)
		__atomic_add_fetch(&m->report->bytes_io, (uint64_t)result, __ATOMIC_RELAXED);
	return result;
}

/* Tells whether argument 0 is a regular file, where somebody makes use of it: a ring, or a backend. */
static void tell_kind(const struct monitor *m, struct abi_request *request, int fd)
{
	struct stat info;

	request->regular = 0;
	if (m->config.value[VMM_TRANSPORT] == VMM_TRANSPORT_EXIT && !m->backend->call)
		return;
	request->regular = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? 2 : 1;
}

/* Whether an open would wait for the other end of a pipe. */
static bool open_waits(uint32_t call, const uint64_t a[6])
{
	bool at = call == ABI_CALL_openat || call == ABI_CALL_openat2;
	uint64_t flags = call == ABI_CALL_open ? a[1] : call == ABI_CALL_openat ? a[2] : O_WRONLY;
	struct stat info;

	if (!at && call != ABI_CALL_open && call != ABI_CALL_creat)
		return false;
	if (flags & (O_NONBLOCK | O_PATH | O_DIRECTORY))
		return false;
	return fstatat(at ? (int)a[0] : AT_FDCWD, (const char *)a[at], &info, 0) == 0 &&
	       S_ISFIFO(info.st_mode);
}

int64_t call_make(struct monitor *m, struct abi_request *request)
{
	uint32_t id = request->call;
	const struct abi_call *call = call_row(id);
	struct resolved r; /* of a KiB, most of which few calls look at */
	int64_t result;

	if (call == NULL)
		return -ENOSYS;
	if (call->number >= ABI_SERVICE)
		return service_make(m, id, request->argument);
	r.vectors = 0;
	r.vector_argument = -1;
	result = resolve(m, call, request, &r);
	if (result)
		return result;
	if (request->regular == 3 && call->argument[0].type == ABI_FD)
		tell_kind(m, request, (int)r.argument[0]);
	r.regular = request->regular == 2;
	if (call->flags & ABI_VECTOR && call->number >= SYS_sendto && call->number <= SYS_recvmsg)
		return socket_message(m, id, r.argument, r.vector, r.vectors);
	if (call->flags & ABI_VECTOR && r.vector_argument >= 0)
		return call_vector(m, id, &r);
	if (request->regular == 4 && open_waits(id, r.argument))
		return ABI_BY_EXIT;
	return checked_call(m, id, r.argument);
}
