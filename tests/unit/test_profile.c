/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/traces.h"

/* Profiles of traces whose answers are known. */

static const struct trace_event events[] = {
	CALL(5, 1, SYS_write, 4), /* before the program: does not count */
	BACK(6, 1, 1),
	CALL(10, 1, SYS_execve, 0),
	BACK(20, 1, 0),
	CALL(100, 1, SYS_openat, 0xffffff9c),
	BACK(110, 1, 7),
	CALL(200, 1, SYS_read, 7), /* a file */
	CALL(205, 2, SYS_getpid, 0),
	BACK(206, 2, 2),
	BACK(210, 1, 4096),
	CALL(300, 1, SYS_read, 7),
	BACK(310, 1, -4), /* failed: no bytes */
	CALL(400, 1, SYS_socket, 0),
	BACK(410, 1, 8),
	CALL(5400, 1, SYS_read, 8), /* a socket, after a pause */
	{ 5405, 0, 1, TRACE_OFF, 0 },
	{ 5406, 0, 2, TRACE_WAKE, 0 },
	{ 5407, 1, 2, TRACE_OFF, 0 },
	BACK(5410, 1, 100),
	CALL(5450, 1, SYS_mmap, TRACE_MAPS_FILE | 3), /* pages of a file */
	BACK(5460, 1, 7),
	CALL(5500, 1, SYS_clone, 0),
	BACK(5510, 1, 3),
	CALL(5600, 2, SYS_poll, 0), /* nothing came, and it did not wait */
	BACK(5601, 2, 0),
	CALL(5610, 2, SYS_poll, 0),
	{ 5611, 0, 2, TRACE_OFF, 0 },
	{ 5620, 0, 2, TRACE_WAKE, 0 },
	{ 5621, 0, 2, TRACE_ON, 3 }, /* woken on CPU 0 */
	BACK(5622, 2, 0),
	CALL(5630, 1, SYS_write, 8),
	{ 5631, 0, 1, TRACE_OFF, 0 },
	{ 5632, 0, 1, TRACE_WAKE, 2 },
	{ 5633, 0, 1, TRACE_ON, 2 },
	BACK(5634, 1, 5),
};
#define EVENTS (sizeof(events) / sizeof(events[0]))

static void read_profile(struct trace_profile *profile, bool from_exec)
{
	const enum trace_request request[TRACE_CALLS] = {
		[SYS_read] = REQUEST_FILES,
		[SYS_openat] = REQUEST_RING,
		[SYS_socket] = REQUEST_RING,
	};

	traces_profile(profile, events, EVENTS, 1, from_exec, request);
}

static void test_counts(void)
{
	struct trace_profile p;

	read_profile(&p, true);
	CHECK(p.call[SYS_write] && p.call[SYS_write]->count == 1 && p.call[SYS_execve] == NULL);
	CHECK_INT(p.cross_wakes, 1);
	CHECK_INT(p.timeouts, 1);
	CHECK(p.call[SYS_read] && p.call[SYS_getpid] && p.call[SYS_openat]);
	if (!p.call[SYS_read])
		return;
	CHECK_INT(p.call[SYS_read]->count, 3);
	CHECK_INT(p.call[SYS_read]->bytes, 4196);
	CHECK_INT(p.call[SYS_read]->files, 2);
	CHECK_INT(p.call[SYS_read]->late,
		  1); /* of a file: two threads want the core; on a socket it is no driver's */
	CHECK_INT(p.call[SYS_read]->inside_ns, 20);
	CHECK(!p.call[SYS_read]->share.known); /* the program goes on */
	CHECK_INT(p.call[SYS_read]->sockets, 1);
	CHECK_INT(p.call[SYS_read]->gap.count, 2);
	CHECK_INT(p.call[SYS_read]->gap.total, 5200);
	CHECK_INT(p.call[SYS_openat]->bytes, 0);
	CHECK(p.call[SYS_mmap] && p.call[SYS_mmap]->bytes == 12288 && p.call[SYS_mmap]->files == 1);
	CHECK_INT(p.waits, 3);
	CHECK_INT(p.preempted, 1);
	CHECK_INT(p.wakes, 3);
	CHECK_INT(p.tasks, 1);
	CHECK_INT(p.begin_ns, 20);
	CHECK_INT(p.end_ns, 5634);
	trace_profile_free(&p);
	CHECK(p.call[SYS_read] == NULL);
}

static void test_whole(void)
{
	struct trace_profile p;

	read_profile(&p, false);
	CHECK(p.call[SYS_write] && p.call[SYS_write]->bytes == 6 && p.call[SYS_execve]);
	CHECK_INT(p.begin_ns, 1);
	trace_profile_free(&p);
}

/* Where no switch tells of it, a thread waits while it is in a call that may: the driver keeps its patience
 * for the other. */
static void test_followed(void)
{
	static const struct trace_event waiting[] = {
		CALL(10, 1, SYS_execve, 0),
		BACK(20, 1, 0),
		CALL(30, 1, SYS_clone, 0x100),
		{ 35, (uint64_t)1 << 32 | 1, 2, TRACE_BEGIN, 0 },
		BACK(40, 1, 2),
		CALL(50, 1, SYS_poll, 0),
		CALL(100, 2, SYS_openat, 0),
		BACK(110, 2, 7),
		CALL(600, 2, SYS_openat, 0), /* after less than its patience */
		BACK(610, 2, 7),
		CALL(2600, 2, SYS_openat, 0),
		BACK(2610, 2, 7),
		BACK(2700, 1, 1),
		CALL(3200, 2, SYS_openat, 0), /* two want the cores now */
		BACK(3210, 2, 7),
		{ 3300, 0, 2, TRACE_END, 0 },
	};
	const enum trace_request request[TRACE_CALLS] = {
		[SYS_openat] = REQUEST_RING,
		[SYS_poll] = REQUEST_EXIT,
	};
	struct trace_profile p;

	traces_profile(&p, waiting, sizeof(waiting) / sizeof(waiting[0]), 2, true, request);
	CHECK(p.call[SYS_openat] != NULL);
	CHECK_INT(p.call[SYS_openat] ? p.call[SYS_openat]->late : 0, 2);
	CHECK_INT(p.threads, 1);
	trace_profile_free(&p);
}

static void test_no_trace(void)
{
	enum trace_request request[TRACE_CALLS] = { REQUEST_NONE };
	struct trace_profile p;
	struct error error = { 0 };

	CHECK(trace_profile_read(&p, "nowhere", true, request, (struct trace_pause){ 1, 1 }, &error) < 0);
	CHECK_STR(error.where, "nowhere");
	trace_profile_free(&p);
}

int main(void)
{
	CHECK_RUN(test_counts);
	CHECK_RUN(test_whole);
	CHECK_RUN(test_followed);
	CHECK_RUN(test_no_trace);
	return check_done();
}
