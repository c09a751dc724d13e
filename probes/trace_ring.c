/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/trace_ring_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One ring of perf's (perf_event_open(2), "MMAP layout"): records of the kernel's, made events of ours. */
#define PAGE	    4096
#define PAGES_MOST  256
#define PAGES_LEAST 16
#define NOT_KNOWN   (-1)

int ring_map(struct ring *ring, int fd)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	/* As much as the user may lock. */
	for (size_t pages = PAGES_MOST; pages >= PAGES_LEAST; pages /= 2) {
		void *map = mmap(NULL, (1 + pages) * page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (map == MAP_FAILED)
			continue;
		ring->map = map;
		ring->bytes = (1 + pages) * page;
		ring->data = (uint8_t *)map + page;
		ring->mask = pages * page - 1;
		ring->has_cpu = NOT_KNOWN;
		return 0;
	}
	return -errno;
}

void ring_unmap(struct ring *ring)
{
	if (ring->map)
		munmap(ring->map, ring->bytes);
	ring->map = NULL;
}

/* BYTES at AT of the ring, which may go round its end. */
static void copy(const struct ring *ring, uint64_t at, void *to, size_t bytes)
{
	size_t start = at & ring->mask, first = ring->mask + 1 - start;

	if (first > bytes)
		first = bytes;
	memcpy(to, ring->data + start, first);
	memcpy((uint8_t *)to + first, ring->data, bytes - first);
}

/* What is behind every record but samples: sample_id_all. */
struct trailer {
	uint32_t pid, tid;
	uint64_t time;
};

static void stamp(const uint8_t *record, uint32_t bytes, struct trace_event *e)
{
	struct trailer trailer;

	memcpy(&trailer, record + bytes - sizeof(trailer), sizeof(trailer));
	e->tid = (int32_t)trailer.tid;
	e->time_ns = trailer.time;
}

static size_t decode_sample(const struct trace_formats *formats, const uint8_t *body, uint32_t bytes,
			    struct trace_event e[2])
{
	struct {
		uint32_t pid, tid;
		uint64_t time;
		uint32_t raw;
	} head;

	if (bytes < 16)
		return 0;
	memcpy(&head, body, bytes < 20 ? 16 : 20);
	e->tid = (int32_t)head.tid;
	e->time_ns = head.time;
	if (bytes < 20) { /* without data: the kernel's own count of page faults */
		e->kind = TRACE_SERVED;
		return 1;
	}
	if (head.raw > bytes - 20)
		return 0;
	return trace_decode(formats, body + 20, head.raw, e);
}

/* Thread ids of FORK, EXIT and COMM: pid, (parent's pid,) tid, ... */
static int32_t word(const uint8_t *body, unsigned n)
{
	int32_t value;

	memcpy(&value, body + 4 * (size_t)n, sizeof(value));
	return value;
}

/*
 * What MMAP2 tells: pid, tid, address, length, offset, device (2 x 4), inode (2 x 8), protection, flags, and
 * a name, which begins with one slash where it is a file's.
 */
static uint64_t mapped(const uint8_t *body)
{
	const char *name = (const char *)body + 64;
	uint64_t address, bytes, pages, what = name[0] == '/' && name[1] != '/' ? MAPS_FILE : MAPS_OWN;

	memcpy(&address, body + 8, sizeof(address));
	memcpy(&bytes, body + 16, sizeof(bytes));
	pages = bytes / PAGE + (bytes % PAGE > 0);
	if (word(body, 15) & MAP_SHARED)
		what = MAPS_SHARED;
	return TRACE_MAP_PAGE(address / PAGE) | (pages & ((1u << 26) - 1)) << 36 | what << 62;
}

/* The events in a record, by E[0], which has the CPU: how many. */
static size_t decode(const struct trace_formats *formats, const struct perf_event_header *head,
		     const uint8_t *body, struct trace_event e[2])
{
	uint32_t bytes = head->size - (uint32_t)sizeof(*head);

	if (head->type == PERF_RECORD_SAMPLE)
		return decode_sample(formats, body, bytes, e);
	if (bytes < sizeof(struct trailer))
		return 0;
	stamp(body, bytes, e);
	e->value = 0;
	switch (head->type) {
	case PERF_RECORD_SWITCH:
		e->kind = head->misc & PERF_RECORD_MISC_SWITCH_OUT ? TRACE_OFF : TRACE_ON;
		e->value = (head->misc & PERF_RECORD_MISC_SWITCH_OUT_PREEMPT) != 0;
		return 1;
	case PERF_RECORD_LOST:
		memcpy(&e->value, body + 8, sizeof(e->value));
		e->kind = TRACE_LOST;
		return 1;
	case PERF_RECORD_COMM:
		e->tid = word(body, 1);
		e->value = trace_name((const char *)body + 8);
		e->kind = TRACE_NAME;
		return 1;
	case PERF_RECORD_FORK:
		e->tid = word(body, 2);
		e->value = (uint64_t)(uint32_t)word(body, 0) << 32 | (uint32_t)word(body, 3);
		e->kind = TRACE_BEGIN;
		return 1;
	case PERF_RECORD_MMAP2:
		e->value = mapped(body);
		e->kind = TRACE_MAP;
		return 1;
	case PERF_RECORD_EXIT:
		e->tid = word(body, 2);
		e->kind = TRACE_END;
		return 1;
	default:
		return 0;
	}
}

/*
 * The scheduler's tracepoint tells of a switch when it is made, and perf's own record once more: of a thread
 * that gets the CPU late, after its events have been arranged, but also of one that gets it from an idle task
 * in which the kernel traces nothing. What has been told is no news.
 */
static bool is_news(struct ring *ring, const struct perf_event_header *head, const struct trace_event *e)
{
	bool has = e->tid == ring->has_cpu;

	if (head->type == PERF_RECORD_SWITCH && ring->has_cpu != NOT_KNOWN && has == (e->kind == TRACE_ON))
		return false;
	if (e->kind == TRACE_ON)
		ring->has_cpu = e->tid;
	else if (e->kind == TRACE_OFF || e->kind == TRACE_LOST)
		ring->has_cpu = NOT_KNOWN;
	return true;
}

void ring_look(struct ring *ring)
{
	const struct perf_event_mmap_page *page = ring->map;

	ring->head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
}

void ring_scan(struct ring *ring, void (*begun)(void *argument, int32_t tid), void *argument)
{
	const struct perf_event_mmap_page *page = ring->map;
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);

	while (ring->scanned < head) {
		struct {
			struct perf_event_header head;
			int32_t word[4];
		} record;

		copy(ring, ring->scanned, &record, sizeof(record.head));
		if (record.head.size < sizeof(record.head))
			break;
		if (record.head.type == PERF_RECORD_FORK && record.head.size >= sizeof(record)) {
			copy(ring, ring->scanned, &record, sizeof(record));
			begun(argument, word((const uint8_t *)record.word, 2));
		}
		ring->scanned += record.head.size;
	}
}

/* The news in a record. */
static size_t take(struct ring *ring, const struct trace_formats *formats,
		   const struct perf_event_header *head, const uint8_t *body, struct trace_event *event)
{
	struct trace_event e[2] = { { .cpu = (uint16_t)ring->cpu } };
	size_t n = decode(formats, head, body, e), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (is_news(ring, head, &e[i]))
			event[kept++] = e[i];
	return kept;
}

size_t ring_take(struct ring *ring, const struct trace_formats *formats, struct trace_event *event,
		 size_t most)
{
	struct perf_event_mmap_page *page = ring->map;
	uint64_t head = ring->head, tail = page->data_tail;
	uint8_t body[4096];
	size_t count = 0;

	while (tail < head && count + 2 <= most) {
		struct perf_event_header record;
		size_t bytes;

		copy(ring, tail, &record, sizeof(record));
		if (record.size < sizeof(record))
			break;
		bytes = record.size - sizeof(record);
		if (bytes <= sizeof(body)) {
			copy(ring, tail + sizeof(record), body, bytes);
			count += take(ring, formats, &record, body, &event[count]);
		}
		tail += record.size;
	}
	__atomic_store_n(&page->data_tail, tail, __ATOMIC_RELEASE);
	return count;
}
