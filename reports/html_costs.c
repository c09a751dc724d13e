/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/units.h"
#include "reports/html_priv.h"

/* What predictions are made of: the cost of each event, as fitted to programs. */

static const char *const metric_names[] = { "time", "cpu" };

/* The row of a term of CONFIG, or the number of rows. */
static size_t find_row(const struct table *t, const char *config, const char *metric, const char *term)
{
	size_t row = 0;

	while (row < t->rows && !(table_is(t, row, "config", config) && table_is(t, row, "metric", metric) &&
				  table_is(t, row, "term", term)))
		row++;
	return row;
}

static void put_cost(FILE *out, const struct table *t, size_t row, const char *column)
{
	double cost = table_number_of(t, row, column);
	char text[32];

	if (table_is(t, row, "unit", "ns"))
		fputs(units_print_time(cost, text, sizeof(text)), out);
	else
		fprintf(out, isnan(cost) ? "NA" : "%.3f", cost);
}

/* Cost, interval, and what the nano suite says. */
static void put_cells(FILE *out, const struct table *t, size_t row)
{
	bool error = row < t->rows && strncmp(table_text_of(t, row, "term"), "error", strlen("error")) == 0;

	if (row == t->rows) {
		fputs("<td></td><td></td><td></td>", out);
		return;
	}
	if (!error && table_number_of(t, row, "with") == 0 && table_missing_of(t, row, "direct")) {
		fputs("<td class=\"interval\">not seen</td><td></td><td>NA</td>", out);
		return;
	}
	fputs("<td>", out);
	put_cost(out, t, row, "cost");
	fputs("</td><td class=\"interval\">[", out);
	put_cost(out, t, row, "low");
	fputs(", ", out);
	put_cost(out, t, row, "high");
	fputs("]", out);
	if (!table_missing_of(t, row, "merged")) {
		fputs(" one with ", out);
		html_text(out, table_text_of(t, row, "merged"));
	}
	fputs("</td><td>", out);
	if (!error)
		put_cost(out, t, row, "direct");
	fputs("</td>", out);
}

static void put_term(FILE *out, const struct table *t, const char *config, const char *term)
{
	size_t row = find_row(t, config, metric_names[0], term);
	size_t any = row < t->rows ? row : find_row(t, config, metric_names[1], term);

	if (any == t->rows)
		return;
	fputs("<tr><th scope=\"row\">", out);
	html_text(out, term);
	fputs("</th>", out);
	put_cells(out, t, row);
	put_cells(out, t, find_row(t, config, metric_names[1], term));
	fprintf(out, "<td>%s</td></tr>\n", table_is(t, any, "unit", "ns") ? "an event" : "factor");
}

static void put_config(FILE *out, const struct table *t, const char *config, const char *label,
		       const struct names *terms)
{
	static const char columns[] = "<th scope=\"col\">cost</th><th scope=\"col\">[95 % interval]</th>"
				      "<th scope=\"col\">directly</th>";

	fputs("<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>", out);
	html_text(out, label);
	fprintf(out,
		"</caption>\n<thead><tr><th rowspan=\"2\" scope=\"col\">term</th>"
		"<th colspan=\"3\" scope=\"colgroup\">time</th><th colspan=\"3\" scope=\"colgroup\">CPU "
		"seconds</th><th rowspan=\"2\" "
		"scope=\"col\">unit</th></tr>\n<tr>%s%s</tr></thead>\n<tbody>\n",
		columns, columns);
	for (size_t i = 0; i < terms->count; i++)
		put_term(out, t, config, terms->name[i]);
	fputs("</tbody>\n</table></div>\n", out);
}

int html_costs(FILE *out, const struct result *result)
{
	const struct table *t = &result->coefficients;
	struct names configs = { 0 }, terms = { 0 };
	int code;

	if (t->rows == 0)
		return 0;
	code = names_collect(&configs, t, "config");
	if (code == 0)
		code = names_collect(&terms, t, "term");
	names_order_configs(&configs);
	fputs("<details><summary>What each event costs</summary>\n"
	      "<p class=\"soft\">What an event adds to native time, as fitted to programs, and directly: as "
	      "the "
	      "nano suite measured it. Of error: measured by predicted, each program left out in turn, those "
	      "of "
	      "one thread and those of several or of several processes. vmtax list terms says what each term "
	      "is.</p>\n",
	      out);
	for (size_t i = 0; code == 0 && i < configs.count; i++)
		put_config(out, t, configs.name[i], result_label(result, configs.name[i]), &terms);
	fputs("</details>\n", out);
	names_free(&configs);
	names_free(&terms);
	return code;
}
