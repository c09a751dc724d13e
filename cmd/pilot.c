/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/units.h"
#include "cmd/harness_priv.h"
#include "cmd/nano_priv.h"

/*
 * The pilot: every workload natively twice, then once under every other configuration. It warms the machine,
 * takes down what native does, and finds out what works and what it costs. Its repetitions are not recorded,
 * except those that fail: they are not tried again.
 */

static void activate(const struct harness *h, struct harness_workload *workload, size_t c, uint64_t cost_ns)
{
	workload->active[workload->actives++] = (uint8_t)c;
	workload->cost_ns += cost_ns * (uint64_t)__builtin_popcount(h->config[c].parts);
}

/* Tells the user once what a configuration cannot have here. */
static void say_fallback(struct harness *h, size_t c, const struct measurement *m)
{
	struct harness_config *config = &h->config[c];

	if (config->said_fallback || !m->fallback[0])
		return;
	config->said_fallback = true;
	progress_say(&h->progress, "%s*: %s", config->config.name, m->fallback);
}

static void say_failure(struct harness *h, const struct cell *cell)
{
	progress_say(&h->progress, "%s under %s: %s: %s", h->suite.workload[cell->workload].name,
		     cell->config->name, run_status_names[cell->m.status], cell->m.reason);
}

/* What the pilot found of configuration C: it joins the blocks, or is recorded as failing. */
static int settle(struct harness *h, const struct cell *cell, size_t c, struct error *error)
{
	say_fallback(h, c, &cell->m);
	if (cell->m.status == RUN_OK) {
		activate(h, &h->workload[cell->workload], c, cell->cost_ns);
		return 0;
	}
	if (cell->m.status == RUN_SKIPPED) {
		snprintf(h->config[c].unable, sizeof(h->config[c].unable), "%.255s", cell->m.reason);
		progress_say(&h->progress, "%s is skipped: %s", cell->config->name, cell->m.reason);
		return harness_skip(h, cell->workload, c, cell->m.reason, error);
	}
	if (ledger_has(&h->ledger, cell->workload, c, LEDGER_NO_BLOCK))
		return 0;
	say_failure(h, cell);
	return harness_record(h, cell, c, LEDGER_NO_BLOCK, 0, error);
}

static size_t native_number(const struct harness *h)
{
	size_t c = 0;

	while (c < h->configs && strcmp(h->config[c].config.name, h->native.name) != 0)
		c++;
	return c;
}

static int confirm(struct harness *h, size_t w, struct error *error)
{
	struct reference *reference = &h->workload[w].reference;
	struct cell cell;
	int code = cell_run(h, w, &h->native, false, &cell, error);

	if (code == 0 && !h->interrupted) {
		reference_confirm(reference, cell.compared);
		if (!reference->comparable)
			progress_say(&h->progress,
				     "%s prints something else each time, so its output is not compared: "
				     "say what may differ with --filter",
				     h->suite.workload[w].name);
	}
	cell_free(&cell);
	return code;
}

/* Native, twice. *ENDED: it came to an end, so the others may be tried. */
static int try_native(struct harness *h, size_t w, bool *ended, struct error *error)
{
	size_t c = native_number(h);
	struct cell cell;
	int code = cell_run(h, w, &h->native, false, &cell, error);

	if (code == 0 && !h->interrupted) {
		reference_take(&h->workload[w].reference, &cell.m, cell.compared);
		h->workload[w].reference.lives = h->suite.workload[w].lives;
		verdict_judge(&cell.m, &h->workload[w].reference, cell.compared);
		*ended = cell.m.status != RUN_TIMEOUT;
		if (c < h->configs)
			code = settle(h, &cell, c, error);
		else if (cell.m.status != RUN_OK)
			say_failure(h, &cell);
		if (code == 0 && cell.m.status == RUN_OK)
			code = confirm(h, w, error);
	}
	cell_free(&cell);
	return code;
}

static int try_config(struct harness *h, size_t w, size_t c, struct error *error)
{
	struct cell cell;
	int code;

	if (h->config[c].unable[0])
		return harness_skip(h, w, c, h->config[c].unable, error);
	code = cell_run(h, w, &h->config[c].config, false, &cell, error);
	if (code == 0 && !h->interrupted) {
		verdict_judge(&cell.m, &h->workload[w].reference, cell.compared);
		code = settle(h, &cell, c, error);
	}
	cell_free(&cell);
	return code;
}

static int skip_all(struct harness *h, size_t w, const char *reason, size_t but, struct error *error)
{
	int code = 0;

	for (size_t c = 0; code == 0 && c < h->configs; c++)
		if (c != but)
			code = harness_skip(h, w, c, reason, error);
	return code;
}

/* An event is not tried out: it is short, what it costs is about known, and what goes wrong is not repeated.
 */
static int take_event(struct harness *h, size_t w, struct error *error)
{
	const struct workload *workload = &h->suite.workload[w];
	int code = 0;

	h->workload[w].reference.lives = true;
	for (size_t c = 0; code == 0 && c < h->configs; c++) {
		const struct vmm_config *config = &h->config[c].config;
		bool guest = workload->guest && !config->native;

		if (!nano_runs_under(workload, config))
			continue;
		if (h->config[c].unable[0] || (workload->absent[0] && !guest))
			code = harness_skip(h, w, c,
					    h->config[c].unable[0] ? h->config[c].unable : workload->absent,
					    error);
		else
			activate(h, &h->workload[w], c, NANO_CELL_NS);
	}
	return code;
}

static int try_workload(struct harness *h, size_t w, struct error *error)
{
	const struct workload *workload = &h->suite.workload[w];
	size_t native = native_number(h);
	bool ended = false;
	int code;

	if (workload->nano)
		return take_event(h, w, error);
	if (workload->absent[0]) {
		progress_say(&h->progress, "%s is left out: %s", workload->name, workload->absent);
		return skip_all(h, w, workload->absent, h->configs, error);
	}
	code = try_native(h, w, &ended, error);
	if (code == 0 && !h->interrupted && !ended)
		return skip_all(h, w, "natively it came to no end", native, error);
	for (size_t c = 0; code == 0 && c < h->configs && !harness_stopped(h); c++)
		if (c != native)
			code = try_config(h, w, c, error);
	return code;
}

/* Ascending, so that a resumed run numbers them as before. */
static void sort_active(struct harness_workload *workload)
{
	for (size_t i = 1; i < workload->actives; i++)
		for (size_t j = i; j > 0 && workload->active[j - 1] > workload->active[j]; j--) {
			uint8_t swap = workload->active[j];

			workload->active[j] = workload->active[j - 1];
			workload->active[j - 1] = swap;
		}
}

/* Once half of the budget is spent on TRIED programs, and the others want more than what is left. */
static bool too_long(const struct harness *h, size_t tried)
{
	double spent = (double)(clock_now_ns() - h->begun_ns), budget = (double)h->budget_ns;

	return !h->options->blocks && spent > budget / 2 &&
	       spent * (double)h->suite.count > budget * (double)tried;
}

static void say_too_long(struct harness *h, size_t tried)
{
	uint64_t all = (clock_now_ns() - h->begun_ns) / tried * h->suite.count;
	char takes[32], budget[32];

	progress_say(
		&h->progress,
		"trying out alone takes some %s, and the budget is %s: it will be exceeded; less to do is "
		"had with --only or --configs",
		units_print_time((double)all, takes, sizeof(takes)),
		units_print_time((double)h->budget_ns, budget, sizeof(budget)));
}

int pilot_run(struct harness *h, struct error *error)
{
	bool said = h->budget_ns == 0;
	size_t others = h->configs - (native_number(h) < h->configs);
	int code = 0;

	progress_phase(&h->progress, "trying out", h->suite.count * (2 + others)); /* twice natively */
	for (size_t w = 0; code == 0 && w < h->suite.count && !harness_stopped(h); w++) {
		code = try_workload(h, w, error);
		sort_active(&h->workload[w]);
		if (code == 0 && !said && too_long(h, w + 1)) {
			say_too_long(h, w + 1);
			said = true;
		}
	}
	return code;
}
