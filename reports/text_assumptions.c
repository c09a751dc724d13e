/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "reports/text_priv.h"

/* What a plan takes for granted, as text. */

/* Keys without which a plan is another one. */
static const char *const told[] = { "growth_buffer", "spare_hosts", "overcommit", "latency_goal" };

int text_put_assumptions(struct text_page *page, const struct table *t)
{
	char *text = NULL;
	size_t size = 0, count = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	for (size_t row = 0; row < t->rows; row++)
		for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
			if (table_is(t, row, "key", told[i]) && table_is(t, row, "source", "usual"))
				fprintf(out, "%s%s = %s",
					count++ ? ", " : "taken for granted, as no policy says otherwise: ",
					told[i], table_text_of(t, row, "value"));
	fputs(" (plan/assumptions.csv has all)", out);
	if (fclose(out) == 0 && count > 0)
		text_put_wrapped(page, '-', text);
	free(text);
	return 0;
}
