/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"

/* How many of a program's calls became requests, to be held against what its profile says. */

/* Requests the guest kernel makes by itself, or makes of calls that have a term of their own. */
static bool is_own(const char *kind)
{
	static const char *const others[] = { "map", "unmap", "discard", "futex", "futex_wait", "futex_pi" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(kind, others[i]) == 0)
			return false;
	return true;
}

int fit_requests_read(const char *directory, double **count, size_t *runs, struct error *error)
{
	struct table t;
	char path[4300];
	int code;

	*count = NULL;
	*runs = 0;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_requests.name);
	code = table_read_optional(&t, path, &schema_requests, error);
	if (code)
		return code;
	for (size_t row = 0; row < t.rows; row++)
		*runs = (size_t)fmax((double)*runs, table_number(&t, row, 0) + 1);
	*count = calloc(*runs + 1, sizeof(**count));
	for (size_t row = 0; *count && row < t.rows; row++)
		if (table_is(&t, row, "stage", "total") && is_own(table_text_of(&t, row, "kind")))
			(*count)[(size_t)table_number(&t, row, 0)] += table_number_of(&t, row, "count");
	table_free(&t);
	return *count ? 0 : error_set(error, ENOMEM, "cannot read requests");
}
