/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/clock.h"
#include "cmd/harness_priv.h"

/* Blocks of repetitions: the plan's, those that probes disturb, and disturbed ones once more. */

/* One cell of a block: run, judge, flag (with FLAG besides, unless NULL), record. */
static int run_cell(struct harness *h, size_t w, size_t c, uint64_t block, uint64_t order, const char *flag,
		    struct error *error)
{
	struct cell cell;
	int code = cell_run(h, w, &h->config[c].config, block == LEDGER_OBSERVED, &cell, error);

	if (code == 0 && !h->interrupted) {
		verdict_judge(&cell.m, &h->workload[w].reference, cell.compared);
		flags_judge(cell.flags, &cell.m, &h->workload[w].reference);
		if (flag)
			flags_add(cell.flags, flag);
		code = harness_record(h, &cell, c, block, order, error);
	}
	cell_free(&cell);
	return code;
}

/* Every workload has orders of its own. */
static uint64_t seed_of(const struct harness *h, size_t w)
{
	return h->plan->seed + 0x9e3779b97f4a7c15u * (w + 1);
}

/* BLOCK (from 1) of workload W, or what is missing of it. */
static int run_block(struct harness *h, size_t w, uint64_t block, struct error *error)
{
	const struct harness_workload *workload = &h->workload[w];
	const char *flag = ledger_has_block(&h->ledger, w, block) ? "resumed" : NULL;
	uint8_t order[SCHEDULE_CONFIGS];
	int code = 0;

	if (workload->actives == 0)
		return 0;
	schedule_order(workload->actives, seed_of(h, w), block - 1, order);
	for (size_t i = 0; code == 0 && i < workload->actives && !harness_stopped(h); i++) {
		size_t c = workload->active[order[i]];

		if (!ledger_has(&h->ledger, w, c, block))
			code = run_cell(h, w, c, block, i + 1, flag, error);
	}
	return code;
}

size_t blocks_cells(const struct harness *h)
{
	size_t sum = 0;

	for (size_t w = 0; w < h->suite.count; w++)
		sum += h->workload[w].actives;
	return sum;
}

/* Blocks interleave over the workloads, so that a slow hour does not fall on one of them. */
int blocks_run(struct harness *h, struct error *error)
{
	int code = 0;

	progress_phase(&h->progress, "measuring", blocks_cells(h) * h->plan->blocks);
	for (uint64_t block = 1; code == 0 && block <= h->plan->blocks; block++)
		for (size_t w = 0; code == 0 && w < h->suite.count && !harness_stopped(h); w++)
			code = run_block(h, w, block, error);
	return code;
}

/* Each cell once more under probes that cost it time: these repetitions count for nothing else. */
int blocks_observe(struct harness *h, struct error *error)
{
	int code = 0;

	if (!h->options->observe)
		return 0;
	progress_phase(&h->progress, "observing", blocks_cells(h));
	for (size_t w = 0; code == 0 && w < h->suite.count; w++)
		for (size_t i = 0; code == 0 && i < h->workload[w].actives && !harness_stopped(h); i++) {
			size_t c = h->workload[w].active[i];

			if (!ledger_has(&h->ledger, w, c, LEDGER_OBSERVED))
				code = run_cell(h, w, c, LEDGER_OBSERVED, 0, "observed", error);
		}
	return code;
}

static bool no_time(const struct harness *h, uint64_t cost_ns)
{
	return h->deadline_ns && clock_now_ns() + cost_ns > h->deadline_ns;
}

/* The disturbed blocks of workload W once more, numbered on from the last. */
static int repeat_workload(struct harness *h, size_t w, struct error *error)
{
	uint64_t next = h->plan->blocks;
	int code = 0;

	for (uint64_t block = 1; code == 0 && block <= h->plan->blocks && !harness_stopped(h); block++) {
		if (!ledger_disturbed(&h->ledger, w, block))
			continue;
		next++; /* whether or not there is time, so that a resumed run numbers them alike */
		if (!no_time(h, h->workload[w].cost_ns))
			code = run_block(h, w, next, error);
		else if (!ledger_has_block(&h->ledger, w, next))
			h->not_repeated++;
	}
	return code;
}

int blocks_repeat(struct harness *h, struct error *error)
{
	size_t cells = 0;
	int code = 0;

	for (size_t w = 0; w < h->suite.count; w++)
		for (uint64_t block = 1; block <= h->plan->blocks; block++)
			cells += ledger_disturbed(&h->ledger, w, block) ? h->workload[w].actives : 0;
	progress_phase(&h->progress, "repeating", cells);
	for (size_t w = 0; code == 0 && w < h->suite.count; w++)
		code = repeat_workload(h, w, error);
	return code;
}
