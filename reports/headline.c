/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "reports/nano_priv.h"

const char headline_bare_metal[] = "bare-metal here is a style, not a product: the monitor keeps the guest "
				   "away from the host's schedulers, caches "
				   "and exits, but it still runs on Linux/KVM, whose kernel handles exits, "
				   "page faults and timers. What a real "
				   "bare-metal hypervisor saves by owning the hardware, and what it pays for "
				   "its own drivers, is not in these figures.";

bool headline_has_bare_metal(const struct result *result)
{
	const struct table *runs = &result->runs;
	size_t config = table_column(runs, "config");

	for (size_t row = 0; row < runs->rows; row++)
		if (strncmp(table_text(runs, row, config), "bare-metal", strlen("bare-metal")) == 0 &&
		    result_counts(result, row))
			return true;
	return false;
}

/* "1.29 times as long under hosted (1.56 times the CPU seconds)"; after the FIRST in short. */
static void print_config(FILE *out, const struct result *result, const char *config, bool first)
{
	size_t counted;
	char time[16], cpu[16];

	format_number(grid_median(result, "cpu", config, result->baseline, NULL), cpu);
	format_number(grid_median(result, "time", config, result->baseline, &counted), time);
	fprintf(out, "%s%s under %s (%s%s", time, first ? " times as long" : "", result_label(result, config),
		cpu, first ? " times the CPU seconds" : "");
	if (counted < result->workloads.count)
		fprintf(out, "; %zu of %zu workloads", counted, result->workloads.count);
	fputc(')', out);
}

static void print_subject(FILE *out, const struct result *result)
{
	fprintf(out, "Against %s, ", result->baseline);
	if (result->workloads.count == 1)
		fprintf(out, "%s takes ", result->workloads.name[0]);
	else
		fprintf(out, "the median of %zu workloads takes ", result->workloads.count);
}

/* The estimate of METRIC = time that is farthest above the baseline, or the number of rows. */
static size_t find_costliest(const struct result *result)
{
	const struct table *overhead = &result->overhead;
	size_t ratio = table_column(overhead, "ratio"), best = overhead->rows;

	for (size_t row = 0; row < overhead->rows; row++)
		if (table_is(overhead, row, "metric", "time") &&
		    table_is(overhead, row, "baseline", result->baseline) &&
		    !table_missing(overhead, row, ratio) &&
		    (best == overhead->rows ||
		     table_number(overhead, row, ratio) > table_number(overhead, best, ratio)))
			best = row;
	return best;
}

static void print_costliest(FILE *out, const struct result *result)
{
	const struct table *overhead = &result->overhead;
	size_t row = find_costliest(result);
	char text[16];

	if (row == overhead->rows || !(table_number_of(overhead, row, "ratio") > 1))
		return;
	fprintf(out, " The slowest is %s under %s: %s times as long.",
		table_text_of(overhead, row, "workload"),
		result_label(result, table_text_of(overhead, row, "config")),
		format_number(table_number_of(overhead, row, "ratio"), text));
}

/* The row of provisioning.csv for EVENT, of the most at once, under CONFIG, or the number of rows. */
static size_t find_event(const struct table *lives, const char *event, const char *config)
{
	size_t best = lives->rows, vms = table_column(lives, "vms");

	for (size_t row = 0; row < lives->rows; row++)
		if (table_is(lives, row, "event", event) && table_is(lives, row, "config", config) &&
		    !table_missing_of(lives, row, "median_ns") &&
		    (best == lives->rows || table_number(lives, row, vms) > table_number(lives, best, vms)))
			best = row;
	return best;
}

/* "native 1.2 ms, hosted 3.1 ms" of EVENT. */
static void print_event(FILE *out, const struct result *result, const char *event)
{
	const struct table *lives = &result->provisioning;
	const char *comma = "";
	char text[32];

	for (size_t i = 0; i < result->configs.count; i++) {
		size_t row = find_event(lives, event, result->configs.name[i]);

		if (row == lives->rows)
			continue;
		fprintf(out, "%s%s %s", comma, result_label(result, result->configs.name[i]),
			units_print_time(table_number_of(lives, row, "median_ns"), text, sizeof(text)));
		comma = ", ";
	}
}

static bool has_event(const struct result *result, const char *event)
{
	for (size_t row = 0; row < result->provisioning.rows; row++)
		if (table_is(&result->provisioning, row, "event", event))
			return true;
	return false;
}

static void print_lives(FILE *out, const struct result *result)
{
	const struct table *lives = &result->provisioning;
	double most = 0;

	for (size_t row = 0; row < lives->rows; row++)
		if (!table_missing_of(lives, row, "median_ns"))
			most = fmax(most, table_number_of(lives, row, "vms"));
	if (has_event(result, "first-instruction")) {
		fputs("From nothing to a program's first instruction: ", out);
		print_event(out, result, "first-instruction");
		fputs(most > 1 ? ". " : "", out);
	}
	if (most > 1) {
		fprintf(out, "To the last of %.0f started at once: ", most);
		print_event(out, result, "storm");
	}
	fputc('.', out);
}

/* "the median event takes 104 times as long under hosted, 2.1 under bare-metal" */
static void print_events(FILE *out, const struct result *result)
{
	struct names events = { 0 };
	bool first = true;
	char text[16];

	for (size_t row = 0; row < result->costs.rows; row++)
		if (table_is(&result->costs, row, "status", "ok") &&
		    names_add(&events, table_text_of(&result->costs, row, "event")) < 0)
			break; /* the count is then too small, which the page below shows */
	fprintf(out, "%zu event%s measured", events.count, events.count == 1 ? "" : "s");
	for (size_t i = 0; i < result->configs.count; i++) {
		const char *dearest;
		double most, ratio = nano_median(result, result->configs.name[i], &dearest, &most);

		if (isnan(ratio))
			continue;
		fprintf(out, "%s%s%s under %s",
			first ? ". Of those that a plain process has, too, the median takes " : ", ",
			format_number(ratio, text), first ? " times as long" : "",
			result_label(result, result->configs.name[i]));
		fprintf(out, " (%s%s, %s)", first ? "at most " : "", format_number(most, text), dearest);
		first = false;
	}
	fputc('.', out);
	names_free(&events);
}

static void print_headline(FILE *out, const struct result *result)
{
	bool first = true;

	if (result->costs.rows && !grid_has_baseline(result, result->baseline)) {
		print_events(out, result);
		return;
	}
	if (result->provisioning.rows && !grid_has_baseline(result, result->baseline)) {
		print_lives(out, result);
		return;
	}
	for (size_t i = 0; i < result->configs.count; i++) {
		const char *config = result->configs.name[i];

		if (isnan(grid_median(result, "time", config, result->baseline, NULL)))
			continue;
		if (first)
			print_subject(out, result);
		else
			fputs(", ", out);
		print_config(out, result, config, first);
		first = false;
	}
	if (first)
		fprintf(out,
			result->configs.count > 1 ? "Nothing could be compared with %s"
						  : "Only %s was measured",
			result->baseline);
	fputc('.', out);
	if (result->workloads.count > 1)
		print_costliest(out, result);
}

char *headline_text(const struct result *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_headline(out, result);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
