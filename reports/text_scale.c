/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/schema.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Copies that ran at once, as text. */

/* VALUE to three digits, or what it is without one. */
static const char *show(double value, char into[24])
{
	if (isnan(value))
		return "-";
	snprintf(into, 24, value < 1000 ? "%.3g" : "%.0f", value);
	return into;
}

static const char *show_time(double ns, char into[24])
{
	return isnan(ns) ? "-" : units_print_time(ns, into, 24);
}

static void put_point(FILE *out, const struct table *t, size_t row)
{
	char x[24], low[24], high[24], usl[24], mva[24], p50[24], p95[24], p99[24], sim[24], wait[24],
		memory[24], interval[64] = "";

	if (!isnan(table_number_of(t, row, "low")))
		snprintf(interval, sizeof(interval), "[%s, %s]", show(table_number_of(t, row, "low"), low),
			 show(table_number_of(t, row, "high"), high));
	fprintf(out, "%3.0f %6s %-14s %6s %6s %8s %8s %8s %8s %8s %8s%s\n", table_number_of(t, row, "n"),
		show(table_number_of(t, row, "throughput"), x), interval,
		show(table_number_of(t, row, "usl"), usl), show(table_number_of(t, row, "mva"), mva),
		show_time(table_number_of(t, row, "p50_ns"), p50),
		show_time(table_number_of(t, row, "p95_ns"), p95),
		show_time(table_number_of(t, row, "p99_ns"), p99),
		show_time(table_number_of(t, row, "sim_p95_ns"), sim),
		show_time(table_number_of(t, row, "wait_cpu_ns"), wait),
		isnan(table_number_of(t, row, "resident_bytes"))
			? "-"
			: units_print_bytes(table_number_of(t, row, "resident_bytes"), memory,
					    sizeof(memory)),
		table_is(t, row, "flags", "busy") ? " !"
		: *table_text_of(t, row, "flags") ? " *"
						  : "");
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

static void put_law(FILE *out, const struct table *laws, const char *workload, const char *config)
{
	char peak[24], rest[24], simulated[24], alpha[64], beta[64];

	for (size_t row = 0; row < laws->rows; row++) {
		if (!table_is(laws, row, "workload", workload) || !table_is(laws, row, "config", config))
			continue;
		fprintf(out, "  contention %.3f%s, coherence %.4f%s, %s%s",
			table_number_of(laws, row, "alpha"),
			show_between(laws, row, "alpha_low", "alpha_high", "%.3f", alpha),
			table_number_of(laws, row, "beta"),
			show_between(laws, row, "beta_low", "beta_high", "%.4f", beta),
			isnan(table_number_of(laws, row, "peak_n")) ? "no peak" : "peak at ",
			isnan(table_number_of(laws, row, "peak_n"))
				? ""
				: show(table_number_of(laws, row, "peak_n"), peak));
		if (!isnan(table_number_of(laws, row, "mva_error")))
			fprintf(out,
				"\n  queueing network off by %.1f %%, P95 by simulation by %.1f %% (medians)",
				100 * table_number_of(laws, row, "mva_error"),
				100 * table_number_of(laws, row, "sim_error"));
		fputc('\n', out);
		if (!isnan(table_number_of(laws, row, "goal_n")))
			fprintf(out, "  the goal is kept by %s at once, by simulation by %s\n",
				show_most(table_number_of(laws, row, "goal_n"), rest),
				show_most(table_number_of(laws, row, "goal_sim_n"), simulated));
	}
}

int report_scaling_print(struct report_page on, const char *scaling, const char *laws_path,
			 struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t, laws;
	char title[160];
	bool over = false, busy = false;
	int code = table_read(&t, scaling, &schema_scaling, error);

	if (code)
		return code;
	code = table_read(&laws, laws_path, &schema_laws, error);
	for (size_t row = 0; code == 0 && row < t.rows; row++) {
		const char *workload = table_text_of(&t, row, "workload"),
			   *config = table_text_of(&t, row, "config");

		if (row == 0 || !table_is(&t, row - 1, "workload", workload) ||
		    !table_is(&t, row - 1, "config", config)) {
			snprintf(title, sizeof(title), "%.60s, %.60s", workload,
				 table_text_of(&t, row, "label"));
			text_put_title(&page, title, "");
			fprintf(page.out, "%3s %6s %-14s %6s %6s %8s %8s %8s %8s %8s %8s\n", "n", "runs/s",
				"[95 %]", "USL", "MVA", "median", "P95", "P99", "sim. P95", "wait-cpu",
				"memory");
		}
		put_point(page.out, &t, row);
		over |= table_is(&t, row, "flags", "oversubscribed");
		busy |= table_is(&t, row, "flags", "busy");
		if (row + 1 == t.rows || !table_is(&t, row + 1, "workload", workload) ||
		    !table_is(&t, row + 1, "config", config))
			put_law(page.out, &laws, workload, config);
	}
	if (over)
		fputs("\n* oversubscribed: they hold more cores than there are\n", page.out);
	if (busy)
		fputs("\n! busy: copies that had a core each waited for it: others were at work, which "
		      "predictions "
		      "leave out\n",
		      page.out);
	table_free(&t);
	if (code == 0)
		table_free(&laws);
	return code;
}
