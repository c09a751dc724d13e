/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* Demand measured on a virtual platform already contains what that platform costs. */

#define NORMAL_95 1.959963984540054 /* half of a 95 % interval, in standard deviations */

/* "1.05", or with its 95 % interval "1.05 (1.02 to 1.08)". *SPREAD: the standard deviation of its logarithm.
 * NaN: it is no such factor. */
static double parse_factor(const char *text, double *spread)
{
	double factor, low, high;
	int end = 0, rest = 0;

	*spread = 0;
	if (sscanf(text, "%lf %n", &factor, &end) != 1)
		return NAN;
	low = high = factor;
	if (text[end] && sscanf(text + end, "( %lf to %lf ) %n", &low, &high, &rest) != 2)
		return NAN;
	if (text[end + rest] || !(low > 0 && low <= factor && factor <= high && isfinite(high)))
		return NAN;
	*spread = log(high / low) / (2 * NORMAL_95);
	return factor;
}

/* What the demand of VM is to be divided by, "": by nothing; NaN: not measured. */
static double factor(const struct plan_ratios *ratios, struct plan_vm *vm, double *values)
{
	struct plan_config config = { .name = vm->measured_on };
	double given = parse_factor(vm->measured_on, &vm->rebase_spread);

	if (!isnan(given))
		return given;
	if (!*vm->measured_on || strcmp(vm->measured_on, ratios->baseline) == 0 ||
	    strcmp(vm->measured_on, "native") == 0)
		return 1;
	return plan_class_ratio(ratios, &config, vm->priced_as, "vm-cpu", values);
}

static int doubt(struct fleet *fleet, const struct plan_vm *vm)
{
	return fleet_doubt(fleet, &(struct plan_doubt){ .path = vm->path,
							.vm = vm->name,
							.line = vm->line,
							.why = "it does not say where its CPU demand was "
							       "measured: taken as it is" });
}

/* Divides the demand of VM by what its platform costs, rather than by what it was divided by. */
static int rebase(const struct plan_ratios *ratios, struct plan_vm *vm, double *values, struct error *error)
{
	double by = factor(ratios, vm, values);

	if (isnan(by)) {
		error_fail(error, 0,
			   ratios->overhead.rows
				   ? "write native, a configuration the results have, or a factor such as "
				     "1.05 or 1.05 (1.02 to 1.08)"
				   : "name with --overhead what was measured, or write native, or a factor "
				     "such as 1.05",
			   "what \"%.40s\" costs this class is not known", vm->measured_on);
		return vm->platform_assumed ? error_at(error, "measured_on of the policy")
					    : error_at(error, "%s:%zu:measured_on", vm->path, vm->line);
	}
	vm->asks.cpu *= vm->rebased_by / by;
	vm->rebased_by = by;
	return 0;
}

/* Whether PLATFORM of the policy is known, though every VM may say another. */
static int check(const struct plan_ratios *ratios, const char *platform, double *values, struct error *error)
{
	struct plan_vm any = {
		.measured_on = platform, .priced_as = "", .platform_assumed = true, .rebased_by = 1
	};

	return *platform && ratios->overhead.rows ? rebase(ratios, &any, values, error) : 0;
}

int plan_rebase(const struct plan_ratios *ratios, struct fleet *fleet, const struct plan_policy *policy,
		struct error *error)
{
	double *values = malloc((ratios->overhead.rows + 1) * sizeof(*values));
	int code = values ? 0 : error_set(error, ENOMEM, "cannot plan");

	for (size_t i = 0; code == 0 && i < fleet->vms; i++) {
		struct plan_vm *vm = &fleet->vm[i];

		vm->rebased_by = 1;
		vm->platform_assumed = !*vm->measured_on;
		if (vm->platform_assumed)
			vm->measured_on = policy->measured_on;
		if (!*vm->measured_on && doubt(fleet, vm) < 0)
			code = error_set(error, ENOMEM, "cannot plan");
		else
			code = rebase(ratios, vm, values, error);
	}
	if (code == 0)
		code = check(ratios, policy->measured_on, values, error);
	free(values);
	return code;
}

int plan_rebase_again(const struct plan_ratios *ratios, struct fleet *fleet, const char *platform,
		      struct error *error)
{
	double *values = malloc((ratios->overhead.rows + 1) * sizeof(*values));
	int code = values ? 0 : error_set(error, ENOMEM, "cannot plan");

	for (size_t i = 0; code == 0 && i < fleet->vms; i++) {
		if (!fleet->vm[i].platform_assumed)
			continue;
		fleet->vm[i].measured_on = platform;
		code = rebase(ratios, &fleet->vm[i], values, error);
	}
	if (code == 0)
		code = check(ratios, platform, values, error);
	free(values);
	return code;
}
