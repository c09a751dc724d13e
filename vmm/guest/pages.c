/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Guest-physical pages: a bitmap of those in use, and one of those that may hold old data. Fresh memory is
 * zero (the host made it so), hence only pages that were given back are cleared, when they are taken again.
 */
static uint64_t *used, *stale;
static uint64_t first_page, end_page, free_pages, hint;

static bool bit_get(const uint64_t *map, uint64_t bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

static void bits_set(uint64_t *map, uint64_t bit, uint64_t count, bool value)
{
	for (uint64_t end = bit + count; bit < end;) {
		if (bit % 64 == 0 && end - bit >= 64) {
			map[bit / 64] = value ? ~0ull : 0;
			bit += 64;
			continue;
		}
		if (value)
			map[bit / 64] |= 1ull << bit % 64;
		else
			map[bit / 64] &= ~(1ull << bit % 64);
		bit++;
	}
}

/* Length of the free run at PAGE, at most COUNT. */
static uint64_t free_run(uint64_t page, uint64_t count)
{
	uint64_t n = 0;

	while (n < count && page + n < end_page) {
		if ((page + n) % 64 == 0 && count - n >= 64 && end_page - page - n >= 64 &&
		    used[(page + n) / 64] == 0)
			n += 64;
		else if (!bit_get(used, page + n))
			n++;
		else
			break;
	}
	return n;
}

/* First run of COUNT free pages in [from, to), or 0. */
static uint64_t find_run(uint64_t from, uint64_t to, uint64_t count)
{
	for (uint64_t page = from; page < to && page + count <= end_page;) {
		uint64_t n;

		if (page % 64 == 0 && used[page / 64] == ~0ull) {
			page += 64;
			continue;
		}
		n = free_run(page, count);
		if (n == count)
			return page;
		page += n + 1;
	}
	return 0;
}

/* First run of COUNT free pages that begins PHASE pages behind a multiple of 2 MiB, or 0. */
static uint64_t find_phase(uint64_t count, uint64_t phase)
{
	const uint64_t unit = PAGE_LARGE / PAGE;
	uint64_t page = round_up(first_page, unit) + phase;

	while (page + count <= end_page) {
		uint64_t n = free_run(page, count);

		if (n == count)
			return page;
		page += round_up(n + 1, unit);
	}
	return 0;
}

void pages_init(uint64_t first, uint64_t end)
{
	uint64_t bytes = round_up(end / PAGE, 64) / 8;

	first = round_up(first, PAGE);
	used = at(first);
	stale = at(first + bytes);
	first = round_up(first + 2 * bytes, PAGE);
	first_page = hint = first / PAGE;
	end_page = end / PAGE;
	free_pages = end_page - first_page;
	bits_set(used, 0, first_page, true);
}

static void clear_stale(uint64_t page, uint64_t count)
{
	for (uint64_t i = page; i < page + count; i++)
		if (bit_get(stale, i))
			memset(at(i * PAGE), 0, PAGE);
	bits_set(stale, page, count, false);
}

static uint64_t claim(uint64_t page, uint64_t count)
{
	if (page == 0)
		return 0;
	bits_set(used, page, count, true);
	clear_stale(page, count);
	free_pages -= count;
	if (page == hint)
		hint = page + count;
	return page * PAGE;
}

static uint64_t take(uint64_t count, uint64_t near)
{
	uint64_t page = near / PAGE;

	if (count == 0 || count > free_pages)
		return 0;
	if (page < first_page || free_run(page, count) != count)
		page = find_run(hint, end_page, count);
	if (page == 0)
		page = find_run(first_page, hint, count);
	return claim(page, count);
}

uint64_t pages_take_for(uint64_t count, uint64_t address)
{
	uint64_t phase = address % PAGE_LARGE / PAGE, gpa = claim(find_phase(count, phase), count);

	return gpa == 0 && count > 0 && cache_shrink() ? claim(find_phase(count, phase), count) : gpa;
}

uint64_t pages_take(uint64_t count, uint64_t near)
{
	uint64_t gpa = take(count, near);

	return gpa == 0 && count > 0 && cache_shrink() ? take(count, near) : gpa;
}

uint64_t pages_try(uint64_t count)
{
	return take(count, 0);
}

void pages_give(uint64_t gpa, uint64_t count, bool clean)
{
	uint64_t page = gpa / PAGE;

	if (page < first_page || page + count > end_page)
		return; /* a boot area: its pages are not ours */
	bits_set(used, page, count, false);
	bits_set(stale, page, count, !clean);
	free_pages += count;
	if (page < hint)
		hint = page;
}

uint64_t pages_free(void)
{
	return free_pages;
}
