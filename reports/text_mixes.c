/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "base/stats.h"
#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* VMs of unlike programs that ran at once, and VMs at a rate, as text. */

/* VALUE to three digits. */
static const char *show(double value, char into[24])
{
	snprintf(into, 24, isnan(value) ? "-" : value < 1000 ? "%.3g" : "%.0f", value);
	return into;
}

static const char *show_time(double ns, char into[24])
{
	return isnan(ns) ? "-" : units_print_time(ns, into, 24);
}

static bool same_load(const struct table *t, size_t a, size_t b)
{
	double x = table_number_of(t, a, "rate"), y = table_number_of(t, b, "rate");

	return table_alike(t, a, b, "config") && table_alike(t, a, b, "load") &&
	       (x == y || (isnan(x) && isnan(y)));
}

/* Whether all programs of the load that begins at ROW keep the goal, in words. */
static const char *say_goal(const struct table *t, size_t row)
{
	bool kept = true;

	if (!*table_text_of(t, row, "keeps"))
		return "";
	for (size_t i = row; i < t->rows && same_load(t, i, row); i++)
		kept &= table_is(t, i, "keeps", "yes");
	return kept ? ": keeps the goal" : ": does not keep the goal";
}

/* The load that begins at ROW, and how its runs come. */
static void put_head(const struct table *t, size_t row, FILE *out)
{
	char rate[24], at[48] = "";

	if (!isnan(table_number_of(t, row, "rate")))
		snprintf(at, sizeof(at), ", %s runs due a second",
			 show(table_number_of(t, row, "rate"), rate));
	fputs("  ", out);
	text_put_name(out, table_text_of(t, row, "load"), 0);
	fprintf(out, "%s%s%s%s\n", at,
		strstr(table_text_of(t, row, "flags"), "over") ? ", oversubscribed" : "",
		strstr(table_text_of(t, row, "flags"), "busy") ? ", others were busy" : "", say_goal(t, row));
}

static void put_part(const struct table *t, size_t row, FILE *out)
{
	char x[24], predicted[24], off[24] = "", p50[24], p95[24], p99[24], sim[24], wait[24], memory[24];

	if (!isnan(table_number_of(t, row, "off")))
		snprintf(off, sizeof(off), "%+.1f %%", 100 * table_number_of(t, row, "off"));
	fputs("    ", out);
	text_put_name(out, table_text_of(t, row, "program"), 13);
	fprintf(out, "%3.0f %7s %8s %8s %8s %8s %8s %8s %8s %8s\n", table_number_of(t, row, "vms"),
		show(table_number_of(t, row, "throughput"), x),
		show(table_number_of(t, row, "predicted"), predicted), off,
		show_time(table_number_of(t, row, "p50_ns"), p50),
		show_time(table_number_of(t, row, "p95_ns"), p95),
		show_time(table_number_of(t, row, "p99_ns"), p99),
		show_time(table_number_of(t, row, "sim_p95_ns"), sim),
		show_time(table_number_of(t, row, "wait_cpu_ns"), wait),
		units_print_bytes(table_number_of(t, row, "resident_bytes"), memory, sizeof(memory)));
}

/* How far predictions are off under one configuration, from ROW on. */
static void put_error(const struct table *t, size_t row, double *room, FILE *out)
{
	const char *config = table_text_of(t, row, "config");
	size_t n = 0;

	for (; row < t->rows && table_is(t, row, "config", config); row++)
		if (!isnan(table_number_of(t, row, "off")))
			room[n++] = fabs(table_number_of(t, row, "off"));
	stats_sort(room, n);
	if (n)
		fprintf(out, "  throughput predicted: off by %.1f %% in the median, at most %.1f %%\n",
			100 * stats_quantile(room, n, 0.5), 100 * room[n - 1]);
}

/* How many VMs keep the goal at a rate under the configuration of ROW, by measurement or by simulation:
 * COLUMN. Few have too little hands, many get in each other's way. False: there is no goal. */
static bool put_keeping(const struct table *t, size_t row, const char *column, const char *how, FILE *out)
{
	bool goal = false, any = false;

	for (size_t i = 0; i < t->rows; i++) {
		if (!table_alike(t, i, row, "config") || isnan(table_number_of(t, i, "rate")) ||
		    !*table_text_of(t, i, column))
			continue;
		if (!goal)
			fprintf(out, "%s", how);
		goal = true;
		if (table_is(t, i, column, "yes")) {
			fprintf(out, "%s%.0f", any ? ", " : " ", table_number_of(t, i, "vms"));
			any = true;
		}
	}
	if (goal && !any)
		fputs(" no number of", out);
	return goal;
}

int report_mixes_print(struct report_page on, const char *path, struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t;
	double *room;
	int code = table_read(&t, path, &schema_mixes, error);

	if (code)
		return code;
	room = calloc(t.rows + 1, sizeof(*room));
	for (size_t row = 0; room && row < t.rows; row++) {
		const char *config = table_text_of(&t, row, "config");

		if (row == 0 || !table_is(&t, row - 1, "config", config)) {
			text_put_title(&page, table_text_of(&t, row, "label"), "");
			fprintf(page.out, "    %-13s%3s %7s %8s %8s %8s %8s %8s %8s %8s %8s\n", "program",
				"VMs", "runs/s", "forecast", "off", "median", "P95", "P99", "sim. P95",
				"wait-cpu", "memory");
			put_error(&t, row, room, page.out);
		}
		if (row == 0 || !same_load(&t, row, row - 1))
			put_head(&t, row, page.out);
		put_part(&t, row, page.out);
		if ((row + 1 == t.rows || !table_is(&t, row + 1, "config", config)) &&
		    put_keeping(&t, row, "keeps", "  the goal is kept by", page.out)) {
			put_keeping(&t, row, "sim_keeps", " VMs, by simulation by", page.out);
			fputs(" VMs\n", page.out);
		}
	}
	free(room);
	table_free(&t);
	return room ? 0 : error_set(error, ENOMEM, "cannot print mixes");
}
