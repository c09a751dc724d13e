/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/schema.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* The capacity plan as text: a configuration a line. */

/* A column of the plan: where it comes from and how it looks. */
static const struct column {
	const char *name, *heading;
	int width, decimals;
	double scale;
	const char *unit; /* after the number */
} columns[] = {
	{ "hosts", "hosts", 6, 0, 1, "" },
	{ "vms", "VMs", 6, 0, 1, "" },
	{ "cpu_demand", "native cores", 13, 1, 1, "" },
	{ "cpu_inflated", "cores used", 11, 1, 1, "" },
	{ "cpu_utilization", "CPU", 5, 0, 100, "%" },
	{ "memory_utilization", "memory", 7, 0, 100, "%" },
	{ "io_utilization", "I/O", 5, 0, 100, "%" },
	{ "hardware_cost", "hardware", 10, 0, 1, "" },
	{ "licence_cost", "licences", 10, 0, 1, "" },
	{ "total_cost", "total", 10, 0, 1, "" },
};

static void put_headings(const struct text_page *page)
{
	text_put_name(page->out, "configuration", page->name_width);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		fprintf(page->out, "%*s", columns[i].width, columns[i].heading);
	fputc('\n', page->out);
}

static double number(const struct table *plan, size_t row, const char *column)
{
	return table_number(plan, row, table_column(plan, column));
}

static void put_row(const struct text_page *page, const struct table *plan, size_t row)
{
	text_put_name(page->out, table_text(plan, row, table_column(plan, "label")), page->name_width);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		const struct column *c = &columns[i];
		double value = number(plan, row, c->name);
		char text[400];

		if (isnan(value))
			snprintf(text, sizeof(text), "NA");
		else
			snprintf(text, sizeof(text), "%.*f%s", c->decimals, value * c->scale, c->unit);
		fprintf(page->out, "%*s", c->width, text);
	}
	fputc('\n', page->out);
}

static int put_notes(const struct text_page *page, const struct table *plan, const size_t *rows)
{
	for (size_t i = 0; i < plan->rows; i++) {
		size_t row = rows[i];
		const char *label = table_text(plan, row, table_column(plan, "label"));
		double left = number(plan, row, "unplaced");
		char *text = NULL;
		int length = 0;

		if (isnan(left))
			length = asprintf(&text,
					  "%s has no plan: some class of the fleet was not measured under it",
					  label);
		else if (left > 0)
			length = asprintf(&text, "%.0f VM%s fit%s on no host of the list under %s", left,
					  left > 1 ? "s" : "", left > 1 ? "" : "s", label);
		if (length < 0)
			return -ENOMEM;
		if (text)
			text_put_wrapped(page->out, '!', text);
		free(text);
	}
	return 0;
}

int text_put_plan(struct text_page *page, const struct table *plan)
{
	size_t *rows = plan_rows(plan);
	int code;

	if (!rows || plan->rows == 0) {
		free(rows);
		return rows ? 0 : -ENOMEM;
	}
	text_put_title(page, "Capacity plan", "for the fleet; costs in the currency of the host list");
	page->name_width = TEXT_NAME_LEAST;
	for (size_t row = 0; row < plan->rows; row++) {
		size_t width = text_width(table_text(plan, row, table_column(plan, "label")));

		if (width > page->name_width)
			page->name_width = width < TEXT_NAME_MOST ? width : TEXT_NAME_MOST;
	}
	put_headings(page);
	for (size_t i = 0; i < plan->rows; i++)
		put_row(page, plan, rows[i]);
	code = put_notes(page, plan, rows);
	free(rows);
	return code;
}

int report_plan_print(FILE *out, const char *directory, bool colour, struct error *error)
{
	struct text_page page = { .colour = colour };
	struct table plan;
	struct whole whole;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%.4000s/%s", directory, schema_plan_summary.name);
	code = table_read(&plan, path, &schema_plan_summary, error);
	if (code)
		return code;
	code = whole_open(&whole, error);
	page.out = whole.out;
	if (code == 0 && text_put_plan(&page, &plan) < 0) {
		whole_abandon(&whole);
		code = error_set(error, ENOMEM, "cannot make the plan");
	} else if (code == 0) {
		code = whole_print(&whole, out, "the plan", error);
	}
	table_free(&plan);
	return code;
}
