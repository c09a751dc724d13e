/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "base/schema.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Copies that ran at once, as text. */

static const char *text(const struct table *t, size_t row, const char *column)
{
	return table_text(t, row, table_column(t, column));
}

static double number(const struct table *t, size_t row, const char *column)
{
	return table_number(t, row, table_column(t, column));
}

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

	if (!isnan(number(t, row, "low")))
		snprintf(interval, sizeof(interval), "[%s, %s]", show(number(t, row, "low"), low),
			 show(number(t, row, "high"), high));
	fprintf(out, "%3.0f %6s %-14s %6s %6s %8s %8s %8s %8s %8s %8s%s\n", number(t, row, "n"),
		show(number(t, row, "throughput"), x), interval, show(number(t, row, "usl"), usl),
		show(number(t, row, "mva"), mva), show_time(number(t, row, "p50_ns"), p50),
		show_time(number(t, row, "p95_ns"), p95), show_time(number(t, row, "p99_ns"), p99),
		show_time(number(t, row, "sim_p95_ns"), sim), show_time(number(t, row, "wait_cpu_ns"), wait),
		isnan(number(t, row, "resident_bytes"))
			? "-"
			: units_print_bytes(number(t, row, "resident_bytes"), memory, sizeof(memory)),
		*text(t, row, "flags") ? " *" : "");
}

/* " [LOW, HIGH]", or nothing where there is no interval. */
static const char *show_between(const struct table *t, size_t row, const char *low, const char *high,
				const char *format, char into[64])
{
	char a[24], b[24];

	if (isnan(number(t, row, low)))
		return "";
	snprintf(a, sizeof(a), format, number(t, row, low));
	snprintf(b, sizeof(b), format, number(t, row, high));
	snprintf(into, 64, " [%s, %s]", a, b);
	return into;
}

static void put_law(FILE *out, const struct table *laws, const char *workload, const char *config)
{
	char peak[24], rest[24], simulated[24], alpha[64], beta[64];

	for (size_t row = 0; row < laws->rows; row++) {
		if (strcmp(text(laws, row, "workload"), workload) != 0 ||
		    strcmp(text(laws, row, "config"), config) != 0)
			continue;
		fprintf(out, "  contention %.3f%s, coherence %.4f%s, peak at %s", number(laws, row, "alpha"),
			show_between(laws, row, "alpha_low", "alpha_high", "%.3f", alpha),
			number(laws, row, "beta"),
			show_between(laws, row, "beta_low", "beta_high", "%.4f", beta),
			show(number(laws, row, "peak_n"), peak));
		if (!isnan(number(laws, row, "mva_error")))
			fprintf(out,
				"\n  queueing network off by %.1f %%, P95 by simulation by %.1f %% (medians)",
				100 * number(laws, row, "mva_error"), 100 * number(laws, row, "sim_error"));
		fputc('\n', out);
		if (!isnan(number(laws, row, "goal_n")))
			fprintf(out, "  the goal is kept by up to %s at once, by simulation up to %s\n",
				show(number(laws, row, "goal_n"), rest),
				show(number(laws, row, "goal_sim_n"), simulated));
	}
}

int report_scaling_print(FILE *out, const char *scaling, const char *laws_path, bool colour,
			 struct error *error)
{
	struct text_page page = { .out = out, .colour = colour };
	struct table t, laws;
	char title[160];
	bool over = false;
	int code = table_read(&t, scaling, &schema_scaling, error);

	if (code)
		return code;
	code = table_read(&laws, laws_path, &schema_laws, error);
	for (size_t row = 0; code == 0 && row < t.rows; row++) {
		const char *workload = text(&t, row, "workload"), *config = text(&t, row, "config");

		if (row == 0 || strcmp(workload, text(&t, row - 1, "workload")) != 0 ||
		    strcmp(config, text(&t, row - 1, "config")) != 0) {
			snprintf(title, sizeof(title), "%.60s, %.60s", workload, text(&t, row, "label"));
			text_put_title(&page, title, "");
			fprintf(out, "%3s %6s %-14s %6s %6s %8s %8s %8s %8s %8s %8s\n", "n", "runs/s",
				"[95 %]", "USL", "MVA", "median", "P95", "P99", "sim. P95", "wait-cpu",
				"memory");
		}
		put_point(out, &t, row);
		over |= *text(&t, row, "flags") != '\0';
		if (row + 1 == t.rows || strcmp(workload, text(&t, row + 1, "workload")) != 0 ||
		    strcmp(config, text(&t, row + 1, "config")) != 0)
			put_law(out, &laws, workload, config);
	}
	if (over)
		fputs("\n* oversubscribed: they hold more cores than there are\n", out);
	table_free(&t);
	if (code == 0)
		table_free(&laws);
	return code;
}
