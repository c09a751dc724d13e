/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/table_priv.h"

/* Reading whole tables: each row that is read is kept. */

struct keeper {
	struct table *table;
	size_t capacity;
};

static int grow(struct keeper *k, size_t columns)
{
	size_t capacity = k->capacity ? 2 * k->capacity : 64;
	char **cells = realloc(k->table->cells, capacity * columns * sizeof(*cells));
	size_t *lines;

	if (cells)
		k->table->cells = cells;
	lines = cells ? realloc(k->table->lines, capacity * sizeof(*lines)) : NULL;
	if (lines == NULL)
		return -ENOMEM;
	k->table->lines = lines;
	k->capacity = capacity;
	return 0;
}

static int keep(void *user, struct table *row, struct error *error)
{
	struct keeper *k = user;
	struct table *t = k->table;

	t->columns = row->columns;
	if (t->rows == k->capacity && grow(k, row->columns) < 0)
		return error_set(error, ENOMEM, "cannot read %s", row->path);
	t->lines[t->rows] = row->lines[0];
	memcpy(t->cells + t->rows * t->columns, row->cells, t->columns * sizeof(*t->cells));
	memset(row->cells, 0, t->columns * sizeof(*t->cells)); /* they are the table's now */
	t->rows++;
	return 0;
}

int table_read(struct table *table, const char *path, const struct table_schema *schema, struct error *error)
{
	struct keeper k = { .table = table };
	struct table row;
	int code;

	*table = (struct table){ 0 };
	code = table_stream(path, schema, &row, keep, &k, error);
	table->schema = schema;
	if (code) {
		table_free(table);
		return code;
	}
	table->columns = row.columns;
	table->path = row.path;
	table->ignored = row.ignored;
	table->called = row.called;
	row.path = row.ignored = NULL;
	row.called = NULL;
	table_free(&row);
	return 0;
}

int table_read_optional(struct table *table, const char *path, const struct table_schema *schema,
			struct error *error)
{
	int code = table_read(table, path, schema, error);

	if (code != -ENOENT)
		return code;
	if (error) /* it need not be there */
		*error = (struct error){ 0 };
	table->schema = schema;
	while (schema->columns[table->columns].name)
		table->columns++;
	return 0;
}
