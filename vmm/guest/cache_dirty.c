/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/cache.h"

/*
 * Delayed writing. What the program has written stays in the cache's pages, each with the range of its bytes
 * that the host lacks, in a list of its file, until something asks for it; then it goes in pieces as large as
 * a request carries. Pieces of whole pages that are large go past the host's page cache, all else by it,
 * since a device takes a hundred times as long for little.
 */
#define LARGE 16 /* pages */

static uint32_t dirty;
static uint64_t written; /* bytes, ever */

uint32_t cache_dirty(void)
{
	return dirty;
}

/* Where there is little room left, ENOSPC is to come from the call that meets it. */
bool cache_dirty_fits(uint16_t file, uint64_t bytes)
{
	return written + 4 * (bytes + dirty * PAGE) < cache_file_at(file)->room;
}

void cache_dirty_room(uint16_t file, uint64_t bytes)
{
	cache_file_at(file)->room = written + bytes;
}

/* At the list's end. */
static void add(struct cache_file *f, struct abi_page *page)
{
	page->dirty_next = NULL;
	if (f->dirty == 0) {
		f->first = page;
		f->disorder = false;
	} else {
		f->disorder |= f->last->number > page->number;
		f->last->dirty_next = page;
	}
	f->last = page;
	f->dirty++;
	dirty++;
}

void cache_dirty_mark(struct abi_page *page, uint64_t from, uint64_t to, uint64_t fd)
{
	struct cache_file *f = cache_file_at(page->file);

	if (page->to == 0) {
		add(f, page);
		page->from = (uint16_t)from;
		page->to = (uint16_t)to;
	} else {
		page->from = (uint16_t)(page->from < from ? page->from : from);
		page->to = (uint16_t)(page->to > to ? page->to : to);
	}
	page->fd = f->writer = (uint16_t)fd;
	if (page->torn && page->from == 0 && page->number * PAGE + page->to >= f->size) {
		memset((char *)at(page->gpa) + page->to, 0, PAGE - page->to);
		page->torn = false;
	}
	page->torn &= page->from > 0 || page->to < PAGE;
}

static struct abi_page *merge(struct abi_page *a, struct abi_page *b)
{
	struct abi_page *first = NULL, **end = &first;

	while (a && b) {
		struct abi_page **least = a->number < b->number ? &a : &b;

		*end = *least;
		end = &(*end)->dirty_next;
		*least = *end;
	}
	*end = a ? a : b;
	return first;
}

/* The first COUNT of LIST, by number. */
static struct abi_page *sorted(struct abi_page *list, uint32_t count)
{
	struct abi_page *middle = list, *rest;

	if (count < 2)
		return list;
	for (uint32_t i = 1; i < count / 2; i++)
		middle = middle->dirty_next;
	rest = middle->dirty_next;
	middle->dirty_next = NULL;
	return merge(sorted(list, count / 2), sorted(rest, count - count / 2));
}

static bool whole(const struct abi_page *page)
{
	return page->from == 0 && page->to == PAGE;
}

/* Whether a large piece begins with PAGE. */
static bool begins_large(const struct cache_file *f, const struct abi_page *page)
{
	uint64_t number = page->number;
	int n = 0;

	while (n < LARGE && page && whole(page) && page->number == number + (uint64_t)n) {
		page = page->dirty_next;
		n++;
	}
	return n == LARGE && !f->appends;
}

struct piece {
	struct abi_segment segment[CACHE_BATCH];
	int count;
	bool large;
	uint64_t offset, bytes;
};

/* From the file's first page on, as far as bytes follow one another. */
static void gather(const struct cache_file *f, struct piece *p)
{
	const struct abi_page *page = f->first;

	p->count = 0;
	p->bytes = 0;
	p->offset = page->number * PAGE + page->from;
	p->large = begins_large(f, page);
	for (; page && p->count < CACHE_BATCH; page = page->dirty_next) {
		if (page->number * PAGE + page->from != p->offset + p->bytes ||
		    (p->large ? !whole(page) : p->count > 0 && begins_large(f, page)))
			return;
		p->segment[p->count++] =
			(struct abi_segment){ page->gpa + page->from, (uint64_t)page->to - page->from };
		p->bytes += (uint64_t)page->to - page->from;
	}
}

/* The first page is as the host has it, or is to be lost. */
static void settle_first(struct cache_file *f)
{
	struct abi_page *page = f->first;

	f->first = page->dirty_next;
	f->dirty--;
	dirty--;
	page->to = 0;
	if (page->torn)
		cache_page_lose(page);
}

static void landed(struct cache_file *f, uint64_t bytes)
{
	written += bytes;
	while (bytes > 0 && f->dirty) {
		uint64_t held = (uint64_t)f->first->to - f->first->from;

		if (bytes < held) {
			f->first->from = (uint16_t)(f->first->from + bytes);
			f->first->torn = true; /* what it began with is nobody's concern */
			return;
		}
		bytes -= held;
		settle_first(f);
	}
}

/* As on Linux, what could not be written is lost, and the program is told once. */
static void fail(uint16_t file, int64_t error)
{
	struct cache_file *f = cache_file_at(file);

	f->error = error < 0 ? error : -EIO;
	while (f->dirty)
		settle_first(f);
	cache_page_drop(file, 0, UINT64_MAX);
	cache_file_grown(file, f->writer);
}

void cache_flush(uint16_t file)
{
	struct cache_file *f = cache_file_at(file);

	if (f->dirty == 0)
		return;
	if (f->disorder)
		f->first = sorted(f->first, f->dirty);
	while (f->dirty) {
		struct piece p;
		int64_t result;

		gather(f, &p);
		result = cache_move(p.large ? ABI_CALL_store : ABI_CALL_pwritev, f->writer, p.segment,
				    p.count, p.offset);
		if (result <= 0) {
			fail(file, result);
			return;
		}
		landed(f, (uint64_t)result);
	}
	cache_file_written(file, f->writer);
}

void cache_flush_all(void)
{
	for (uint16_t file = 1; dirty && file < CACHE_FILES; file++)
		cache_flush(file);
}
