/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Reading ahead of a program that reads on and on: one window is on its way while the program goes on. Its
 * request is put into the ring and not waited for; who wants one of its pages asks for it to land. Where
 * requests leave by exit there is nobody who could serve it meanwhile, and the window is part of the read
 * that misses (cache_read.c).
 */
static struct {
	uint16_t file; /* CACHE_NOBODY: nothing is on its way */
	bool stale;    /* the file may have changed since */
	int count;
	uint64_t first; /* page */
	const struct abi_channel *channel;
	uint32_t number; /* of its request there */
	struct abi_page *page[CACHE_BATCH];
} flight;

bool cache_ahead_covers(uint16_t file, uint64_t number)
{
	return flight.file != CACHE_NOBODY && flight.file == file && number >= flight.first &&
	       number < flight.first + (uint64_t)flight.count;
}

void cache_ahead_stale(uint16_t file)
{
	flight.stale |= flight.file == file;
}

void cache_ahead_land(bool waits)
{
	struct abi_request *request;
	int64_t result;

	if (flight.file == CACHE_NOBODY)
		return;
	channel_await(flight.channel, flight.number);
	request = channel_slot(ABI_CALL_landed, cache_hurried);
	request->argument[0] = waits;
	result = channel_send(request);
	if (result == -EAGAIN)
		return;
	cache_loaded(flight.file, flight.first, flight.page, flight.count, flight.stale ? 0 : result);
	flight.file = CACHE_NOBODY;
}

static void begin(const struct cache_io *io, uint64_t first, uint64_t count)
{
	struct abi_request *request = channel_slot(ABI_CALL_ahead, false);

	flight.count = 0;
	while (flight.count < (int)count &&
	       !cache_page_find(io->open->file, first + (uint64_t)flight.count) &&
	       (flight.page[flight.count] = cache_page_take())) {
		request->segment[flight.count] = (struct abi_segment){ flight.page[flight.count]->gpa, PAGE };
		flight.count++;
	}
	if (flight.count == 0)
		return;
	flight.file = io->open->file;
	flight.stale = false;
	flight.first = first;
	cache_request(request, io->fd, flight.count, first * PAGE);
	flight.channel = CHANNEL;
	flight.number = channel_post(request);
}

/* NEXT is the page that the program reads next if it goes on: there is to be a window from there. */
void cache_ahead(const struct cache_io *io, uint64_t next)
{
	uint64_t end = round_up(cache_file_at(io->open->file)->size, PAGE) / PAGE;
	struct cache_open *open = io->open;

	if (!BOOT->ring || open->window == 0)
		return;
	open->ahead = open->ahead > next ? open->ahead : next;
	if (open->ahead - next > open->window || open->ahead >= end)
		return;
	if (cache_ahead_covers(open->file, open->ahead - 1))
		return;
	cache_ahead_land(false);
	while (open->ahead < end && open->ahead - next <= open->window &&
	       cache_page_find(open->file, open->ahead))
		open->ahead++;
	if (!channel_rings() || flight.file != CACHE_NOBODY || open->ahead >= end ||
	    open->ahead - next > open->window)
		return;
	begin(io, open->ahead, open->window < end - open->ahead ? open->window : end - open->ahead);
	open->ahead += (uint64_t)flight.count;
	open->window = 2 * open->window < CACHE_BATCH ? 2 * open->window : CACHE_BATCH;
}
