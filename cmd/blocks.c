/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cmd/harness_priv.h"
#include "cmd/nano_priv.h"
#include "cmd/room_priv.h"

/* Blocks of repetitions: the plan's, with those that probes disturb between them, and disturbed ones once
 * more.
 */

/* Events are judged by the samples they print; one that goes wrong is not tried again, so that is told. */
static void judge(struct harness *h, struct cell *cell)
{
	const struct workload *workload = &h->suite.workload[cell->workload];

	if (!workload->nano) {
		verdict_judge(&cell->m, &h->workload[cell->workload].reference, cell->compared);
		return;
	}
	nano_judge(&cell->m, workload, h->tsc_hz);
	if (cell->m.status != RUN_OK && cell->m.status != RUN_UNSUPPORTED)
		progress_say(&h->progress, "%s under %s: %s: %s", workload->name, cell->config->name,
			     run_status_names[cell->m.status], cell->m.reason);
}

/*
 * Whether BLOCK goes without probes: one of two that follow one another, the first and the second by turns,
 * so that a machine that gets faster or slower favours neither.
 */
static bool unprobed(const struct harness *h, uint64_t block)
{
	return h->options->alternate && block != LEDGER_OBSERVED && (block % 4 == 2 || block % 4 == 3);
}

/* One cell of a block: run, judge, flag (with FLAG besides, unless NULL), record. */
static int run_cell(struct harness *h, size_t w, size_t c, uint64_t block, uint64_t order, const char *flag,
		    struct error *error)
{
	struct cell cell;
	int code;

	h->without = unprobed(h, block) ? UINT32_MAX : h->options->without;
	code = cell_run(h, w, &h->config[c].config, block == LEDGER_OBSERVED, &cell, error);

	for (size_t i = 0; code == 0 && !h->interrupted && i <= cell.others; i++) {
		struct cell *copy = i ? &cell.other[i - 1] : &cell;

		judge(h, copy);
		flags_judge(copy->flags, &copy->m, &h->workload[w].reference);
		if (flag)
			flags_add(copy->flags, flag);
		if (unprobed(h, block))
			flags_add(copy->flags, "unprobed");
		code = harness_record(h, copy, c, block, order, error);
	}
	cell_free(&cell);
	return code;
}

/* Every workload has orders of its own. */
static uint64_t seed_of(const struct harness *h, size_t w)
{
	return h->plan->seed + 0x9e3779b97f4a7c15u * (w + 1);
}

/* The number of block PART of ROUND (both from 0): those of a stage begin where no repeated one of the last
 * can be. */
static uint64_t number_of(const struct harness *h, uint64_t round, size_t part)
{
	uint64_t before = h->stage ? 2 * h->plan->blocks[h->stage - 1] : 0;

	return (before + round) * h->parts + part + 1;
}

/* The configurations of workload W that take part in block PART of a round. */
static size_t take_part(const struct harness *h, size_t w, size_t part, uint8_t config[SCHEDULE_CONFIGS])
{
	const struct harness_workload *workload = &h->workload[w];
	size_t count = 0;

	for (size_t i = 0; i < workload->actives; i++)
		if (h->config[workload->active[i]].parts & HARNESS_MAIN << part)
			config[count++] = workload->active[i];
	return count;
}

/* Whether configuration C of workload W is to run in BLOCK: it has not yet, and of an event nothing failed.
 */
static bool wanted(const struct harness *h, size_t w, size_t c, uint64_t block)
{
	return !ledger_has(&h->ledger, w, c, block) &&
	       !(h->suite.workload[w].nano && ledger_failed(&h->ledger, w, c));
}

/* Block PART of ROUND (both from 0) of workload W, or what is missing of it. */
static int run_block(struct harness *h, size_t w, uint64_t round, size_t part, struct error *error)
{
	uint64_t block = number_of(h, round, part);
	const char *flag = ledger_has_block(&h->ledger, w, block) ? "resumed" : NULL;
	uint8_t config[SCHEDULE_CONFIGS], order[SCHEDULE_CONFIGS];
	size_t count = take_part(h, w, part, config);
	int code = 0;

	if (count == 0)
		return 0;
	schedule_order(count, seed_of(h, w) + part, round, order);
	for (size_t i = 0; code == 0 && i < count && !harness_stopped(h); i++)
		if (wanted(h, w, config[order[i]], block))
			code = run_cell(h, w, config[order[i]], block, i + 1, flag, error);
	return code;
}

/* Repetitions of one round of workload W. */
static size_t cells_of(const struct harness *h, size_t w)
{
	uint8_t config[SCHEDULE_CONFIGS];
	size_t sum = 0;

	for (size_t part = 0; part < h->parts; part++)
		sum += take_part(h, w, part, config);
	return sum;
}

size_t blocks_cells(const struct harness *h)
{
	size_t sum = 0;

	for (size_t w = 0; w < h->suite.count; w++)
		sum += cells_of(h, w);
	return sum;
}

static bool observable(const struct harness *h, size_t w)
{
	return h->options->observe && suite_observes(&h->suite.workload[w]);
}

size_t blocks_observed(uint64_t rounds)
{
	uint64_t third = rounds / 3;

	return third < 1 ? 1 : third > HARNESS_OBSERVED ? HARNESS_OBSERVED : (size_t)third;
}

/* Which observed repetition of each cell comes behind ROUND (from 0), from 1; 0: none. They are spread
 * evenly.
 */
static size_t due(const struct harness *h, uint64_t round)
{
	uint64_t rounds = h->plan->blocks[h->stage];
	size_t all = blocks_observed(rounds);

	for (size_t i = 0; i < all; i++)
		if ((2 * i + 1) * rounds / (2 * all) == round)
			return i + 1;
	return 0;
}

/* Where it cannot be made nothing is traced, and the counts are as good as ever. */
static void make_traces(struct harness *h)
{
	char path[4300];

	snprintf(path, sizeof(path), "%s/" TRACES, h->directory);
	if (h->traces && h->options->keep_trace)
		h->traces = mkdir(path, 0777) == 0 || errno == EEXIST;
}

/* The NUMBER-th observed repetition of each cell of workload W, in the order of block ROUND: under probes
 * that cost it time, so that it counts for nothing else. */
static int observe(struct harness *h, size_t w, uint64_t round, size_t number, struct error *error)
{
	const struct harness_workload *workload = &h->workload[w];
	uint8_t order[SCHEDULE_CONFIGS];
	int code = 0;

	if (!observable(h, w) || workload->actives == 0)
		return 0;
	schedule_order(workload->actives, seed_of(h, w), round, order);
	for (size_t i = 0; code == 0 && i < workload->actives && !harness_stopped(h); i++) {
		size_t c = workload->active[order[i]], vms = room_copies(h, &h->suite.workload[w]);

		if (ledger_observed(&h->ledger, w, c) < number * vms)
			code = run_cell(h, w, c, LEDGER_OBSERVED, 0, "observed", error);
	}
	return code;
}

/* Repetitions that are observed. */
static size_t cells_observed(const struct harness *h)
{
	size_t sum = 0;

	for (size_t w = 0; w < h->suite.count; w++)
		sum += observable(h, w) ? h->workload[w].actives : 0;
	return sum * blocks_observed(h->plan->blocks[h->stage]);
}

static int run_round(struct harness *h, uint64_t round, struct error *error)
{
	int code = 0;

	for (size_t w = 0; code == 0 && w < h->suite.count; w++)
		for (size_t part = 0; code == 0 && part < h->parts && !harness_stopped(h); part++)
			code = run_block(h, w, round, part, error);
	return code;
}

static int observe_round(struct harness *h, uint64_t round, size_t number, struct error *error)
{
	int code = 0;

	for (size_t w = 0; code == 0 && number && w < h->suite.count && !harness_stopped(h); w++)
		code = observe(h, w, round, number, error);
	return code;
}

/* Blocks interleave over the workloads, so that a slow hour does not fall on one of them. Observed
 * repetitions come between rounds, so that it does not fall on these either; there is one at least. */
int blocks_run(struct harness *h, struct error *error)
{
	uint64_t rounds = h->plan->blocks[h->stage], round;
	size_t observed = 0;
	int code = 0;

	make_traces(h);
	progress_phase(&h->progress, "measuring", blocks_cells(h) * rounds + cells_observed(h));
	for (round = 0; code == 0 && round < rounds && !harness_time_up(h, round); round++) {
		size_t number = due(h, round);

		code = run_round(h, round, error);
		if (code == 0)
			code = observe_round(h, round, number, error);
		observed += number;
	}
	return code || observed ? code : observe_round(h, round, 1, error);
}

/* Whether any block of ROUND of workload W was disturbed. */
static bool disturbed(const struct harness *h, size_t w, uint64_t round)
{
	bool any = false;

	if (h->suite.workload[w].nano) /* many repetitions are short: their median stands a few */
		return false;
	for (size_t part = 0; part < h->parts; part++)
		any |= ledger_disturbed(&h->ledger, w, number_of(h, round, part));
	return any;
}

/* The disturbed blocks of workload W once more, numbered on from the last round. */
static int repeat_workload(struct harness *h, size_t w, struct error *error)
{
	uint64_t rounds = h->plan->blocks[h->stage], next = rounds;
	int code = 0;

	for (uint64_t round = 0; code == 0 && round < rounds; round++) {
		if (!disturbed(h, w, round))
			continue;
		for (size_t part = 0; code == 0 && part < h->parts && !harness_stopped(h); part++) {
			if (!ledger_disturbed(&h->ledger, w, number_of(h, round, part)))
				continue;
			if (!harness_late(h, h->workload[w].cost_ns))
				code = run_block(h, w, next, part, error);
			else if (!ledger_has_block(&h->ledger, w, number_of(h, next, part)))
				h->not_repeated++;
		}
		next++; /* whether or not there is time, so that a resumed run numbers them alike */
	}
	return code;
}

int blocks_repeat(struct harness *h, struct error *error)
{
	size_t cells = 0;
	int code = 0;

	for (size_t w = 0; w < h->suite.count; w++)
		for (uint64_t round = 0; round < h->plan->blocks[h->stage]; round++)
			cells += disturbed(h, w, round) ? cells_of(h, w) : 0;
	progress_phase(&h->progress, "repeating", cells);
	for (size_t w = 0; code == 0 && w < h->suite.count && !harness_stopped(h); w++)
		code = repeat_workload(h, w, error);
	return code;
}
