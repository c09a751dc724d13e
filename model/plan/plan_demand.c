/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/error.h"
#include "model/plan/plan_priv.h"

/* What each VM asks for, as a table. */

static void put_series(struct table_writer *out, const struct series *series, size_t at)
{
	plan_put_amount(out, series_days(series, at));
	plan_put_amount(out, series_coverage(series, at));
	table_put_integer(out, (int64_t)series->vm[at].gaps);
	table_put_integer(out, (int64_t)series->vm[at].turns);
	table_put_text(out, series_grade(series, at));
}

int plan_put_demand(struct plan_files *files, const struct fleet *fleet, struct error *error)
{
	struct table_writer *out = &files->table[PLAN_DEMAND];
	int code = 0;

	for (size_t i = 0; code == 0 && i < fleet->vms; i++) {
		const struct plan_vm *vm = &fleet->vm[i];

		if (vm->service > 0) /* there are more or fewer by configuration */
			continue;
		table_put_text(out, vm->name);
		table_put_integer(out, (int64_t)vm->count);
		table_put_text(out, vm->series > 0 ? "series" : vm->guessed ? "guessed" : "stated");
		plan_put_amount(out, vm->asks.cpu);
		plan_put_amount(out, vm->asks.memory);
		plan_put_amount(out, vm->asks.io);
		plan_put_amount(out, vm->asks.iops);
		plan_put_amount(out, vm->asks.net);
		if (vm->series > 0) {
			put_series(out, &fleet->series, vm->series - 1);
		} else {
			for (size_t c = 0; c < 5; c++)
				table_put_missing(out);
		}
		table_put_text(out, *vm->measured_on ? vm->measured_on : NULL);
		plan_put_amount(out, vm->rebased_by);
		code = table_end_row(out, error);
	}
	return code;
}
