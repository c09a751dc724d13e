/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/table.h"

/* Numbers that name their row. */

struct entry {
	double value;
	size_t row;
};

static int by_value(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

int table_unique(const struct table *table, const char *name, struct error *error)
{
	struct entry *entries = malloc((table->rows + 1) * sizeof(*entries));
	size_t column = table_column(table, name), count = 0, twice = table->rows, first = 0;

	if (entries == NULL)
		return error_set(error, ENOMEM, "cannot check %s", name);
	for (size_t row = 0; row < table->rows; row++)
		if (!table_missing(table, row, column))
			entries[count++] = (struct entry){ table_number(table, row, column), row };
	qsort(entries, count, sizeof(*entries), by_value);
	for (size_t i = 1; i < count; i++)
		if (entries[i].value == entries[i - 1].value && entries[i].row < twice) {
			twice = entries[i].row;
			first = entries[i - 1].row;
		}
	free(entries);
	if (twice == table->rows)
		return 0;
	error_fail(error, 0, "two runs may have written to it: remove the rows of one",
		   "%s %.40s is there twice, first in line %zu", name, table_text(table, twice, column),
		   table->lines[first]);
	return error_at(error, "%.200s:%zu:%s", table->path, table->lines[twice], name);
}
