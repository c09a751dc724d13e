/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/nano_priv.h"

/* Why events have no cost: one line for all that have the same reason. */
#define NAMED 4 /* so many events are named, the others counted */

static bool alike(const struct table *costs, size_t a, size_t b)
{
	return table_alike(costs, a, b, "reason") && table_alike(costs, a, b, "status");
}

/* Whether ROW has anything to be said, and nobody before it has said the same. */
static bool is_new(const struct table *costs, size_t row)
{
	const char *status = table_text_of(costs, row, "status");

	if (strcmp(status, "none") == 0 ||
	    (strcmp(status, "ok") == 0 && !*table_text_of(costs, row, "reason")))
		return false;
	for (size_t before = 0; before < row; before++)
		if (alike(costs, before, row))
			return false;
	return true;
}

static void put_names(FILE *out, const struct names *names, size_t most)
{
	for (size_t i = 0; i < names->count && i < most; i++)
		fprintf(out, "%s%s", i ? ", " : "", names->name[i]);
	if (names->count > most)
		fprintf(out, " and %zu more", names->count - most);
}

/* "vmcall under hosted, bare-metal: no end after 5 s" */
static void print(FILE *out, const struct table *costs, size_t row, const struct names *events,
		  const struct names *labels)
{
	const char *reason = table_text_of(costs, row, "reason");

	put_names(out, events, NAMED);
	fputs(" under ", out);
	put_names(out, labels, labels->count);
	fprintf(out, ": %s%s", table_is(costs, row, "status", "failed") ? "failed: " : "",
		*reason ? reason : "no reason was recorded");
}

/* Says the reason of row FIRST of all rows that share it. 0 or -ENOMEM. */
static int put_reason(const struct table *costs, size_t first, notes_sink *sink, void *argument)
{
	struct names events = { 0 }, labels = { 0 };
	char *said = NULL;
	size_t size;
	FILE *out = open_memstream(&said, &size);
	int code = out ? 0 : -ENOMEM;

	for (size_t row = first; code == 0 && row < costs->rows; row++)
		if (alike(costs, row, first) && (names_add(&events, table_text_of(costs, row, "event")) < 0 ||
						 names_add(&labels, table_text_of(costs, row, "label")) < 0))
			code = -ENOMEM;
	if (code == 0)
		print(out, costs, first, &events, &labels);
	if (out && fclose(out) != 0)
		code = -ENOMEM;
	if (code == 0)
		sink(argument, '!', said);
	free(said);
	names_free(&events);
	names_free(&labels);
	return code;
}

int nano_reasons(const struct result *result, notes_sink *sink, void *argument)
{
	int code = 0;

	for (size_t row = 0; code == 0 && row < result->costs.rows; row++)
		if (is_new(&result->costs, row))
			code = put_reason(&result->costs, row, sink, argument);
	return code;
}
