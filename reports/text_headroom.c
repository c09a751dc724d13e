/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* When a plan is full, as text: a sentence a configuration, on the resource that is full first. */

static const char *cell(const struct table *headroom, size_t row, const char *column)
{
	return table_text(headroom, row, table_column(headroom, column));
}

/* The row of those from FROM to END whose resource is full first; END: none is. */
static size_t first_full(const struct table *headroom, size_t from, size_t end)
{
	size_t first = end;

	for (size_t row = from; row < end; row++) {
		const char *date = cell(headroom, row, "ends"); /* such dates sort as text */

		if (*date && (first == end || strcmp(date, cell(headroom, first, "ends")) < 0))
			first = row;
	}
	return first;
}

/* The rows from ROW on that are of its configuration; returns the first that is not. */
static size_t put_config(FILE *out, const struct table *headroom, size_t row)
{
	const char *config = cell(headroom, row, "config");
	size_t begin = row, first;

	while (row < headroom->rows && strcmp(cell(headroom, row, "config"), config) == 0)
		row++;
	first = first_full(headroom, begin, row);
	if (first == row) {
		fprintf(out, "%s is not full within the horizon", cell(headroom, begin, "label"));
		return row;
	}
	fprintf(out, "%s is full on %s (%s", cell(headroom, first, "label"), cell(headroom, first, "ends"),
		cell(headroom, first, "resource"));
	if (*cell(headroom, first, "ends_earliest"))
		fprintf(out, "; from %s on, by the upper end of its 95 %% interval",
			cell(headroom, first, "ends_earliest"));
	fprintf(out, "): order by %s", cell(headroom, first, "order_by"));
	if (*cell(headroom, first, "host_ends"))
		fprintf(out, "; one %s more does until %s, %s days longer", cell(headroom, first, "host"),
			cell(headroom, first, "host_ends"), cell(headroom, first, "host_days"));
	else if (*cell(headroom, first, "host"))
		fprintf(out, "; one %s more does to the end of the horizon", cell(headroom, first, "host"));
	return row;
}

int text_put_headroom(struct text_page *page, const struct table *headroom)
{
	for (size_t row = 0; row < headroom->rows;) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			return -ENOMEM;
		row = put_config(out, headroom, row);
		if (fclose(out) != 0) {
			free(text);
			return -ENOMEM;
		}
		text_put_wrapped(page->out, '-', text);
		free(text);
	}
	return 0;
}
