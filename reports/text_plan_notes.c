/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* What to know of a plan besides its figures. */

/* What is meant by the word after the second colon of unplaced_vms. */
static const char *explain(const char *why, size_t length)
{
	static const struct {
		const char *word, *meaning;
	} known[] = {
		{ "cpu", "more CPU than any host has" },
		{ "memory", "more memory than any host has" },
		{ "io", "more I/O than any host can do" },
		{ "iops", "more I/O requests than any host can do" },
		{ "net", "more network traffic than any host can carry" },
		{ "disk", "more disk space than any host has" },
		{ "vcpus", "more vCPUs than overcommit allows on any host" },
		{ "together", "more than any one host has of everything it needs" },
		{ "site", "no host that may have it is at its site" },
		{ "latency", "its requests take longer than the goal even on an idle host" },
		{ "available", "the hosts it fits on are used up" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strlen(known[i].word) == length && strncmp(known[i].word, why, length) == 0)
			return known[i].meaning;
	return "more of several things than any host has";
}

#define TOLD_MOST 6 /* VMs that fit nowhere; the table has all */

/* ": 2 of huge (more CPU than any host has), 22 of web (...)" from "huge:2:cpu web:22:available", LEFT in
 * all. */
static void put_unplaced(FILE *out, const char *list, double left)
{
	size_t told = 0;

	for (const char *separator = ": "; *list && told < TOLD_MOST; separator = ", ", told++) {
		int name = (int)strcspn(list, ":"), count;
		const char *number_, *why;
		size_t length;

		number_ = list + name + (list[name] == ':');
		count = (int)strcspn(number_, ":");
		why = number_ + count + (number_[count] == ':');
		length = strcspn(why, " ");
		fprintf(out, "%s%.*s of %.*s (%s)", separator, count, number_, name, list,
			explain(why, length));
		left -= atof(number_);
		list = why + length;
		list += strspn(list, " ");
	}
	if (*list)
		fprintf(out, " and %.0f more (plan/summary.csv)", left);
}

/* What is to be said of ROW; the caller frees. NULL when memory is short. */
static char *note_of(const struct table *plan, size_t row)
{
	const char *label = table_text_of(plan, row, "label");
	double left = table_number_of(plan, row, "unplaced");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (isnan(left)) {
		fprintf(out, "%s has no plan: some class of the fleet was not measured under it", label);
	} else if (left > 0) {
		fprintf(out, "%.0f VM%s fit%s on no host of the list under %s", left, left > 1 ? "s" : "",
			left > 1 ? "" : "s", label);
		put_unplaced(out, table_text_of(plan, row, "unplaced_vms"), left);
	}
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* One line on how firm the ratios are that the plan rests on. */
static void put_flags(const struct text_page *page, const struct table *plan, const size_t *rows)
{
	size_t flags = table_column(plan, "flags"), count = 0;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	for (size_t i = 0; i < plan->rows; i++)
		if (!table_missing(plan, rows[i], flags))
			fprintf(out, "%s%s (%s)", count++ ? ", " : "ratios the plan uses are flagged: ",
				table_text_of(plan, rows[i], "label"), table_text(plan, rows[i], flags));
	if (fclose(out) == 0 && count)
		text_put_wrapped(page, '!', text);
	free(text);
}

/* How far from the cheapest placement the plans are at most. */
static void put_proof(const struct text_page *page, const struct table *plan, const size_t *rows)
{
	size_t optimal = table_column(plan, "optimal"), count = 0;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	for (size_t i = 0; i < plan->rows; i++) {
		const char *label = table_text_of(plan, rows[i], "label");
		double gap = table_number_of(plan, rows[i], "gap");

		if (isnan(gap) || table_missing(plan, rows[i], optimal))
			continue;
		fprintf(out, "%s%s ", count++ ? "; " : "placement: ", label);
		if (strcmp(table_text(plan, rows[i], optimal), "yes") == 0)
			fputs("proven optimal", out);
		else if (isinf(gap))
			fputs("not proven optimal", out);
		else
			fprintf(out, "at most %.1f %% dearer than the cheapest (bound %.0f)", gap * 100,
				table_number_of(plan, rows[i], "bound"));
	}
	if (fclose(out) == 0 && count)
		text_put_wrapped(page, '-', text);
	free(text);
}

/* What a VM costs, and energy where it is paid for. */
static void put_costs(const struct text_page *page, const struct table *plan, const size_t *rows)
{
	size_t each = table_column(plan, "cost_per_vm"), power = table_column(plan, "power_cost");
	char *text = NULL;
	size_t size = 0, count = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return;
	for (size_t i = 0; i < plan->rows; i++) {
		const char *label = table_text_of(plan, rows[i], "label");
		double energy = table_number(plan, rows[i], power);

		if (table_missing(plan, rows[i], each))
			continue;
		fprintf(out, "%s%s %.0f", count++ ? ", " : "a VM costs: ", label,
			table_number(plan, rows[i], each));
		if (energy > 0)
			fprintf(out, " (%.0f %% of it energy)",
				100 * energy / table_number_of(plan, rows[i], "total_cost"));
	}
	if (fclose(out) == 0 && count)
		text_put_wrapped(page, '-', text);
	free(text);
}

/* How many VMs do not say where they were measured. */
static void put_platforms(const struct text_page *page, const struct table *plan)
{
	double unknown = table_number_of(plan, 0, "platform_unknown");
	char text[400];

	if (!(unknown > 0))
		return;
	snprintf(text, sizeof(text),
		 "of %.0f VMs nobody says where their CPU demand was measured: it is taken as it is; if that "
		 "was in "
		 "virtual machines, what these cost is in it twice (column or policy key measured_on; "
		 "--what-if "
		 "measured_on=hosted tells the difference)",
		 unknown);
	text_put_wrapped(page, '!', text);
}

int text_put_plan_notes(const struct text_page *page, const struct table *plan, const size_t *rows)
{
	for (size_t i = 0; i < plan->rows; i++) {
		char *text = note_of(plan, rows[i]);

		if (!text)
			return -ENOMEM;
		if (*text)
			text_put_wrapped(page, '!', text);
		free(text);
	}
	put_platforms(page, plan);
	put_flags(page, plan, rows);
	put_proof(page, plan, rows);
	put_costs(page, plan, rows);
	return 0;
}
