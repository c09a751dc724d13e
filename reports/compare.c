/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "base/schema.h"
#include "base/units.h"
#include "reports/compare_priv.h"

/* What text and page say of a comparison. */

const struct compare_metric compare_metrics[] = {
	{ "time", "Time" },
	{ "cpu", "CPU seconds" },
	{ "overhead", "Overhead: time by native's in the same invocation" },
	{ NULL, NULL },
};

char *compare_value(const struct table *table, size_t row, const char *column, char *text)
{
	double value = table_number_of(table, row, column);

	if (table_is(table, row, "metric", "overhead"))
		return format_number(value, text);
	return units_print_time(value, text, 32);
}

/* Percent with a sign and as many decimals as tell something: "+3.1", "-0.24", "+140". */
static char *print_percent(double ratio, char *text)
{
	double percent = (ratio - 1) * 100, size = fabs(percent);

	if (isnan(percent))
		snprintf(text, 16, "NA");
	else
		snprintf(text, 16, "%+.*f", size < 0.995 ? 2 : size < 99.5 ? 1 : 0, percent);
	return text;
}

char *compare_change(const struct table *table, size_t row, char *text)
{
	char change[16], low[16], high[16];

	print_percent(table_number_of(table, row, "ratio"), change);
	if (isnan(table_number_of(table, row, "low")))
		snprintf(text, 64, "%s %%", change);
	else
		snprintf(text, 64, "%s %% [%s, %s]", change,
			 print_percent(table_number_of(table, row, "low"), low),
			 print_percent(table_number_of(table, row, "high"), high));
	return text;
}

char *compare_remark(const struct table *table, size_t row, char *text)
{
	double need = table_number_of(table, row, "need");
	int length = 0;

	text[0] = '\0';
	if (need > 0)
		length = snprintf(text, 200, "need \u2265 %.0f invocations a side", need);
	if (!table_missing_of(table, row, "flags"))
		snprintf(text + length, 200 - (size_t)length, "%s%.120s", length ? "; " : "",
			 table_text_of(table, row, "flags"));
	return text;
}

static size_t count(const struct table *table, const char *verdict)
{
	size_t n = 0;

	for (size_t row = 0; row < table->rows; row++)
		n += table_is(table, row, "verdict", verdict);
	return n;
}

char *compare_headline(const struct table *table, const struct report_comparison *comparison)
{
	size_t worse = count(table, "worse"), better = count(table, "better"), few = count(table, "few");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (table->rows == 0)
		fputs("Nothing was measured on both sides.", out);
	else if (worse + better == 0)
		fprintf(out, "No difference of at least %.3g %% is shown in %zu row%s.",
			comparison->min_effect * 100, table->rows, table->rows == 1 ? "" : "s");
	else
		fprintf(out, "%zu of %zu rows are worse and %zu better by at least %.3g %%.", worse,
			table->rows, better, comparison->min_effect * 100);
	if (few > 0)
		fprintf(out,
			" %zu cannot be told: give at least 3 invocations a side, or teach it this "
			"machine's variance with --learn.",
			few);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
