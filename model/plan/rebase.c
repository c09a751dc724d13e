/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* Demand measured on a virtual platform already contains what that platform costs. */

/* What VM's demand is to be divided by; NaN: not measured. */
static double factor(const struct plan_ratios *ratios, const struct plan_vm *vm, double *values)
{
	struct plan_config config = { .name = vm->measured_on };
	char *end;
	double given = strtod(vm->measured_on, &end);

	if (strcmp(vm->measured_on, ratios->baseline) == 0 || strcmp(vm->measured_on, "native") == 0)
		return 1;
	if (end != vm->measured_on && *end == '\0')
		return given > 0 && isfinite(given) ? given : (double)NAN;
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
		error_fail(error, 0, "write native, a configuration the results have, or a factor above 0",
			   "what \"%.40s\" costs this class is not known", vm->measured_on);
		code = error_at(error, "%s:%zu:measured_on", vm->path, vm->line);
	}
	free(values);
	return code;
}
