/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "base/schema.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Fitted costs and predictions, as text. */
#define REQUESTS_SHOWN 4
#define LATE_SHOWN     0.005 /* share of requests; less would be 0 % */

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
	bool time = table_is(t, row, "unit", "ns"),
	     error = strncmp(table_text_of(t, row, "term"), "error", strlen("error")) == 0;
	/* No program makes any, and none was timed: the table's nought says nothing. */
	bool unseen =
		!error && table_number_of(t, row, "with") == 0 && isnan(table_number_of(t, row, "direct"));
	const char *merged = table_text_of(t, row, "merged");
	char cost[32], low[32], high[32], direct[32], interval[80];

	if (unseen) {
		fprintf(page->out, "%-13s %8s %-20s %8s %4d  not seen\n", table_text_of(t, row, "term"), "NA",
			"", "NA", 0);
		return;
	}
	snprintf(interval, sizeof(interval), "[%s, %s]",
		 show_cost(table_number_of(t, row, "low"), time, low, sizeof(low)),
		 show_cost(table_number_of(t, row, "high"), time, high, sizeof(high)));
	fprintf(page->out, "%-13s %8s %-20s %8s %4.0f%s%s\n", table_text_of(t, row, "term"),
		show_cost(table_number_of(t, row, "cost"), time, cost, sizeof(cost)), interval,
		error ? "" : show_cost(table_number_of(t, row, "direct"), time, direct, sizeof(direct)),
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
		"Programs: %.0f; with: those that make such events; directly: as the nano suite measured it; "
		"one with: cannot be told from; error: measured by predicted, each program left out in turn: "
		"those of one thread, and those of several or of several processes",
		programs);
	fputc('\n', page->out);
	report_page_fill(page->out, text, 0, page->width);
	fputc('\n', page->out);
}

int report_fit_print(struct report_page on, const char *path, struct error *error)
{
	struct text_page page = text_page_on(on);
	const char *config = "";
	size_t request = 0;
	struct table t;
	int code = table_read(&t, path, &schema_coefficients, error);

	if (code)
		return code;
	for (size_t row = 0; row < t.rows; row++) {
		if (!table_is(&t, row, "metric", "time"))
			continue;
		if (!table_is(&t, row, "config", config)) {
			config = table_text_of(&t, row, "config");
			text_put_title(&page, table_text_of(&t, row, "label"),
				       "added to native time by each event");
			fprintf(page.out, "%-13s %8s %-20s %8s %4s\n", "term", "cost", "[95 % interval]",
				"directly", "with");
		}
		put_coefficient(&page, &t, row);
		if (table_is(&t, row, "term", "request"))
			request = row;
		if (row + 1 == t.rows || !table_is(&t, row + 1, "metric", "time")) {
			double condition = table_number_of(&t, row, "condition");

			if (isnan(condition))
				fputs("condition number NA: too few programs\n", page.out);
			else
				fprintf(page.out, "condition number %.3g\n", condition);
			put_split(&page, &t, request);
		}
	}
	if (t.rows)
		put_legend(&page, table_number_of(&t, t.rows - 1, "programs"));
	table_free(&t);
	return 0;
}

static void put_total(const struct text_page *page, const struct table *t, size_t row)
{
	char native[32], ns[32], low[32], high[32], rest[200];

	snprintf(rest, sizeof(rest), "%s, %s [%s, %s] (natively %s: %.3g times)",
		 table_text_of(t, row, "metric"),
		 units_print_time(table_number_of(t, row, "ns"), ns, sizeof(ns)),
		 units_print_time(table_number_of(t, row, "low_ns"), low, sizeof(low)),
		 units_print_time(table_number_of(t, row, "high_ns"), high, sizeof(high)),
		 units_print_time(table_number_of(t, row, "native_ns"), native, sizeof(native)),
		 table_number_of(t, row, "ns") / table_number_of(t, row, "native_ns"));
	fputc('\n', page->out);
	text_put_name(page->out, table_text_of(t, row, "program"), 0);
	fprintf(page->out, " %s%s%s: %s\n", page->colour ? "\033[1m" : "", table_text_of(t, row, "config"),
		page->colour ? "\033[0m" : "", rest);
	if (strstr(table_text_of(t, row, "flags"), "coarse"))
		text_put_wrapped(page, '!',
				 "the least to expect: the profile was made without counting system calls, "
				 "and tells of "
				 "none but reads, writes, or what reached a disk or the network");
	if (strstr(table_text_of(t, row, "flags"), "outside"))
		text_put_wrapped(
			page, '!',
			"it lies outside of what the costs were fitted on: see the terms marked outside");
}

/* What else a total says: cores, and operations. */
static void put_more(FILE *out, const struct table *t, size_t row, double cpu_ns)
{
	double held = table_number_of(t, row, "held"), ops = table_number_of(t, row, "ops"),
	       ns = table_number_of(t, row, "ns");
	const char *comma = "  ";
	char added[32];

	if (cpu_ns > 0) { /* predicted apart, the two may come to more than there is */
		fprintf(out, "%s%.2f cores busy", comma, fmin(cpu_ns / ns, isnan(held) ? INFINITY : held));
		comma = ", ";
	}
	if (!isnan(held)) {
		fprintf(out, "%s%.3g held", comma, held);
		comma = ", ";
	}
	if (ops > 0) {
		fprintf(out, "%s%s added to each of %.0f operations", comma,
			units_print_time(table_number_of(t, row, "added_ns"), added, sizeof(added)), ops);
		comma = ", ";
	}
	if (comma[0] == ',')
		fputc('\n', out);
}

/* CPU time predicted for what ROW tells the time of; NaN: none. */
static double find_cpu(const struct table *t, size_t row)
{
	for (size_t i = 0; i < t->rows; i++)
		if (table_is(t, i, "term", "total") && table_is(t, i, "metric", "cpu") &&
		    table_is(t, i, "program", table_text_of(t, row, "program")) &&
		    table_is(t, i, "config", table_text_of(t, row, "config")))
			return table_number_of(t, i, "ns");
	return NAN;
}

/* The kinds of request of ROW's program and configuration that take most, in order. */
static void put_requests(FILE *out, const struct table *t, size_t row, const struct table *requests)
{
	double last = INFINITY;

	for (int n = 0; n < REQUESTS_SHOWN; n++) {
		size_t most = requests->rows;
		double all = 0;
		char awake[32], asleep[32];

		for (size_t i = 0; i < requests->rows; i++) {
			double sum = table_number_of(requests, i, "count") *
				     table_number_of(requests, i, "added_ns");

			if (table_is(requests, i, "program", table_text_of(t, row, "program")) &&
			    table_is(requests, i, "config", table_text_of(t, row, "config")) && sum < last &&
			    sum > all) {
				all = sum;
				most = i;
			}
		}
		last = all;
		if (most == requests->rows)
			return;
		fprintf(out, "  %-16s %9.0f requests, each %s longer", table_text_of(requests, most, "event"),
			table_number_of(requests, most, "count"),
			units_print_time(table_number_of(requests, most, "awake_ns"), awake, sizeof(awake)));
		if (table_number_of(requests, most, "late_share") >= LATE_SHOWN)
			fprintf(out, ", but %.0f %% of them %s: the driver sleeps",
				100 * table_number_of(requests, most, "late_share"),
				units_print_time(table_number_of(requests, most, "asleep_ns"), asleep,
						 sizeof(asleep)));
		fputc('\n', out);
	}
}

static void put_terms(FILE *out, const struct table *t, size_t row, double total)
{
	char cost[32];
	double ns = table_number_of(t, row, "ns");
	bool base = table_is(t, row, "term", "base") || table_is(t, row, "term", "walk");

	if (!(ns >= 0.001 * total) && !*table_text_of(t, row, "flags"))
		return;
	show_cost(table_number_of(t, row, "cost_ns"), !base, cost, sizeof(cost));
	fprintf(out, "  %5.1f %%  %-12s %12.0f x %s%s%s\n", 100 * ns / total, table_text_of(t, row, "term"),
		table_number_of(t, row, "events"), cost, base ? " ns" : "",
		*table_text_of(t, row, "flags") ? "  outside" : "");
}

/* Terms come in order, below their total; what each kind of request takes is said below those of time. */
int report_prediction_print(struct report_page on, const char *path, const char *latencies,
			    struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t, requests;
	size_t total = 0;
	int code = table_read(&t, path, &schema_predictions, error);

	if (code)
		return code;
	code = table_read(&requests, latencies, &schema_latencies, error);
	for (size_t row = 0; code == 0 && row < t.rows; row++) {
		bool time = table_is(&t, row, "metric", "time"),
		     last = row + 1 == t.rows || table_is(&t, row + 1, "term", "total");

		if (table_is(&t, row, "term", "total")) {
			total = row;
			put_total(&page, &t, row);
			if (time)
				put_more(page.out, &t, row, find_cpu(&t, row));
		} else {
			put_terms(page.out, &t, row, table_number_of(&t, total, "ns"));
		}
		if (last && time)
			put_requests(page.out, &t, total, &requests);
	}
	table_free(&t);
	if (code == 0)
		table_free(&requests);
	return code;
}
