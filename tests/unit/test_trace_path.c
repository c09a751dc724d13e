/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/traces.h"

/* Critical paths of traces whose answers are known: of reads and of waits, how many lie on them. */
#define ASK(time, tid) CALL(time, tid, SYS_read, 0), BACK((time) + 1, tid, 0)
#define BEGINS(time, tid, process, starter)                                                                  \
	{                                                                                                    \
		time, (uint64_t)(process) << 32 | (starter), tid, TRACE_BEGIN, 0                             \
	}
#define STARTS(time, tid, starter) BEGINS(time, tid, tid, starter)
#define WAKES(time, tid, waker, cpu)                                                                         \
	{                                                                                                    \
		time, waker, tid, TRACE_WAKE, cpu                                                            \
	}
#define ON(time, tid, cpu)                                                                                   \
	{                                                                                                    \
		time, 0, tid, TRACE_ON, cpu                                                                  \
	}
#define WAITS(time, tid, cpu)                                                                                \
	{                                                                                                    \
		time, 0, tid, TRACE_OFF, cpu                                                                 \
	}
#define YIELDS(time, tid, cpu)                                                                               \
	{                                                                                                    \
		time, 1, tid, TRACE_OFF, cpu                                                                 \
	}
#define ENDS(time, tid)                                                                                      \
	{                                                                                                    \
		time, 0, tid, TRACE_END, 0                                                                   \
	}
#define PROGRAM CALL(10, 1, SYS_execve, 0), BACK(20, 1, 0)

static void read_path(struct trace_profile *p, const struct trace_event *events, size_t count)
{
	const enum trace_request request[TRACE_CALLS] = { [SYS_read] = REQUEST_RING };

	traces_profile(p, events, count, 2, true, request);
}

static void check_path(const struct trace_event *events, size_t count, int reads, int of, int waits)
{
	struct trace_profile p;

	read_path(&p, events, count);
	CHECK(p.call[SYS_read] != NULL);
	if (p.call[SYS_read]) {
		CHECK(p.call[SYS_read]->share.known);
		CHECK_INT(p.call[SYS_read]->count, of);
		CHECK_INT(p.call[SYS_read]->share.serial, reads);
	}
	CHECK_INT(p.waits_share.serial, waits);
	trace_profile_free(&p);
}
#define CHECK_PATH(events, ...) check_path(events, sizeof(events) / sizeof((events)[0]), __VA_ARGS__)

/* The first waits for two that run beside each other: what the later of them does counts. */
static void test_joined(void)
{
	static const struct trace_event events[] = {
		PROGRAM,	 ASK(30, 1),	  STARTS(40, 2, 1),    STARTS(41, 3, 1),   ON(42, 2, 1),
		ASK(43, 2),	 WAITS(44, 1, 0), ON(44, 3, 0),	       ASK(50, 3),	   ASK(60, 3),
		ASK(70, 3),	 ASK(80, 2),	  ENDS(90, 2),	       WAKES(91, 1, 2, 1), ON(92, 1, 1),
		WAITS(93, 1, 1), ENDS(100, 3),	  WAKES(101, 1, 3, 0), ON(102, 1, 0),	   ASK(103, 1),
		ENDS(110, 1),
	};

	CHECK_PATH(events, 1 + 3 + 1, 7, 1);
}

/* Two that hand work to each other: all of it, and each time that one waits. */
static void test_turns(void)
{
	static const struct trace_event events[] = {
		PROGRAM,    STARTS(30, 2, 1),	ON(31, 2, 1),	 WAITS(32, 2, 1),
		ASK(40, 1), WAKES(41, 2, 1, 0), WAITS(42, 1, 0), ON(43, 2, 1),
		ASK(50, 2), WAKES(51, 1, 2, 1), WAITS(52, 2, 1), ON(53, 1, 0),
		ASK(60, 1), WAKES(61, 2, 1, 0), WAITS(62, 1, 0), ON(63, 2, 1),
		ASK(70, 2), WAKES(71, 1, 2, 1), ON(72, 1, 0),	 ENDS(80, 1),
	};

	CHECK_PATH(events, 4, 4, 4);
}

/* On one core the woken goes on when the waker leaves it, behind what that still does. */
static void test_one_core(void)
{
	static const struct trace_event events[] = {
		PROGRAM,    STARTS(30, 2, 1), WAITS(31, 1, 0),	ON(31, 2, 0), ASK(32, 2), WAKES(33, 1, 2, 0),
		ASK(34, 2), ASK(36, 2),	      YIELDS(40, 2, 0), ON(40, 1, 0), ASK(41, 1), ENDS(50, 1),
	};

	CHECK_PATH(events, 4, 4, 1);
}

/* One that waits for nobody does not wait for what another does meanwhile; an interrupt that comes while
 * another runs wakes it. */
static void test_alone(void)
{
	static const struct trace_event events[] = {
		PROGRAM,      STARTS(30, 2, 1), ON(31, 2, 1),	    ASK(32, 2),
		ASK(34, 1),   WAITS(40, 2, 1),	WAITS(41, 1, 0),    WAKES(50, 1, 2, 1),
		ON(51, 1, 0), ASK(52, 1),	WAKES(53, 2, 0, 1), ON(54, 2, 1),
		ASK(55, 2),   ENDS(60, 1),
	};

	CHECK_PATH(events, 2, 4, 1);
}

/* Two processes that begin one after the other, and end so: their births go on beside each other. */
static void test_births(void)
{
	static const struct trace_event events[] = {
		PROGRAM,
		CALL(30, 1, SYS_fork, 0),
		STARTS(30, 2, 1),
		BACK(30, 1, 2),
		CALL(31, 1, SYS_fork, 0),
		STARTS(31, 3, 1),
		BACK(31, 1, 3),
		WAITS(32, 1, 0),
		ON(32, 2, 0),
		CALL(33, 2, SYS_execve, 0),
		BACK(34, 2, 0),
		ENDS(35, 2),
		WAKES(36, 1, 2, 0),
		ON(36, 3, 0),
		CALL(37, 3, SYS_execve, 0),
		BACK(38, 3, 0),
		ENDS(39, 3),
		ON(40, 1, 0),
		ASK(41, 1),
		WAITS(42, 1, 0),
		WAKES(43, 1, 3, 0),
		ON(44, 1, 0),
		ENDS(50, 1),
	};
	struct trace_profile p;

	read_path(&p, events, sizeof(events) / sizeof(events[0]));
	CHECK_INT(p.forks, 2);
	CHECK_INT(p.births, 4);
	CHECK_INT(p.births_share.serial, 2);
	CHECK_INT(p.forks_share.serial, 1);
	CHECK_INT(p.call[SYS_fork]->share.serial, 2); /* on one core */
	CHECK(p.call[SYS_execve] && p.call[SYS_execve]->count == 2);
	trace_profile_free(&p);
}

/* On two cores a copy is made beside what its starter goes on to do: only who is waited for is on the path.
 */
static void test_copies(void)
{
	static const struct trace_event events[] = {
		PROGRAM,	  CALL(30, 1, SYS_fork, 0),
		STARTS(30, 2, 1), ON(31, 2, 1),
		BACK(31, 1, 2),	  CALL(32, 1, SYS_fork, 0),
		STARTS(32, 3, 1), BACK(33, 1, 3),
		WAITS(34, 1, 0),  ON(34, 3, 0),
		ENDS(40, 2),	  ASK(41, 3),
		ENDS(50, 3),	  WAKES(51, 1, 3, 0),
		ON(52, 1, 0),	  ENDS(60, 1),
	};
	struct trace_profile p;

	read_path(&p, events, sizeof(events) / sizeof(events[0]));
	CHECK(p.call[SYS_fork] && p.call[SYS_fork]->count == 2 && p.call[SYS_fork]->share.serial == 1);
	CHECK(p.births == 2 && p.births_share.serial == 1 && p.forks_share.serial == 1);
	trace_profile_free(&p);
}

/* What ended has left its core, too, to who was ready for it. */
static void test_ended(void)
{
	static const struct trace_event events[] = {
		PROGRAM,     STARTS(30, 2, 1),	 STARTS(31, 3, 1), WAITS(32, 1, 0), ON(32, 2, 0),
		ASK(33, 2),  ASK(35, 2),	 ENDS(40, 2),	   ON(41, 3, 0),    ASK(42, 3),
		ENDS(50, 3), WAKES(51, 1, 3, 0), ON(52, 1, 0),	   ENDS(60, 1),
	};

	CHECK_PATH(events, 3, 3, 1);
}

/* Numbers that are given anew, and such as share their low bits. */
static void test_numbers(void)
{
	static const struct trace_event events[] = {
		PROGRAM,
		ASK(30, 1),
		STARTS(40, 4097, 1),
		ASK(41, 4097),
		WAITS(42, 1, 0),
		ENDS(43, 4097),
		WAKES(44, 1, 4097, 1),
		ON(45, 1, 0),
		STARTS(50, 4097, 1),
		ASK(51, 4097),
		WAITS(52, 1, 0),
		ENDS(53, 4097),
		WAKES(54, 1, 4097, 1),
		ON(55, 1, 0),
		ENDS(60, 1),
	};

	CHECK_PATH(events, 3, 3, 2);
}

static void check_unknown(const struct trace_event *events, size_t count)
{
	struct trace_profile p;

	read_path(&p, events, count);
	CHECK(p.call[SYS_read] && p.call[SYS_read]->count && !p.call[SYS_read]->share.known);
	CHECK(!p.births_share.known && !p.waits_share.known);
	trace_profile_free(&p);
}

/* No path is known of what goes on, of what lost events, and of several none of whose wake-ups are heard. */
static void test_unknown(void)
{
	static const struct trace_event goes_on[] = { PROGRAM, ASK(30, 1), ASK(50, 1) };
	static const struct trace_event lost[] = {
		PROGRAM,     CALL(29, 1, SYS_clone, 0),	  STARTS(30, 2, 1), WAITS(31, 1, 0),
		ASK(32, 2),  { 33, 5, 0, TRACE_LOST, 0 }, ENDS(40, 2),	    WAKES(41, 1, 2, 0),
		ENDS(50, 1),
	};
	static const struct trace_event unheard[] = { PROGRAM,		CALL(29, 1, SYS_clone, 0),
						      STARTS(30, 2, 1), ASK(31, 2),
						      ENDS(32, 2),	ENDS(50, 1) };

	check_unknown(goes_on, sizeof(goes_on) / sizeof(goes_on[0]));
	check_unknown(lost, sizeof(lost) / sizeof(lost[0]));
	check_unknown(unheard, sizeof(unheard) / sizeof(unheard[0]));
}

int main(void)
{
	CHECK_RUN(test_joined);
	CHECK_RUN(test_turns);
	CHECK_RUN(test_one_core);
	CHECK_RUN(test_alone);
	CHECK_RUN(test_births);
	CHECK_RUN(test_copies);
	CHECK_RUN(test_ended);
	CHECK_RUN(test_numbers);
	CHECK_RUN(test_unknown);
	return check_done();
}
