/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * The files the cache knows. Others than the program may write to them, and it can hear of that only through
 * an answer of the host: after each answer that may bring such news, a file is compared with the host's
 * before what is cached of it is believed again.
 */
static struct cache_file files[CACHE_FILES];
static uint16_t turn; /* the next that may have to go */
static uint64_t news = 1;
static bool unsettled; /* a file has been written to */
static struct abi_file answer;

/* Requests after which nothing can have been learned of a file. */
static const uint8_t quiet[ABI_CALL_COUNT] = {
	[ABI_CALL_null] = 1,	  [ABI_CALL_unmap] = 1,	      [ABI_CALL_discard] = 1, [ABI_CALL_flush] = 1,
	[ABI_CALL_thread] = 1,	  [ABI_CALL_vcpu] = 1,	      [ABI_CALL_fsync] = 1,   [ABI_CALL_lseek] = 1,
	[ABI_CALL_fdatasync] = 1, [ABI_CALL_disposition] = 1,
};

struct cache_file *cache_file_at(uint16_t file)
{
	return &files[file];
}

bool cache_ask(uint64_t fd, struct abi_file *seen)
{
	struct abi_request *request = channel_slot(ABI_CALL_inspect, false);

	request->argument[0] = fd;
	request->argument[1] = (uint64_t)&answer - ABI_KERNEL;
	if (channel_send(request))
		return false;
	*seen = answer;
	return true;
}

static bool differs(const struct cache_file *f, const struct abi_file *seen)
{
	return f->size != seen->size || f->modified_ns != seen->modified_ns ||
	       f->changed_ns != seen->changed_ns || f->recent;
}

/* Where the program has written beyond the file's end, the host is yet to learn its size. */
static void believe(struct cache_file *f, const struct abi_file *seen)
{
	f->size = f->dirty && f->size > seen->size ? f->size : seen->size;
	f->modified_ns = seen->modified_ns;
	f->changed_ns = seen->changed_ns;
	f->recent = seen->recent;
	f->checked = __atomic_load_n(&news, __ATOMIC_RELAXED);
	f->written = false;
	cache_dirty_room((uint16_t)(f - files), seen->room);
}

static uint16_t find(uint64_t device, uint64_t inode)
{
	for (uint16_t i = 1; i < CACHE_FILES; i++)
		if (files[i].inode == inode && files[i].device == device)
			return i;
	return CACHE_NOBODY;
}

/* A place for a file that nobody has open; one that is mapped stays known. */
static uint16_t make_room(void)
{
	for (int i = 1; i < CACHE_FILES; i++) {
		struct cache_file *f;

		turn = turn + 1 < CACHE_FILES ? (uint16_t)(turn + 1) : 1;
		f = &files[turn];
		if (f->opens || f->shared || f->dirty)
			continue;
		if (f->inode)
			cache_page_drop(turn, 0, UINT64_MAX);
		return turn;
	}
	return CACHE_NOBODY;
}

uint16_t cache_file_find(const struct abi_file *seen)
{
	return find(seen->device, seen->inode);
}

uint16_t cache_file_open(const struct abi_file *seen)
{
	uint16_t file = find(seen->device, seen->inode);
	struct cache_file *f = &files[file];

	if (file == CACHE_NOBODY) {
		file = make_room();
		if (file == CACHE_NOBODY)
			return file;
		f = &files[file];
		*f = (struct cache_file){ .device = seen->device, .inode = seen->inode };
	} else if (f->uncertain || (differs(f, seen) && !f->written)) {
		cache_page_drop(file, 0, UINT64_MAX);
		f->uncertain = false;
	}
	believe(f, seen);
	f->opens++;
	return file;
}

void cache_file_close(uint16_t file)
{
	files[file].opens--;
}

bool cache_file_current(uint16_t file)
{
	return files[file].checked == __atomic_load_n(&news, __ATOMIC_RELAXED);
}

bool cache_file_check(uint16_t file, uint64_t fd, bool anew)
{
	struct cache_file *f = &files[file];
	struct abi_file seen;

	if (cache_file_current(file) && !anew)
		return true;
	if (!cache_ask(fd, &seen) || seen.inode != f->inode || seen.device != f->device)
		return false;
	/* Another size than what was written makes is somebody else's doing. */
	if (f->written ? f->checked && !f->dirty && f->size != seen.size : differs(f, &seen))
		cache_page_drop(file, 0, UINT64_MAX);
	believe(f, &seen);
	return true;
}

void cache_file_grown(uint16_t file, uint64_t fd)
{
	cache_file_written(file, fd);
	files[file].checked = 0;
}

void cache_file_written(uint16_t file, uint64_t fd)
{
	files[file].written = files[file].uncertain = true;
	files[file].writer = (uint16_t)fd;
	__atomic_store_n(&unsettled, true, __ATOMIC_RELAXED);
}

/*
 * Before a request that may bring news: what the program has written changed the times of its files, which
 * are looked at now, so that they tell of nothing but others later.
 */
void cache_settle(enum abi_call_id call)
{
	if (!cache_active)
		return;
	cache_flush_for(call);
	if (quiet[call] || !__atomic_load_n(&unsettled, __ATOMIC_RELAXED))
		return;
	lock_take(&cache_lock);
	for (uint16_t i = 1; i < CACHE_FILES; i++)
		if (files[i].written && !cache_file_check(i, files[i].writer, true)) {
			cache_page_drop(i, 0, UINT64_MAX);
			files[i].written = false;
		}
	__atomic_store_n(&unsettled, false, __ATOMIC_RELAXED);
	lock_give(&cache_lock);
}

/* After its answer. */
void cache_heard(enum abi_call_id call)
{
	if (!quiet[call])
		__atomic_add_fetch(&news, 1, __ATOMIC_RELAXED);
}

void cache_forget_pages(void)
{
	for (uint16_t i = 1; i < CACHE_FILES; i++)
		if (files[i].inode)
			cache_page_drop(i, 0, UINT64_MAX);
}
