/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* What the systems that VMs run are licensed at. */

static const struct plan_guest *guest_of(const struct plan_policy *policy, const char *os)
{
	for (size_t i = 0; i < policy->guests; i++)
		if (strcmp(policy->guest[i].name, os) == 0)
			return &policy->guest[i];
	return NULL;
}

int fleet_license(struct fleet *fleet, const struct plan_policy *policy, struct error *error)
{
	for (size_t i = 0; i < fleet->vms; i++) {
		struct plan_vm *vm = &fleet->vm[i];
		const struct plan_guest *guest = guest_of(policy, vm->guest_os);
		const char *why;

		if (!isnan(vm->guest_licence))
			continue;
		vm->guest_licence = guest ? guest->licence : 0;
		if (guest || policy->guests == 0 || !*vm->guest_os)
			continue;
		why = fleet_text(fleet, "the policy has no [guest %.60s]: no licence is counted",
				 vm->guest_os);
		if (!why ||
		    fleet_doubt(fleet,
				&(struct plan_doubt){
					.path = vm->path, .vm = vm->name, .line = vm->line, .why = why }) < 0)
			return error_set(error, ENOMEM, "cannot plan");
	}
	return 0;
}
