/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "reports/compare_priv.h"
#include "reports/text_priv.h"

/* A comparison as text: a row a line, a block a metric. */

static const char *colour_of(const struct text_page *page, const char *verdict)
{
	if (!page->colour)
		return "";
	return strcmp(verdict, "worse") == 0 ? "\033[33m" : strcmp(verdict, "better") == 0 ? "\033[32m" : "";
}

/* What all rows take beside their names: two values, the change and the verdict. */
#define REST (9 + 1 + 9 + 2 + 22 + 2 + 7)

static void put_row(const struct text_page *page, const struct table *table, size_t row, size_t config_width,
		    bool remarks)
{
	const char *verdict = table_text_of(table, row, "verdict"), *colour = colour_of(page, verdict);
	char base[32], ours[32], change[64], remark[200];

	text_put_cut(page->out, table_text_of(table, row, "workload"), page->name_width,
		     page->name_width + 1);
	text_put_cut(page->out, table_text_of(table, row, "config"), config_width, config_width + 1);
	fprintf(page->out, "%9s %9s  %s%-22s  %s%s", compare_value(table, row, "base_value", base),
		compare_value(table, row, "value", ours), colour, compare_change(table, row, change), verdict,
		*colour ? "\033[0m" : "");
	if (remarks && *compare_remark(table, row, remark))
		fprintf(page->out, "%*s  %s", (int)(6 - strlen(verdict)), "", remark);
	fputc('\n', page->out);
}

/* The rows of METRIC, from FROM on, with REMARK, or with any where it is NULL. */
static size_t count_rows(const struct table *table, const char *metric, const char *remark, size_t from,
			 FILE *names)
{
	size_t n = 0;

	for (size_t row = from; row < table->rows; row++) {
		char other[200];

		if (!table_is(table, row, "metric", metric) ||
		    (remark && strcmp(compare_remark(table, row, other), remark) != 0))
			continue;
		if (names)
			fprintf(names, "%s %s under %s", n ? "," : ":", table_text_of(table, row, "workload"),
				table_text_of(table, row, "config"));
		n++;
	}
	return n;
}

/* Remarks that rows have no room for, each once, with whom it is of. */
static int put_remarks(const struct text_page *page, const struct table *table, const char *metric)
{
	size_t all = count_rows(table, metric, NULL, 0, NULL);

	for (size_t row = 0; row < table->rows; row++) {
		char remark[200], *text = NULL;
		size_t size, n;
		FILE *out;

		if (!table_is(table, row, "metric", metric) || !*compare_remark(table, row, remark))
			continue;
		n = count_rows(table, metric, remark, row, NULL);
		if (n < count_rows(table, metric, remark, 0, NULL)) /* it was said */
			continue;
		out = open_memstream(&text, &size);
		if (!out)
			return -ENOMEM;
		fputs(remark, out);
		if (n == all && n > 1)
			fputs(": all rows", out);
		else
			count_rows(table, metric, remark, row, out);
		if (fclose(out) == 0)
			text_put_wrapped(page, '-', text);
		free(text);
	}
	return 0;
}

static size_t longest_remark(const struct table *table, const char *metric)
{
	size_t longest = 0;

	for (size_t row = 0; row < table->rows; row++) {
		char remark[200];
		size_t this = table_is(table, row, "metric", metric)
				      ? text_width(compare_remark(table, row, remark))
				      : 0;

		longest = this > longest ? this : longest;
	}
	return longest;
}

static int put_metric(struct text_page *page, const struct table *table, const struct compare_metric *metric)
{
	size_t config_width = text_name_width(table, "config", "config"), rows = 0;
	bool beside;

	page->name_width = text_name_width(table, "workload", "workload");
	while (page->name_width + 1 + config_width + 1 + REST > page->width)
		--*(page->name_width > config_width ? &page->name_width : &config_width);
	beside = page->name_width + 1 + config_width + 1 + REST + 2 + longest_remark(table, metric->name) <=
		 page->width;
	for (size_t row = 0; row < table->rows; row++) {
		if (!table_is(table, row, "metric", metric->name))
			continue;
		if (rows++ == 0) {
			text_put_title(page, metric->title, "and its change [95 % interval]");
			text_put_name(page->out, "workload", page->name_width + 1);
			text_put_name(page->out, "config", config_width + 1);
			fprintf(page->out, "%9s %9s  %-22s  %s\n", "against", "now", "change", "verdict");
		}
		put_row(page, table, row, config_width, beside);
	}
	return beside ? 0 : put_remarks(page, table, metric->name);
}

static void put_sides(const struct text_page *page, const struct report_comparison *comparison)
{
	bool fits = text_width(comparison->ours) + strlen(" against ") + text_width(comparison->base) <=
		    page->width;

	report_page_fill(page->out, comparison->ours, 0, page->width);
	fputs(fits ? " against " : "\nagainst ", page->out);
	report_page_fill(page->out, comparison->base, 0, page->width);
	fputc('\n', page->out);
}

static int put_all(struct text_page *page, const struct table *table,
		   const struct report_comparison *comparison)
{
	char *headline = compare_headline(table, comparison);
	int code = 0;

	if (!headline)
		return -ENOMEM;
	put_sides(page, comparison);
	for (const struct compare_metric *metric = compare_metrics; code == 0 && metric->name; metric++)
		code = put_metric(page, table, metric);
	fputc('\n', page->out);
	report_page_fill(page->out, headline, 0, page->width);
	fputc('\n', page->out);
	free(headline);
	return code;
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
