/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/names.h"
#include "base/units.h"
#include "model/plan/plan_priv.h"

/* Whether what VMs are priced as was measured. */

static int fail_class(const struct plan_vm *vm, const struct names *known, struct error *error)
{
	const char *near;
	const char **candidates = calloc(known->count + 1, sizeof(*candidates));

	for (size_t i = 0; candidates && i < known->count; i++)
		candidates[i] = known->name[i];
	near = candidates ? units_nearest(vm->priced_as, candidates) : NULL;
	error_set(error, 0, "no class or workload \"%.60s\" was measured", vm->priced_as);
	error_at(error, "%s:%zu:%s", vm->path, vm->line, vm->priced_as == vm->class ? "class" : "profile");
	if (near)
		error_mend(error, "did you mean %s?", near);
	else
		error_mend(error, "name one that the result has, such as %s", known->name[0]);
	free(candidates);
	return -EINVAL;
}

/* Prices VM as its class, for want of its profile. 0 or negative errno. */
static int price_as_class(struct fleet *fleet, struct plan_vm *vm, struct error *error)
{
	const char *why = fleet_text(fleet, "its profile %.60s was not measured: it is priced as its class",
				     vm->priced_as);
	const struct plan_doubt doubt = { .path = vm->path, .vm = vm->name, .line = vm->line, .why = why };

	vm->priced_as = vm->class;
	return why && fleet_doubt(fleet, &doubt) == 0 ? 0 : error_set(error, ENOMEM, "cannot plan");
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
		code = names_contain(&known, vm->class) ? price_as_class(fleet, vm, error)
							: fail_class(vm, &known, error);
	}
	names_free(&known);
	return code;
}
