/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/chart_priv.h"

/* The script for CHART; the caller frees. NULL with *STATUS set where there is none. */
static char *write_script(const struct chart *chart, int *status)
{
	static int (*const put[])(FILE *, const struct chart *) = {
		[CHART_DOTS] = chart_put_dots,
		[CHART_BARS] = chart_put_bars,
		[CHART_WATERFALL] = chart_put_waterfall,
		[CHART_LINES] = chart_put_lines,
	};
	char *script = NULL;
	size_t size;
	FILE *out = open_memstream(&script, &size);

	*status = -ENOMEM;
	if (!out)
		return NULL;
	*status = put[chart->kind](out, chart);
	if (fclose(out) != 0)
		*status = -ENOMEM;
	if (*status < 0) {
		free(script);
		return NULL;
	}
	return script;
}

int chart_draw(FILE *out, const struct chart *chart, struct error *error)
{
	char *svg = NULL, *script;
	int status;

	script = write_script(chart, &status);
	if (!script)
		return error_set(error, status == -ENODATA ? 0 : -status,
				 status == -ENODATA ? "there is nothing to draw" : "cannot draw");
	status = gnuplot_run(script, &svg, error);
	if (status == 0 && svg_inline(out, svg, chart->key, chart->label) < 0)
		status = error_set(error, 0, "gnuplot drew no SVG");
	free(script);
	free(svg);
	return status;
}
