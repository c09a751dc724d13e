/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "base/schema.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Predictions, as text. */
#define REQUESTS_SHOWN 4
#define LATE_SHOWN     0.005 /* share of requests; less would be 0 % */

/* What a flag of a total warns of. */
static const struct {
	const char *flag, *text;
} warnings[] = {
	{ "coarse",
	  "the least to expect: the profile was made without counting system calls, and tells of none "
	  "but reads, writes, or what reached a disk or the network" },
	{ "outside", "it lies outside of what the costs were fitted on: see the terms marked outside" },
	{ "faults",
	  "over half of its native time were page faults, by what one takes natively where the costs are "
	  "from: half is taken for all else" },
};

static void put_total(const struct text_page *page, const struct table *t, size_t row)
{
	bool open = table_missing_of(t, row, "high_ns");
	char native[32], ns[32], low[32], high[32], rest[200];

	snprintf(rest, sizeof(rest), "%s, %s%s [%s, %s] (natively %s: %.3g times)",
		 table_text_of(t, row, "metric"), open ? "at least " : "",
		 units_print_time(table_number_of(t, row, "ns"), ns, sizeof(ns)),
		 units_print_time(table_number_of(t, row, "low_ns"), low, sizeof(low)),
		 open ? "not known"
		      : units_print_time(table_number_of(t, row, "high_ns"), high, sizeof(high)),
		 units_print_time(table_number_of(t, row, "native_ns"), native, sizeof(native)),
		 table_number_of(t, row, "ns") / table_number_of(t, row, "native_ns"));
	fputc('\n', page->out);
	text_put_name(page->out, table_text_of(t, row, "program"), 0);
	fprintf(page->out, " %s%s%s: %s\n", page->colour ? "\033[1m" : "", table_text_of(t, row, "config"),
		page->colour ? "\033[0m" : "", rest);
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
		if (strstr(table_text_of(t, row, "flags"), warnings[i].flag))
			text_put_wrapped(page, '!', warnings[i].text);
}

/* What else a total says: cores, and operations. */
static void put_more(FILE *out, const struct table *t, size_t row, double cpu_ns)
{
	double held = table_number_of(t, row, "held"), ops = table_number_of(t, row, "ops"),
	       ns = table_number_of(t, row, "ns"), setup = table_number_of(t, row, "setup_ns");
	const char *comma = "  ";
	char added[32], made[32];

	if (cpu_ns > 0) { /* predicted apart, the two may come to more than there is */
		fprintf(out, "%s%.2f cores busy", comma, fmin(cpu_ns / ns, isnan(held) ? INFINITY : held));
		comma = ", ";
	}
	if (!isnan(held)) {
		fprintf(out, "%s%.3g held", comma, held);
		comma = ", ";
	}
	if (setup > 0) {
		fprintf(out, "%sits VM made in %s before", comma,
			units_print_time(setup, made, sizeof(made)));
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

/* CPU time predicted for what ROW tells the time of; NaN: none. A program's rows follow each other, from
 * FIRST on. */
static double find_cpu(const struct table *t, size_t first, size_t row)
{
	for (size_t i = first; i < t->rows && table_alike(t, i, row, "program"); i++)
		if (table_is(t, i, "term", "total") && table_is(t, i, "metric", "cpu") &&
		    table_alike(t, i, row, "config"))
			return table_number_of(t, i, "ns");
	return NAN;
}

/* Puts ROW, a kind of request that takes SUM, at its place in the order of those that take MOST. */
static void keep_most(size_t row, double sum, size_t most[REQUESTS_SHOWN], double sums[REQUESTS_SHOWN])
{
	for (int n = 0; n < REQUESTS_SHOWN && sum > 0; n++)
		if (sum > sums[n]) {
			size_t moved = most[n];
			double less = sums[n];

			most[n] = row;
			sums[n] = sum;
			row = moved;
			sum = less;
		}
}

static void put_request(FILE *out, const struct table *requests, size_t row)
{
	char awake[32], asleep[32];

	fprintf(out, "  %-15s %7.0f requests, +%s each", table_text_of(requests, row, "event"),
		table_number_of(requests, row, "count"),
		units_print_time(table_number_of(requests, row, "awake_ns"), awake, sizeof(awake)));
	if (table_number_of(requests, row, "late_share") >= LATE_SHOWN)
		fprintf(out, " (%.0f %%: +%s, driver asleep)",
			100 * table_number_of(requests, row, "late_share"),
			units_print_time(table_number_of(requests, row, "asleep_ns"), asleep,
					 sizeof(asleep)));
	fputc('\n', out);
}

/* The kinds of request of ROW's program and configuration that take most, in order. They follow each other,
 * from *NEXT on, in the order in which those have their totals of time. */
static void put_requests(FILE *out, const struct table *t, size_t row, const struct table *requests,
			 size_t *next)
{
	const char *program = table_text_of(t, row, "program"), *config = table_text_of(t, row, "config");
	size_t most[REQUESTS_SHOWN] = { 0 }, i = *next;
	double sums[REQUESTS_SHOWN] = { 0 };

	for (; i < requests->rows && table_is(requests, i, "program", program) &&
	       table_is(requests, i, "config", config);
	     i++)
		keep_most(i, table_number_of(requests, i, "count") * table_number_of(requests, i, "added_ns"),
			  most, sums);
	*next = i;
	for (int n = 0; n < REQUESTS_SHOWN && sums[n] > 0; n++)
		put_request(out, requests, most[n]);
}

/* Events of ROW, which are a time where COST is a factor. */
static const char *show_events(const struct table *t, size_t row, bool factor, char *into, size_t size)
{
	if (factor)
		return units_print_time(table_number_of(t, row, "events"), into, size);
	snprintf(into, size, "%.0f", table_number_of(t, row, "events"));
	return into;
}

/* PER_MS as a number a second. */
static const char *show_rate(double per_ms, char *into, size_t size)
{
	snprintf(into, size, per_ms < 0.01 ? "%.2g" : "%.0f", 1e3 * per_ms);
	return into;
}

static void put_terms(FILE *out, const struct table *t, size_t row, double total)
{
	bool factor = table_missing_of(t, row, "rate");
	char cost[32], events[32], rate[32], most[32];
	double ns = table_number_of(t, row, "ns");

	if (!(ns >= 0.001 * total) && !*table_text_of(t, row, "flags"))
		return;
	if (factor)
		snprintf(cost, sizeof(cost), "%.3f", table_number_of(t, row, "cost_ns"));
	else
		units_print_time(table_number_of(t, row, "cost_ns"), cost, sizeof(cost));
	fprintf(out, "  %5.1f %%  %-12s %9s x %s", 100 * ns / total, table_text_of(t, row, "term"),
		show_events(t, row, factor, events, sizeof(events)), cost);
	if (*table_text_of(t, row, "flags") && factor)
		fputs("  outside", out);
	else if (*table_text_of(t, row, "flags"))
		fprintf(out, "  outside: %s/s, fitted up to %s/s",
			show_rate(table_number_of(t, row, "rate"), rate, sizeof(rate)),
			show_rate(table_number_of(t, row, "most"), most, sizeof(most)));
	fputc('\n', out);
}

/* Where the costs are from. */
static void put_source(const struct text_page *page, const struct table *t)
{
	const char *backend = t->rows ? table_text_of(t, 0, "backend") : "",
		   *processor = t->rows ? table_text_of(t, 0, "processor") : "";
	char text[400];

	if (!*backend && !*processor)
		return;
	fputc('\n', page->out);
	snprintf(text, sizeof(text), "costs were fitted on %s%s%s", backend,
		 *backend && *processor ? ", " : "", processor);
	text_put_wrapped(page, '-', text);
	if (strstr(table_text_of(t, 0, "flags"), "foreign"))
		text_put_wrapped(
			page, '!',
			"this machine has another processor: what costs and page faults take is as it "
			"was there; --machine DIR scales it by this one's nano suite");
}

/* Terms come in order, below their total; what each kind of request takes is said below those of time. */
int report_prediction_print(struct report_page on, const char *path, const char *latencies,
			    struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t, requests;
	size_t total = 0, first = 0, next = 0;
	int code = table_read(&t, path, &schema_predictions, error);

	if (code)
		return code;
	code = table_read(&requests, latencies, &schema_latencies, error);
	for (size_t row = 0; code == 0 && row < t.rows; row++) {
		bool time = table_is(&t, row, "metric", "time"),
		     last = row + 1 == t.rows || table_is(&t, row + 1, "term", "total");

		if (!table_alike(&t, row, first, "program"))
			first = row;
		if (table_is(&t, row, "term", "total")) {
			total = row;
			put_total(&page, &t, row);
			if (time)
				put_more(page.out, &t, row, find_cpu(&t, first, row));
		} else {
			put_terms(page.out, &t, row, table_number_of(&t, total, "ns"));
		}
		if (last && time)
			put_requests(page.out, &t, total, &requests, &next);
	}
	if (code == 0)
		put_source(&page, &t);
	table_free(&t);
	if (code == 0)
		table_free(&requests);
	return code;
}
