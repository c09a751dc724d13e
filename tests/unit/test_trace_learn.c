/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <unistd.h>

#include "base/error.h"
#include "probes/trace_priv.h"
#include "tests/check.h"

/* What is found out of a machine from a trace of a guest that writes to a port again and again. */

#define TURNS 40

/* The cost, of a guest whose thread does EVENTS (COUNT) in each of its turns, one every 10 ns. */
static uint64_t learn(enum trace_cost cost, const uint16_t *events, size_t count)
{
	struct trace_event e = { .time_ns = 10, .value = 16, .tid = 1, .kind = TRACE_RUN };
	uint64_t costs[TRACE_COSTS] = { 0 };
	struct error error = { 0 };
	FILE *file = fopen("trace", "we");

	CHECK(file != NULL);
	if (!file)
		return 0;
	CHECK_INT(trace_file_begin(file, 1, 1), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ .count = 1, .round = 1 }, &e), 0);
	e.value = 0;
	for (size_t i = 0; i < TURNS * count; i++) {
		e.time_ns += 10;
		e.kind = events[i % count];
		CHECK_INT(trace_file_put(file, (struct trace_chunk){ .count = 1, .round = 1 }, &e), 0);
	}
	CHECK_INT(fclose(file), 0);
	CHECK_INT(trace_costs_learn("trace", cost, costs, &error), 0);
	CHECK_STR(error.what, "");
	unlink("trace");
	return costs[cost];
}
#define LEARN(cost, ...)                                                                                     \
	learn(cost, (const uint16_t[]){ __VA_ARGS__ }, sizeof((uint16_t[]){ __VA_ARGS__ }) / sizeof(uint16_t))

static void test_told(void)
{
	CHECK_INT(LEARN(COST_WINDOW, TRACE_PORT, TRACE_GUEST, TRACE_EXIT), 10);
	CHECK_INT(LEARN(COST_WINDOW, TRACE_PORT, TRACE_NOTE, TRACE_NOTE), 0);
	CHECK_INT(LEARN(COST_FAULT, TRACE_FAULT, TRACE_INJECT, TRACE_GUEST, TRACE_EXIT), 20);
}

/* RCU has to note both ends; a thread that leaves its CPU is no turn, and may be noted more often. */
static void test_noted(void)
{
	CHECK_INT(LEARN(COST_NOTED, TRACE_PORT, TRACE_NOTE, TRACE_RAISE, TRACE_NOTE), 20);
	CHECK_INT(LEARN(COST_NOTED, TRACE_PORT, TRACE_NOTE), 0);
	CHECK_INT(LEARN(COST_NOTED, TRACE_PORT, TRACE_NOTE, TRACE_NOTE, TRACE_NOTE), 0);
	CHECK_INT(LEARN(COST_NOTED, TRACE_PORT, TRACE_NOTE, TRACE_NOTE, TRACE_NOTE, TRACE_OFF, TRACE_ON,
			TRACE_PORT, TRACE_NOTE, TRACE_NOTE),
		  10);
}

int main(void)
{
	CHECK_RUN(test_told);
	CHECK_RUN(test_noted);
	return check_done();
}
