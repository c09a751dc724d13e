/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "reports/nano_priv.h"

/* What events cost as lines: distributions.csv by configuration, and the cost of walks by footprint. */

/* The repetitions that distributions.csv may be of, by number. */
struct runs {
	size_t *row; /* of runs.csv, its number of rows: none; owned */
	size_t last;
};

static int index_runs(struct runs *runs, const struct result *result)
{
	const struct table *table = &result->runs;
	size_t column = table_column(table, "run");

	for (size_t row = 0; row < table->rows; row++)
		if (table_number(table, row, column) < 1e9 &&
		    table_number(table, row, column) > (double)runs->last)
			runs->last = (size_t)table_number(table, row, column);
	runs->row = malloc((runs->last + 1) * sizeof(*runs->row));
	if (!runs->row)
		return -ENOMEM;
	for (size_t run = 0; run <= runs->last; run++)
		runs->row[run] = table->rows;
	for (size_t row = 0; row < table->rows; row++) {
		double run = table_number(table, row, column);

		if (run >= 0 && run <= (double)runs->last && result_counts(result, row))
			runs->row[(size_t)run] = row;
	}
	return 0;
}

static const char *run_text(const struct result *result, size_t row, const char *column)
{
	return table_text_of(&result->runs, row, column);
}

/* The row of runs.csv that ROW of distributions.csv is of; its number of rows where it does not count. */
static size_t run_of(const struct runs *runs, const struct result *result, size_t row)
{
	double run = table_number(&result->distributions, row, 0);

	return run >= 0 && run <= (double)runs->last ? runs->row[(size_t)run] : result->runs.rows;
}

int nano_distributed(struct names *events, const struct result *result)
{
	struct runs runs = { 0 };
	int code = index_runs(&runs, result);

	for (size_t row = 0; code == 0 && row < result->distributions.rows; row++) {
		size_t run = run_of(&runs, result, row);

		if (run < result->runs.rows)
			code = names_add(events, run_text(result, run, "workload"));
	}
	free(runs.row);
	return code;
}

/* Counts of buckets become shares of all operations that took at most so long. */
static void accumulate(struct line *line)
{
	double sum = 0, seen = 0;

	line_sort(line);
	for (size_t i = 0; i < line->count; i++)
		sum += line->point[i].y;
	for (size_t i = 0; i < line->count; i++) {
		seen += line->point[i].y;
		line->point[i].y = 100 * seen / sum;
	}
}

/* The distribution of EVENT under CONFIG; nothing where there is none. */
static int add_distribution(struct lines *lines, const struct result *result, const struct runs *runs,
			    const char *event, const char *config)
{
	const struct table *table = &result->distributions;
	size_t high = table_column(table, "high_ns"), count = table_column(table, "count");
	struct series series = grid_config(result, config);
	struct line *line = NULL;

	for (size_t row = 0; row < table->rows; row++) {
		size_t run = run_of(runs, result, row);

		if (run == result->runs.rows || strcmp(run_text(result, run, "workload"), event) != 0 ||
		    strcmp(run_text(result, run, "config"), config) != 0)
			continue;
		if (!line && !(line = lines_begin(lines, series.label, series.colour)))
			return -ENOMEM;
		if (line_add(line, table_number(table, row, high), table_number(table, row, count)) < 0)
			return -ENOMEM;
	}
	if (line)
		accumulate(line);
	return 0;
}

int lines_distribution(struct lines *lines, const struct result *result, const char *event)
{
	struct runs runs = { 0 };
	int code = index_runs(&runs, result);

	*lines = (struct lines){ .x = "nanoseconds", .y = "% of operations", .scale = LINES_TIME };
	for (size_t i = 0; code == 0 && i < result->configs.count; i++)
		code = add_distribution(lines, result, &runs, event, result->configs.name[i]);
	free(runs.row);
	if (code)
		lines_free(lines);
	return code;
}

/* Takes "walk-4k-2m-16M" apart: pages of guest and host, footprint. False: it is no such event. */
static bool is_walk(const char *event, char guest[8], char host[8], double *bytes)
{
	struct error error;
	char size[16];
	uint64_t parsed;

	if (sscanf(event, "walk-%7[^-]-%7[^-]-%15s", guest, host, size) != 3 ||
	    units_parse_bytes(size, &parsed, &error))
		return false;
	*bytes = (double)parsed;
	return true;
}

int lines_walks(struct lines *lines, const struct result *result, const char *config)
{
	static const struct {
		const char *guest, *host, *label, *colour;
	} pages[] = {
		{ "4k", "4k", "4 KiB in the guest, 4 KiB in the host", "#d55e00" },
		{ "4k", "2m", "4 KiB in the guest, 2 MiB in the host", "#e69f00" },
		{ "2m", "4k", "2 MiB in the guest, 4 KiB in the host", "#56b4e9" },
		{ "2m", "2m", "2 MiB in both", "#0072b2" },
	};
	const struct table *costs = &result->costs;
	char guest[8], host[8];
	double bytes;

	*lines = (struct lines){ .x = "footprint", .y = "ns a step", .scale = LINES_BYTES };
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		struct line *line = NULL;

		for (size_t row = 0; row < costs->rows; row++) {
			const char *event = table_text_of(costs, row, "event");
			double ns = table_number_of(costs, row, "median_ns");

			if (isnan(ns) || !is_walk(event, guest, host, &bytes) ||
			    !table_is(costs, row, "config", config) || strcmp(guest, pages[i].guest) != 0 ||
			    strcmp(host, pages[i].host) != 0)
				continue;
			if ((!line && !(line = lines_begin(lines, pages[i].label, pages[i].colour))) ||
			    line_add(line, bytes, ns) < 0) {
				lines_free(lines);
				return -ENOMEM;
			}
		}
		if (line)
			line_sort(line);
	}
	return 0;
}
