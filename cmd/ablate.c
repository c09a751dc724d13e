/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/schema.h"
#include "cmd/ablate_priv.h"
#include "model/model.h"

/* An ablation as a run: its configurations, and its stages. */
#define FROM	       "hosted"
#define TO	       "bare-metal"
#define INTERACTION    0.2 /* share of the whole difference above which orders of knobs are measured */
#define SINGLE_SHARE   0.5 /* of the budget for single flips, as long as orders may follow */
#define ORDERS_UNTIMED 4   /* where no time is set */

static int add(struct harness *h, const struct vmm_config *config, unsigned parts, struct error *error)
{
	for (size_t c = 0; c < h->configs; c++)
		if (strcmp(h->config[c].config.name, config->name) == 0)
			return 0;
	if (h->configs == SCHEDULE_CONFIGS)
		return error_fail(error, 0, "give a smaller number",
				  "--orders passes through more than %d configurations", SCHEDULE_CONFIGS);
	h->config[h->configs++] = (struct harness_config){ .config = *config, .parts = parts };
	return 0;
}

static int add_mask(struct harness *h, const struct ablation *a, unsigned mask, struct error *error)
{
	struct vmm_config config;

	ablation_config(a, mask, &config);
	return add(h, &config, HARNESS_MAIN, error);
}

static int add_all(struct harness *h, const struct ablation *a, struct error *error)
{
	unsigned all = (1u << a->knobs) - 1;
	int code = add(h, &h->native, HARNESS_APART, error);

	if (code == 0)
		code = add(h, &a->from, HARNESS_MAIN | HARNESS_APART, error);
	if (code == 0)
		code = add(h, &a->to, HARNESS_MAIN | HARNESS_APART, error);
	for (size_t k = 0; code == 0 && k < a->knobs; k++)
		code = add_mask(h, a, 1u << k, error);
	for (size_t k = 0; code == 0 && k < a->knobs; k++)
		code = add_mask(h, a, all & ~(1u << k), error);
	for (size_t o = 0; o < a->orders; o++) {
		unsigned mask = 0;

		for (size_t i = 0; code == 0 && i < a->knobs; i++)
			code = add_mask(h, a, mask |= 1u << a->order[o][i], error);
	}
	return code;
}

/* Whether an end called NAME is one the user wrote. */
static bool is_own(const struct harness *h, const char *name)
{
	size_t length = strcspn(name, "+");

	for (size_t i = 0; i < h->own.count; i++)
		if (strlen(h->own.config[i].name) == length &&
		    memcmp(h->own.config[i].name, name, length) == 0)
			return true;
	return false;
}

static int design(const struct harness *h, size_t orders, uint64_t seed, struct ablation *a,
		  struct error *error)
{
	const struct run_options *o = h->options;
	struct vmm_config from, to;
	int code = harness_find(h, o->from ? o->from : FROM, &from, error);

	if (code)
		return error_at(error, "--from");
	if (harness_find(h, o->to ? o->to : TO, &to, error))
		return error_at(error, "--to");
	if (h->own.count && !is_own(h, from.name) && !is_own(h, to.name))
		return error_fail(error, 0, "name one of its configurations with --from or --to",
				  "--config-file changes nothing");
	code = ablation_design(a, &from, &to, error);
	if (code == 0)
		ablation_draw(a, orders, seed);
	return code;
}

int ablate_configure(struct harness *h, size_t orders, uint64_t seed, struct error *error)
{
	struct ablation a;
	int code = vmm_config_preset(&h->native, "native", error);

	h->configs = 0;
	h->parts = 2;
	if (code == 0)
		code = design(h, orders, seed, &a, error);
	return code ? code : add_all(h, &a, error);
}

/* Whether single flips leave over more of any workload's difference than they may. */
static int interacts(const struct harness *h, bool *much, struct error *error)
{
	struct table table = { 0 };
	char path[4200];
	double over = NAN;
	int code = model_ablation_write(h->directory, error);

	*much = false;
	snprintf(path, sizeof(path), "%s/%s", h->directory, schema_ablation.name);
	if (code == 0)
		code = table_read(&table, path, &schema_ablation, error);
	for (size_t row = 0; row < table.rows; row++) {
		const char *knob = table_text_of(&table, row, "knob");
		double delta = table_number_of(&table, row, "delta_ns");
		double low = table_number_of(&table, row, "low_ns");
		double high = table_number_of(&table, row, "high_ns");

		if (strcmp(knob, "interaction") == 0)
			over = fabs(delta);
		else if (strcmp(knob, "total") == 0 &&
			 low * high > 0) /* it cannot be told from none otherwise */
			*much |= over > INTERACTION * fabs(delta);
	}
	table_free(&table);
	return code;
}

/* Nanoseconds that a round of all workloads takes with ORDERS orders, judged by that of stage 0. */
static double cost_of(struct harness *h, size_t orders, double cell_ns, struct error *error)
{
	if (ablate_configure(h, orders, h->plan->seed, error))
		return INFINITY;
	return cell_ns * (double)((h->configs + 2) * h->suite.count);
}

/* How many orders LEFT_NS pay for, as many blocks of each as an interval needs; 0: none. */
static size_t affordable(struct harness *h, double left_ns, double cell_ns, struct error *error)
{
	size_t orders = (size_t)2 * VMM_KNOBS;

	while (orders > 0 && cost_of(h, orders, cell_ns, error) * (HARNESS_INTERVAL + 1) > left_ns)
		orders -= 2;
	return orders;
}

static int configure_stage(struct harness *h, size_t orders, struct error *error)
{
	struct ablation a;
	int code = ablate_configure(h, orders, h->plan->seed, error);

	if (code == 0)
		code = design(h, orders, h->plan->seed, &a, error);
	return code ? code : ablation_write(&a, h->directory, error);
}

/* The second stage: all single flips again, and the orders in the same blocks. */
static int go_on(struct harness *h, uint64_t budget_ns, struct error *error)
{
	int code = configure_stage(h, h->plan->orders, error);

	h->stage = 1;
	h->resume = true;
	h->budget_ns = budget_ns;
	h->share = 1;
	return code ? code : harness_measure(h, error);
}

int ablate_measure(struct harness *h, struct error *error)
{
	uint64_t budget_ns = h->budget_ns, begun_ns = clock_now_ns(), spent_ns;
	bool fixed = h->options->orders_given, much;
	size_t first = h->good, orders = ORDERS_UNTIMED;
	int code;

	if (!fixed && h->plan->orders)
		return go_on(h, budget_ns, error);
	code = configure_stage(h, fixed ? h->options->orders : 0, error);
	if (!fixed)
		h->share = SINGLE_SHARE;
	if (code == 0)
		code = harness_measure(h, error);
	if (code || h->interrupted || fixed || h->plan->decided == 0)
		return code;
	code = interacts(h, &much, error);
	if (code || !much)
		return code;
	spent_ns = clock_now_ns() - begun_ns;
	if (budget_ns)
		orders = budget_ns <= spent_ns
				 ? 0
				 : affordable(h, (double)(budget_ns - spent_ns),
					      (double)spent_ns / (double)(h->good - first + 1), error);
	if (orders == 0) {
		progress_say(&h->progress,
			     "single flips leave much over; there is no time for orders of knobs: "
			     "give more with --budget");
		return 0;
	}
	code = run_plan_decide_orders(h->plan, orders, h->directory, error);
	return code ? code : go_on(h, budget_ns ? budget_ns - spent_ns : 0, error);
}
