/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/names.h"
#include "base/units.h"
#include "model/plan/plan_priv.h"

/* Whether what VMs are priced as was measured. */

/* Why VM is priced otherwise: as KIND of thing was not measured. NULL when memory is short. */
static const char *explain(struct fleet *fleet, const struct plan_vm *vm, const char *kind,
			   const char *instead, const struct names *known)
{
	const char **candidates = calloc(known->count + 1, sizeof(*candidates)), *near, *why;

	if (!candidates)
		return NULL;
	for (size_t i = 0; i < known->count; i++)
		candidates[i] = known->name[i];
	near = units_nearest(vm->priced_as, candidates);
	why = fleet_text(fleet, "its %s %.60s was not measured: it is priced as %s%s%s%s", kind,
			 vm->priced_as, instead, near ? " (did you mean " : "", near ? near : "",
			 near ? "?)" : "");
	free(candidates);
	return why;
}

/* Prices VM as its class, for want of its profile, or as the others, for want of both. 0 or -ENOMEM. */
static int price_otherwise(struct fleet *fleet, struct plan_vm *vm, const struct names *known)
{
	bool by_class = vm->priced_as != vm->class && names_contain(known, vm->class);
	struct plan_doubt doubt = { .path = vm->path, .vm = vm->name, .line = vm->line };

	doubt.why = explain(fleet, vm, vm->priced_as == vm->class ? "class" : "profile",
			    by_class ? "its class" : "the others on average", known);
	vm->priced_as = by_class ? vm->class : "";
	return doubt.why ? fleet_doubt(fleet, &doubt) : -ENOMEM;
}

int plan_ratios_check(const struct plan_ratios *ratios, struct fleet *fleet, struct error *error)
{
	struct names known = { 0 };
	int code = 0;

	if (ratios->overhead.rows == 0) /* only native is planned, which has no classes */
		return 0;
	if (names_collect(&known, &ratios->overhead, "class") < 0 ||
	    names_collect(&known, &ratios->overhead, "workload") < 0)
		code = error_set(error, ENOMEM, "cannot plan");
	for (size_t i = 0; code == 0 && i < fleet->vms; i++) {
		struct plan_vm *vm = &fleet->vm[i];

		if (!*vm->priced_as || names_contain(&known, vm->priced_as))
			continue;
		if (price_otherwise(fleet, vm, &known) < 0)
			code = error_set(error, ENOMEM, "cannot plan");
	}
	names_free(&known);
	return code;
}
