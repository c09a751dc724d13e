/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Open files of the program. The offset of one that it opened is kept here, whichever of its descriptors is
 * used, until others may have a share in it (a message, a call the cache does not know): then the host has it
 * for good, and only calls that name their offset are cached.
 */
#define O_APPEND 02000
#define O_DIRECT 040000

bool cache_active;

static struct cache_open opens[CACHE_OPENS];
static uint16_t open_of[CACHE_OPENS]; /* by descriptor: 1 + its index there, or 0 */

struct cache_open *cache_open_at(uint64_t fd)
{
	return fd < CACHE_OPENS && open_of[fd] ? &opens[open_of[fd] - 1] : NULL;
}

static void forget(uint64_t fd)
{
	struct cache_open *open = cache_open_at(fd);

	if (open == NULL)
		return;
	open_of[fd] = 0;
	if (--open->descriptors == 0 && open->state == CACHE_CACHED)
		cache_file_close(open->file);
}

/* There are as many as descriptors, hence always one. */
static struct cache_open *begin(uint64_t fd)
{
	struct cache_open *open = &opens[fd];

	for (uint64_t i = 0; open->descriptors; i++)
		open = &opens[i];
	*open = (struct cache_open){ .descriptors = 1 };
	open_of[fd] = (uint16_t)(open - opens + 1);
	return open;
}

void cache_forget(uint64_t fd)
{
	if (!cache_active)
		return;
	lock_take(&cache_lock);
	forget(fd);
	lock_give(&cache_lock);
}

void cache_opened(uint64_t fd)
{
	struct cache_open *open;

	if (!cache_active || fd >= CACHE_OPENS)
		return;
	lock_take(&cache_lock);
	forget(fd);
	open = begin(fd);
	open->placed = open->own = true;
	lock_give(&cache_lock);
}

void cache_duplicated(uint64_t fd, uint64_t other)
{
	const struct cache_open *open;

	if (!cache_active || fd == other || other >= CACHE_OPENS)
		return;
	lock_take(&cache_lock);
	open = cache_open_know(fd);
	forget(other);
	if (open) {
		open_of[other] = open_of[fd];
		opens[open_of[fd] - 1].descriptors++;
	}
	lock_give(&cache_lock);
}

/* One that the program has not opened itself may have its offset from elsewhere. */
struct cache_open *cache_open_know(uint64_t fd)
{
	struct cache_open *open = cache_open_at(fd);
	struct abi_file seen;

	if (fd >= CACHE_OPENS || (open && open->known))
		return open;
	if (!cache_ask(fd, &seen))
		return NULL;
	/* Of the same file open once more, all that was written is to be there. */
	cache_flush(cache_file_find(&seen));
	if (cache_file_at(cache_file_find(&seen))->written && !cache_ask(fd, &seen))
		return NULL;
	if (open == NULL)
		open = begin(fd);
	open->known = true;
	open->state = seen.regular ? CACHE_PLAIN : CACHE_OTHER;
	open->in_memory = seen.in_memory;
	open->flags = seen.flags;
	open->file = seen.direct && !(seen.flags & O_DIRECT) ? cache_file_open(&seen) : CACHE_NOBODY;
	if (open->file != CACHE_NOBODY)
		open->state = CACHE_CACHED;
	open->placed &= open->state == CACHE_CACHED && !(seen.flags & O_APPEND);
	return open;
}

void cache_open_place(struct cache_open *open, uint64_t fd)
{
	struct abi_request *request;

	if (!open->moved)
		return;
	request = channel_slot(ABI_CALL_lseek, false);
	request->argument[0] = fd;
	request->argument[1] = open->offset;
	channel_send(request);
	open->moved = false;
}

/* The host has the offset from now on. */
void cache_open_surrender(uint64_t fd)
{
	struct cache_open *open = cache_open_at(fd);

	if (open == NULL)
		return;
	cache_open_place(open, fd);
	open->placed = open->own = false;
}

void cache_open_surrender_all(void)
{
	for (uint64_t fd = 0; fd < CACHE_OPENS; fd++)
		cache_open_surrender(fd);
}

void cache_surrender(uint64_t fd)
{
	if (!cache_active)
		return;
	lock_take(&cache_lock);
	cache_open_surrender(fd);
	lock_give(&cache_lock);
}

/* With O_APPEND the host alone knows where writes go. */
void cache_flagged(uint64_t fd)
{
	struct cache_open *open;
	struct abi_file seen;

	if (!cache_active)
		return;
	lock_take(&cache_lock);
	open = cache_open_at(fd);
	if (open && open->known && cache_ask(fd, &seen)) {
		open->flags = seen.flags;
		if (seen.flags & (O_APPEND | O_DIRECT))
			cache_open_surrender(fd);
	}
	lock_give(&cache_lock);
}

/* What is mapped shared changes without a call. */
void cache_mapped(uint64_t fd, bool shared)
{
	const struct cache_open *open;

	if (!cache_active)
		return;
	lock_take(&cache_lock);
	open = cache_open_know(fd);
	cache_flush_all();
	if (open && open->state == CACHE_CACHED) {
		cache_file_at(open->file)->mapped = true;
		cache_file_at(open->file)->shared |= shared;
		if (shared)
			cache_page_drop(open->file, 0, UINT64_MAX);
	} else if (shared && (open == NULL || (open->state == CACHE_PLAIN && !open->in_memory))) {
		cache_open_surrender_all();
		cache_active = false;
	}
	lock_give(&cache_lock);
}

/* Before the program gives others its descriptors: by a fork, or to what it executes. */
void cache_leave(bool for_good)
{
	if (!cache_active)
		return;
	lock_take(&cache_lock);
	cache_ahead_land(true);
	cache_flush_all();
	cache_open_surrender_all();
	cache_active = !for_good;
	lock_give(&cache_lock);
}

/* Before the program ends. */
void cache_end(void)
{
	if (!cache_active || SELF->apart)
		return;
	lock_take(&cache_lock);
	cache_flush_all();
	lock_give(&cache_lock);
}

void cache_init(void)
{
	cache_active = BOOT->cache;
}

void cache_freeze(void)
{
	lock_take(&cache_lock);
}

void cache_thaw(void)
{
	lock_give(&cache_lock);
}
