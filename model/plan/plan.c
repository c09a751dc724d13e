/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/schema.h"
#include "model/plan/needs_priv.h"
#include "model/plan/break_even_priv.h"
#include "model/model.h"
#include "model/plan/growth_priv.h"
#include "model/plan/density_priv.h"
#include "model/plan/plan_priv.h"
#include "model/plan/today_priv.h"
#include "model/plan/uncertainty_priv.h"
#include "model/plan/what_if_priv.h"

/* The plan as tables: every configuration's hosts, and what they come to. */

struct planner {
	struct fleet fleet;
	struct plan_ratios ratios;
	struct plan_policy policy;
	struct today today;
	struct plan_growth growth;
	struct density density;
	struct table footprint; /* of hosts, as measured; rows: 0 where it was not */
	struct plan_files files;
	struct plan_outcome *outcome; /* outcomes; owned */
	size_t outcomes;
};

static int measure(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
		   struct error *error)
{
	return pack_measure(packing, fleet, config) < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;
}

static int plan_config(struct planner *p, const char *name, struct error *error)
{
	struct plan_outcome *outcome = &p->outcome[p->outcomes++];
	struct plan_config *config = &outcome->config;
	struct packing packing = { 0 };
	int code = plan_ratios_price(&p->ratios, &p->fleet, name, config);

	config->policy = &p->policy;
	if (code == 0)
		code = reserve_find(config, &p->footprint);
	if (code == 0 && config->known)
		code = services_pack(&packing, &p->fleet, config, &place_effort_usual);
	if (code < 0)
		error_set(error, ENOMEM, "cannot plan");
	else if (!config->known)
		code = plan_put_unknown(&p->files, config, error);
	else if ((code = plan_risks(&packing, &p->fleet, config, &p->files.table[PLAN_RISKS], error)) == 0 &&
		 (code = measure(&packing, &p->fleet, config, error)) == 0 &&
		 (code = plan_put_hosts(&p->files, &p->fleet, config, &packing, error)) == 0)
		code = plan_put_summary(&p->files, &p->fleet, config, &packing, error);
	if (code == 0 && config->known) {
		outcome->sums = plan_sum_up(&p->fleet, config, &packing);
		outcome->hosts = (double)packing.hosts;
		outcome->unplaced = packing.unplaced;
		code = growth_put(&p->files, &p->growth, &p->fleet, config, &packing, error);
		if (code == 0)
			code = uncertainty_put(&p->files, &p->ratios, &p->fleet, outcome, error);
		if (code == 0)
			code = density_put(&p->files.table[PLAN_DENSITY], &p->density, &p->fleet, config,
					   error);
	}
	if (code == 0 && config->known)
		code = today_plan(&p->files, &p->today, &p->fleet, config, error);
	packing_free(&packing);
	return code;
}

/* The cheapest outcome that holds the whole fleet virtually, with a HYPERVISOR or a host OS. NULL: none does.
 */
static const struct plan_outcome *cheapest(const struct planner *p, bool hypervisor)
{
	const struct plan_outcome *best = NULL;

	for (size_t i = 1; i < p->outcomes; i++) { /* the baseline comes first */
		const struct plan_outcome *o = &p->outcome[i];

		if (o->config.known && o->unplaced == 0 && o->config.hypervisor == hypervisor &&
		    strncmp(o->config.name, "native", 6) != 0 && (!best || o->sums.total < best->sums.total))
			best = o;
	}
	return best;
}

static int put_break_even(struct planner *p, struct error *error)
{
	const struct plan_outcome *hosted = cheapest(p, false), *bare = cheapest(p, true);

	if (!hosted || !bare)
		return 0;
	return break_even_put(&p->files.table[PLAN_BREAK_EVEN],
			      &(struct break_even){ .fleet = &p->fleet,
						    .hosted = &hosted->config,
						    .bare = &bare->config,
						    .hosted_sums = hosted->sums,
						    .bare_sums = bare->sums,
						    .hosted_hosts = hosted->hosts,
						    .bare_hosts = bare->hosts,
						    .vms = bare->sums.vms },
			      error);
}

/* The baseline and what was measured against it. */
static int plan_configs(struct planner *p, struct error *error)
{
	const struct table *overhead = &p->ratios.overhead;
	struct names configs = { 0 };
	int code = names_add(&configs, p->ratios.baseline);

	for (size_t row = 0; code == 0 && row < overhead->rows; row++)
		if (table_is(overhead, row, "metric", "vm-cpu") &&
		    table_is(overhead, row, "baseline", p->ratios.baseline))
			code = names_add(&configs, table_text_of(overhead, row, "config"));
	if (code < 0)
		error_set(error, ENOMEM, "cannot plan");
	names_order_configs(&configs);
	if (code == 0) {
		p->outcome = calloc(configs.count + 1, sizeof(*p->outcome));
		code = p->outcome ? 0 : error_set(error, ENOMEM, "cannot plan");
	}
	for (size_t i = 0; code == 0 && i < configs.count; i++)
		code = plan_config(p, configs.name[i], error);
	names_free(&configs);
	return code;
}

static int put_doubts(struct planner *p, struct error *error)
{
	struct table_writer *doubts = &p->files.table[PLAN_DOUBTS];
	int code = 0;

	for (size_t i = 0; code == 0 && i < p->fleet.doubts; i++) {
		const struct plan_doubt *doubt = &p->fleet.doubt[i];

		table_put_text(doubts, doubt->path);
		table_put_integer(doubts, (int64_t)doubt->line);
		table_put_text(doubts, doubt->vm);
		table_put_text(doubts, doubt->dropped ? "dropped" : "doubtful");
		table_put_text(doubts, doubt->why);
		code = table_end_row(doubts, error);
	}
	return code;
}

static int put_what_if(struct planner *p, const struct model_plan_options *o, struct error *error)
{
	return what_if_put(&p->files,
			   &(struct what_if){ .fleet = &p->fleet,
					      .ratios = &p->ratios,
					      .policy = &p->policy,
					      .growth = &p->growth,
					      .outcome = p->outcome,
					      .outcomes = p->outcomes,
					      .results = o->results,
					      .ablation = o->ablation,
					      .text = o->what_if },
			   error);
}

static int write_plan(struct planner *p, const struct model_plan_options *o, struct error *error)
{
	int code = plan_files_open(&p->files, o->out, error);

	if (code)
		return code;
	code = put_doubts(p, error);
	if (code == 0)
		code = plan_put_assumptions(&p->files, &p->policy, error);
	if (code == 0)
		code = plan_put_demand(&p->files, &p->fleet, error);
	if (code == 0)
		code = plan_configs(p, error);
	if (code == 0)
		code = put_break_even(p, error);
	if (code == 0)
		code = put_what_if(p, o, error);
	if (code == 0)
		return plan_files_close(&p->files, error);
	plan_files_abandon(&p->files);
	return code;
}

int model_plan_write(const struct model_plan_options *options, struct error *error)
{
	struct planner p = { 0 };
	int code = fleet_read(&p.fleet, options->fleet, options->hosts, error);

	if (code)
		return code;
	code = plan_policy_read(&p.policy, options->policy, error);
	if (code == 0)
		code = fleet_size(&p.fleet, &p.policy, error);
	if (code == 0)
		code = services_add(&p.fleet, &p.policy, error);
	if (code == 0)
		code = fleet_license(&p.fleet, &p.policy, error);
	if (code == 0)
		code = fleet_check_sites(&p.fleet, error);
	if (code == 0)
		code = plan_policy_check(&p.policy, &p.fleet, error);
	if (code == 0)
		code = today_read(&p.today, options->placement, &p.fleet, error);
	if (code == 0 && (code = plan_ratios_read(&p.ratios, options->results, error)) == 0) {
		code = plan_ratios_check(&p.ratios, &p.fleet, error);
		if (code == 0)
			code = plan_rebase(&p.ratios, &p.fleet, &p.policy, error);
		if (code == 0)
			code = reserve_read(&p.footprint, options->results, error);
		if (code == 0 && growth_find(&p.growth, &p.fleet, &p.policy) < 0)
			code = error_set(error, ENOMEM, "cannot plan");
		if (code == 0)
			code = density_read(&p.density, options->results, &p.ratios, error);
		if (code == 0)
			code = write_plan(&p, options, error);
		plan_ratios_free(&p.ratios);
	}
	for (size_t i = 0; i < p.outcomes; i++) {
		free(p.outcome[i].config.price);
		free(p.outcome[i].config.counted);
	}
	free(p.outcome);
	density_free(&p.density);
	today_free(&p.today);
	plan_policy_free(&p.policy);
	fleet_free(&p.fleet);
	table_free(&p.footprint);
	return code;
}
