/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/table_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tables in memory: what readers of one ask. */

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->rows * table->columns; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table->lines);
	free(table->path);
	free(table->ignored);
	free(table->called);
	memset(table, 0, sizeof(*table));
}

size_t table_column(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->columns; i++)
		if (strcmp(table->schema->columns[i].name, name) == 0)
			return i;
	abort();
}

const char *table_text(const struct table *table, size_t row, size_t column)
{
	const char *text = table->cells[row * table->columns + column];

	return text && !table_cell_missing(text) ? text : "";
}

bool table_missing(const struct table *table, size_t row, size_t column)
{
	return table_text(table, row, column)[0] == '\0';
}

double table_number(const struct table *table, size_t row, size_t column)
{
	return table_missing(table, row, column) ? (double)NAN : strtod(table_text(table, row, column), NULL);
}

const char *table_text_of(const struct table *table, size_t row, const char *name)
{
	return table_text(table, row, table_column(table, name));
}

double table_number_of(const struct table *table, size_t row, const char *name)
{
	return table_number(table, row, table_column(table, name));
}

const char *table_called(const struct table *table, const char *name)
{
	const char *called = table->called ? table->called[table_column(table, name)] : NULL;

	return called ? called : name;
}

bool table_missing_of(const struct table *table, size_t row, const char *name)
{
	return table_missing(table, row, table_column(table, name));
}

bool table_is(const struct table *table, size_t row, const char *name, const char *text)
{
	return strcmp(table_text_of(table, row, name), text) == 0;
}

bool table_alike(const struct table *table, size_t a, size_t b, const char *name)
{
	size_t column = table_column(table, name);

	return strcmp(table_text(table, a, column), table_text(table, b, column)) == 0;
}
