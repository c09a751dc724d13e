/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/latency_priv.h"
#include "model/plan/pack_priv.h"

/* Who may be on which host: rules by group, sites, and goals that some hosts cannot keep. */

/* The rules of the policy, and the group of each VM. */
static int make_groups(struct pack_problem *a, const struct fleet *fleet, const struct plan_policy *policy)
{
	size_t groups = policy ? policy->groups : 0;

	a->group = calloc(fleet->vms + 1, sizeof(*a->group));
	a->rule = calloc(groups + 1, sizeof(*a->rule));
	if (!a->group || !a->rule)
		return -ENOMEM;
	for (size_t g = 0; g < groups; g++)
		a->rule[g] = (struct place_rule){ policy->group[g].together > 0, policy->group[g].fence > 0,
						  (size_t)policy->group[g].spread };
	for (size_t i = 0; i < fleet->vms; i++) {
		size_t g = 0;

		while (g < groups && strcmp(policy->group[g].name, fleet->vm[i].group) != 0)
			g++;
		a->group[i] = g < groups ? g : PLACE_NONE;
	}
	a->problem.groups = groups;
	return 0;
}

static bool elsewhere(const struct plan_vm *vm, const struct plan_kind *kind)
{
	return *vm->site && *kind->site && strcmp(vm->site, kind->site) != 0;
}

const char *pack_bars(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind)
{
	if (elsewhere(&fleet->vm[vm], &fleet->kind[kind]))
		return "site";
	return latency_keeps(fleet, config, vm, kind, 0) ? NULL : "latency";
}

static int make_bars(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config)
{
	bool any = false;

	a->barred = calloc((fleet->vms + 1) * a->kinds, sizeof(*a->barred));
	if (!a->barred)
		return -ENOMEM;
	for (size_t i = 0; i < fleet->vms; i++)
		for (size_t k = 0; k < a->kinds; k++)
			any |= a->barred[i * a->kinds + k] =
				pack_bars(fleet, config, i, a->origin[k].kind) != NULL;
	if (!any) { /* which is quicker to place */
		free(a->barred);
		a->barred = NULL;
	}
	return 0;
}

int pack_rules_make(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config)
{
	int code = make_groups(a, fleet, config->policy);

	return code ? code : make_bars(a, fleet, config);
}
