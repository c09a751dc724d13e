/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "reports/nano_priv.h"

/* Lines made point by point. */

struct line *lines_begin(struct lines *lines, const char *label, const char *colour)
{
	struct line *grown = realloc(lines->line, (lines->count + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	lines->line = grown;
	grown[lines->count] = (struct line){ .label = label, .colour = colour };
	return &grown[lines->count++];
}

int line_add(struct line *line, double x, double y)
{
	struct point *grown;

	if ((line->count & (line->count - 1)) == 0) {
		grown = realloc(line->point, (line->count ? 2 * line->count : 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		line->point = grown;
	}
	line->point[line->count++] = (struct point){ x, y };
	return 0;
}

static int by_x(const void *left, const void *right)
{
	double a = ((const struct point *)left)->x, b = ((const struct point *)right)->x;

	return (a > b) - (a < b);
}

void line_sort(struct line *line)
{
	if (line->count)
		qsort(line->point, line->count, sizeof(*line->point), by_x);
}

void lines_free(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i].point);
	free(lines->line);
	*lines = (struct lines){ 0 };
}
