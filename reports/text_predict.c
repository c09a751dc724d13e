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

/* Fitted costs, and how well they predict, as text. */

static const char *text(const struct table *t, size_t row, const char *column)
{
	return table_text(t, row, table_column(t, column));
}

static double number(const struct table *t, size_t row, const char *column)
{
	return table_number(t, row, table_column(t, column));
}

static bool is(const struct table *t, size_t row, const char *column, const char *value)
{
	return strcmp(text(t, row, column), value) == 0;
}

/* COST as time, or as a factor. */
static const char *show_cost(double cost, bool time, char *into, size_t size)
{
	if (time)
		return units_print_time(cost, into, size);
	snprintf(into, size, isnan(cost) ? "NA" : "%.3f", cost);
	return into;
}

static void put_coefficient(const struct text_page *page, const struct table *t, size_t row)
{
	bool time = is(t, row, "unit", "ns"), error = is(t, row, "term", "error");
	char cost[32], low[32], high[32], direct[32], interval[80];

	snprintf(interval, sizeof(interval), "[%s, %s]",
		 show_cost(number(t, row, "low"), time, low, sizeof(low)),
		 show_cost(number(t, row, "high"), time, high, sizeof(high)));
	fprintf(page->out, "%-12s %10s %-24s %10s %5.0f  %s%s\n", text(t, row, "term"),
		show_cost(number(t, row, "cost"), time, cost, sizeof(cost)), interval,
		error ? "" : show_cost(number(t, row, "direct"), time, direct, sizeof(direct)),
		number(t, row, "with"), *text(t, row, "merged") ? "cannot be told from " : "",
		text(t, row, "merged"));
}

int report_fit_print(FILE *out, const char *path, bool colour, struct error *error)
{
	struct text_page page = { .out = out, .colour = colour };
	const char *config = "";
	struct table t;
	int code = table_read(&t, path, &schema_coefficients, error);

	if (code)
		return code;
	for (size_t row = 0; row < t.rows; row++) {
		if (!is(&t, row, "metric", "time"))
			continue;
		if (!is(&t, row, "config", config)) {
			config = text(&t, row, "config");
			text_put_title(&page, text(&t, row, "label"), "added to native time by each event");
			fprintf(out, "%-12s %10s %-24s %10s %5s\n", "term", "cost", "[95 % interval]",
				"directly", "with");
		}
		put_coefficient(&page, &t, row);
	}
	if (t.rows)
		fprintf(out,
			"\n%.0f programs; \"with\": those that make such events; directly: as the nano suite "
			"measured it;\ncondition number %.3g; error: measured by predicted, each program "
			"left out "
			"in turn\n",
			number(&t, t.rows - 1, "programs"), number(&t, t.rows - 1, "condition"));
	table_free(&t);
	return 0;
}

/* One group of predictions. */
struct group {
	const char *config, *metric, *held_out;
};

static bool in_group(const struct table *t, size_t row, const struct group *g)
{
	return is(t, row, "config", g->config) && is(t, row, "metric", g->metric) &&
	       is(t, row, "held_out", g->held_out);
}

/* Errors of the column WHICH, sorted; those of programs with at least LEAST overhead, by that where BY it. */
static size_t errors(const struct table *t, const struct group *g, const char *which, double least, bool by,
		     double *into)
{
	size_t n = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double native = number(t, row, "native_ns"), measured = number(t, row, "measured_ns");
		double off = fabs(number(t, row, which) - measured);

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
			double measured = number(t, row, "measured_ns");

			in += number(t, row, "low_ns") <= measured && measured <= number(t, row, "high_ns");
			n++;
		}
	return n ? (double)in / (double)n : (double)NAN;
}

static void put_errors(FILE *out, const char *name, const double *e, size_t n)
{
	if (n)
		fprintf(out, "  %-34s %4zu %8.1f %% %8.1f %% %8.1f %%\n", name, n,
			100 * stats_quantile(e, n, 0.5), 100 * stats_quantile(e, n, 0.9), 100 * e[n - 1]);
}

/* A right total of wrong parts would show here. */
static void put_counts(FILE *out, const struct table *t, const struct group *g, double *room)
{
	size_t n = 0;

	for (size_t row = 0; row < t->rows; row++) {
		double profiled = number(t, row, "requests_profiled"),
		       measured = number(t, row, "requests_measured");

		if (in_group(t, row, g) && measured > 0)
			room[n++] = fabs(profiled - measured) / measured;
	}
	stats_sort(room, n);
	put_errors(out, "requests counted, by those made", room, n);
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
	put_errors(page->out, "predicted", room, errors(t, g, "predicted_ns", -INFINITY, false, room));
	put_errors(page->out, "  with 20 % overhead and more", room,
		   errors(t, g, "predicted_ns", 0.2, false, room));
	put_errors(page->out, "  the same, by the overhead", room,
		   errors(t, g, "predicted_ns", 0.2, true, room));
	put_errors(page->out, "constant slowdown", room, errors(t, g, "constant_ns", -INFINITY, false, room));
	put_errors(page->out, "CPU only", room, errors(t, g, "cpu_only_ns", -INFINITY, false, room));
	fprintf(page->out, "  within the 95 %% interval: %.0f %%\n", 100 * covered(t, g));
	put_counts(page->out, t, g, room);
}

int report_validation_print(FILE *out, const char *path, bool colour, struct error *error)
{
	struct text_page page = { .out = out, .colour = colour };
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
		g = (struct group){ text(&t, row, "config"), text(&t, row, "metric"),
				    text(&t, row, "held_out") };
		put_group(&page, &t, &g, room);
	}
	free(room);
	table_free(&t);
	return room ? 0 : -ENOMEM;
}

static void put_total(const struct text_page *page, const struct table *t, size_t row)
{
	char native[32], ns[32], low[32], high[32], rest[200];

	snprintf(rest, sizeof(rest), "%s, %s [%s, %s] (natively %s: %.3g times)", text(t, row, "metric"),
		 units_print_time(number(t, row, "ns"), ns, sizeof(ns)),
		 units_print_time(number(t, row, "low_ns"), low, sizeof(low)),
		 units_print_time(number(t, row, "high_ns"), high, sizeof(high)),
		 units_print_time(number(t, row, "native_ns"), native, sizeof(native)),
		 number(t, row, "ns") / number(t, row, "native_ns"));
	fputc('\n', page->out);
	text_put_name(page->out, text(t, row, "program"), 0);
	fprintf(page->out, " %s%s%s: %s\n", page->colour ? "\033[1m" : "", text(t, row, "config"),
		page->colour ? "\033[0m" : "", rest);
	if (*text(t, row, "flags"))
		text_put_wrapped(
			page->out, '!',
			"it lies outside of what the costs were fitted on: see the terms marked outside");
}

/* Terms come in order, below their total. */
int report_prediction_print(FILE *out, const char *path, bool colour, struct error *error)
{
	struct text_page page = { .out = out, .colour = colour };
	double total = NAN;
	struct table t;
	int code = table_read(&t, path, &schema_predictions, error);

	if (code)
		return code;
	for (size_t row = 0; row < t.rows; row++) {
		char cost[32];
		double ns = number(&t, row, "ns");
		bool base = is(&t, row, "term", "base");

		if (is(&t, row, "term", "total")) {
			put_total(&page, &t, row);
			total = ns;
		} else if (ns >= 0.001 * total || *text(&t, row, "flags")) {
			show_cost(number(&t, row, "cost_ns"), !base, cost, sizeof(cost));
			fprintf(out, "  %5.1f %%  %-12s %12.0f x %s%s%s\n", 100 * ns / total,
				text(&t, row, "term"), number(&t, row, "events"), cost, base ? " ns" : "",
				*text(&t, row, "flags") ? "  outside" : "");
		}
	}
	table_free(&t);
	return 0;
}
