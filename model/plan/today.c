/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/pack_loss_priv.h"
#include "model/plan/today_view_priv.h"

/* Whether today's placement does, and what mends it. */

/* Whether VM is where it is under the configuration. */
static bool holds(const struct today_view *v, const struct today_vm *vm)
{
	return !vm->config || strcmp(vm->config, v->config.name) == 0;
}

/* Today's placement under the configuration as a solution. 0 or -ENOMEM. */
static int fill(struct today_view *v)
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

/* Adds to the mended placement what the policy wants for hosts that fail. How many hosts these are, or
 * -ENOMEM.
 */
static int add_spares(struct today_view *v)
{
	struct place_solution *s = &v->mending.after;
	size_t before = s->bins;
	int code = 0;

	v->then = (struct packing){ .problem = v->then.problem,
				    .solution = *s,
				    .host = calloc(s->bins + 1, sizeof(*v->then.host)),
				    .bought = calloc(v->fleet->kinds + 1, sizeof(*v->then.bought)),
				    .hosts = s->bins };
	if (!v->then.host || !v->then.bought)
		code = -ENOMEM;
	else if (v->config.policy && v->config.policy->spare_hosts >= 1 && s->unplaced == 0)
		code = pack_add_spares(&v->then, today_failing(v));
	*s = v->then.solution;
	free(v->then.host);
	free(v->then.bought);
	return code < 0 ? code : (int)(s->bins - before);
}

/* Of the mended placement: hosts that must not fail, and those with something wrong still. */
static int judge_after(struct today_view *v, size_t *fatal, int *broken)
{
	struct place_solution *s = &v->mending.after;
	unsigned *breach = calloc(s->bins + 1, sizeof(*breach));
	int code = breach ? place_breaches(&v->then.problem->problem, s, breach) : -ENOMEM;

	*broken = code;
	*fatal = 0;
	v->then.solution = *s;
	for (size_t h = 0; code >= 0 && h < s->bins && h < PLAN_LOSSES_MOST; h++) {
		struct pack_loss loss;

		if (pack_survive(&v->then, h, today_failing(v), &loss) < 0)
			code = -ENOMEM;
		else
			*fatal += loss.homeless > 0;
	}
	free(breach);
	return code < 0 ? code : 0;
}

/* Whether it is asked what becomes of today's placement without a failure domain. */
static bool wants_domains(const struct today_view *v)
{
	return v->config.policy && v->config.policy->spare_domains > 0;
}

static int put_mending(struct table_writer *out, struct today_view *v, int broken, size_t domains,
		       struct error *error)
{
	const struct place_mending *m = &v->mending;
	size_t still_fatal, detours = 0;
	int still_broken, spares = add_spares(v);

	if (spares < 0 || judge_after(v, &still_fatal, &still_broken) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	for (size_t i = 0; i < m->moves; i++)
		detours += m->move[i].aside || m->move[i].stopped;
	table_put_text(out, v->config.name);
	table_put_text(out, v->config.label);
	table_put_integer(out, (int64_t)v->today->hosts);
	table_put_integer(out, broken);
	table_put_integer(out, (int64_t)v->fatal);
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
	if (wants_domains(v))
		table_put_integer(out, (int64_t)domains);
	else
		table_put_missing(out);
	return table_end_row(out, error);
}

static int put_all(struct plan_files *files, struct today_view *v, int broken, struct error *error)
{
	size_t domains = 0;
	int code = today_put_hosts(&files->table[PLAN_TODAY], v, error);

	if (code == 0)
		code = today_put_moves(&files->table[PLAN_MOVES], v, error);
	if (code == 0 && wants_domains(v))
		code = domains_put(&files->table[PLAN_RISKS], &v->now, v->fleet, &v->config, "today",
				   &domains, error);
	return code ? code : put_mending(&files->table[PLAN_MENDING], v, broken, domains, error);
}

/* Judges today's placement and mends it. How many of its hosts have something wrong, or -ENOMEM. */
static int mend(struct today_view *v)
{
	int code, broken = 0;

	v->breach = calloc(v->today->hosts + 1, sizeof(*v->breach));
	code = v->breach ? fill(v) : -ENOMEM;
	if (code == 0)
		code = today_align(v, &v->now);
	if (code == 0)
		code = broken = place_breaches(&v->now.problem->problem, &v->now.solution, v->breach);
	if (code >= 0)
		code = place_mend(&v->mending, &v->now.problem->problem, &v->now.solution, true);
	if (code == 0)
		code = today_survive(v);
	if (code < 0)
		return code;
	v->then.solution = v->mending.after;
	code = today_align(v, &v->then);
	return code < 0 ? code : broken;
}

int today_plan(struct plan_files *files, const struct today *today, const struct fleet *fleet,
	       const struct plan_config *config, struct error *error)
{
	struct today_view v = { .today = today, .fleet = fleet, .config = *config };
	int code;

	if (today->vms == 0)
		return 0;
	v.config.counted = NULL;
	code = mend(&v);
	code = code < 0 ? error_set(error, ENOMEM, "cannot plan") : put_all(files, &v, code, error);
	place_mending_free(&v.mending); /* then's solution, too */
	pack_problem_free(v.then.problem);
	packing_free(&v.now);
	free(v.breach);
	free(v.config.counted);
	return code;
}
