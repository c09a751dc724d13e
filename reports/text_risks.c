/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* What a plan survives, as text: a sentence a configuration. */

static const char *cell(const struct table *risks, size_t row, const char *column)
{
	return table_text(risks, row, table_column(risks, column));
}

/* One row about a failure domain; returns the next. */
static size_t put_domain(FILE *out, const struct table *risks, size_t row)
{
	const char *label = cell(risks, row, "label"), *domain = cell(risks, row, "domain");

	if (strcmp(cell(risks, row, "survives"), "no") == 0)
		fprintf(out,
			"%s does not survive the loss of %s: there is no room for %s of its VMs, %s first",
			label, domain, cell(risks, row, "homeless"), cell(risks, row, "vm"));
	else
		fprintf(out, "%s survives the loss of %s", label, domain);
	return row + 1;
}

/* The rows from ROW on that are of its configuration; returns the first that is not. */
static size_t put_config(FILE *out, const struct table *risks, size_t row)
{
	const char *config = cell(risks, row, "config");
	size_t begin = row, fatal = 0, first = 0;

	if (*cell(risks, row, "domain"))
		return put_domain(out, risks, row);
	for (; row < risks->rows && strcmp(cell(risks, row, "config"), config) == 0 &&
	       !*cell(risks, row, "domain");
	     row++)
		if (strcmp(cell(risks, row, "survives"), "no") == 0)
			first = fatal++ ? first : row;
	if (fatal == 0)
		fprintf(out, "%s survives the loss of any of its %zu hosts", cell(risks, begin, "label"),
			row - begin);
	else
		fprintf(out,
			"%s does not survive the loss of %zu of its %zu hosts: without %s there is no room "
			"for %s VM%s, %s "
			"first",
			cell(risks, begin, "label"), fatal, row - begin, cell(risks, first, "host"),
			cell(risks, first, "homeless"),
			strcmp(cell(risks, first, "homeless"), "1") == 0 ? "" : "s",
			cell(risks, first, "vm"));
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
		text_put_wrapped(page->out, strstr(text, " does not survive ") ? '!' : '-', text);
		free(text);
	}
	return 0;
}
