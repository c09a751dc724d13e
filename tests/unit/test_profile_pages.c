/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/traces.h"

/* Whose pages a program touches, and which of its requests would find a driver, in traces of known answers.
 */
#define MAP(time, tid, page, pages, what)                                                                    \
	{                                                                                                    \
		time, (page) | (uint64_t)(pages) << 36 | (uint64_t)(what) << 62, tid, TRACE_MAP, 0           \
	}
#define READS(time, tid, page)                                                                               \
	{                                                                                                    \
		time, (uint64_t)(page) << 12 | 4, tid, TRACE_TOUCH, 0                                        \
	}
#define WRITES(time, tid, page)                                                                              \
	{                                                                                                    \
		time, (uint64_t)(page) << 12 | 6, tid, TRACE_TOUCH, 0                                        \
	}
#define BEGIN(time, tid, process, starter)                                                                   \
	{                                                                                                    \
		time, (uint64_t)(process) << 32 | (starter), tid, TRACE_BEGIN, 0                             \
	}

static void profile_of(struct trace_profile *profile, const struct trace_event *events, size_t count,
		       uint32_t cpus)
{
	const enum trace_request request[TRACE_CALLS] = { [SYS_read] = REQUEST_RING };

	traces_profile(profile, events, count, cpus, true, request);
}

static const struct trace_event touches[] = {
	WRITES(5, 1, 300), /* before the program: does not count */
	CALL(10, 1, SYS_execve, 0),
	MAP(11, 1, 100, 10, MAPS_FILE),
	MAP(12, 1, 104, 2, MAPS_OWN), /* over the file's */
	MAP(13, 1, 200, 5, MAPS_SHARED),
	BACK(20, 1, 0),
	READS(30, 1, 100),
	READS(31, 1, 109),
	WRITES(32, 1, 103), /* copied */
	WRITES(33, 1, 104), /* its own */
	READS(34, 1, 300),  /* likewise */
	WRITES(35, 1, 204),
	CALL(40, 1, SYS_clone, 0x3d0f00), /* a thread: shares its memory, which has no copy */
	BEGIN(41, 2, 1, 1),
	BACK(42, 1, 2),
	WRITES(43, 2, 301),
	READS(44, 2, 101),
	CALL(50, 2, SYS_clone, 0), /* a process: has a copy */
	BEGIN(51, 3, 3, 2),
	BACK(52, 2, 3),
	WRITES(53, 3, 300), /* all of both is copied */
	WRITES(54, 1, 301),
	READS(55, 3, 102), /* a file's, too: the guest's memory has it */
	CALL(60, 3, SYS_execve, 0),
	BACK(61, 3, 0),
	WRITES(62, 3, 300), /* another program: no file, and no memory yet */
	READS(63, 3, 100),
};

static void test_touches(void)
{
	struct trace_profile p;

	profile_of(&p, touches, sizeof(touches) / sizeof(touches[0]), 2);
	CHECK(p.pages);
	CHECK_INT(p.touched[TOUCH_FRESH], 3);
	CHECK_INT(p.touched[TOUCH_FILE], 3);
	CHECK_INT(p.touched[TOUCH_SHARED], 1);
	CHECK_INT(p.touched[TOUCH_COPIED], 6);
	CHECK_INT(p.threads, 1);
	CHECK_INT(p.births, 2); /* the process, and what it goes on as */
	CHECK_INT(p.loaded, 10);
	trace_profile_free(&p);
}

/* Programs that are executed: the first segment of one may span the others; a file that is mapped is none. */
static const struct trace_event loads[] = {
	CALL(10, 1, SYS_execve, 0),
	MAP(11, 1, 1000, 40, MAPS_FILE),
	MAP(12, 1, 1010, 20, MAPS_FILE),
	MAP(13, 1, 1030, 10, MAPS_FILE),
	MAP(14, 1, 2000, 5, MAPS_OWN),
	MAP(15, 1, 3000, 7, MAPS_FILE), /* its interpreter */
	BACK(20, 1, 0),
	CALL(30, 1, SYS_mmap, TRACE_MAPS_FILE),
	MAP(31, 1, 4000, 100, MAPS_FILE),
	BACK(32, 1, 0),
	CALL(40, 1, SYS_execve, 0),
	BACK(41, 1, -2),
	CALL(50, 1, SYS_execve, 0),
	MAP(51, 1, 1024, 100, MAPS_FILE), /* one after another */
	MAP(52, 1, 1124, 50, MAPS_FILE),
	BACK(60, 1, 0),
	READS(70, 1, 1024),
	{ 80, 0, 1, TRACE_END, 0 },
};

static void test_loads(void)
{
	struct trace_profile p;

	profile_of(&p, loads, sizeof(loads) / sizeof(loads[0]), 2);
	CHECK_INT(p.loaded, 40 + 7 + 100 + 50);
	CHECK(p.loaded_share.known && p.loaded_share.serial == p.loaded);
	CHECK(p.births == 1 && p.births_share.known && p.births_share.serial == 1);
	trace_profile_free(&p);
}

static const struct trace_event sizes[] = {
	CALL(10, 1, SYS_execve, 0),
	BACK(20, 1, 0),
	CALL(30, 1, SYS_mmap, 1100),
	MAP(31, 1, 10000, 1200, MAPS_OWN), /* made one with what lies above */
	BACK(32, 1, 0),
	WRITES(40, 1, 10000),
	WRITES(41, 1, 11023),
	WRITES(42, 1, 11024), /* less than 2 MiB are left */
	WRITES(43, 1, 11150),
	CALL(50, 1, SYS_brk, 0),
	MAP(51, 1, 20000, 2000, MAPS_OWN), /* grown piece by piece */
	BACK(52, 1, 0),
	WRITES(60, 1, 20000),
};

static void test_large(void)
{
	struct trace_profile p;

	profile_of(&p, sizes, sizeof(sizes) / sizeof(sizes[0]), 2);
	CHECK_INT(p.touched[TOUCH_LARGE], 2);
	CHECK_INT(p.touched[TOUCH_FRESH], 3);
	CHECK_INT(p.call[SYS_mmap]->bytes, 0);
	trace_profile_free(&p);
}

/* A process and one that it forks: the first asks alone, then beside the other, then while that waits. */
#define ASK(time, tid) CALL(time, tid, SYS_read, 0), BACK((time) + 1, tid, 0)
static const struct trace_event requests[] = {
	CALL(10, 1, SYS_execve, 0),
	BACK(20, 1, 0),
	ASK(30, 1),
	ASK(130, 1),
	/* 100 ns later */ ASK(5130, 1),
	/* late */ CALL(5200, 1, SYS_fork, 0),
	BEGIN(5201, 3, 3, 1),
	BACK(5202, 1, 3),
	ASK(5230, 1),
	ASK(5330, 3),
	ASK(5430, 3),
	{ 5500, 0, 3, TRACE_OFF, 0 },
	ASK(5630, 1), /* it gave way */
};

static void test_drivers(void)
{
	struct trace_profile p;

	profile_of(&p, requests, sizeof(requests) / sizeof(requests[0]), 2);
	CHECK_INT(p.undriven, 4);
	CHECK_INT(p.awake_ns, 10 + 99 + 1000 + 99); /* between what it served, and until it gave way */
	CHECK(p.call[SYS_read] && p.call[SYS_read]->late == 1);
	trace_profile_free(&p);
	profile_of(&p, requests, sizeof(requests) / sizeof(requests[0]), 4);
	CHECK_INT(p.undriven, 2); /* room enough for both, but the forked one is young */
	trace_profile_free(&p);
}

/* The driver of a process that was forked comes with its fiftieth request. */
static void test_young(void)
{
	struct trace_event events[2 + 3 + 2 * 60] = { CALL(10, 1, SYS_execve, 0),
						      BACK(20, 1, 0),
						      CALL(30, 1, SYS_fork, 0),
						      BEGIN(31, 3, 3, 1),
						      { 32, 0, 1, TRACE_OFF, 0 } };
	struct trace_profile p;

	for (size_t i = 0; i < 60; i++) {
		events[5 + 2 * i] = (struct trace_event)CALL(100 + 10 * i, 3, SYS_read, 0);
		events[6 + 2 * i] = (struct trace_event)BACK(101 + 10 * i, 3, 0);
	}
	profile_of(&p, events, sizeof(events) / sizeof(events[0]), 2);
	CHECK_INT(p.undriven, 50);
	CHECK_INT(p.awake_ns, 10 + 9 * 9); /* from the fiftieth on */
	trace_profile_free(&p);
}

/* What comes while a driver polls for its process, and what comes once it sleeps; and time that is not the
 * program's. */
static const struct trace_event polled[] = {
	CALL(10, 1, SYS_execve, 0),
	BACK(20, 1, 0),
	READS(30, 1, 300),
	ASK(100, 1),
	READS(1101, 1, 301),
	READS(1102, 1, 302), /* asleep */
	ASK(5100, 1),	     /* late */
	{ 5200, 1, 1, TRACE_OFF, 0 },
	{ 9000, 0, 1, TRACE_ON, 0 }, /* another had its core */
	READS(9050, 1, 303),
	CALL(9100, 1, SYS_read, 0),
	{ 9110, 0, 1, TRACE_OFF, 0 },
	{ 11100, 0, 1, TRACE_WAKE, 0 },
	{ 11100, 0, 1, TRACE_ON, 0 },
	BACK(11110, 1, 0), /* longer than a driver's patience */
};

static void test_polled(void)
{
	struct trace_profile p;

	profile_of(&p, polled, sizeof(polled) / sizeof(polled[0]), 2);
	CHECK_INT(p.touched_share[TOUCH_FRESH].watched, 3);
	CHECK_INT(p.awake_ns, 80 + 1000 + 199);
	CHECK(p.call[SYS_read] && p.call[SYS_read]->share.watched == 2);
	CHECK(p.call[SYS_read] && p.call[SYS_read]->waits == 1);
	CHECK(p.call[SYS_read] && p.call[SYS_read]->inside_ns == 1 + 1 + 2010);
	trace_profile_free(&p);
}

int main(void)
{
	CHECK_RUN(test_touches);
	CHECK_RUN(test_loads);
	CHECK_RUN(test_large);
	CHECK_RUN(test_drivers);
	CHECK_RUN(test_young);
	CHECK_RUN(test_polled);
	return check_done();
}
