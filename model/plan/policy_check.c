/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* Rules that no plan can keep: each mistake names the fewest of them that contradict each other. */

/* One rule, as the policy has it. */
struct rule {
	const struct plan_group *group;
	enum { TOGETHER, FENCE, SPREAD } what;
};

/* What rules are checked against. */
struct ground {
	const struct plan_policy *policy;
	struct rule *rule; /* rules; owned */
	size_t rules;
	size_t *members;	      /* groups: VMs of each; owned */
	struct plan_load *asks;	      /* groups: what these ask for; owned */
	struct plan_load most;	      /* of any host */
	size_t hosts, vms, ungrouped; /* hosts there may be, PLACE_NONE: any number */
};

static size_t group_of(const struct plan_policy *policy, const char *name)
{
	size_t g = 0;

	while (g < policy->groups && strcmp(policy->group[g].name, name) != 0)
		g++;
	return g;
}

static void count_vms(struct ground *ground, const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->vms; i++) {
		const struct plan_vm *vm = &fleet->vm[i];
		size_t g = group_of(ground->policy, vm->group);
		double count = (double)vm->count;

		ground->vms += vm->count;
		if (g == ground->policy->groups) {
			ground->ungrouped += vm->count;
			continue;
		}
		ground->members[g] += vm->count;
		ground->asks[g].memory += count * vm->asks.memory;
		ground->asks[g].io += count * vm->asks.io;
		ground->asks[g].iops += count * vm->asks.iops;
		ground->asks[g].net += count * vm->asks.net;
		ground->asks[g].disk += count * vm->asks.disk;
	}
}

static void count_hosts(struct ground *ground, const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->kinds; i++) {
		const struct plan_load *has = &fleet->kind[i].has;

		if (ground->hosts != PLACE_NONE)
			ground->hosts = fleet->kind[i].available == PLACE_NONE
						? PLACE_NONE
						: ground->hosts + fleet->kind[i].available;
		ground->most.memory = fmax(ground->most.memory, has->memory);
		ground->most.io = fmax(ground->most.io, has->io);
		ground->most.iops = fmax(ground->most.iops, has->iops);
		ground->most.net = fmax(ground->most.net, has->net);
		ground->most.disk = fmax(ground->most.disk, has->disk);
	}
}

static int prepare(struct ground *ground, const struct plan_policy *policy, const struct fleet *fleet)
{
	*ground = (struct ground){ .policy = policy };
	ground->rule = calloc(3 * policy->groups + 1, sizeof(*ground->rule));
	ground->members = calloc(policy->groups + 1, sizeof(*ground->members));
	ground->asks = calloc(policy->groups + 1, sizeof(*ground->asks));
	if (!ground->rule || !ground->members || !ground->asks)
		return -ENOMEM;
	count_vms(ground, fleet);
	count_hosts(ground, fleet);
	for (size_t g = 0; g < policy->groups; g++) {
		const struct plan_group *group = &policy->group[g];

		if (group->together > 0)
			ground->rule[ground->rules++] = (struct rule){ group, TOGETHER };
		if (group->fence > 0)
			ground->rule[ground->rules++] = (struct rule){ group, FENCE };
		if (group->spread > 0)
			ground->rule[ground->rules++] = (struct rule){ group, SPREAD };
	}
	return 0;
}

static void release(struct ground *ground)
{
	free(ground->rule);
	free(ground->members);
	free(ground->asks);
}

/* What a group asks for that no host has; NULL: nothing. */
static const char *too_much(const struct plan_load *asks, const struct plan_load *most)
{
	const struct {
		const char *name;
		double asked, had;
	} resources[] = { { "memory", asks->memory, most->memory },
			  { "I/O", asks->io, most->io },
			  { "I/O requests", asks->iops, most->iops },
			  { "network", asks->net, most->net },
			  { "disk space", asks->disk, most->disk } };

	for (size_t i = 0; i < sizeof(resources) / sizeof(*resources); i++)
		if (resources[i].asked > resources[i].had * (1 + PLACE_SLACK))
			return resources[i].name;
	return NULL;
}

/* Whether the rules that ON says can be kept, as far as counting hosts and what one of them holds tells. */
static bool can_keep(const struct ground *ground, const bool *on)
{
	const struct plan_policy *policy = ground->policy;
	size_t own = 0, shared = ground->ungrouped > 0;

	for (size_t g = 0; g < policy->groups; g++) {
		bool has[3] = { false };
		size_t need = ground->members[g] > 0;

		for (size_t r = 0; r < ground->rules; r++)
			if (ground->rule[r].group == &policy->group[g])
				has[ground->rule[r].what] |= on[r];
		if (has[TOGETHER] && too_much(&ground->asks[g], &ground->most))
			return false;
		if (has[SPREAD])
			need = (size_t)ceil((double)ground->members[g] / policy->group[g].spread);
		if (has[TOGETHER] && need > 1)
			return false;
		if (has[FENCE])
			own += need;
		else
			shared = need > shared ? need : shared;
	}
	return ground->hosts == PLACE_NONE || own + shared <= ground->hosts;
}

/* Turns on SIZE of the rules from FROM on in all ways until they cannot be kept. Whether that came to be. */
static bool find_set(const struct ground *ground, bool *on, size_t from, size_t size)
{
	if (size == 0)
		return !can_keep(ground, on);
	for (size_t r = from; r + size <= ground->rules; r++) {
		on[r] = true;
		if (find_set(ground, on, r + 1, size - 1))
			return true;
		on[r] = false;
	}
	return false;
}

#define TRIED_MOST 3 /* rules of a set that is looked for in all ways */

/* Leaves on in ON the fewest rules that contradict each other, or of very many some of which each is needed
 * (J. W. Chinneck, Feasibility and Infeasibility in Optimization, 2008, section 6.2: the deletion filter). */
static void find_fewest(const struct ground *ground, bool *on)
{
	for (size_t size = 1; size <= TRIED_MOST && size <= ground->rules; size++) {
		memset(on, 0, ground->rules);
		if (find_set(ground, on, 0, size))
			return;
	}
	memset(on, true, ground->rules);
	for (size_t r = 0; r < ground->rules; r++) {
		on[r] = false;
		on[r] = can_keep(ground, on); /* without it they can: it is needed */
	}
}

/* Puts the rules of ON in TEXT (SIZE bytes). Returns the last of them. */
static const struct rule *name_rules(const struct ground *ground, const bool *on, char *text, size_t size)
{
	const struct rule *last = NULL;
	size_t length = 0;

	text[0] = '\0';
	for (size_t r = 0; r < ground->rules; r++) {
		const struct rule *rule = &ground->rule[r];
		char value[32];

		if (!on[r])
			continue;
		snprintf(value, sizeof(value), "spread = %.0f", rule->group->spread);
		if (length < size)
			length += (size_t)snprintf(text + length, size - length, "%s%s (group %.30s)",
						   last ? ", " : "",
						   rule->what == TOGETHER ? "together = yes"
						   : rule->what == FENCE  ? "fence = yes"
									  : value,
						   rule->group->name);
		last = rule;
	}
	return last;
}

static int fail(const struct ground *ground, const bool *on, struct error *error)
{
	char text[160], why[96] = "";
	const struct rule *last = name_rules(ground, on, text, sizeof(text));
	size_t count = 0, g = (size_t)(last->group - ground->policy->group);
	const char *lacking = too_much(&ground->asks[g], &ground->most);

	for (size_t r = 0; r < ground->rules; r++)
		count += on[r];
	if (count == 1 && last->what == TOGETHER)
		snprintf(why, sizeof(why), ": its %zu VMs need more %s than any host has", ground->members[g],
			 lacking);
	else if (ground->hosts != PLACE_NONE)
		snprintf(why, sizeof(why), ", with %zu host%s there may be", ground->hosts,
			 ground->hosts == 1 ? "" : "s");
	error_fail(error, 0,
		   count == 1 ? "leave it out, or list more or larger hosts" : "leave one of them out",
		   count == 1 ? "%s cannot be kept%s" : "%s contradict each other%s", text, why);
	return error_at(error, "%s:%zu", ground->policy->path, last->group->line);
}

int plan_policy_check(const struct plan_policy *policy, const struct fleet *fleet, struct error *error)
{
	struct ground ground;
	int code = prepare(&ground, policy, fleet);
	bool *on = calloc(3 * policy->groups + 1, sizeof(*on));

	if (code || !on)
		code = error_set(error, ENOMEM, "cannot plan");
	for (size_t g = 0; code == 0 && g < policy->groups; g++)
		if (ground.members[g] == 0) {
			error_fail(error, 0, "name one that the column group of the fleet has",
				   "no VM is of group %s", policy->group[g].name);
			code = error_at(error, "%s:%zu", policy->path, policy->group[g].line);
		}
	if (code == 0 && can_keep(&ground, on)) { /* else there is no host at all, whatever the rules */
		memset(on, true, ground.rules);
		if (!can_keep(&ground, on)) {
			find_fewest(&ground, on);
			code = fail(&ground, on, error);
		}
	}
	free(on);
	release(&ground);
	return code;
}
