/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "model/plan_priv.h"

/* Rules that no plan can keep: each mistake names the fewest of them that contradict each other. */

static size_t count_members(const struct fleet *fleet, const char *group)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		count += strcmp(fleet->vm[i].group, group) == 0 ? fleet->vm[i].count : 0;
	return count;
}

/* Hosts there may be, PLACE_NONE: any number. */
static size_t count_hosts(const struct fleet *fleet)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->kinds; i++) {
		if (fleet->kind[i].available == PLACE_NONE)
			return PLACE_NONE;
		count += fleet->kind[i].available;
	}
	return count;
}

static int check_group(const struct plan_policy *policy, const struct plan_group *group,
		       const struct fleet *fleet, struct error *error)
{
	size_t members = count_members(fleet, group->name), hosts = count_hosts(fleet);
	double most = 0, memory = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		if (strcmp(fleet->vm[i].group, group->name) == 0)
			memory += (double)fleet->vm[i].count * fleet->vm[i].asks.memory;
	for (size_t i = 0; i < fleet->kinds; i++)
		most = fleet->kind[i].has.memory > most ? fleet->kind[i].has.memory : most;
	if (members == 0)
		error_fail(error, 0, "name one that the column group of the fleet has",
			   "no VM is of group %s", group->name);
	else if (group->together > 0 && group->spread > 0 && (double)members > group->spread)
		error_fail(
			error, 0, "leave one of them out",
			"together = yes and spread = %.0f contradict each other for the %zu VMs of group %s",
			group->spread, members, group->name);
	else if (group->together > 0 && memory > most * (1 + PLACE_SLACK))
		error_fail(error, 0, "leave the rule out, or list a larger host",
			   "together = yes cannot be kept: the %zu VMs of group %s need %.6g GiB, and no "
			   "host has "
			   "more than %.6g",
			   members, group->name, memory, most);
	else if (group->spread > 0 && hosts != PLACE_NONE && (double)members > group->spread * (double)hosts)
		error_fail(error, 0, "raise one of them",
			   "spread = %.0f of group %s and the %zu hosts there may be contradict each other: "
			   "it has "
			   "%zu VMs",
			   group->spread, group->name, hosts, members);
	else
		return 0;
	return error_at(error, "%s:%zu", policy->path, group->line);
}

int plan_policy_check(const struct plan_policy *policy, const struct fleet *fleet, struct error *error)
{
	size_t fences = 0, hosts = count_hosts(fleet);
	int code = 0;

	for (size_t i = 0; code == 0 && i < policy->groups; i++) {
		code = check_group(policy, &policy->group[i], fleet, error);
		fences += policy->group[i].fence > 0;
		if (code == 0 && policy->group[i].fence > 0 && fences > hosts) {
			error_fail(error, 0, "leave one of them out",
				   "%zu groups up to %s are fenced, each needs a host of its own, and there "
				   "may be %zu",
				   fences, policy->group[i].name, hosts);
			code = error_at(error, "%s:%zu", policy->path, policy->group[i].line);
		}
	}
	return code;
}
