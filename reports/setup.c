/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "base/units.h"
#include "reports/reports_priv.h"

/* Memory that is populated before the program runs costs set-up what others pay in the time: said beside it.
 */

/* How the good runs of one configuration were set up. */
struct setup {
	size_t marked, unmarked; /* of those that populate memory: with a region of interest, without */
	double median_ns;	 /* of all of them; NaN: not told */
};

static bool populates(const struct table *runs, size_t row)
{
	return strncmp(table_text_of(runs, row, "memory"), "locked", 6) == 0;
}

/* VALUES has room for every run. */
static struct setup setup_of(const struct result *result, const char *config, double *values)
{
	const struct table *runs = &result->runs;
	size_t column = table_column(runs, "setup_ns"), n = 0;
	struct setup setup = { 0 };

	for (size_t row = 0; row < runs->rows; row++) {
		if (!result_counts(result, row) || table_missing(runs, row, column) ||
		    !table_is(runs, row, "config", config))
			continue;
		values[n++] = table_number(runs, row, column);
		if (populates(runs, row))
			*(table_missing_of(runs, row, "roi_ns") ? &setup.unmarked : &setup.marked) += 1;
	}
	stats_sort(values, n);
	setup.median_ns = stats_quantile(values, n, 0.5);
	return setup;
}

/* A configuration of virtual machines that populate no memory, to compare set-ups with; NULL: there is none.
 */
static const char *other(const struct result *result)
{
	const struct table *runs = &result->runs;
	size_t transport = table_column(runs, "transport");

	for (size_t i = 0; i < result->configs.count; i++)
		for (size_t row = 0; row < runs->rows; row++)
			if (result_counts(result, row) && !table_missing(runs, row, transport) &&
			    !populates(runs, row) && result_shows(result, result->configs.name[i]) &&
			    table_is(runs, row, "config", result->configs.name[i]))
				return result->configs.name[i];
	return NULL;
}

static int put(const struct result *result, const char *config, double *values, notes_sink *sink,
	       void *argument)
{
	const struct setup setup = setup_of(result, config, values);
	const char *beside = other(result);
	char ns[32], beside_ns[32], than[400] = "", *text;
	int length;

	if (setup.marked + setup.unmarked == 0 || isnan(setup.median_ns))
		return 0;
	units_print_time(setup.median_ns, ns, sizeof(ns));
	if (beside)
		snprintf(than, sizeof(than), " (%s, which populates none: %s)", result_label(result, beside),
			 units_print_time(setup_of(result, beside, values).median_ns, beside_ns,
					  sizeof(beside_ns)));
	length = asprintf(&text, "%s: memory populated in set-up: %s%s, %s", result_label(result, config), ns,
			  than,
			  setup.marked == 0	? "in the time, as no region of interest is marked"
			  : setup.unmarked == 0 ? "not in the time"
						: "not in the time where a region of interest is marked");
	if (length < 0)
		return -ENOMEM;
	sink(argument, '-', text);
	free(text);
	return 0;
}

int setup_list(const struct result *result, notes_sink *sink, void *argument)
{
	double *values = malloc((result->runs.rows + 1) * sizeof(*values));
	int status = values ? 0 : -ENOMEM;

	for (size_t i = 0; status == 0 && i < result->configs.count; i++)
		if (result_shows(result, result->configs.name[i]))
			status = put(result, result->configs.name[i], values, sink, argument);
	free(values);
	return status;
}
