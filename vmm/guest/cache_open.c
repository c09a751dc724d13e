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
#define TERMINAL 'T'  /* of an ioctl: it is about no file */
#define ALL	 0x80 /* in place of arguments: every descriptor */

bool cache_active;

static struct cache_open opens[CACHE_OPENS];
static uint16_t open_of[CACHE_OPENS]; /* by descriptor: 1 + its index there, or 0 */

/* Calls that use or pass on the offsets of descriptors, and those that change what files hold. */
static const struct {
	uint8_t shared;	  /* which arguments are descriptors whose offsets the host is to have */
	bool changes;	  /* the file of argument 0 */
	bool changes_any; /* some file or other */
} known[ABI_CALL_COUNT] = {
	[ABI_CALL_sendfile] = { .shared = 3, .changes_any = true },
	[ABI_CALL_splice] = { .shared = 5, .changes_any = true },
	[ABI_CALL_copy_file_range] = { .shared = 5, .changes_any = true },
	[ABI_CALL_preadv2] = { .shared = 1 },
	[ABI_CALL_pwritev2] = { .shared = 1, .changes = true },
	[ABI_CALL_ioctl] = { .changes = true },
	[ABI_CALL_ftruncate] = { .changes = true },
	[ABI_CALL_fallocate] = { .changes = true },
	[ABI_CALL_truncate] = { .changes_any = true },
	[ABI_CALL_sendmsg] = { .shared = ALL },
};

static struct cache_open *at_descriptor(uint64_t fd)
{
	return fd < CACHE_OPENS && open_of[fd] ? &opens[open_of[fd] - 1] : NULL;
}

static void forget(uint64_t fd)
{
	struct cache_open *open = at_descriptor(fd);

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
	if (!cache_active || fd >= CACHE_OPENS)
		return;
	lock_take(&cache_lock);
	forget(fd);
	begin(fd)->placed = true;
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
	struct cache_open *open = at_descriptor(fd);
	struct abi_file seen;

	if (fd >= CACHE_OPENS || (open && open->known))
		return open;
	if (!cache_ask(fd, &seen))
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
static void surrender(uint64_t fd)
{
	struct cache_open *open = at_descriptor(fd);

	if (open == NULL)
		return;
	cache_open_place(open, fd);
	open->placed = false;
}

static void surrender_all(void)
{
	for (uint64_t fd = 0; fd < CACHE_OPENS; fd++)
		surrender(fd);
}

void cache_before(enum abi_call_id call, const uint64_t argument[6])
{
	uint8_t shared = known[call].shared;

	if (!cache_active || !shared)
		return;
	lock_take(&cache_lock);
	if (shared == ALL)
		surrender_all();
	for (int i = 0; shared != ALL && i < 6; i++)
		if (shared >> i & 1)
			surrender(argument[i]);
	lock_give(&cache_lock);
}

void cache_after(enum abi_call_id call, const uint64_t argument[6])
{
	const struct cache_open *open;

	if (!cache_active || !(known[call].changes || known[call].changes_any) ||
	    (call == ABI_CALL_ioctl && (argument[1] >> 8 & 255) == TERMINAL))
		return;
	lock_take(&cache_lock);
	open = known[call].changes ? cache_open_know(argument[0]) : NULL;
	if (open == NULL || (open->state == CACHE_PLAIN && !open->in_memory))
		cache_forget_pages();
	else if (open->state == CACHE_CACHED)
		cache_page_drop(open->file, 0, UINT64_MAX);
	lock_give(&cache_lock);
}

void cache_surrender(uint64_t fd)
{
	if (!cache_active)
		return;
	lock_take(&cache_lock);
	surrender(fd);
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
	open = at_descriptor(fd);
	if (open && open->known && cache_ask(fd, &seen)) {
		open->flags = seen.flags;
		if (seen.flags & (O_APPEND | O_DIRECT))
			surrender(fd);
	}
	lock_give(&cache_lock);
}

/* What is mapped changes without a call. */
void cache_mapped(uint64_t fd)
{
	const struct cache_open *open;

	if (!cache_active)
		return;
	lock_take(&cache_lock);
	open = cache_open_know(fd);
	if (open == NULL || (open->state == CACHE_PLAIN && !open->in_memory)) {
		surrender_all();
		cache_active = false;
	} else if (open->state == CACHE_CACHED) {
		cache_file_at(open->file)->shared = true;
		cache_page_drop(open->file, 0, UINT64_MAX);
	}
	lock_give(&cache_lock);
}

/* Before the program gives others its descriptors: by a fork, or to what it executes. */
void cache_leave(bool for_good)
{
	if (!cache_active)
		return;
	lock_take(&cache_lock);
	surrender_all();
	cache_active = !for_good;
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
