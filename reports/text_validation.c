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
#include "reports/validation_priv.h"

/* How well programs were predicted, as text. */

void text_put_errors(FILE *out, const char *name, const double *e, size_t n)
{
	if (n)
		fprintf(out, "  %-34s %4zu %8.1f %% %8.1f %% %8.1f %%\n", name, n,
			100 * stats_quantile(e, n, 0.5), 100 * stats_quantile(e, n, 0.9), 100 * e[n - 1]);
}

static void put_group(const struct text_page *page, const struct table *t, const struct validation_group *g,
		      double *room)
{
	char title[120];

	snprintf(title, sizeof(title), "%.40s, %.20s", g->config, g->metric);
	text_put_title(page, title,
		       strcmp(g->held_out, "list") == 0 ? "of programs no fit has seen"
							: "of programs left out in turn");
	fprintf(page->out, "  %-34s %4s %10s %10s %10s\n", "absolute error", "n", "median", "P90", "max");
	text_put_errors(page->out, "predicted", room,
			validation_errors(t, g, "predicted_ns", -INFINITY, false, room));
	text_put_errors(page->out, "  with 20 % overhead and more", room,
			validation_errors(t, g, "predicted_ns", 0.2, false, room));
	text_put_errors(page->out, "  the same, by the overhead", room,
			validation_errors(t, g, "predicted_ns", 0.2, true, room));
	text_put_errors(page->out, "constant slowdown", room,
			validation_errors(t, g, "constant_ns", -INFINITY, false, room));
	text_put_errors(page->out, "CPU only", room,
			validation_errors(t, g, "cpu_only_ns", -INFINITY, false, room));
	fprintf(page->out,
		"  within the 95 %% interval: %.0f %%; score of these %.2f, of a constant's %.2f\n",
		100 * validation_covered(t, g), validation_score(t, g, "low_ns", "high_ns"),
		validation_score(t, g, "constant_low_ns", "constant_high_ns"));
}

/* Each program that no fit has seen, under one configuration. */
static void put_programs(const struct text_page *page, const struct table *t,
			 const struct validation_group *g)
{
	bool any = false;

	for (size_t row = 0; row < t->rows; row++) {
		double measured = table_number_of(t, row, "measured_ns"),
		       predicted = table_number_of(t, row, "predicted_ns");
		char took[32], said[32], low[32], high[32], interval[80];

		if (!validation_in(t, row, g))
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
	struct validation_group g = { "", "", "" };
	struct table t;
	double *room;
	int code = table_read(&t, path, &schema_validation, error);

	if (code)
		return code;
	room = calloc(t.rows + 1, sizeof(*room));
	for (size_t row = 0; room && row < t.rows; row++) {
		if (validation_in(&t, row, &g))
			continue;
		g = (struct validation_group){ table_text_of(&t, row, "config"),
					       table_text_of(&t, row, "metric"),
					       table_text_of(&t, row, "held_out") };
		put_group(&page, &t, &g, room);
		if (strcmp(g.held_out, "list") == 0)
			put_programs(&page, &t, &g);
	}
	free(room);
	table_free(&t);
	return room ? text_counts_put(&page, counts, error) : -ENOMEM;
}

/* "time off by 2.7 % (P90 11.4 %)" of the group G, in short where it is not the first. */
static void put_off(FILE *out, const struct table *t, const struct validation_group *g, bool first,
		    const char *name, double *room)
{
	size_t n = validation_errors(t, g, "predicted_ns", -INFINITY, false, room);

	if (n)
		fprintf(out, first ? " %s off by %.1f %% (P90 %.1f %%)" : ", %s %.1f %% (%.1f %%)", name,
			100 * stats_quantile(room, n, 0.5), 100 * stats_quantile(room, n, 0.9));
}

/* How far predictions for CONFIG are off in the median: those of programs that no fit has seen, where there
 * are any. NULL: there are none, or no memory. */
static char *predicted_text(const struct result *result, const char *config, double *room)
{
	const struct table *t = &result->validation;
	struct validation_group time = { config, "time", "list" }, cpu = { config, "cpu", "list" };
	bool list = validation_errors(t, &time, "predicted_ns", -INFINITY, false, room) > 0;
	char *text = NULL;
	size_t size;
	FILE *out;

	time.held_out = cpu.held_out = list ? "list" : "program";
	if (validation_errors(t, &time, "predicted_ns", -INFINITY, false, room) == 0)
		return NULL;
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	fprintf(out, "predictions of programs %s: %s", list ? "not fitted" : "left out in turn",
		result_label(result, config));
	put_off(out, t, &time, true, "time", room);
	put_off(out, t, &cpu, false, "CPU", room);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

int text_put_predicted(const struct text_page *page, const struct result *result)
{
	const struct table *t = &result->validation;
	double *room = calloc(t->rows + 1, sizeof(*room));
	struct names configs = { 0 };
	int code = room ? names_collect(&configs, t, "config") : -ENOMEM;

	names_order_configs(&configs);
	for (size_t i = 0; code == 0 && i < configs.count; i++) {
		char *text = predicted_text(result, configs.name[i], room);

		if (text)
			text_put_wrapped(page, '-', text);
		free(text);
	}
	names_free(&configs);
	free(room);
	return code;
}
