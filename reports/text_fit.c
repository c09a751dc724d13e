/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "base/schema.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Fitted costs, as text. */

/* COST as time, or as a factor. */
static const char *show_cost(double cost, bool time, char *into, size_t size)
{
	if (time)
		return units_print_time(cost, into, size);
	snprintf(into, size, isnan(cost) ? "NA" : "%.3f", cost);
	return into;
}

/* The row of the same term in METRIC; T's rows: there is none. */
static size_t find(const struct table *t, size_t row, const char *metric)
{
	size_t i = 0;

	while (i < t->rows && !(table_is(t, i, "metric", metric) && table_alike(t, i, row, "config") &&
				table_alike(t, i, row, "term")))
		i++;
	return i;
}

/* ROW, of time or, where a term is of CPU seconds alone, of these. */
static void put_coefficient(const struct text_page *page, const struct table *t, size_t row)
{
	bool ns = table_is(t, row, "unit", "ns"), time = table_is(t, row, "metric", "time"),
	     error = strncmp(table_text_of(t, row, "term"), "error", strlen("error")) == 0;
	/* No program makes any, and none was timed: the table's nought says nothing. */
	bool unseen =
		!error && table_number_of(t, row, "with") == 0 && isnan(table_number_of(t, row, "direct"));
	const char *merged = table_text_of(t, row, "merged");
	char cost[32], low[32], high[32], cpu[32] = "", direct[32], interval[80] = "";
	size_t other = find(t, row, "cpu");

	if (unseen) {
		fprintf(page->out, "%-13s %8s %-21s %8s %8s %4d  not seen\n", table_text_of(t, row, "term"),
			"NA", "", "NA", "NA", 0);
		return;
	}
	if (time)
		snprintf(interval, sizeof(interval), "[%s, %s]",
			 show_cost(table_number_of(t, row, "low"), ns, low, sizeof(low)),
			 show_cost(table_number_of(t, row, "high"), ns, high, sizeof(high)));
	if (other < t->rows)
		show_cost(table_number_of(t, other, "cost"), ns, cpu, sizeof(cpu));
	fprintf(page->out, "%-13s %8s %-21s %8s %8s %4.0f%s%s\n", table_text_of(t, row, "term"),
		time ? show_cost(table_number_of(t, row, "cost"), ns, cost, sizeof(cost)) : "", interval, cpu,
		error ? "" : show_cost(table_number_of(t, row, "direct"), ns, direct, sizeof(direct)),
		table_number_of(t, row, "with"), *merged ? "  one with " : "", merged);
}

/* What a request is made of, for which programs' counts have one term; and how well the terms can be told
 * apart. */
static void put_split(const struct text_page *page, const struct table *t, size_t row)
{
	double exit = table_number_of(t, row, "exit"), indirect = table_number_of(t, row, "indirect");
	char text[300], a[32], b[32], c[32];

	if (isnan(table_number_of(t, row, "direct")))
		return;
	if (isnan(indirect)) {
		text_put_wrapped(
			page, '-',
			"what a request costs through caches and TLB is not known apart: the nano suite's "
			"forwarded-call-256K measures it");
		return;
	}
	snprintf(text, sizeof(text),
		 "of a request %s%s%s until it is served, and as much as %s more through colder caches and "
		 "TLB (of a "
		 "program that works on 256 KiB between two): counts of requests cannot tell these apart",
		 isnan(exit) ? "" : units_print_time(exit, a, sizeof(a)),
		 isnan(exit) ? "" : " are the exit, ",
		 units_print_time(table_number_of(t, row, "direct") - (isnan(exit) ? 0 : exit), b, sizeof(b)),
		 units_print_time(indirect, c, sizeof(c)));
	text_put_wrapped(page, '-', text);
}

static void put_legend(const struct text_page *page, double programs)
{
	char text[400];

	snprintf(
		text, sizeof(text),
		"Programs: %.0f; with: those that make such events; directly: as the nano suite measured it "
		"(of "
		"waits, forks, execs and threads something akin); "
		"one with: cannot be told from; error: measured by predicted, each program left out in turn: "
		"those of one thread, and those of several or of several processes",
		programs);
	fputc('\n', page->out);
	report_page_fill(page->out, text, 0, page->width);
	fputc('\n', page->out);
}

/* The costs of one configuration, from FIRST on; what is behind them. */
static size_t put_config(const struct text_page *page, const struct table *t, size_t first)
{
	size_t row = first, request = first;
	double condition;

	text_put_title(page, table_text_of(t, first, "label"),
		       "added by each event to native time, and to CPU seconds");
	fprintf(page->out, "%-13s %8s %-21s %8s %8s %4s\n", "term", "time", "[95 % interval]", "CPU",
		"directly", "with");
	for (; row < t->rows && table_alike(t, row, first, "config"); row++) {
		if (table_is(t, row, "metric", "time") || find(t, row, "time") == t->rows)
			put_coefficient(page, t, row);
		if (table_is(t, row, "metric", "time") && table_is(t, row, "term", "request"))
			request = row;
	}
	condition = table_number_of(t, first, "condition");
	if (isnan(condition))
		fputs("condition number NA: too few programs\n", page->out);
	else
		fprintf(page->out, "condition number %.3g\n", condition);
	put_split(page, t, request);
	return row;
}

static bool any_direct(const struct table *t)
{
	for (size_t row = 0; row < t->rows; row++)
		if (!table_missing_of(t, row, "direct"))
			return true;
	return false;
}

int report_fit_print(struct report_page on, const char *path, struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t;
	int code = table_read(&t, path, &schema_coefficients, error);

	if (code)
		return code;
	for (size_t row = 0; row < t.rows;)
		row = put_config(&page, &t, row);
	if (t.rows)
		put_legend(&page, table_number_of(&t, t.rows - 1, "programs"));
	if (t.rows && !any_direct(&t))
		text_put_wrapped(&page, '!',
				 "nothing was measured directly, and programs alone tell single costs badly: "
				 "run vmtax run --suite nano --out DIR, and name that directory, too");
	table_free(&t);
	return 0;
}
