/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/trace_priv.h"

/* Whose pages a traced program touches: by what its processes map, and which share memory after a fork. */
#define PROCESSES 4096 /* slots, by the low bits of a process's number */

#define LARGE 512u /* pages in one of 2 MiB */

/* Pages [FIRST, END), as they were mapped last. */
struct area {
	uint64_t first, end, large; /* up to LARGE in whole ones of 2 MiB, aligned as FIRST is */
	enum trace_maps what;
};

struct process {
	int32_t number;
	bool shares;	   /* its memory with another, that has a copy of it */
	struct area *area; /* areas, room for ROOM; owned; the newest is last */
	size_t areas, room;
};

struct trace_pages {
	struct process process[PROCESSES];
};

struct trace_pages *trace_pages_make(void)
{
	return calloc(1, sizeof(struct trace_pages));
}

void trace_pages_free(struct trace_pages *pages)
{
	for (size_t i = 0; pages && i < PROCESSES; i++)
		free(pages->process[i].area);
	free(pages);
}

/* The slot of a process, which another may have had. */
static struct process *at(struct trace_pages *pages, int32_t number)
{
	struct process *p = &pages->process[(uint32_t)number % PROCESSES];

	if (p->number != number) {
		p->number = number;
		p->shares = false;
		p->areas = 0;
	}
	return p;
}

static int make_room(struct process *p, size_t areas)
{
	size_t room = p->room ? p->room : 32;
	struct area *grown;

	while (room < areas)
		room *= 2;
	if (room == p->room)
		return 0;
	grown = realloc(p->area, room * sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	p->area = grown;
	p->room = room;
	return 0;
}

int trace_pages_begin(struct trace_pages *pages, int32_t process, int32_t parent, bool copies)
{
	struct process *from = at(pages, parent), *p = &pages->process[(uint32_t)process % PROCESSES];

	if (p == from) /* they share a slot */
		return 0;
	p->number = process;
	p->areas = 0;
	p->shares = copies;
	from->shares |= copies;
	if (make_room(p, from->areas))
		return -ENOMEM;
	if (from->areas)
		memcpy(p->area, from->area, from->areas * sizeof(*p->area));
	p->areas = from->areas;
	return 0;
}

/* What a new mapping covers whole is forgotten. */
int trace_pages_map(struct trace_pages *pages, int32_t process, uint64_t value, uint64_t asked)
{
	struct process *p = at(pages, process);
	uint64_t first = TRACE_MAP_PAGE(value), end = first + TRACE_MAP_PAGES(value);
	size_t kept = 0;

	if (asked && end - first > asked) /* the kernel has made it one with what lies above */
		end = first + asked;
	for (size_t i = 0; i < p->areas; i++)
		if (p->area[i].first < first || p->area[i].end > end)
			p->area[kept++] = p->area[i];
	p->areas = kept;
	if (make_room(p, kept + 1))
		return -ENOMEM;
	p->area[p->areas++] =
		(struct area){ first, end, first + asked / LARGE * LARGE, TRACE_MAP_WHAT(value) };
	return 0;
}

void trace_pages_replace(struct trace_pages *pages, int32_t process)
{
	at(pages, process)->areas = 0;
}

void trace_pages_replaced(struct trace_pages *pages, int32_t process)
{
	at(pages, process)->shares = false;
}

enum trace_touch trace_pages_touch(struct trace_pages *pages, int32_t process, uint64_t value)
{
	const struct process *p = at(pages, process);
	enum trace_maps what = MAPS_OWN;
	uint64_t page = value / 4096;
	bool large = false;

	for (size_t i = p->areas; i > 0; i--)
		if (page >= p->area[i - 1].first && page < p->area[i - 1].end) {
			what = p->area[i - 1].what;
			large = page < p->area[i - 1].large;
			break;
		}
	if (what == MAPS_SHARED)
		return TOUCH_SHARED;
	if (what == MAPS_FILE && !(value & TRACE_TOUCH_WRITES) && !(p->number && p->shares))
		return TOUCH_FILE;
	if (what == MAPS_FILE || p->shares || p->number)
		return TOUCH_COPIED;
	return large ? TOUCH_LARGE : TOUCH_FRESH;
}
