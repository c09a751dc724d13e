/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

/* Rows of which there should be one. */

struct order {
	const struct table *table;
	const char *const *names;
};

static int compare(const struct order *o, size_t a, size_t b)
{
	int order = 0;

	for (const char *const *name = o->names; order == 0 && *name; name++)
		order = strcmp(table_text_of(o->table, a, *name), table_text_of(o->table, b, *name));
	return order;
}

/* Rows that are alike as they come. */
static int by_names(const void *left, const void *right, void *order)
{
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	int first = compare(order, a, b);

	return first ? first : (a > b) - (a < b);
}

int table_twice(const struct table *table, const char *const *names,
		bool (*wanted)(const struct table *table, size_t row), size_t *first, size_t *again)
{
	struct order order = { table, names };
	size_t *row = malloc((table->rows + 1) * sizeof(*row)), count = 0;

	*again = table->rows;
	if (row == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->rows; i++)
		if (wanted(table, i))
			row[count++] = i;
	qsort_r(row, count, sizeof(*row), by_names, &order);
	for (size_t i = 1; i < count; i++)
		if (row[i] < *again && compare(&order, row[i - 1], row[i]) == 0) {
			*first = row[i - 1];
			*again = row[i];
		}
	free(row);
	return 0;
}
