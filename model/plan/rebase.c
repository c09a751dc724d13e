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

/* What VM's demand is to be divided by; NaN: not measured. */
static double factor(const struct plan_ratios *ratios, struct plan_vm *vm, double *values)
{
	struct plan_config config = { .name = vm->measured_on };
	double given = parse_factor(vm->measured_on, &vm->rebase_spread);

	if (!isnan(given))
		return given;
	if (strcmp(vm->measured_on, ratios->baseline) == 0 || strcmp(vm->measured_on, "native") == 0)
		return 1;
	return plan_class_ratio(ratios, &config, vm->priced_as, "vm-cpu", values);
}

int plan_rebase(const struct plan_ratios *ratios, struct fleet *fleet, struct error *error)
{
	double *values = malloc((ratios->overhead.rows + 1) * sizeof(*values));
	int code = values ? 0 : error_set(error, ENOMEM, "cannot plan");

	for (size_t i = 0; code == 0 && i < fleet->vms; i++) {
		struct plan_vm *vm = &fleet->vm[i];
		double by = *vm->measured_on ? factor(ratios, vm, values) : 1;

		if (!*vm->measured_on &&
		    fleet_doubt(fleet,
				&(struct plan_doubt){ .path = vm->path,
						      .vm = vm->name,
						      .line = vm->line,
						      .why = "it does not say where its CPU demand was "
							     "measured: taken as it is" }) < 0)
			code = error_set(error, ENOMEM, "cannot plan");
		if (!isnan(by)) {
			vm->asks.cpu /= by;
			continue;
		}
		error_fail(error, 0,
			   "write native, a configuration the results have, or a factor such as 1.05 or 1.05 "
			   "(1.02 to 1.08)",
			   "what \"%.40s\" costs this class is not known", vm->measured_on);
		code = error_at(error, "%s:%zu:measured_on", vm->path, vm->line);
	}
	free(values);
	return code;
}
