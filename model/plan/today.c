/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/mend_priv.h"
#include "model/plan/pack_priv.h"
#include "model/plan/today_priv.h"

/* Whether today's placement does, and what mends it. */

struct view {
	const struct today *today;
	const struct fleet *fleet;
	const struct plan_config *config;
	struct packing now, then; /* problem and solution alone; the problem is shared */
	struct place_mending mending;
	unsigned *breach; /* bins of now; owned */
};

/* Whether VM is where it is under the configuration. */
static bool holds(const struct view *v, const struct today_vm *vm)
{
	return !vm->config || strcmp(vm->config, v->config->name) == 0;
}

/* Today's placement under the configuration as a solution. 0 or -ENOMEM. */
static int fill(struct view *v)
{
	const struct today *t = v->today;
	const struct fleet *fleet = v->fleet;
	struct place_solution *s = &v->now.solution;

	*s = (struct place_solution){ .bin = calloc(t->hosts + 1, sizeof(*s->bin)),
				      .entry = calloc(t->vms + 1, sizeof(*s->entry)),
				      .left = calloc(fleet->vms + 1, sizeof(*s->left)),
				      .bins = t->hosts };
	if (!s->bin || !s->entry || !s->left)
		return -ENOMEM;
	for (size_t i = 0; i < fleet->vms; i++)
		s->left[i] = fleet->vm[i].count;
	for (size_t i = 0; i < t->vms; i++)
		s->bin[t->vm[i].host].entries += holds(v, &t->vm[i]);
	for (size_t h = 0; h < t->hosts; h++) {
		s->bin[h].kind = t->host[h].kind;
		s->bin[h].entry = s->entries;
		s->entries += s->bin[h].entries;
		s->bin[h].entries = 0;
	}
	for (size_t i = 0; i < t->vms; i++) {
		struct place_bin *bin = &s->bin[t->vm[i].host];

		if (!holds(v, &t->vm[i]))
			continue;
		s->entry[bin->entry + bin->entries++] = (struct place_entry){ t->vm[i].vm, t->vm[i].count };
		s->left[t->vm[i].vm] -= t->vm[i].count;
	}
	for (size_t i = 0; i < fleet->vms; i++)
		s->unplaced += s->left[i];
	return 0;
}

/* Name of bin HOST, of today's or added: in TEXT. */
static const char *name_of(const struct view *v, size_t host, char *text, size_t size)
{
	const struct today *t = v->today;
	size_t kind, number = 0;

	if (host < t->hosts)
		return t->host[host].name;
	kind = v->mending.after.bin[host].kind;
	for (size_t h = 0; h < t->hosts; h++)
		if (t->host[h].kind == kind)
			number = t->host[h].number > number ? t->host[h].number : number + 1;
	for (size_t h = t->hosts; h <= host; h++)
		number += v->mending.after.bin[h].kind == kind;
	snprintf(text, size, "%.90s-%zu", v->fleet->kind[kind].name, number);
	return text;
}

/* What is used of RESOURCE in BIN of PACKING, cores held included; what it offers in *OFFERED. */
static double used(const struct view *v, const struct packing *packing, size_t bin, enum resource resource,
		   double *offered)
{
	const struct place_bin *b = &packing->solution.bin[bin];
	const struct pack_problem *a = packing->problem;
	struct plan_host host = { 0 };
	double sum = 0;

	for (size_t e = b->entry; e < b->entry + b->entries; e++) {
		const double *size = a->size + packing->solution.entry[e].item * RESOURCES;
		double count = (double)packing->solution.entry[e].count;

		sum += count * size[resource];
		host.driver += count * size[DRIVER];
	}
	*offered = a->capacity[b->kind * RESOURCES + resource];
	return sum + (resource == CPU && b->entries > 0 ? pack_cores_held(&host, v->config) : 0);
}

/* What is wrong in BIN, by name, separated by blanks, in TEXT (200 bytes); NULL: nothing. */
static const char *name_breaches(const struct view *v, size_t bin, char *text)
{
	static const struct {
		unsigned breach;
		const char *name;
	} rules[] = { { BREACH_FENCE, "fence" },
		      { BREACH_SPREAD, "spread" },
		      { BREACH_TOGETHER, "together" },
		      { BREACH_BARRED, "barred" } };
	size_t length = 0;
	double offered;

	text[0] = '\0';
	for (size_t d = 0; d < DRIVER; d++) {
		double there = used(v, &v->now, bin, (enum resource)d, &offered);

		if (!pack_within(there, offered))
			length += (size_t)snprintf(text + length, 200 - length, "%s%s", length ? " " : "",
						   pack_resource_names[d]);
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (v->breach[bin] & rules[i].breach)
			length += (size_t)snprintf(text + length, 200 - length, "%s%s", length ? " " : "",
						   rules[i].name);
	return length ? text : NULL;
}

/* How many hosts must be able to fail at once. */
static size_t failing(const struct view *v)
{
	const struct plan_policy *policy = v->config->policy;

	return policy && policy->spare_hosts > 1 ? (size_t)policy->spare_hosts : 1;
}

static void put_name(struct table_writer *out, const struct view *v)
{
	table_put_text(out, v->config->name);
	table_put_text(out, v->config->label);
}

static int put_host(struct table_writer *out, const struct view *v, size_t host, size_t *fatal,
		    struct error *error)
{
	char text[200];
	size_t homeless = 0, vm = 0;
	double offered;

	put_name(out, v);
	table_put_text(out, v->today->host[host].name);
	table_put_text(out, v->fleet->kind[v->today->host[host].kind].name);
	for (size_t d = 0; d < DRIVER; d++) {
		plan_put_amount(out, used(v, &v->now, host, (enum resource)d, &offered));
		plan_put_amount(out, offered);
	}
	table_put_text(out, name_breaches(v, host, text));
	if (host < PLAN_LOSSES_MOST) {
		if (pack_survive(&v->now, host, failing(v), &homeless, &vm) < 0)
			return error_set(error, ENOMEM, "cannot plan");
		*fatal += homeless > 0;
		table_put_text(out, homeless ? "no" : "yes");
		table_put_integer(out, (int64_t)homeless);
		table_put_text(out, homeless ? v->fleet->vm[vm].name : NULL);
	} else {
		for (int i = 0; i < 3; i++)
			table_put_missing(out);
	}
	return table_end_row(out, error);
}

static int put_move(struct table_writer *out, const struct view *v, size_t step, struct error *error)
{
	const struct place_move *move = &v->mending.move[step];
	char name[112];

	put_name(out, v);
	table_put_integer(out, (int64_t)step + 1);
	table_put_text(out, v->fleet->vm[move->item].name);
	table_put_text(out, move->from == PLACE_NONE ? NULL : name_of(v, move->from, name, sizeof(name)));
	table_put_text(out, name_of(v, move->to, name, sizeof(name)));
	table_put_text(out, move->aside		       ? "aside"
			    : move->stopped	       ? "stopped"
			    : move->from == PLACE_NONE ? "new"
						       : "move");
	return table_end_row(out, error);
}

/* Adds to the mended placement what the policy wants for hosts that fail. How many hosts these are, or
 * -ENOMEM.
 */
static int add_spares(struct view *v)
{
	struct place_solution *s = &v->mending.after;
	size_t before = s->bins;
	int code = 0;

	v->then = (struct packing){ .problem = v->now.problem,
				    .solution = *s,
				    .host = calloc(s->bins + 1, sizeof(*v->then.host)),
				    .bought = calloc(v->fleet->kinds + 1, sizeof(*v->then.bought)),
				    .hosts = s->bins };
	if (!v->then.host || !v->then.bought)
		code = -ENOMEM;
	else if (v->config->policy && v->config->policy->spare_hosts >= 1 && s->unplaced == 0)
		code = pack_add_spares(&v->then, failing(v));
	*s = v->then.solution;
	free(v->then.host);
	free(v->then.bought);
	return code < 0 ? code : (int)(s->bins - before);
}

/* Of the mended placement: hosts that may not fail, and those with something wrong still. */
static int judge_after(struct view *v, size_t *fatal, int *broken)
{
	struct place_solution *s = &v->mending.after;
	unsigned *breach = calloc(s->bins + 1, sizeof(*breach));
	int code = breach ? place_breaches(&v->now.problem->problem, s, breach) : -ENOMEM;

	*broken = code;
	*fatal = 0;
	v->then = (struct packing){ .problem = v->now.problem, .solution = *s };
	for (size_t h = 0; code >= 0 && h < s->bins && h < PLAN_LOSSES_MOST; h++) {
		size_t homeless, vm;

		if (pack_survive(&v->then, h, failing(v), &homeless, &vm) < 0)
			code = -ENOMEM;
		else
			*fatal += homeless > 0;
	}
	free(breach);
	return code < 0 ? code : 0;
}

static int put_mending(struct table_writer *out, struct view *v, int broken, size_t fatal,
		       struct error *error)
{
	const struct place_mending *m = &v->mending;
	size_t still_fatal, detours = 0;
	int still_broken, spares = add_spares(v);

	if (spares < 0 || judge_after(v, &still_fatal, &still_broken) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	for (size_t i = 0; i < m->moves; i++)
		detours += m->move[i].aside || m->move[i].stopped;
	put_name(out, v);
	table_put_integer(out, (int64_t)v->today->hosts);
	table_put_integer(out, broken);
	table_put_integer(out, (int64_t)fatal);
	table_put_integer(out, (int64_t)v->now.solution.unplaced);
	table_put_integer(out, (int64_t)m->moved);
	table_put_integer(out, (int64_t)m->fewest);
	table_put_text(out, m->exact ? "yes" : "no");
	table_put_integer(out, (int64_t)m->added);
	table_put_integer(out, (int64_t)detours);
	table_put_integer(out, still_broken);
	table_put_integer(out, (int64_t)m->after.unplaced);
	table_put_integer(out, (int64_t)still_fatal);
	table_put_integer(out, spares);
	return table_end_row(out, error);
}

static int put_all(struct plan_files *files, struct view *v, int broken, struct error *error)
{
	size_t fatal = 0;
	int code = 0;

	for (size_t h = 0; code == 0 && h < v->today->hosts; h++)
		code = put_host(&files->table[PLAN_TODAY], v, h, &fatal, error);
	for (size_t i = 0; code == 0 && i < v->mending.moves; i++)
		code = put_move(&files->table[PLAN_MOVES], v, i, error);
	return code ? code : put_mending(&files->table[PLAN_MENDING], v, broken, fatal, error);
}

int today_plan(struct plan_files *files, const struct today *today, const struct fleet *fleet,
	       const struct plan_config *config, struct error *error)
{
	struct view v = { .today = today, .fleet = fleet, .config = config };
	int code, broken = 0;

	if (today->vms == 0)
		return 0;
	v.now.problem = calloc(1, sizeof(*v.now.problem));
	v.breach = calloc(today->hosts + 1, sizeof(*v.breach));
	code = v.now.problem && v.breach ? pack_problem_make(v.now.problem, fleet, config, true) : -ENOMEM;
	if (code == 0)
		code = fill(&v);
	if (code == 0)
		code = broken = place_breaches(&v.now.problem->problem, &v.now.solution, v.breach);
	if (code >= 0)
		code = place_mend(&v.mending, &v.now.problem->problem, &v.now.solution);
	code = code < 0 ? error_set(error, ENOMEM, "cannot plan") : put_all(files, &v, broken, error);
	place_mending_free(&v.mending);
	packing_free(&v.now);
	free(v.breach);
	return code;
}
