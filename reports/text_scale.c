/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/schema.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Copies that ran at once, as text. */

static const char *show_mark(const struct table *t, size_t row, char into[64])
{
	snprintf(into, 64, "%s",
		 table_is(t, row, "flags", "busy") ? "!"
		 : *table_text_of(t, row, "flags") ? "*"
						   : "");
	return into;
}

static const char *show_interval(const struct table *t, size_t row, char into[64])
{
	char low[64], high[64];

	if (isnan(table_number_of(t, row, "low")))
		return "";
	snprintf(into, 64, "[%.24s, %.24s]", text_show_number(table_number_of(t, row, "low"), low),
		 text_show_number(table_number_of(t, row, "high"), high));
	return into;
}

static const struct text_column columns[] = {
	{ "n", 3, .key = true, .name = "n", .print = text_show_number },
	{ "", -1, .key = true, .show = show_mark },
	{ "runs/s", 6, .name = "throughput", .print = text_show_number },
	{ "[95 %]", -14, .show = show_interval },
	{ "USL", 6, .name = "usl", .print = text_show_number },
	{ "MVA", 6, .name = "mva", .print = text_show_number },
	TEXT_RUN_COLUMNS,
	{ 0 },
};

/* The copies of one workload under one configuration, from row FIRST to END. */
static void put_copies(const struct text_page *page, const struct table *t, size_t first, size_t end)
{
	struct text_part part = { .page = page, .columns = columns };

	while (text_part_next(&part)) {
		text_part_head(&part);
		for (size_t row = first; row < end; row++)
			text_part_row(&part, t, row);
	}
}

/* " [LOW, HIGH]", or nothing where there is no interval. */
static const char *show_between(const struct table *t, size_t row, const char *low, const char *high,
				const char *format, char into[64])
{
	char a[24], b[24];

	if (isnan(table_number_of(t, row, low)))
		return "";
	snprintf(a, sizeof(a), format, table_number_of(t, row, low));
	snprintf(b, sizeof(b), format, table_number_of(t, row, high));
	snprintf(into, 64, " [%s, %s]", a, b);
	return into;
}

/* How many keep a goal. */
static const char *show_most(double n, char into[24])
{
	snprintf(into, 24, isnan(n) ? "(not known)" : n > 0 ? "up to %.0f" : "none", n);
	return into;
}

static void put_law(const struct text_page *page, const struct table *laws, size_t row)
{
	double peak_n = table_number_of(laws, row, "peak_n");
	char peak[64], rest[24], simulated[24], alpha[64], beta[64], text[300];

	snprintf(text, sizeof(text), "contention %.3f%s, coherence %.4f%s, %s%s",
		 table_number_of(laws, row, "alpha"),
		 show_between(laws, row, "alpha_low", "alpha_high", "%.3f", alpha),
		 table_number_of(laws, row, "beta"),
		 show_between(laws, row, "beta_low", "beta_high", "%.4f", beta),
		 isnan(peak_n) ? "no peak" : "peak ", isnan(peak_n) ? "" : text_show_number(peak_n, peak));
	text_put_wrapped(page, ' ', text);
	if (!isnan(table_number_of(laws, row, "mva_error")))
		fprintf(page->out,
			"  queueing network off by %.1f %%, P95 by simulation by %.1f %% (medians)\n",
			100 * table_number_of(laws, row, "mva_error"),
			100 * table_number_of(laws, row, "sim_error"));
	if (!isnan(table_number_of(laws, row, "goal_n")))
		fprintf(page->out, "  the goal is kept by %s at once, by simulation by %s\n",
			show_most(table_number_of(laws, row, "goal_n"), rest),
			show_most(table_number_of(laws, row, "goal_sim_n"), simulated));
}

/* Whether others were at work beside most of the rows from FIRST to END. */
static bool mostly_busy(const struct table *t, size_t first, size_t end)
{
	size_t busy = 0;

	for (size_t row = first; row < end; row++)
		busy += table_is(t, row, "flags", "busy");
	return 2 * busy > end - first;
}

/* ROW begins a workload under a configuration: all of it. The row after it. */
static size_t put_load(const struct text_page *page, const struct table *t, const struct table *laws,
		       size_t row)
{
	const char *workload = table_text_of(t, row, "workload"), *config = table_text_of(t, row, "config");
	char title[160];
	size_t end = row;

	while (end < t->rows && table_alike(t, end, row, "workload") && table_alike(t, end, row, "config"))
		end++;
	snprintf(title, sizeof(title), "%.60s, %.60s", workload, table_text_of(t, row, "label"));
	text_put_title(page, title, "");
	put_copies(page, t, row, end);
	if (mostly_busy(t, row, end)) {
		text_put_wrapped(
			page, ' ',
			"Most of these had to share the cores with others: no law is told of them, nor how "
			"far predictions are off. Run it anew when the machine is idle.");
		return end;
	}
	for (size_t law = 0; law < laws->rows; law++)
		if (table_is(laws, law, "workload", workload) && table_is(laws, law, "config", config))
			put_law(page, laws, law);
	return end;
}

static bool any_flag(const struct table *t, const char *flag)
{
	bool any = false;

	for (size_t row = 0; row < t->rows; row++)
		any |= table_is(t, row, "flags", flag);
	return any;
}

int report_scaling_print(struct report_page on, const char *scaling, const char *laws_path,
			 struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t, laws;
	int code = table_read(&t, scaling, &schema_scaling, error);

	if (code)
		return code;
	code = table_read(&laws, laws_path, &schema_laws, error);
	for (size_t row = 0; code == 0 && row < t.rows;)
		row = put_load(&page, &t, &laws, row);
	if (code == 0 && (any_flag(&t, "oversubscribed") || any_flag(&t, "busy")))
		fputc('\n', page.out);
	if (code == 0 && any_flag(&t, "oversubscribed"))
		text_put_wrapped(&page, '*', "oversubscribed: they hold more cores than there are");
	if (code == 0 && any_flag(&t, "busy"))
		text_put_wrapped(&page, '!',
				 "busy: copies waited for a core longer than for each other: others were at "
				 "work, which predictions leave out");
	table_free(&t);
	if (code == 0)
		table_free(&laws);
	return code;
}
