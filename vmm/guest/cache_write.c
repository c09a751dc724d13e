/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Writing. Most of what the program writes to files that it opened itself is delayed: it stays in the cache
 * until something asks for it (cache_dirty.c). What is to be stable at once, might not fit, or lies beyond
 * the end goes through to the host, so that errors come where Linux tells them: large writes past the host's
 * page cache, from the cache's own pages, small ones by it; Linux keeps both coherent.
 */
#define O_APPEND 02000
#define O_DSYNC	 010000 /* which O_SYNC has too */
#define LARGE	 (64ull << 10)

/* One page on its way: the program's data, and around it what the page holds. */
static void fill(struct cache_io *io, struct abi_page *page, uint64_t offset, uint64_t run)
{
	const struct abi_page *old = cache_page_find(io->open->file, offset / PAGE);
	char *data = at(page->gpa);

	if (run < PAGE) {
		if (old)
			memcpy(data, at(old->gpa), PAGE);
		else
			memset(data, 0, PAGE);
	}
	cache_copy(io, data + offset % PAGE, run, false);
}

/* Whether all of the page at OFFSET is known once RUN bytes of it are written. */
static bool whole(const struct cache_io *io, uint64_t offset, uint64_t run)
{
	return run == PAGE || offset - offset % PAGE >= cache_file_at(io->open->file)->size ||
	       cache_page_find(io->open->file, offset / PAGE);
}

/*
 * Writes BYTES, a batch at most, from frames that then hold them: what another thread makes of the program's
 * memory meanwhile is not for host and cache to see differently. Bytes written, or -errno; 0: no frames.
 */
static int64_t store(struct cache_io *io, uint64_t offset, uint64_t bytes, bool direct)
{
	struct abi_page *page[CACHE_BATCH];
	struct abi_segment segment[CACHE_BATCH];
	bool keep[CACHE_BATCH];
	uint64_t first = offset / PAGE, done = 0;
	int64_t result;
	int count = 0;

	while (done < bytes && (page[count] = cache_page_take())) {
		uint64_t at_offset = offset + done, within = at_offset % PAGE;
		uint64_t run = PAGE - within < bytes - done ? PAGE - within : bytes - done;

		keep[count] = whole(io, at_offset, run);
		fill(io, page[count], at_offset, run);
		segment[count] = (struct abi_segment){ page[count]->gpa + within, run };
		count++;
		done += run;
	}
	if (count == 0)
		return 0;
	cache_page_drop(io->open->file, first, first + (uint64_t)count);
	result = cache_move(direct ? ABI_CALL_store : ABI_CALL_pwritev, io->fd, segment, count, offset);
	for (int i = 0; i < count; i++)
		if (keep[i] && result == (int64_t)done)
			cache_page_put(page[i], io->open->file, first + (uint64_t)i);
		else
			cache_page_give(page[i]);
	return result;
}

/* How much of what is LEFT goes next, and whether past the host's cache: whole pages of a large write do. */
static uint64_t portion(const struct cache_io *io, uint64_t offset, uint64_t left, bool *direct)
{
	uint64_t within = offset % PAGE, most = CACHE_BATCH * PAGE - within;
	bool large = io->bytes >= LARGE;

	*direct = large && within == 0 && left >= PAGE;
	if (large && within && left > PAGE)
		return PAGE - within;
	left = left < most ? left : most;
	return *direct ? left - left % PAGE : left;
}

/* Bytes written, or -errno. */
static int64_t store_all(struct cache_io *io)
{
	uint64_t done = 0;
	int64_t result = 0;

	while (done < io->bytes) {
		bool direct;
		uint64_t bytes = portion(io, io->offset + done, io->bytes - done, &direct);

		result = store(io, io->offset + done, bytes, direct);
		if (result <= 0)
			break;
		done += (uint64_t)result;
		if ((uint64_t)result < bytes)
			break;
	}
	return done ? (int64_t)done : result;
}

/* At the file's end, wherever that is by now: only what is cached of the end changes. */
static int64_t append(struct cache_io *io)
{
	uint16_t file = io->open->file;
	uint64_t end = cache_file_current(file) ? cache_file_at(file)->size : 0;
	int64_t result = cache_pass(io);

	cache_page_drop(file, end / PAGE, UINT64_MAX);
	cache_file_grown(file, io->fd);
	return result;
}

/* What is known of the file is what the host has, and will be. */
static int64_t place(struct cache_io *io)
{
	struct cache_open *open = io->open;
	struct cache_file *f = cache_file_at(open->file);
	int64_t result = store_all(io);

	if (result == (int64_t)io->bytes)
		cache_file_written(open->file, io->fd);
	else
		cache_file_grown(open->file, io->fd);
	if (result > 0 && io->offset + (uint64_t)result > f->size)
		f->size = io->offset + (uint64_t)result;
	if (result > 0 && !io->placed) {
		open->offset += (uint64_t)result;
		open->moved = true;
	}
	return result;
}

static bool may_wait(const struct cache_io *io)
{
	const struct cache_open *open = io->open;

	if (!open->own || open->flags & O_DSYNC || BOOT->files_limited || cache_file_at(open->file)->mapped ||
	    !cache_file_check(open->file, io->fd, false))
		return false;
	return (open->flags & O_APPEND || io->offset <= cache_file_at(open->file)->size) &&
	       cache_dirty_fits(open->file, io->bytes);
}

/* A frame, when need be for what the program wrote before. */
static struct abi_page *take(void)
{
	struct abi_page *page;

	if (2 * cache_dirty() >= cache_page_room())
		cache_flush_all();
	page = cache_page_take();
	if (page == NULL && cache_dirty()) {
		cache_flush_all();
		page = cache_page_take();
	}
	return page;
}

/* The page for RUN bytes at OFFSET, which is not beyond the end. What it does not know of a new one it leaves
 * torn. */
static struct abi_page *page_for(const struct cache_io *io, uint64_t offset, uint64_t run)
{
	uint64_t number = offset / PAGE, within = offset % PAGE, size = cache_file_at(io->open->file)->size;
	struct abi_page *page = cache_page_find(io->open->file, number);

	if (page && page->torn && (within > page->to || within + run < page->from)) {
		cache_flush(io->open->file);
		page = cache_page_find(io->open->file, number);
	}
	if (page == NULL && cache_ahead_covers(io->open->file, number)) {
		cache_ahead_land(true);
		page = cache_page_find(io->open->file, number);
	}
	if (page)
		return page;
	page = take();
	if (page == NULL)
		return NULL;
	cache_page_put(page, io->open->file, number);
	page->torn = within > 0 || (run < PAGE && offset + run < size);
	if (!page->torn)
		memset((char *)at(page->gpa) + run, 0, PAGE - run);
	return page;
}

/* Bytes written, or 0: there are no frames. */
static int64_t delay(struct cache_io *io)
{
	struct cache_open *open = io->open;
	struct cache_file *f = cache_file_at(open->file);
	bool appends = open->flags & O_APPEND;
	uint64_t done = 0;

	if (f->dirty && f->appends != appends)
		cache_flush(open->file);
	f->appends = appends;
	if (appends)
		io->offset = f->size;
	while (done < io->bytes) {
		uint64_t offset = io->offset + done, within = offset % PAGE;
		uint64_t run = PAGE - within < io->bytes - done ? PAGE - within : io->bytes - done;
		struct abi_page *page = page_for(io, offset, run);

		if (page == NULL)
			break;
		cache_copy(io, (char *)at(page->gpa) + within, run, false);
		done += run;
		f->size = offset + run > f->size ? offset + run : f->size;
		cache_dirty_mark(page, within, within + run, io->fd);
	}
	if (!io->placed) {
		open->offset = io->offset + done;
		open->moved = true;
	}
	return (int64_t)done;
}

int64_t cache_write(struct cache_io *io)
{
	uint16_t file = io->open->file;
	int64_t result = cache_file_at(file)->error;

	if (result) {
		cache_file_at(file)->error = 0;
		return result;
	}
	if (may_wait(io) && (result = delay(io)) != 0)
		return result;
	cache_flush(file);
	if (io->open->flags & O_APPEND)
		return append(io);
	if (cache_file_check(file, io->fd, false) && (result = place(io)) != 0)
		return result;
	result = cache_pass(io); /* no frames */
	cache_page_drop(file, 0, UINT64_MAX);
	cache_file_grown(file, io->fd);
	return result;
}
