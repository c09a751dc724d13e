/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Reading through the cache. Where reads follow one another the window read ahead doubles from 16 KiB up to a
 * batch. The first is part of the read that misses; the others are on their way before the program wants
 * them.
 */
#define WINDOW 4 /* pages */

/* The pages to read from NUMBER on, where NEED are asked for: none that is there already, none past the end.
 */
static int extent(const struct cache_io *io, uint64_t number, uint64_t need)
{
	uint64_t end = round_up(cache_file_at(io->open->file)->size, PAGE) / PAGE;
	uint64_t count = need > io->open->window ? need : io->open->window;
	int n = 1;

	count = count < CACHE_BATCH ? count : CACHE_BATCH;
	count = count < end - number ? count : end - number;
	while (n < (int)count && !cache_page_find(io->open->file, number + (uint64_t)n) &&
	       !cache_ahead_covers(io->open->file, number + (uint64_t)n))
		n++;
	return n;
}

int64_t cache_loaded(uint16_t file, uint64_t number, struct abi_page **page, int count, int64_t result)
{
	int64_t whole = result > 0 ? (result + (int64_t)PAGE - 1) / (int64_t)PAGE : 0;

	if (whole && result % (int64_t)PAGE > 0) /* the file ends there */
		memset((char *)at(page[whole - 1]->gpa) + result % (int64_t)PAGE, 0,
		       PAGE - (uint64_t)result % PAGE);
	for (int i = 0; i < count; i++) {
		if (i < whole)
			cache_page_put(page[i], file, number + (uint64_t)i);
		else
			cache_page_give(page[i]);
	}
	return result < 0 ? result : whole;
}

/* Loads up to WANT pages from NUMBER on. How many are there now, or -errno; 0: do without. */
static int64_t load(struct cache_io *io, uint64_t number, int want)
{
	struct abi_page *page[CACHE_BATCH];
	struct abi_segment segment[CACHE_BATCH];
	int64_t result;
	int count = 0;

	while (count < want && (page[count] = cache_page_take())) {
		segment[count] = (struct abi_segment){ page[count]->gpa, PAGE };
		count++;
	}
	if (count == 0)
		return 0;
	result = cache_move(ABI_CALL_load, io->fd, segment, count, number * PAGE);
	io->open->ahead = number + (uint64_t)count;
	return cache_loaded(io->open->file, number, page, count, result);
}

/* What the program wrote to a page that was not there cannot be read on its own, nor what is still on its
 * way. */
static const struct abi_page *find(uint16_t file, uint64_t number)
{
	const struct abi_page *page = cache_page_find(file, number);

	if (page && !page->torn)
		return page;
	if (page)
		cache_flush(file);
	else if (cache_ahead_covers(file, number))
		cache_ahead_land(true);
	return cache_page_find(file, number);
}

static void adapt(struct cache_io *io)
{
	struct cache_open *open = io->open;

	if (io->offset != open->expected)
		open->window = 0;
	else
		open->window = open->window < WINDOW		? WINDOW
			       : open->window < CACHE_BATCH / 2 ? open->window * 2
								: CACHE_BATCH;
}

/* Copies BYTES from the file; how many it could, or -errno when none. */
static int64_t copy_out(struct cache_io *io, uint64_t bytes)
{
	uint64_t done = 0;
	int64_t loaded = 1;

	while (done < bytes) {
		uint64_t offset = io->offset + done, number = offset / PAGE, within = offset % PAGE;
		uint64_t run = PAGE - within < bytes - done ? PAGE - within : bytes - done;
		const struct abi_page *page = find(io->open->file, number);

		if (page == NULL) {
			uint64_t need = (within + bytes - done + PAGE - 1) / PAGE;

			if (loaded > 1 || offset == io->open->expected || done == 0)
				adapt(io);
			loaded = load(io, number, extent(io, number, need));
			page = loaded > 0 ? cache_page_find(io->open->file, number) : NULL;
		}
		if (page == NULL)
			break;
		cache_copy(io, (char *)at(page->gpa) + within, run, true);
		done += run;
	}
	return done ? (int64_t)done : loaded < 0 ? loaded : 0;
}

int64_t cache_read(struct cache_io *io)
{
	struct cache_open *open = io->open;
	const struct cache_file *f = cache_file_at(open->file);
	uint64_t bytes = io->bytes;
	int64_t result;

	if (!cache_file_check(open->file, io->fd, false) ||
	    (io->offset + bytes > f->size && !cache_file_check(open->file, io->fd, true)))
		return cache_pass(io);
	if (io->offset >= f->size)
		return 0;
	bytes = bytes < f->size - io->offset ? bytes : f->size - io->offset;
	result = copy_out(io, bytes);
	if (result == 0) /* no frame, or the file has become shorter */
		return cache_pass(io);
	if (result < 0)
		return result;
	if (io->offset == open->expected)
		cache_ahead(io, round_up(io->offset + (uint64_t)result, PAGE) / PAGE);
	open->expected = io->offset + (uint64_t)result;
	if (!io->placed) {
		open->offset += (uint64_t)result;
		open->moved = true;
	}
	return result;
}
