/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * The page cache's frames: at most a quarter of the memory that the guest would have free without them, taken
 * as they are needed, and all given back when the program wants memory and there is none. A page that was not
 * used again since the clock's hand came by makes room first.
 */
#define NONE   UINT32_MAX
#define TAKEN  UINT16_MAX  /* in place of a file: a frame about to be filled */
#define CHUNK  64	   /* frames taken at once */
#define FEWEST 32	   /* frames worth having */
#define SPARE  (2 * CHUNK) /* a call that reads far ahead takes */
#define MOST   2048	   /* frames taken for one call */
#define SHARE  4

struct lock cache_lock;

static struct abi_page *frame; /* the first `frames` of `room` */
static uint32_t *bucket;
static uint32_t frames, room, buckets, hand;
static uint32_t unused = NONE, unused_count;

static uint32_t bucket_of(uint16_t file, uint64_t number)
{
	return (uint32_t)((number + file * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull >> 40) &
	       (buckets - 1);
}

/* The tables, when the cache is first used: by then the program is loaded. */
static void make_tables(void)
{
	uint64_t limit = pages_free() / SHARE, gpa;

	limit = limit < ABI_PAGES ? limit : ABI_PAGES;
	for (buckets = 1; buckets < limit; buckets *= 2)
		;
	gpa = limit < FEWEST
		      ? 0
		      : pages_try((limit * sizeof(*frame) + buckets * sizeof(*bucket) + PAGE - 1) / PAGE);
	if (gpa == 0)
		return;
	frame = at(gpa);
	bucket = (uint32_t *)(frame + limit);
	memset(bucket, 0xff, buckets * sizeof(*bucket));
	room = (uint32_t)limit;
	BOOT->pages_gpa = gpa;
}

uint32_t cache_page_room(void)
{
	return room;
}

static void add_frames(uint64_t gpa, uint32_t count)
{
	lock_take(&cache_lock);
	for (uint32_t i = count; i-- > 0;) {
		frame[frames + i] = (struct abi_page){ .gpa = gpa + i * PAGE, .next = unused };
		unused = frames + i;
	}
	frames += count;
	BOOT->pages = frames;
	unused_count += count;
	lock_give(&cache_lock);
}

static bool may_grow(uint64_t wanted)
{
	return unused_count < wanted && frames + CHUNK <= room &&
	       (frames + CHUNK) * (SHARE - 1ull) <= pages_free();
}

void cache_page_grow(uint64_t pages)
{
	uint64_t gpa = 1, wanted = SPARE + (pages < MOST ? pages : MOST);

	if (unused_count >= wanted)
		return;
	lock_take(&memory_lock);
	if (room == 0)
		make_tables();
	while (may_grow(wanted) && gpa) {
		gpa = pages_try(CHUNK);
		if (gpa)
			add_frames(gpa, CHUNK);
	}
	lock_give(&memory_lock);
}

struct abi_page *cache_page_find(uint16_t file, uint64_t number)
{
	if (frames == 0)
		return NULL;
	for (uint32_t i = bucket[bucket_of(file, number)]; i != NONE; i = frame[i].next)
		if (frame[i].file == file && frame[i].number == number) {
			frame[i].used_again = true;
			return &frame[i];
		}
	return NULL;
}

static void unlink(struct abi_page *page)
{
	uint32_t *link = &bucket[bucket_of(page->file, page->number)], index = (uint32_t)(page - frame);

	while (*link != index)
		link = &frame[*link].next;
	*link = page->next;
	cache_file_at(page->file)->pages--;
}

static bool holds(const struct abi_page *page)
{
	return page->file != CACHE_NOBODY && page->file != TAKEN;
}

/* It may be in the midst of a request that memory is wanted: what goes to the host here passes that by. */
static void empty(void)
{
	const struct abi_request begun = CHANNEL->exit_slot;

	cache_hurried = true;
	cache_ahead_land(true);
	cache_flush_all();
	cache_hurried = false;
	CHANNEL->exit_slot = begun;
}

bool cache_shrink(void)
{
	bool some;

	lock_take(&cache_lock);
	some = frames > 0;
	if (some)
		empty();
	for (uint32_t i = 0; i < frames; i++) {
		if (holds(&frame[i]))
			unlink(&frame[i]);
		pages_give(frame[i].gpa, 1, false);
	}
	frames = hand = unused_count = BOOT->pages = 0;
	unused = NONE;
	lock_give(&cache_lock);
	return some;
}

/* The page longest unused, or NULL when all are about to be filled. */
static struct abi_page *evict(void)
{
	for (uint32_t i = 0; i < 2 * frames; i++) {
		struct abi_page *page = &frame[hand];

		hand = hand + 1 < frames ? hand + 1 : 0;
		if (!holds(page) || page->to)
			continue;
		if (!page->used_again) {
			unlink(page);
			return page;
		}
		page->used_again = false;
	}
	return NULL;
}

struct abi_page *cache_page_take(void)
{
	struct abi_page *page;

	if (unused == NONE) {
		page = evict();
	} else {
		page = &frame[unused];
		unused = page->next;
		unused_count--;
	}
	if (page)
		page->file = TAKEN;
	return page;
}

void cache_page_give(struct abi_page *page)
{
	page->file = CACHE_NOBODY;
	page->next = unused;
	unused = (uint32_t)(page - frame);
	unused_count++;
}

void cache_page_put(struct abi_page *page, uint16_t file, uint64_t number)
{
	uint32_t *link = &bucket[bucket_of(file, number)];

	page->file = file;
	page->number = number;
	page->from = page->to = 0;
	page->torn = page->used_again = false;
	page->next = *link;
	*link = (uint32_t)(page - frame);
	cache_file_at(file)->pages++;
}

void cache_page_lose(struct abi_page *page)
{
	unlink(page);
	cache_page_give(page);
}

void cache_page_drop(uint16_t file, uint64_t first, uint64_t end)
{
	cache_ahead_stale(file);
	if (cache_file_at(file)->pages == 0)
		return;
	if (end - first <= CACHE_BATCH) {
		for (struct abi_page *page; first < end; first++)
			if ((page = cache_page_find(file, first)) && page->to == 0)
				cache_page_lose(page);
		return;
	}
	for (uint32_t i = 0; i < frames; i++)
		if (frame[i].file == file && frame[i].to == 0 && frame[i].number >= first &&
		    frame[i].number < end)
			cache_page_lose(&frame[i]);
}
