/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/* Data calls on regular files, as the cache takes them from the road to the host. */
#define O_ACCMODE 3
#define O_RDONLY  0
#define O_WRONLY  1
#define O_APPEND  02000
#define SEEK_CUR  1
#define SEEK_END  2
#define BYTES_MAX (1ull << 31)
#define FILE_MAX  (1ull << 43) /* what any file system has; beyond, the host is asked */

bool cache_hurried;

/* The calls: whether they read, and whether they name their offset. */
static const struct {
	bool taken, reads, placed;
} calls[ABI_CALL_COUNT] = {
	[ABI_CALL_read] = { true, true, false },     [ABI_CALL_readv] = { true, true, false },
	[ABI_CALL_pread64] = { true, true, true },   [ABI_CALL_preadv] = { true, true, true },
	[ABI_CALL_write] = { true, false, false },   [ABI_CALL_writev] = { true, false, false },
	[ABI_CALL_pwrite64] = { true, false, true }, [ABI_CALL_pwritev] = { true, false, true },
};

bool cache_takes(enum abi_call_id call, uint64_t fd)
{
	const struct cache_open *open;
	bool taken = false;

	if (!cache_active || !calls[call].taken)
		return false;
	lock_take(&cache_lock);
	open = cache_open_know(fd);
	taken = open && open->state >= CACHE_PLAIN;
	lock_give(&cache_lock);
	return taken;
}

void cache_request(struct abi_request *request, uint64_t fd, int count, uint64_t offset)
{
	request->regular = 2;
	request->argument[0] = fd;
	request->argument[1] = request->segment[0].gpa; /* in place of an address: not null */
	request->argument[2] = (uint64_t)count;
	request->argument[3] = offset;
	request->segments[1] = (uint8_t)count;
}

int64_t cache_move(enum abi_call_id call, uint64_t fd, const struct abi_segment *segment, int count,
		   uint64_t offset)
{
	struct abi_request *request = channel_slot(call, cache_hurried);

	for (int i = 0; i < count; i++)
		request->segment[i] = segment[i];
	cache_request(request, fd, count, offset);
	return channel_send(request);
}

int64_t cache_pass(struct cache_io *io)
{
	struct abi_request *slot;
	int64_t result;

	if (io->open->state == CACHE_CACHED)
		cache_flush(io->open->file);
	else if (!io->open->in_memory)
		cache_flush_all();
	if (!io->placed)
		cache_open_place(io->open, io->fd);
	slot = channel_slot((enum abi_call_id)io->request.call, false);
	*slot = io->request;
	slot->regular = 2;
	result = channel_send(slot);
	if (result > 0 && !io->placed && io->open->placed)
		io->open->offset += (uint64_t)result;
	return result;
}

void cache_copy(struct cache_io *io, void *page, uint64_t bytes, bool out)
{
	while (bytes > 0) {
		const struct abi_segment *s = &io->request.segment[io->piece];
		uint64_t run = s->bytes - io->within < bytes ? s->bytes - io->within : bytes;

		if (out)
			memcpy(at(s->gpa + io->within), page, run);
		else
			memcpy(page, at(s->gpa + io->within), run);
		page = (char *)page + run;
		bytes -= run;
		io->within += run;
		if (io->within == s->bytes) {
			io->piece++;
			io->within = 0;
		}
	}
}

static bool allowed(const struct cache_io *io, bool reads)
{
	return (io->open->flags & O_ACCMODE) != (reads ? O_WRONLY : O_RDONLY);
}

static uint64_t bytes_of(const struct abi_request *request)
{
	uint64_t bytes = 0;

	for (int i = 0; i < request->segments[1]; i++)
		bytes += request->segment[i].bytes;
	return bytes;
}

static int64_t serve(struct cache_io *io, bool reachable)
{
	bool reads = calls[io->request.call].reads;
	struct cache_open *open = io->open;
	int64_t result;

	io->placed = calls[io->request.call].placed;
	io->offset = io->placed ? io->request.argument[3] : open->offset;
	io->bytes = bytes_of(&io->request);
	if (open->state != CACHE_CACHED || !allowed(io, reads) || io->bytes == 0 || io->bytes > BYTES_MAX ||
	    io->offset > FILE_MAX || cache_file_at(open->file)->shared || !cache_active)
		reachable = false;
	if (reads)
		return reachable && (io->placed || open->placed) ? cache_read(io) : cache_pass(io);
	if (reachable && (io->placed || open->placed || open->flags & O_APPEND))
		return cache_write(io);
	/* Where it writes is not known, or the kernel cannot reach what. */
	result = cache_pass(io);
	if (open->state == CACHE_CACHED) {
		cache_page_drop(open->file, 0, UINT64_MAX);
		cache_file_grown(open->file, io->fd);
	} else if (!open->in_memory) {
		cache_forget_pages();
	}
	return result;
}

int64_t cache_serve(const struct abi_request *request, bool reachable)
{
	struct cache_io io = { .request = *request, .fd = request->argument[0] };
	int64_t result = -EBADF;

	cache_page_grow(bytes_of(request) / PAGE);
	lock_take(&cache_lock);
	io.open = cache_open_know(io.fd);
	if (io.open)
		result = serve(&io, reachable);
	lock_give(&cache_lock);
	return result;
}

/* lseek(fd, offset, whence) where the offset is kept here. */
static int64_t seek(struct cache_open *open, uint64_t fd, int64_t by, uint64_t whence)
{
	int64_t from = 0;

	if (whence == SEEK_CUR)
		from = (int64_t)open->offset;
	if (whence == SEEK_END && cache_file_check(open->file, fd, true))
		from = (int64_t)cache_file_at(open->file)->size;
	if (by < 0 && -by > from)
		return -EINVAL;
	open->offset = (uint64_t)(from + by);
	open->moved = true;
	return from + by;
}

/* What only the host can tell: where data begins, or that an offset is too large. */
static int64_t seek_by_host(struct cache_open *open, const uint64_t argument[6])
{
	struct abi_request *request;
	int64_t result;

	cache_flush(open->file);
	cache_open_place(open, argument[0]);
	request = channel_slot(ABI_CALL_lseek, false);
	for (int i = 0; i < 3; i++)
		request->argument[i] = argument[i];
	result = channel_send(request);
	if (result >= 0)
		open->offset = (uint64_t)result;
	return result;
}

bool cache_seeks(enum abi_call_id call, const uint64_t argument[6], int64_t *result)
{
	int64_t by = (int64_t)argument[1];
	struct cache_open *open;
	bool ours;

	if (call != ABI_CALL_lseek || !cache_active)
		return false;
	lock_take(&cache_lock);
	open = cache_open_know(argument[0]);
	ours = open && open->placed;
	if (ours && argument[2] <= SEEK_END && by < (int64_t)FILE_MAX && by > -(int64_t)FILE_MAX)
		*result = seek(open, argument[0], by, argument[2]);
	else if (ours)
		*result = seek_by_host(open, argument);
	lock_give(&cache_lock);
	return ours;
}
