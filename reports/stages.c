/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reports/reports_priv.h"

/* The stages of a request: waterfall.csv as one table a kind, stages by configurations. */

const char *const stage_names[STAGES] = { "transport-in", "monitor-in",	   "host",
					  "monitor-out",  "transport-out", "total" };

static const char *text(const struct table *waterfall, size_t row, const char *column)
{
	return table_text(waterfall, row, table_column(waterfall, column));
}

char *stage_cell(const struct result *result, const char *kind, const char *stage, const char *config,
		 const char *sign, char *cell)
{
	const struct table *w = &result->waterfall;

	snprintf(cell, STAGE_CELL, "NA");
	for (size_t row = 0; row < w->rows; row++) {
		double us, bound;
		int length;

		if (strcmp(text(w, row, "kind"), kind) != 0 || strcmp(text(w, row, "stage"), stage) != 0 ||
		    strcmp(text(w, row, "config"), config) != 0)
			continue;
		us = table_number(w, row, table_column(w, "cost_ns")) / 1e3;
		bound = table_number(w, row, table_column(w, "bound_ns")) / 1e3;
		length = snprintf(cell, STAGE_CELL, us < 10 ? "%.2f" : "%.1f", us);
		if (bound > 0)
			snprintf(cell + length, STAGE_CELL - (size_t)length,
				 bound < 10 ? " %s%.2f" : " %s%.1f", sign, bound);
	}
	return cell;
}
