/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "model/plan/needs_priv.h"
#include "model/plan/what_if_priv.h"

/* Plans of what might be, beside the plan. */

/* Changes what VMs cost under CONFIG by EFFECT. */
static void apply(const struct what_if *w, const struct knob_effect *effect, struct plan_config *config)
{
	for (size_t i = 0; i < w->fleet->vms; i++) {
		const struct plan_vm *vm = &w->fleet->vm[i];
		size_t at = names_find(&effect->workloads, vm->class);
		bool known = at < effect->workloads.count;

		config->price[i].cpu *= known ? effect->cpu[at] : effect->middle;
		config->price[i].driver =
			effect->polls ? vm->asks.cpu * (known ? effect->driver[at] : effect->middle_driver)
				      : 0;
	}
	config->polls = effect->polls;
}

/* Turns the knobs of S in CONFIG, by what the ablation says of each. */
static int turn_knobs(const struct what_if *w, struct scenario *s, struct plan_config *config,
		      struct error *error)
{
	const char *directory = w->ablation ? w->ablation : w->results;
	char knobs[200], *rest = knobs, *knob;
	struct stat status;
	int code = 0;

	snprintf(knobs, sizeof(knobs), "%s", s->knobs);
	s->basis = "ablation";
	while (code == 0 && (knob = strsep(&rest, ",")) != NULL) {
		char *value = strchr(knob, '=');
		struct knob_effect effect;

		if (!value || !value[1]) {
			error_fail(error, 0, "write knob=value", "\"%.40s\" sets no knob", knob);
			return what_if_fail(s, error);
		}
		*value++ = '\0';
		code = directory && stat(directory, &status) == 0 && S_ISDIR(status.st_mode)
			       ? knob_effect_read(&effect, directory, s->config, knob, value, error)
			       : -ENOENT;
		if (code == -ENOENT) {
			error_set(error, 0, "what %.40s=%.40s does to %.40s was not measured", knob, value,
				  s->config);
			error_mend(error,
				   "measure it (vmtax run --configs native,%.40s --set %.40s=%.40s), or name "
				   "with --ablation what vmtax ablate wrote",
				   s->config, knob, value);
			return what_if_fail(s, error);
		}
		if (code)
			return code;
		s->basis = effect.direct ? s->basis : "ablation-indirect";
		apply(w, &effect, config);
		knob_effect_free(&effect);
	}
	return code;
}

/* What S asks for, and hosts need for themselves and beside VMs as in the plan. */
static void need(struct plan_config *config, const struct plan_outcome *outcome, const struct scenario *s)
{
	config->policy = &s->policy;
	config->host_needs = outcome->config.host_needs;
	config->vm_needs = outcome->config.vm_needs;
}

/* Prices the fleet under the configuration of OUTCOME as S has it. */
static int price(const struct what_if *w, struct scenario *s, const struct plan_outcome *outcome,
		 struct plan_config *config, struct error *error)
{
	char name[300];
	int code;

	if (!*s->knobs) {
		code = plan_ratios_price(w->ratios, w->fleet, outcome->config.name, config);
		need(config, outcome, s);
		return code < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;
	}
	snprintf(name, sizeof(name), "%s+%s", s->config, s->knobs);
	for (char *c = name; *c; c++)
		*c = *c == ',' ? '+' : *c;
	code = plan_ratios_price(w->ratios, w->fleet, name, config);
	s->basis = "measured";
	if (code == 0 && !config->known) {
		free(config->price);
		code = plan_ratios_price(w->ratios, w->fleet, s->config, config);
		if (code == 0)
			code = turn_knobs(w, s, config, error);
	} else if (code < 0) {
		error_set(error, ENOMEM, "cannot plan");
	}
	config->name = outcome->config.name;
	config->label = outcome->config.label;
	config->hypervisor = outcome->config.hypervisor;
	need(config, outcome, s);
	return code;
}

/* Multiplies what all VMs ask for: CPU natively, and in PRICE. */
static void grow(struct fleet *fleet, struct plan_config *config, const double *by)
{
	for (size_t i = 0; i < fleet->vms; i++) {
		struct plan_load *asks = &fleet->vm[i].asks;

		asks->cpu *= by[SERIES_CPU];
		asks->memory *= by[SERIES_MEMORY];
		asks->io *= by[SERIES_IO];
		asks->iops *= by[SERIES_IOPS];
		asks->net *= by[SERIES_NET];
		config->price[i].cpu *= by[SERIES_CPU];
		config->price[i].driver *= by[SERIES_CPU];
	}
}

struct figures {
	double hosts, unplaced, cost, cores;
};

static int pack(const struct fleet *given, const struct plan_config *priced, const double *by,
		const struct place_effort *effort, struct figures *figures)
{
	struct fleet fleet = *given;
	struct plan_config config = *priced;
	struct packing packing = { 0 };
	double failing = config.policy->spare_hosts;
	int code = -ENOMEM;

	config.counted = NULL;
	fleet.vm = malloc((fleet.vms + 1) * sizeof(*fleet.vm));
	config.price = malloc((fleet.vms + 1) * sizeof(*config.price));
	if (fleet.vm && config.price) {
		memcpy(fleet.vm, given->vm, fleet.vms * sizeof(*fleet.vm));
		memcpy(config.price, priced->price, fleet.vms * sizeof(*config.price));
		grow(&fleet, &config, by);
		code = services_pack(&packing, &fleet, &config, effort);
	}
	if (code == 0 && failing >= 1)
		code = pack_add_spares(&packing, (size_t)failing);
	if (code == 0)
		code = pack_measure(&packing, &fleet, &config);
	if (code == 0) {
		struct plan_sums sums = plan_sum_up(&fleet, &config, &packing);

		*figures = (struct figures){ (double)packing.hosts, (double)packing.unplaced, sums.total,
					     sums.used.cpu + sums.held };
	}
	packing_free(&packing);
	free(fleet.vm);
	free(config.price);
	free(config.counted);
	return code;
}

/* FLEET as S has it: the platform of those that do not say may be another. The caller frees its VMs. */
static int rebase(const struct what_if *w, const struct scenario *s, struct fleet *fleet, struct error *error)
{
	*fleet = *w->fleet;
	fleet->vm = malloc((fleet->vms + 1) * sizeof(*fleet->vm));
	if (!fleet->vm)
		return error_set(error, ENOMEM, "cannot plan");
	memcpy(fleet->vm, w->fleet->vm, fleet->vms * sizeof(*fleet->vm));
	return strcmp(s->policy.measured_on, w->policy->measured_on) == 0
		       ? 0
		       : plan_rebase_again(w->ratios, fleet, s->policy.measured_on, error);
}

static int put_row(struct table_writer *out, const struct scenario *s, const struct plan_config *config,
		   const struct figures *now, const struct figures *later, const struct figures *base,
		   struct error *error)
{
	bool alike = now->unplaced == base->unplaced; /* else hosts are of fewer or more VMs */

	table_put_text(out, s->text);
	table_put_text(out, config->name);
	table_put_text(out, config->label);
	table_put_integer(out, (int64_t)now->hosts);
	table_put_integer(out, (int64_t)now->unplaced);
	plan_put_amount(out, now->cores);
	plan_put_amount(out, now->cost);
	plan_put_amount(out, alike ? now->hosts - base->hosts : (double)NAN);
	plan_put_amount(out, alike ? now->cost - base->cost : (double)NAN);
	plan_put_amount(out, later->unplaced > 0 ? (double)NAN : later->hosts);
	plan_put_amount(out, later->unplaced > 0 ? (double)NAN : later->cost);
	table_put_text(out, s->basis);
	return table_end_row(out, error);
}

/* What demand is multiplied by at the end of S's horizon. Whether that is more or less than NOW. */
static bool look_ahead(const struct scenario *s, const double *now, double *later)
{
	bool other = false;

	for (enum series_metric m = 0; m < SERIES_METRICS; m++) {
		double grown = growth_known(&s->growth, m)
				       ? growth_at(&s->growth, m, growth_days(s->policy.horizon_months))
				       : 1;

		later[m] = now[m] * grown;
		other |= later[m] != now[m];
	}
	return other;
}

/* A scenario of one configuration, whose figures are BASE without it; those of the base itself go there. What
 * is as in the base, or as now, is not planned again; the future is planned with less effort. */
static int put_one(struct table_writer *out, const struct what_if *given, struct scenario *s,
		   const struct plan_outcome *outcome, struct figures *base, bool is_base,
		   struct error *error)
{
	struct fleet fleet;
	struct what_if with = *given, *const w = &with;
	struct plan_config config = { 0 };
	double now[SERIES_METRICS], later[SERIES_METRICS];
	struct figures figures[2] = { *base };
	bool known = s->later && !is_base;
	int code = rebase(given, s, &fleet, error);

	with.fleet = &fleet;
	if (code == 0)
		code = price(w, s, outcome, &config, error);
	for (int m = 0; m < SERIES_METRICS; m++)
		now[m] = s->demand;
	if (code == 0 && !known && pack(&fleet, &config, now, &place_effort_usual, &figures[0]) < 0)
		code = error_set(error, ENOMEM, "cannot plan");
	figures[1] = figures[0];
	if (code == 0 && look_ahead(s, now, later) &&
	    pack(&fleet, &config, later, &place_effort_little, &figures[1]) < 0)
		code = error_set(error, ENOMEM, "cannot plan");
	if (code == 0 && is_base)
		*base = figures[0];
	if (code == 0)
		code = put_row(out, s, &config, &figures[0], &figures[1], base, error);
	free(config.price);
	free(fleet.vm);
	return code;
}

int what_if_put(struct plan_files *files, const struct what_if *w, struct error *error)
{
	struct table_writer *out = &files->table[PLAN_WHAT_IF];
	struct scenario base = {
		.text = "base", .policy = *w->policy, .growth = *w->growth, .demand = 1, .basis = "plan"
	};
	struct figures *figures = calloc(w->outcomes + 1, sizeof(*figures));
	int code = figures ? 0 : error_set(error, ENOMEM, "cannot plan");

	for (size_t t = 0; code == 0 && w->text && w->text[0] && (t == 0 || w->text[t - 1]); t++) {
		struct scenario s = base;

		if (t > 0)
			code = what_if_parse(&s, w, w->text[t - 1], error);
		for (size_t i = 0; code == 0 && i < w->outcomes; i++)
			if (w->outcome[i].config.known &&
			    (!*s.config || strcmp(s.config, w->outcome[i].config.name) == 0))
				code = put_one(out, w, &s, &w->outcome[i], &figures[i], t == 0, error);
	}
	free(figures);
	return code;
}
