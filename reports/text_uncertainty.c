/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* How firm plans are, as text. */

int text_put_uncertainty(struct text_page *page, const struct table *table)
{
	char *line = NULL;
	size_t size = 0;
	FILE *out = table->rows ? open_memstream(&line, &size) : NULL;

	if (!out)
		return table->rows ? -ENOMEM : 0;
	fputs("hosts needed, median and 95th percentile of what overheads and demand may be: ", out);
	for (size_t row = 0; row < table->rows; row++) {
		double median = table_number_of(table, row, "hosts_p50"),
		       most = table_number_of(table, row, "hosts_p95");

		fprintf(out, "%s%s ", row ? ", " : "", table_text_of(table, row, "label"));
		if (isnan(median))
			fputs("more than there are", out);
		else if (isnan(most))
			fprintf(out, "%.0f and more than there are", median);
		else
			fprintf(out, "%.0f and %.0f", median, most);
	}
	if (fclose(out) != 0) {
		free(line);
		return -ENOMEM;
	}
	text_put_wrapped(page, '-', line);
	free(line);
	return 0;
}

/* The row of sensitivity.csv from FROM on, of its configuration, with the largest share; rows: none varies.
 */
static size_t largest(const struct table *table, size_t from, size_t *next)
{
	size_t best = table->rows, row = from;

	for (; row < table->rows && table_alike(table, row, from, "config"); row++)
		if (table_number_of(table, row, "share") >
		    (best < table->rows ? table_number_of(table, best, "share") : 0))
			best = row;
	*next = row;
	return best;
}

static void put_input(FILE *out, const struct table *table, size_t row)
{
	const char *kind = table_text_of(table, row, "kind");

	fputs(table_text_of(table, row, "label"), out);
	if (strcmp(kind, "cpu-ratio") == 0)
		fprintf(out, " on the CPU ratio of %s", table_text_of(table, row, "input"));
	else
		fprintf(out, " on %s",
			strcmp(kind, "demand") == 0    ? "demand"
			: strcmp(kind, "drivers") == 0 ? "what drivers do"
						       : "what those VMs do whose class is not known");
	fprintf(out, " (%.0f %% of the variance of its cost)", 100 * table_number_of(table, row, "share"));
}

int text_put_sensitivity(struct text_page *page, const struct table *table)
{
	char *line = NULL;
	size_t size = 0, count = 0;
	FILE *out = table->rows ? open_memstream(&line, &size) : NULL;

	if (!out)
		return table->rows ? -ENOMEM : 0;
	for (size_t row = 0, next; row < table->rows; row = next) {
		size_t best = largest(table, row, &next);

		if (best == table->rows)
			continue;
		fputs(count++ ? ", " : "that depends most: ", out);
		put_input(out, table, best);
	}
	if (fclose(out) != 0) {
		free(line);
		return -ENOMEM;
	}
	if (count)
		text_put_wrapped(page, '-', line);
	free(line);
	return 0;
}
