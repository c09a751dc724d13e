/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <linux/perf_event.h>

#include "probes/trace_ring_priv.h"
#include "tests/check.h"

/*
 * A ring of records as the kernel writes them. Of a switch the scheduler's tracepoint tells, and later perf's
 * own record: it is to be one event, at the first time that is there.
 */
#define SWITCH	   7 /* the tracepoint's number here; its fields: state at 8, next thread at 16 */
#define WAITS	   1
#define ZOMBIE	   0x20
#define PREEMPTED  0x100
#define A	   11 /* threads */
#define B	   12
#define IDLE	   0
#define RING_BYTES 4096
#define MOST	   16

static struct {
	struct perf_event_mmap_page page;
	_Alignas(8) uint8_t data[RING_BYTES];
} memory;

static struct ring ring;
static struct trace_formats formats;

static void start(void)
{
	memset(&memory, 0, sizeof(memory));
	ring = (struct ring){
		.map = &memory.page, .data = memory.data, .mask = RING_BYTES - 1, .has_cpu = -1
	};
	formats = (struct trace_formats){ 0 };
	for (size_t i = 0; trace_point(i); i++)
		if (strcmp(trace_point(i)->name, "sched:sched_switch") == 0) {
			formats.id[i] = SWITCH;
			formats.field[i][0] = 8;
			formats.field[i][1] = 16;
		}
}

static void put(const void *record, size_t bytes)
{
	memcpy(memory.data + memory.page.data_head, record, bytes);
	memory.page.data_head += bytes;
}

/* The tracepoint's record: FROM, left in STATE, gives its CPU to TO. */
static void put_switch(uint64_t time, uint32_t from, uint64_t state, uint32_t to)
{
	struct {
		struct perf_event_header head;
		uint32_t pid, tid;
		uint64_t time;
		uint32_t raw_bytes, raw[5], rest[2];
	} record = { { PERF_RECORD_SAMPLE, 0, sizeof(record) }, from, from, time, sizeof(record.raw),
		     { SWITCH, 0, (uint32_t)state, 0, to },	{ 0 } };

	put(&record, sizeof(record));
}

/* Perf's own, of TID alone. */
static void put_own(uint64_t time, uint32_t tid, bool leaves)
{
	struct {
		struct perf_event_header head;
		uint32_t pid, tid;
		uint64_t time;
	} record = { { PERF_RECORD_SWITCH, leaves ? PERF_RECORD_MISC_SWITCH_OUT : 0, sizeof(record) },
		     tid,
		     tid,
		     time };

	put(&record, sizeof(record));
}

/* That the ring gives WANT, COUNT events, and no more. */
static void check_taken(const struct trace_event *want, size_t count)
{
	struct trace_event got[MOST];
	size_t n;

	ring_look(&ring);
	n = ring_take(&ring, &formats, got, MOST);
	CHECK_INT(n, count);
	for (size_t i = 0; i < n && i < count; i++) {
		CHECK_INT(got[i].time_ns, want[i].time_ns);
		CHECK_INT(got[i].tid, want[i].tid);
		CHECK_INT(got[i].kind, want[i].kind);
		CHECK_INT(got[i].value, want[i].value);
	}
}

static void test_told_twice(void)
{
	static const struct trace_event want[] = { { 10, 0, A, TRACE_OFF, 0 },
						   { 10, 0, B, TRACE_ON, 0 },
						   { 30, 1, B, TRACE_OFF, 0 },
						   { 30, 0, A, TRACE_ON, 0 } };

	start();
	put_switch(10, A, WAITS, B);
	put_own(12, A, true);
	put_own(20, B, false);
	put_switch(30, B, PREEMPTED, A);
	put_own(32, B, true);
	put_own(40, A, false);
	check_taken(want, 4);
}

/* An idle task that the kernel does not trace tells nothing when it gives its CPU away. */
static void test_silent_idle_task(void)
{
	static const struct trace_event want[] = { { 10, 0, A, TRACE_OFF, 0 },
						   { 10, 0, IDLE, TRACE_ON, 0 },
						   { 25, 0, A, TRACE_ON, 0 },
						   { 30, 0, A, TRACE_OFF, 0 },
						   { 30, 0, IDLE, TRACE_ON, 0 } };

	start();
	put_switch(10, A, WAITS, IDLE);
	put_own(12, A, true);
	put_own(25, A, false);
	put_switch(30, A, WAITS, IDLE);
	put_own(32, A, true);
	check_taken(want, 5);
}

/* In a container perf's own records are all there is. */
static void test_only_its_own(void)
{
	static const struct trace_event want[] = { { 10, 0, A, TRACE_ON, 0 },
						   { 20, 0, A, TRACE_OFF, 0 },
						   { 30, 0, A, TRACE_ON, 0 } };

	start();
	put_own(10, A, false);
	put_own(20, A, true);
	put_own(30, A, false);
	check_taken(want, 3);
}

/* Who has ended leaves its CPU for good: that is no wait. */
static void test_ended(void)
{
	static const struct trace_event want[] = { { 10, 0, B, TRACE_ON, 0 } };

	start();
	put_switch(10, A, ZOMBIE, B);
	check_taken(want, 1);
}

int main(void)
{
	CHECK_RUN(test_told_twice);
	CHECK_RUN(test_silent_idle_task);
	CHECK_RUN(test_only_its_own);
	CHECK_RUN(test_ended);
	return check_done();
}
