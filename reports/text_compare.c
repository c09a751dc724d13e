/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "reports/compare_priv.h"
#include "reports/text_priv.h"

/* A comparison as text: a row a line, a block a metric. */

/* Columns that a column of names needs. */
static size_t widest(const struct table *table, const char *column)
{
	size_t width = strlen(column);

	for (size_t row = 0; row < table->rows; row++) {
		size_t this = text_width(table_text_of(table, row, column));

		width = this > width ? this : width;
	}
	return (width < TEXT_NAME_MOST ? width : TEXT_NAME_MOST) + 1;
}

static const char *colour_of(const struct text_page *page, const char *verdict)
{
	if (!page->colour)
		return "";
	return strcmp(verdict, "worse") == 0 ? "\033[33m" : strcmp(verdict, "better") == 0 ? "\033[32m" : "";
}

static void put_row(const struct text_page *page, const struct table *table, size_t row, size_t config_width)
{
	const char *verdict = table_text_of(table, row, "verdict"), *colour = colour_of(page, verdict);
	char base[32], ours[32], change[64], remark[200];

	text_put_name(page->out, table_text_of(table, row, "workload"), page->name_width);
	text_put_name(page->out, table_text_of(table, row, "config"), config_width);
	fprintf(page->out, "%9s %9s  %s%-24s  %s%s", compare_value(table, row, "base_value", base),
		compare_value(table, row, "value", ours), colour, compare_change(table, row, change), verdict,
		*colour ? "\033[0m" : "");
	if (*compare_remark(table, row, remark))
		fprintf(page->out, "%*s  %s", (int)(6 - strlen(verdict)), "", remark);
	fputc('\n', page->out);
}

static void put_metric(struct text_page *page, const struct table *table, const struct compare_metric *metric)
{
	size_t config_width = widest(table, "config"), rows = 0;

	page->name_width = widest(table, "workload");
	for (size_t row = 0; row < table->rows; row++) {
		if (!table_is(table, row, "metric", metric->name))
			continue;
		if (rows++ == 0) {
			text_put_title(page, metric->title, "and its change [95 % interval]");
			text_put_name(page->out, "workload", page->name_width);
			text_put_name(page->out, "config", config_width);
			fprintf(page->out, "%9s %9s  %-24s  %s\n", "against", "now", "change", "verdict");
		}
		put_row(page, table, row, config_width);
	}
}

static int put_all(struct text_page *page, const struct table *table,
		   const struct report_comparison *comparison)
{
	char *headline = compare_headline(table, comparison);

	if (!headline)
		return -ENOMEM;
	fprintf(page->out, "%s against %s\n", comparison->ours, comparison->base);
	for (const struct compare_metric *metric = compare_metrics; metric->name; metric++)
		put_metric(page, table, metric);
	fprintf(page->out, "\n%s\n", headline);
	free(headline);
	return 0;
}

int report_comparison_print(struct report_page on, const struct report_comparison *comparison,
			    struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table table;
	struct whole whole;
	int code = table_read(&table, comparison->path, &schema_comparison, error);

	if (code)
		return code;
	code = whole_open(&whole, error);
	page.out = whole.out;
	if (code == 0 && put_all(&page, &table, comparison) < 0) {
		whole_abandon(&whole);
		code = error_set(error, ENOMEM, "cannot print the comparison");
	} else if (code == 0) {
		code = whole_print(&whole, on.out, "the comparison", error);
	}
	table_free(&table);
	return code;
}
