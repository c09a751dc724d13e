/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Writing goes through the cache to the host at once, so that no end of the program, of its monitor or of the
 * guest kernel can lose what the program was told is written, errors come when Linux tells them, and others
 * see it. Large writes go past the host's page cache, from the cache's own pages; small ones go by it, since
 * a device takes a hundred times as long for them, and Linux keeps both coherent.
 */
#define O_APPEND 02000
#define LARGE	 (64ull << 10)

/* One page on its way: the program's data, and around it what the page holds. */
static void fill(struct cache_io *io, struct cache_page *page, uint64_t offset, uint64_t run)
{
	const struct cache_page *old = cache_page_find(io->open->file, offset / PAGE);
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
	struct cache_page *page[CACHE_BATCH];
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

int64_t cache_write(struct cache_io *io)
{
	uint16_t file = io->open->file;
	int64_t result;

	if (io->open->flags & O_APPEND)
		return append(io);
	if (cache_file_check(file, io->fd, false) && (result = place(io)) != 0)
		return result;
	result = cache_pass(io); /* no frames */
	cache_page_drop(file, 0, UINT64_MAX);
	cache_file_grown(file, io->fd);
	return result;
}
