/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "reports/chart_priv.h"

void chart_put_text(FILE *script, const char *text)
{
	fputc('\'', script);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', script);
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text, script);
	}
	fputc('\'', script);
}

static void put_row_names(FILE *script, const struct grid *grid)
{
	fputs("set ytics scale 0 noenhanced (", script);
	for (size_t row = 0; row < grid->rows.count; row++) {
		char name[64];

		snprintf(name, sizeof(name), "%.40s", grid->rows.name[row]);
		fputs(row ? ", " : "", script);
		chart_put_text(script, name);
		fprintf(script, " %zu", row);
	}
	fputs(")\n", script);
}

/* Every other row lies on a band, to lead the eye from a name to its marks. */
static void put_bands(FILE *script, size_t rows)
{
	for (size_t row = 0; row < rows; row += 2)
		fprintf(script,
			"set object rect from graph 0, first %g to graph 1, first %g fc rgb '#f2f3f5' fs "
			"solid noborder behind\n",
			(double)row - 0.5, (double)row + 0.5);
}

void chart_put_frame(FILE *script, const struct chart *chart, size_t row_height)
{
	const struct grid *grid = chart->grid;
	size_t key_lines = chart->key_shown ? (grid->column_count + 1) / 2 : 0;
	size_t height = grid->rows.count * row_height + 70 + key_lines * 20;

	fprintf(script, "set encoding utf8\nset terminal svg size %d,%zu dynamic font 'sans-serif,15'\n",
		CHART_WIDTH, height);
	fputs("set border 1 lc rgb '#555555'\nset tics nomirror scale 0.5\nset grid xtics lt 1 lc rgb "
	      "'#cccccc'\n",
	      script);
	fprintf(script, "set tmargin %g\nset bmargin 3.4\nset rmargin 3\n",
		key_lines ? (double)key_lines * 1.25 + 0.6 : 0.7);
	fputs(chart->key_shown ? "set key above maxrows 9 maxcols 2 Left reverse noenhanced samplen 1.5\n"
			       : "unset key\n",
	      script);
	fprintf(script, "set yrange [%g:-0.5]\n", (double)grid->rows.count - 0.5);
	put_row_names(script, grid);
	put_bands(script, grid->rows.count);
	fputs("set xlabel ", script);
	chart_put_text(script, grid->axis);
	fputs(" noenhanced\n", script);
}

/* The script for CHART; the caller frees. NULL with *STATUS set where there is none. */
static char *write_script(const struct chart *chart, int *status)
{
	char *script = NULL;
	size_t size;
	FILE *out = open_memstream(&script, &size);

	*status = -ENOMEM;
	if (!out)
		return NULL;
	*status = chart->kind == CHART_DOTS ? chart_put_dots(out, chart) : chart_put_bars(out, chart);
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
