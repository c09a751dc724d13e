/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <unistd.h>

#include "base/error.h"
#include "probes/trace_priv.h"
#include "tests/check.h"

/* What is found out of a machine from a trace of a guest that writes to a port again and again. */

#define TURNS 40

/* NS after the last. */
static void put(FILE *file, struct trace_event *e, uint64_t ns, enum trace_kind kind, uint64_t value)
{
	e->time_ns += ns;
	e->kind = (uint16_t)kind;
	e->value = value;
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ .count = 1, .round = 1 }, e), 0);
}

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
	put(file, &e, 0, TRACE_RUN, 16);
	for (size_t i = 0; i < TURNS * count; i++)
		put(file, &e, 10, (enum trace_kind)events[i % count], 0);
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
	CHECK_INT(LEARN(COST_EXIT, TRACE_EXIT, TRACE_GUEST, TRACE_EXIT, TRACE_FAULT, TRACE_GUEST), 10);
	CHECK_INT(LEARN(COST_EXIT, TRACE_EXIT, TRACE_FAULT, TRACE_GUEST), 0);
	CHECK_INT(LEARN(COST_SWITCH, TRACE_OFF, TRACE_ON, TRACE_GUEST, TRACE_EXIT), 10);
	CHECK_INT(LEARN(COST_SWITCH, TRACE_OFF, TRACE_ON, TRACE_RETURN, TRACE_RUN, TRACE_GUEST), 0);
}

/* Each turn touches two pages: one that is written, after 30, and one that is read, after 30, written, after
 * 40, and then shown anew, after 20. Before the guest asked for something, it began. */
static void test_faults(void)
{
	static const struct {
		uint64_t page, ns;
	} turn[] = { { 1, 30 }, { 2, 30 }, { 2, 40 }, { 2, 20 } };
	static const uint16_t before[] = { TRACE_RETURN, TRACE_RUN };
	struct trace_event e = { .time_ns = 10, .value = 16, .tid = 1, .kind = TRACE_RUN };
	uint64_t costs[TRACE_COSTS] = { 0 };
	FILE *file = fopen("trace", "we");

	CHECK(file != NULL);
	if (!file)
		return;
	CHECK_INT(trace_file_begin(file, 1, 1), 0);
	put(file, &e, 0, TRACE_RUN, 16);
	for (size_t i = 0; i < TURNS * 8; i++) {
		size_t step = i % 4;

		put(file, &e, 10, TRACE_GUEST, 0);
		put(file, &e, 10, TRACE_EXIT, 0);
		put(file, &e, 10, TRACE_FAULT, (i / 4 * 2 + turn[step].page) << 12 | 6);
		e.time_ns += i < TURNS * 4 ? 1000 : turn[step].ns - 20;
		for (size_t k = 0; k < 2 && i == TURNS * 4 - 1; k++)
			put(file, &e, 10, before[k], 16);
	}
	put(file, &e, 10, TRACE_GUEST, 0);
	CHECK_INT(fclose(file), 0);
	CHECK_INT(trace_costs_learn("trace", COST_FRESH, costs, NULL), 0);
	CHECK_INT(trace_costs_learn("trace", COST_COPIED, costs, NULL), 0);
	CHECK_INT(trace_costs_learn("trace", COST_FAULT, costs, NULL), 0);
	CHECK_INT(costs[COST_FRESH], 30);
	CHECK_INT(costs[COST_COPIED], 70);
	CHECK_INT(costs[COST_FAULT], 20);
	unlink("trace");
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
	CHECK_RUN(test_faults);
	CHECK_RUN(test_noted);
	return check_done();
}
