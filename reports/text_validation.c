/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "base/stats.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* How well programs were predicted, as text. */

/* One group of predictions. */
struct group {
	const char *config, *metric, *held_out;
};

static bool in_group(const struct table *t, size_t row, const struct group *g)
{
	return table_is(t, row, "config", g->config) && table_is(t, row, "metric", g->metric) &&
	       table_is(t, row, "held_out", g->held_out);
}

/* Errors of the column WHICH, sorted; those of programs with at least LEAST overhead, by that where BY it. */
static size_t errors(const struct table *t, const struct group *g, const char *which, double least, bool by,
		     double *into)
{
	size_t n = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double native = table_number_of(t, row, "native_ns"),
		       measured = table_number_of(t, row, "measured_ns");
		double off = fabs(table_number_of(t, row, which) - measured);

		if (in_group(t, row, g) && measured / native - 1 >= least)
			into[n++] = off / (by ? measured - native : measured);
	}
	stats_sort(into, n);
	return n;
}

static double covered(const struct table *t, const struct group *g)
{
	size_t in = 0, n = 0;

	for (size_t row = 0; row < t->rows; row++)
		if (in_group(t, row, g)) {
			double measured = table_number_of(t, row, "measured_ns");

			in += table_number_of(t, row, "low_ns") <= measured &&
			      measured <= table_number_of(t, row, "high_ns");
			n++;
		}
	return n ? (double)in / (double)n : (double)NAN;
}

/*
 * How good intervals are that begin and end in the columns LOW and HIGH, of logarithms: their width, and for
 * each value outside forty times how far; less is better (T. Gneiting and A. Raftery, Strictly proper scoring
 * rules, prediction, and estimation, JASA 102, 2007, 6.2).
 */
static double score(const struct table *t, const struct group *g, const char *low, const char *high)
{
	double sum = 0;
	size_t n = 0;

	for (size_t row = 0; row < t->rows; row++)
		if (in_group(t, row, g)) {
			double x = log(table_number_of(t, row, "measured_ns")),
			       l = log(table_number_of(t, row, low)), h = log(table_number_of(t, row, high));

			sum += h - l + 2 / 0.05 * (fmax(l - x, 0) + fmax(x - h, 0));
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

void text_put_errors(FILE *out, const char *name, const double *e, size_t n)
{
	if (n)
		fprintf(out, "  %-34s %4zu %8.1f %% %8.1f %% %8.1f %%\n", name, n,
			100 * stats_quantile(e, n, 0.5), 100 * stats_quantile(e, n, 0.9), 100 * e[n - 1]);
}

static void put_group(const struct text_page *page, const struct table *t, const struct group *g,
		      double *room)
{
	char title[120];

	snprintf(title, sizeof(title), "%.40s, %.20s", g->config, g->metric);
	text_put_title(page, title,
		       strcmp(g->held_out, "list") == 0 ? "of programs no fit has seen"
							: "of programs left out in turn");
	fprintf(page->out, "  %-34s %4s %10s %10s %10s\n", "absolute error", "n", "median", "P90", "max");
	text_put_errors(page->out, "predicted", room, errors(t, g, "predicted_ns", -INFINITY, false, room));
	text_put_errors(page->out, "  with 20 % overhead and more", room,
			errors(t, g, "predicted_ns", 0.2, false, room));
	text_put_errors(page->out, "  the same, by the overhead", room,
			errors(t, g, "predicted_ns", 0.2, true, room));
	text_put_errors(page->out, "constant slowdown", room,
			errors(t, g, "constant_ns", -INFINITY, false, room));
	text_put_errors(page->out, "CPU only", room, errors(t, g, "cpu_only_ns", -INFINITY, false, room));
	fprintf(page->out,
		"  within the 95 %% interval: %.0f %%; score of these %.2f, of a constant's %.2f\n",
		100 * covered(t, g), score(t, g, "low_ns", "high_ns"),
		score(t, g, "constant_low_ns", "constant_high_ns"));
}

/* Each program that no fit has seen, under one configuration. */
static void put_programs(const struct text_page *page, const struct table *t, const struct group *g)
{
	bool any = false;

	for (size_t row = 0; row < t->rows; row++) {
		double measured = table_number_of(t, row, "measured_ns"),
		       predicted = table_number_of(t, row, "predicted_ns");
		char took[32], said[32], low[32], high[32], interval[80];

		if (!in_group(t, row, g))
			continue;
		if (!any)
			fprintf(page->out, "  %-18s %9s %9s %-22s %9s\n", "program", "measured", "predicted",
				"[95 % interval]", "off");
		any = true;
		snprintf(interval, sizeof(interval), "[%s, %s]",
			 units_print_time(table_number_of(t, row, "low_ns"), low, sizeof(low)),
			 units_print_time(table_number_of(t, row, "high_ns"), high, sizeof(high)));
		fputs("  ", page->out);
		text_put_name(page->out, table_text_of(t, row, "program"), 18);
		fprintf(page->out, " %9s %9s %-22s %+7.1f %%\n",
			units_print_time(measured, took, sizeof(took)),
			units_print_time(predicted, said, sizeof(said)), interval,
			100 * (predicted / measured - 1));
	}
}

int report_validation_print(struct report_page on, const char *path, const char *counts, struct error *error)
{
	struct text_page page = text_page_on(on);
	struct group g = { "", "", "" };
	struct table t;
	double *room;
	int code = table_read(&t, path, &schema_validation, error);

	if (code)
		return code;
	room = calloc(t.rows + 1, sizeof(*room));
	for (size_t row = 0; room && row < t.rows; row++) {
		if (in_group(&t, row, &g))
			continue;
		g = (struct group){ table_text_of(&t, row, "config"), table_text_of(&t, row, "metric"),
				    table_text_of(&t, row, "held_out") };
		put_group(&page, &t, &g, room);
		if (strcmp(g.held_out, "list") == 0)
			put_programs(&page, &t, &g);
	}
	free(room);
	table_free(&t);
	return room ? text_counts_put(&page, counts, error) : -ENOMEM;
}
