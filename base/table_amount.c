/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/error.h"
#include "base/table.h"

/* Numbers that were measured. */

int table_amount(const struct table *table, size_t row, const char *name, double least, const char *mend,
		 struct error *error)
{
	double number = table_number_of(table, row, name);

	if (!(number < least) && !(fabs(number) > TABLE_MOST))
		return 0;
	error_fail(error, 0, mend, number < least ? "it is below nought" : "it is more than can have been");
	return error_at(error, "%.200s:%zu:%s", table->path, table->lines[row], table_called(table, name));
}

int table_amounts(const struct table *table, const char *const *names, double least, const char *mend,
		  struct error *error)
{
	int code = 0;

	for (size_t row = 0; code == 0 && row < table->rows; row++)
		for (const char *const *name = names; code == 0 && *name; name++)
			code = table_amount(table, row, *name, least, mend, error);
	return code;
}
