/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>

#include "reports/reports_priv.h"

/* The stages of a request: waterfall.csv as one table a kind, stages by configurations. */

const char *const stage_names[STAGES] = { "transport-in", "monitor-in",	   "host",
					  "monitor-out",  "transport-out", "total" };

char *stage_cell(const struct result *result, const char *kind, const char *stage, const char *config,
		 const char *sign, char *cell)
{
	const struct table *w = &result->waterfall;

	snprintf(cell, STAGE_CELL, "NA");
	for (size_t row = 0; row < w->rows; row++) {
		double us, bound;
		int length;

		if (!table_is(w, row, "kind", kind) || !table_is(w, row, "stage", stage) ||
		    !table_is(w, row, "config", config))
			continue;
		us = table_number_of(w, row, "cost_ns") / 1e3;
		bound = table_number_of(w, row, "bound_ns") / 1e3;
		length = snprintf(cell, STAGE_CELL, us < 10 ? "%.2f" : "%.1f", us);
		if (bound > 0)
			snprintf(cell + length, STAGE_CELL - (size_t)length,
				 bound < 10 ? " %s%.2f" : " %s%.1f", sign, bound);
	}
	return cell;
}
