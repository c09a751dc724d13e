/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* The capacity plan as text: a configuration a line. */

#define GAP 2 /* blanks before a column */

/* A column of the plan: where it comes from and how it looks. */
static const struct column {
	const char *name, *heading;
	int decimals;
	double scale;
	const char *unit; /* after the number */
	bool rare;	  /* shown where some number is above nought */
} columns[] = {
	{ "hosts", "hosts", 0, 1, "", false },
	{ "vms", "VMs", 0, 1, "", false },
	{ "cpu_demand", "native cores", 1, 1, "", false },
	{ "cpu_inflated", "cores used", 1, 1, "", false },
	{ "cpu_utilization", "CPU", 0, 100, "%", false },
	{ "memory_utilization", "memory", 0, 100, "%", false },
	{ "io_utilization", "I/O", 0, 100, "%", false },
	{ "hardware_cost", "hardware", 0, 1, "", false },
	{ "licence_cost", "licences", 0, 1, "", false },
	{ "guest_licence_cost", "guests", 0, 1, "", true },
	{ "power_cost", "energy", 0, 1, "", true },
	{ "total_cost", "total", 0, 1, "", false },
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))
#define COSTS	7 /* the first of them that is money */

/* A cell as text (400 bytes). Returns how many columns it takes. */
static int print_cell(char *text, const struct table *plan, size_t row, const struct column *c)
{
	double value = table_number_of(plan, row, c->name);

	if (isnan(value))
		return snprintf(text, 400, "NA");
	return snprintf(text, 400, "%.*f%s", c->decimals, value * c->scale, c->unit);
}

/* As wide as the widest of its cells and its heading. */
static int width_of(const struct table *plan, const struct column *c)
{
	int width = (int)strlen(c->heading);
	char text[400];

	for (size_t row = 0; row < plan->rows; row++) {
		int this = print_cell(text, plan, row, c);

		width = this > width ? this : width;
	}
	return width;
}

static bool is_shown(const struct table *plan, const struct column *c)
{
	bool shown = !c->rare;

	for (size_t row = 0; row < plan->rows; row++)
		shown |= table_number_of(plan, row, c->name) > 0;
	return shown;
}

/* Columns FIRST to END. */
static void put_headings(const struct text_page *page, const int *widths, size_t first, size_t end)
{
	text_put_name(page->out, "configuration", page->name_width);
	for (size_t i = first; i < end; i++)
		if (widths[i])
			fprintf(page->out, "%*s", GAP + widths[i], columns[i].heading);
	fputc('\n', page->out);
}

static void put_row(const struct text_page *page, const struct table *plan, size_t row, const int *widths,
		    size_t first, size_t end)
{
	text_put_name(page->out, table_text_of(plan, row, "label"), page->name_width);
	for (size_t i = first; i < end; i++) {
		char text[400];

		if (!widths[i])
			continue;
		print_cell(text, plan, row, &columns[i]);
		fprintf(page->out, "%*s", GAP + widths[i], text);
	}
	fputc('\n', page->out);
}

/* In two parts where the page is too narrow: hosts and what they do, and what they cost. */
static void put_table(const struct text_page *page, const struct table *plan, const size_t *rows)
{
	int widths[COLUMNS], used = (int)page->name_width;
	size_t end;

	for (size_t i = 0; i < COLUMNS; i++) {
		widths[i] = is_shown(plan, &columns[i]) ? width_of(plan, &columns[i]) : 0;
		used += widths[i] ? GAP + widths[i] : 0;
	}
	for (size_t first = 0; first < COLUMNS; first = end) {
		end = first < COSTS && used > (int)page->width ? COSTS : COLUMNS;
		put_headings(page, widths, first, end);
		for (size_t i = 0; i < plan->rows; i++)
			put_row(page, plan, rows[i], widths, first, end);
	}
}

int text_put_plan(struct text_page *page, const struct table *plan)
{
	size_t *rows = plan_rows(plan);
	int code;
	const char *currency;
	char title[80];

	if (!rows || plan->rows == 0) {
		free(rows);
		return rows ? 0 : -ENOMEM;
	}
	currency = table_text_of(plan, 0, "currency");
	snprintf(title, sizeof(title), "for the fleet; costs in %s",
		 *currency ? currency : "the currency of the host list");
	text_put_title(page, "Capacity plan", title);
	page->name_width = TEXT_NAME_LEAST;
	for (size_t row = 0; row < plan->rows; row++) {
		size_t width = text_width(table_text_of(plan, row, "label"));

		if (width > page->name_width)
			page->name_width = width < TEXT_NAME_MOST ? width : TEXT_NAME_MOST;
	}
	put_table(page, plan, rows);
	code = text_put_plan_notes(page, plan, rows);
	if (code == 0)
		code = text_put_advice(page, plan);
	free(rows);
	return code;
}

/* Tables beside the summary, each shown where it has rows. */
static const struct {
	const struct table_schema *schema;
	int (*put)(struct text_page *page, const struct table *table);
} further[] = {
	{ &schema_plan_assumptions, text_put_assumptions },
	{ &schema_plan_risks, text_put_risks },
	{ &schema_plan_uncertainty, text_put_uncertainty },
	{ &schema_plan_sensitivity, text_put_sensitivity },
	{ &schema_plan_break_even, text_put_break_even },
	{ &schema_plan_density, text_put_density },
	{ &schema_plan_what_if, text_put_what_if },
	{ &schema_plan_headroom, text_put_headroom },
	{ &schema_plan_mending, text_put_mending },
};

/* One of them from DIRECTORY. */
static int put_further(struct text_page *page, const char *directory, size_t i, struct error *error)
{
	struct table table;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%.4000s/%s", directory, further[i].schema->name);
	code = table_read_optional(&table, path, further[i].schema, error);
	if (code == 0 && further[i].put(page, &table) < 0)
		code = error_set(error, ENOMEM, "cannot make the plan");
	table_free(&table);
	return code;
}

int text_put_plan_further(struct text_page *page, const char *directory, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(further) / sizeof(*further); i++)
		code = put_further(page, directory, i, error);
	return code;
}

int report_plan_print(struct report_page on, const char *directory, struct error *error)
{
	struct text_page page = text_page_on(on);
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
	if (code == 0) {
		if (text_put_plan(&page, &plan) < 0)
			code = error_set(error, ENOMEM, "cannot make the plan");
		else
			code = text_put_plan_further(&page, directory, error);
		if (code == 0)
			code = whole_print(&whole, on.out, "the plan", error);
		else
			whole_abandon(&whole);
	}
	table_free(&plan);
	return code;
}
