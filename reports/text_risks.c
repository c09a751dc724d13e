/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* What a plan survives, as text: a sentence a configuration. */

/* Where a loss leaves VMs without room: whether others that move make some. */
static void put_cure(FILE *out, const struct table *risks, size_t row)
{
	const char *rearranged = table_text_of(risks, row, "rearranged"),
		   *moves = table_text_of(risks, row, "moves");

	if (strcmp(rearranged, "yes") == 0)
		fprintf(out, "; moving %s other%s makes room", moves, strcmp(moves, "1") == 0 ? "" : "s");
	else if (strcmp(rearranged, "no") == 0)
		fputs("; moving others was not found to help", out);
}

/* One row about a failure domain; returns the next. */
static size_t put_domain(FILE *out, const struct table *risks, size_t row)
{
	const char *label = table_text_of(risks, row, "label"), *domain = table_text_of(risks, row, "domain");

	if (table_is(risks, row, "placement", "today"))
		fputs("today's placement, ", out);
	if (!table_is(risks, row, "survives", "no")) {
		fprintf(out, "%s survives the loss of %s", label, domain);
		return row + 1;
	}
	fprintf(out, "%s does not survive the loss of %s: there is no room for %s of its VMs, %s first",
		label, domain, table_text_of(risks, row, "homeless"), table_text_of(risks, row, "vm"));
	put_cure(out, risks, row);
	return row + 1;
}

/* The rows from ROW on that are of its configuration; returns the first that is not. */
static size_t put_config(FILE *out, const struct table *risks, size_t row)
{
	const char *config = table_text_of(risks, row, "config");
	size_t begin = row, fatal = 0, first = 0;

	if (*table_text_of(risks, row, "domain"))
		return put_domain(out, risks, row);
	for (; row < risks->rows && table_is(risks, row, "config", config) &&
	       !*table_text_of(risks, row, "domain");
	     row++)
		if (table_is(risks, row, "survives", "no"))
			first = fatal++ ? first : row;
	if (fatal == 0) {
		fprintf(out, "%s survives the loss of any of its %zu hosts",
			table_text_of(risks, begin, "label"), row - begin);
	} else {
		fprintf(out,
			"%s does not survive the loss of %zu of its %zu hosts: without %s there is no room "
			"for %s VM%s, %s "
			"first",
			table_text_of(risks, begin, "label"), fatal, row - begin,
			table_text_of(risks, first, "host"), table_text_of(risks, first, "homeless"),
			table_is(risks, first, "homeless", "1") ? "" : "s",
			table_text_of(risks, first, "vm"));
		put_cure(out, risks, first);
	}
	return row;
}

int text_put_risks(struct text_page *page, const struct table *risks)
{
	for (size_t row = 0; row < risks->rows;) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (!out)
			return -ENOMEM;
		row = put_config(out, risks, row);
		if (fclose(out) != 0) {
			free(text);
			return -ENOMEM;
		}
		text_put_wrapped(page, strstr(text, " does not survive ") ? '!' : '-', text);
		free(text);
	}
	return 0;
}
