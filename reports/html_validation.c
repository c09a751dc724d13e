/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "reports/html_priv.h"
#include "reports/scatter_priv.h"

/* How well programs were predicted: measured against predicted. */

/* The rows of METRIC as points; configurations are the series. */
static int make_scatter(struct scatter *s, const struct result *result, const struct names *configs,
			const char *metric)
{
	const struct table *t = &result->validation;

	*s = (struct scatter){ .x = "measured", .y = "predicted" };
	s->point = calloc(t->rows + 1, sizeof(*s->point));
	s->series = calloc(configs->count + 1, sizeof(*s->series));
	if (!s->point || !s->series)
		return -ENOMEM;
	for (size_t c = 0; c < configs->count; c++) {
		s->series[c] = grid_config(result, configs->name[c]);
		s->series[c].shape = c % CHART_SHAPES;
	}
	s->series_count = configs->count;
	for (size_t row = 0; row < t->rows; row++)
		if (table_is(t, row, "metric", metric))
			s->point[s->count++] = (struct scatter_point){
				.x = table_number_of(t, row, "measured_ns"),
				.y = table_number_of(t, row, "predicted_ns"),
				.low = table_number_of(t, row, "low_ns"),
				.high = table_number_of(t, row, "high_ns"),
				.series = names_find(configs, table_text_of(t, row, "config")),
				.hollow = !table_is(t, row, "held_out", "list"),
			};
	return 0;
}

static int put_metric(FILE *out, const struct result *result, const struct names *configs, const char *metric,
		      const char *title)
{
	char key[40];
	struct scatter scatter;
	struct chart chart = { .kind = CHART_SCATTER, .key = key, .label = title, .scatter = &scatter };
	int code = make_scatter(&scatter, result, configs, metric);

	snprintf(key, sizeof(key), "predicted-%.20s", metric);
	if (code == 0 && scatter.count > 0)
		html_figure(out, &chart, title, false);
	free(scatter.point);
	free(scatter.series);
	return code;
}

static int put_legend(FILE *out, const struct result *result, const struct names *configs)
{
	struct series *series = calloc(configs->count + 1, sizeof(*series));

	if (!series)
		return -ENOMEM;
	for (size_t c = 0; c < configs->count; c++) {
		series[c] = grid_config(result, configs->name[c]);
		series[c].shape = c % CHART_SHAPES;
	}
	html_legend(out, series, configs->count, true);
	free(series);
	return 0;
}

int html_validation(FILE *out, const struct result *result)
{
	struct names configs = { 0 };
	int code;

	if (result->validation.rows == 0)
		return 0;
	code = names_collect(&configs, &result->validation, "config");
	names_order_configs(&configs);
	fputs("<section>\n<h2>Predicted and measured</h2>\n"
	      "<p class=\"soft\">Each mark is a program under a configuration, predicted by a fit that had "
	      "not "
	      "seen it. Full "
	      "marks are programs that no fit may see, hollow ones were left out in turn. On the dashed line "
	      "a "
	      "prediction is right; bars are 95 % prediction intervals and should reach it. Both scales are "
	      "logarithmic.</p>\n",
	      out);
	if (code == 0)
		code = put_legend(out, result, &configs);
	fputs("<div class=\"panels\">\n", out);
	if (code == 0)
		code = put_metric(out, result, &configs, "time", "Time");
	if (code == 0)
		code = put_metric(out, result, &configs, "cpu", "CPU seconds");
	fputs("</div>\n</section>\n", out);
	names_free(&configs);
	return code;
}
