/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "reports/html_priv.h"
#include "reports/validation_priv.h"

/* How far predictions are off, beside two simple rules, as a table. */

/* What is predicted, and by what; the order of columns. */
static const struct {
	const char *column, *title;
} rules[] = { { "predicted_ns", "predicted" }, { "constant_ns", "constant" }, { "cpu_only_ns", "CPU only" } };

#define RULES (sizeof(rules) / sizeof(*rules))

static void put_head(FILE *out)
{
	fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"tight\">\n<caption>absolute error, "
	      "percent of what was "
	      "measured</caption>\n"
	      "<thead><tr><th rowspan=\"2\" scope=\"col\">configuration</th><th rowspan=\"2\" scope=\"col\" "
	      "class=\"words\">programs</th><th rowspan=\"2\" scope=\"col\">n</th>",
	      out);
	for (size_t i = 0; i < RULES; i++)
		fprintf(out, "<th colspan=\"3\" scope=\"colgroup\">%s</th>", rules[i].title);
	fputs("<th colspan=\"3\" scope=\"colgroup\">95 % intervals</th></tr>\n<tr>", out);
	for (size_t i = 0; i < RULES; i++)
		fputs("<th scope=\"col\">median</th><th scope=\"col\">P90</th><th scope=\"col\">max</th>",
		      out);
	fputs("<th scope=\"col\">hold</th><th scope=\"col\">score</th><th "
	      "scope=\"col\">constant's</th></tr></thead>\n"
	      "<tbody>\n",
	      out);
}

/* Median, P90 and greatest. */
static void put_rule(FILE *out, const double *errors, size_t n)
{
	if (n == 0)
		fputs("<td>NA</td><td>NA</td><td>NA</td>", out);
	else
		fprintf(out, "<td>%.1f</td><td>%.1f</td><td>%.1f</td>", 100 * stats_quantile(errors, n, 0.5),
			100 * stats_quantile(errors, n, 0.9), 100 * errors[n - 1]);
}

static void put_row(FILE *out, const struct table *t, const struct validation_group *g, const char *label,
		    double *room)
{
	bool list = strcmp(g->held_out, "list") == 0;
	size_t n = validation_errors(t, g, rules[0].column, -INFINITY, false, room);
	char score[16], constant[16];

	if (n == 0)
		return;
	fputs("<tr><th scope=\"row\">", out);
	html_text(out, label);
	fprintf(out, ", %s</th><td class=\"words\">%s</td><td>%zu</td>",
		strcmp(g->metric, "cpu") == 0 ? "CPU seconds" : g->metric,
		list ? "no fit has seen" : "left out in turn", n);
	for (size_t i = 0; i < RULES; i++)
		put_rule(out, room, validation_errors(t, g, rules[i].column, -INFINITY, false, room));
	fprintf(out, "<td>%.0f %%</td><td>%s</td><td>%s</td></tr>\n", 100 * validation_covered(t, g),
		format_number(validation_score(t, g, "low_ns", "high_ns"), score),
		format_number(validation_score(t, g, "constant_low_ns", "constant_high_ns"), constant));
}

int html_errors(FILE *out, const struct result *result, const struct names *configs)
{
	static const char *const metric[] = { "time", "cpu" }, *const held_out[] = { "list", "program" };
	double *room = calloc(result->validation.rows + 1, sizeof(*room));

	if (!room)
		return -ENOMEM;
	fputs("<h3>How far predictions are off</h3>\n", out);
	put_head(out);
	for (size_t i = 0; i < 4 * configs->count; i++) {
		const char *config = configs->name[i / 4];
		struct validation_group g = { config, metric[i / 2 % 2], held_out[i % 2] };

		put_row(out, &result->validation, &g, result_label(result, config), room);
	}
	fputs("</tbody>\n</table></div>\n"
	      "<p class=\"soft\">A constant slowdown is the geometric mean of the programs fitted on; the "
	      "other "
	      "rule slows CPU time alone. Of 95 % prediction intervals: the share that hold what was "
	      "measured, "
	      "and how wide they are and by how much they miss (the interval score of logarithms: less is "
	      "better), beside that of a constant slowdown.</p>\n",
	      out);
	free(room);
	return 0;
}
