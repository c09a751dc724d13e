/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/text_priv.h"

/* Where hosted and bare-metal plans cost the same, as text. */

static void put_row(FILE *out, const struct table *table, size_t row)
{
	double value = table_number_of(table, row, "value");
	const char *what = table_text_of(table, row, "what");

	if (strcmp(what, "vms") == 0 && isnan(value))
		fputs("at no number of VMs that was tried", out);
	else if (strcmp(what, "vms") == 0)
		fprintf(out, "at %.0f VM%s (below, %s is cheaper)", value, value == 1 ? "" : "s",
			table_text_of(table, row, "below"));
	else if (strcmp(what, "hypervisor-licence") == 0 && isnan(value))
		fputs("at no price of the hypervisor", out);
	else if (strcmp(what, "hypervisor-licence") == 0)
		fprintf(out, "at %.0f a host for the hypervisor", value);
	else if (strcmp(what, "os-licence") == 0 && isnan(value))
		fputs("at no price of the host OS", out);
	else if (strcmp(what, "os-licence") == 0)
		fprintf(out, "at %.0f a host for the host OS", value);
	else if (isnan(value))
		fputs("in no month", out);
	else
		fprintf(out, "in month %.1f", value);
}

int text_put_break_even(struct text_page *page, const struct table *table)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out;

	if (table->rows == 0)
		return 0;
	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "%s and %s cost the same ", table_text_of(table, 0, "config"),
		table_text_of(table, 0, "against"));
	for (size_t row = 0; row < table->rows; row++) {
		fputs(row == 0 ? "" : row + 1 < table->rows ? ", " : " and ", out);
		put_row(out, table, row);
	}
	if (fclose(out) != 0) {
		free(text);
		return -ENOMEM;
	}
	text_put_wrapped(page, '-', text);
	free(text);
	return 0;
}
