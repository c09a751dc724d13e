/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* Scenarios beside the plan, as text. */

/* One configuration: "hosted 12 (+2) for 241200 (+20.0 %), 21 for 412800 at the horizon". */
static void put_config(FILE *out, const struct table *t, size_t row)
{
	double cost = table_number_of(t, row, "total_cost"), change = table_number_of(t, row, "cost_change");
	double later = table_number_of(t, row, "hosts_horizon");
	const char *basis = table_text_of(t, row, "basis");

	fprintf(out, "%s %.0f", table_text_of(t, row, "label"), table_number_of(t, row, "hosts"));
	if (fabs(table_number_of(t, row, "hosts_change")) > 0)
		fprintf(out, " (%+.0f)", table_number_of(t, row, "hosts_change"));
	fprintf(out, " for %.0f", cost);
	if (fabs(change) > 0 && cost != change)
		fprintf(out, " (%+.1f %%)", 100 * change / (cost - change));
	if (table_number_of(t, row, "unplaced") > 0)
		fprintf(out, " and no host for %.0f VMs", table_number_of(t, row, "unplaced"));
	if (isnan(later))
		fputs(", and not all VMs fit at the horizon", out);
	else if (later != table_number_of(t, row, "hosts"))
		fprintf(out, ", %.0f for %.0f at the horizon", later,
			table_number_of(t, row, "cost_horizon"));
	if (strcmp(basis, "ablation-indirect") == 0)
		fputs(" (by what the knob does to other configurations)", out);
}

int text_put_what_if(struct text_page *page, const struct table *t)
{
	for (size_t row = 0; row < t->rows;) {
		const char *what = table_text_of(t, row, "what_if");
		char *line = NULL;
		size_t size = 0, first = row;
		FILE *out = open_memstream(&line, &size);

		if (!out)
			return -ENOMEM;
		fprintf(out, strcmp(what, "base") == 0 ? "the plan: " : "what if %s: ", what);
		for (; row < t->rows && table_is(t, row, "what_if", what); row++) {
			fputs(row > first ? "; " : "", out);
			put_config(out, t, row);
		}
		if (fclose(out) != 0) {
			free(line);
			return -ENOMEM;
		}
		text_put_wrapped(page, '-', line);
		free(line);
	}
	return 0;
}
