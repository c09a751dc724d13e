/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* When a plan is full, as text: a sentence a configuration, on the resource that is full first. */

/* The row of those from FROM to END whose resource is full first; END: none is. */
static size_t first_full(const struct table *headroom, size_t from, size_t end)
{
	size_t first = end;

	for (size_t row = from; row < end; row++) {
		const char *date = table_text_of(headroom, row, "ends"); /* such dates sort as text */

		if (*date && (first == end || strcmp(date, table_text_of(headroom, first, "ends")) < 0))
			first = row;
	}
	return first;
}

/* The rows from ROW on that are of its configuration; returns the first that is not. */
static size_t put_config(FILE *out, const struct table *headroom, size_t row)
{
	const char *config = table_text_of(headroom, row, "config");
	size_t begin = row, first;

	while (row < headroom->rows && table_is(headroom, row, "config", config))
		row++;
	first = first_full(headroom, begin, row);
	if (first == row) {
		fprintf(out, "%s is not full within the horizon", table_text_of(headroom, begin, "label"));
		return row;
	}
	fprintf(out, "%s is full on %s (%s", table_text_of(headroom, first, "label"),
		table_text_of(headroom, first, "ends"), table_text_of(headroom, first, "resource"));
	if (*table_text_of(headroom, first, "ends_earliest"))
		fprintf(out, "; from %s on, by the upper end of its 95 %% interval",
			table_text_of(headroom, first, "ends_earliest"));
	fprintf(out, "): order by %s", table_text_of(headroom, first, "order_by"));
	if (*table_text_of(headroom, first, "host_ends"))
		fprintf(out, "; one %s more does until %s, %s days longer",
			table_text_of(headroom, first, "host"), table_text_of(headroom, first, "host_ends"),
			table_text_of(headroom, first, "host_days"));
	else if (*table_text_of(headroom, first, "host"))
		fprintf(out, "; one %s more does to the end of the horizon",
			table_text_of(headroom, first, "host"));
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
		text_put_wrapped(page, '-', text);
		free(text);
	}
	return 0;
}
