/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/chart_priv.h"

/* What all charts have: size, margins, names of rows, bands, axis. */

#define NAME_MOST 24 /* characters of a row's name; more would leave no room for the drawing */

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

/* Bytes of the first NAME_MOST characters of NAME: UTF-8 is not cut within one. */
static size_t shown_bytes(const char *name, size_t *characters)
{
	size_t bytes = 0;

	for (*characters = 0; name[bytes]; bytes++) {
		if (((unsigned char)name[bytes] & 0xc0) != 0x80 && ++*characters > NAME_MOST) {
			--*characters;
			break;
		}
	}
	return bytes;
}

/* Names of the rows at the left, and room for the longest: gnuplot itself knows no font and guesses too much.
 */
static int put_row_names(FILE *script, const struct grid *grid)
{
	size_t longest = 0, characters;

	fputs("set ytics scale 0 noenhanced (", script);
	for (size_t row = 0; row < grid->rows.count; row++) {
		char *name = strndup(grid->rows.name[row], shown_bytes(grid->rows.name[row], &characters));

		if (!name)
			return -ENOMEM;
		fputs(row ? ", " : "", script);
		chart_put_text(script, name);
		fprintf(script, " %zu", row);
		longest = characters > longest ? characters : longest;
		free(name);
	}
	fprintf(script, ")\nset lmargin at screen %.4f\n", (14 + 9.2 * (double)longest) / CHART_WIDTH);
	return 0;
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

/* Margins in units, so that rows keep their height however few they are. */
static void put_size(FILE *script, size_t rows_height, bool axis_above)
{
	size_t above = axis_above ? 34 : 8, below = 62, height = above + rows_height + below;

	fprintf(script, "set terminal svg size %d,%zu dynamic font 'sans-serif,15'\n", CHART_WIDTH, height);
	fprintf(script, "set tmargin at screen %.5f\nset bmargin at screen %.5f\nset rmargin 3\n",
		1 - (double)above / (double)height, (double)below / (double)height);
}

int chart_put_frame(FILE *script, const struct chart *chart, size_t row_height)
{
	const struct grid *grid = chart->grid;

	fputs("set encoding utf8\nset border 1 lc rgb '#555555'\nset tics nomirror scale 0.5\n"
	      "set grid xtics lt 1 lc rgb '#cccccc'\nunset key\n", /* the page names the columns */
	      script);
	put_size(script, grid->rows.count * row_height, chart->dense);
	fprintf(script, "set yrange [%g:-0.5]\n", (double)grid->rows.count - 0.5);
	put_bands(script, grid->rows.count);
	fputs("set xlabel ", script);
	chart_put_text(script, grid->axis);
	fputs(" noenhanced offset 0, 0.6\n", script);
	return put_row_names(script, grid);
}
