/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* Scenarios beside the plan, as text. */

static double number(const struct table *table, size_t row, const char *column)
{
	return table_number(table, row, table_column(table, column));
}

static const char *text(const struct table *table, size_t row, const char *column)
{
	return table_text(table, row, table_column(table, column));
}

/* One configuration: "hosted 12 (+2) for 241200 (+20.0 %), 21 for 412800 at the horizon". */
static void put_config(FILE *out, const struct table *t, size_t row)
{
	double cost = number(t, row, "total_cost"), change = number(t, row, "cost_change");
	double later = number(t, row, "hosts_horizon");
	const char *basis = text(t, row, "basis");

	fprintf(out, "%s %.0f", text(t, row, "label"), number(t, row, "hosts"));
	if (number(t, row, "hosts_change") != 0)
		fprintf(out, " (%+.0f)", number(t, row, "hosts_change"));
	fprintf(out, " for %.0f", cost);
	if (change != 0 && cost != change)
		fprintf(out, " (%+.1f %%)", 100 * change / (cost - change));
	if (number(t, row, "unplaced") > 0)
		fprintf(out, " and no host for %.0f VMs", number(t, row, "unplaced"));
	if (isnan(later))
		fputs(", more than there are at the horizon", out);
	else if (later != number(t, row, "hosts"))
		fprintf(out, ", %.0f for %.0f at the horizon", later, number(t, row, "cost_horizon"));
	if (strcmp(basis, "ablation-indirect") == 0)
		fputs(" (by what the knob does to other configurations)", out);
}

int text_put_what_if(struct text_page *page, const struct table *t)
{
	for (size_t row = 0; row < t->rows;) {
		const char *what = text(t, row, "what_if");
		char *line = NULL;
		size_t size = 0, first = row;
		FILE *out = open_memstream(&line, &size);

		if (!out)
			return -ENOMEM;
		fprintf(out, strcmp(what, "base") == 0 ? "the plan: " : "what if %s: ", what);
		for (; row < t->rows && strcmp(text(t, row, "what_if"), what) == 0; row++) {
			fputs(row > first ? "; " : "", out);
			put_config(out, t, row);
		}
		if (fclose(out) != 0) {
			free(line);
			return -ENOMEM;
		}
		text_put_wrapped(page->out, '-', line);
		free(line);
	}
	return 0;
}
