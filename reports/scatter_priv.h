/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_SCATTER_PRIV_H
#define REPORTS_SCATTER_PRIV_H

#include <stdbool.h>
#include <stdio.h>

/* Pairs of what should be equal, in ns, over two logarithmic axes of the same range. */
struct scatter {
	const char *title;
	const char *colour; /* of what is plain; the faint are grey */
	double low, high;   /* both axes */
	struct scatter_point {
		const char *name;
		double x, y, low, high; /* the last two: y's interval */
		bool faint;
	} * point; /* count; owned */
	size_t count;
};

/* Units of the SVG, which the page scales. */
#define SCATTER_WIDTH 480
#define SCATTER_LEFT  76
#define SCATTER_TOP   10
#define SCATTER_SIDE  390
#define SCATTER_FONT  14

#define SCATTER_FAINT "#6f7782"

/* What lies at or below nought, or is no number, has no place on such axes. */
bool scatter_drawable(const struct scatter_point *p);

double scatter_x(const struct scatter *s, double ns);
double scatter_y(const struct scatter *s, double ns);

/* Draws S as an SVG in which each mark tells its figures. */
void scatter_put(FILE *out, const struct scatter *s);

/* Names the farthest off, beside their marks. */
void scatter_put_labels(FILE *out, const struct scatter *s);

#endif
