/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_CHART_PRIV_H
#define REPORTS_CHART_PRIV_H

#include <stdio.h>

#include "reports/reports_priv.h"

/* Units of the SVG, which the page scales: about pixels on a narrow screen, so text stays readable there. */
#define CHART_WIDTH 480

/* What both kinds of chart begin with: size, frame, labels, rows of ROW_HEIGHT from the top. 0 or -ENOMEM. */
int chart_put_frame(FILE *script, const struct chart *chart, size_t row_height);

/* TEXT as a gnuplot string in single quotes, in which nothing is expanded; control bytes become blanks. */
void chart_put_text(FILE *script, const char *text);

/* The rest of the script. 0, or -ENODATA where every cell is missing. */
int chart_put_dots(FILE *script, const struct chart *chart);
int chart_put_bars(FILE *script, const struct chart *chart);
int chart_put_waterfall(FILE *script, const struct chart *chart);
int chart_put_lines(FILE *script, const struct chart *chart);

#endif
