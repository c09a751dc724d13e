/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/table_priv.h"

/*
 * Reading CSV through libcsv, which splits fields and knows neither line numbers, nor ragged rows, nor
 * byte-order marks: those are seen to here.
 */
#define COLUMNS_MAX 128
#define CHUNK	    65536

struct reader {
	struct table *table; /* of the row at hand */
	table_row_take *take;
	void *user;
	struct error *error;
	int failed;		    /* negative errno once anything is wrong */
	size_t target[COLUMNS_MAX]; /* schema column of each column of the file, or SIZE_MAX */
	size_t width;		    /* columns of the file */
	size_t field;		    /* next field of the row at hand */
	struct table_marks marks;
	bool header_seen;
	bool between;	 /* no row is at hand: at most blanks since the last one ended */
	size_t line;	 /* line the parser is in */
	size_t row_line; /* line the row at hand began on */
};

static void fail(struct reader *r, const char *column, const char *mend, const char *what)
{
	if (r->failed)
		return;
	r->failed = error_fail(r->error, 0, mend, "%s", what);
	if (column)
		error_at(r->error, "%s:%zu:%s", r->table->path, r->row_line, column);
	else
		error_at(r->error, "%s:%zu", r->table->path, r->row_line);
}

static void fail_memory(struct reader *r)
{
	if (!r->failed)
		r->failed = error_set(r->error, ENOMEM, "cannot read %s", r->table->path);
}

/* Remembers that the schema has no column NAME. */
static void ignore(struct reader *r, const char *name)
{
	char *old = r->table->ignored, *names = NULL;

	if (asprintf(&names, "%s%s\n", old ? old : "", name) < 0) {
		fail_memory(r);
		return;
	}
	free(old);
	r->table->ignored = names;
}

static void take_header(struct reader *r, const char *name)
{
	size_t target = table_header_find(r->table->schema, name);

	if (r->field >= COLUMNS_MAX) {
		fail(r, NULL, "keep the columns the table needs", "there are more than 128 columns");
		return;
	}
	for (size_t i = 0; target != SIZE_MAX && i < r->field; i++)
		if (r->target[i] == target)
			fail(r, name, "remove one of them", "the column is there twice");
	r->target[r->field] = target;
	if (target != SIZE_MAX)
		r->table->called[target] = table_header_named(&r->table->schema->columns[target], name);
	else if (*name)
		ignore(r, name);
}

static void check_cell(struct reader *r, const struct table_column *column, const char *text)
{
	const char *expected = table_cell_expected(column->type, text);
	char what[96];

	if (expected == NULL)
		return;
	snprintf(what, sizeof(what), "expected %s, not \"%.40s\"", expected, text);
	fail(r, table_called(r->table, column->name), "mend the cell, or write NA", what);
}

/* Says that TEXT may be two numbers, or that an earlier one may be. */
static void fail_decimal(struct reader *r, const char *column, const char *text)
{
	char what[160];

	if (r->marks.guess && r->marks.decimal)
		snprintf(what, sizeof(what),
			 "\"%.40s\" has a decimal comma, but line %zu a point that may part thousands", text,
			 r->marks.guess);
	else
		snprintf(what, sizeof(what),
			 "\"%.40s\" may be a thousand times more or less: is that a decimal comma?", text);
	fail(r, column, "write it with a decimal point, or without a mark between thousands", what);
}

static void take_cell(struct reader *r, size_t target, const char *text)
{
	const struct table_column *column;
	char *cell;

	if (target == SIZE_MAX)
		return;
	column = &r->table->schema->columns[target];
	cell = r->table->cells[target] = strdup(text);
	if (cell == NULL) {
		fail_memory(r);
		return;
	}
	if (column->type == TABLE_STRING || table_cell_rewrite(cell, column->type, &r->marks, r->row_line))
		check_cell(r, column, cell);
	else
		fail_decimal(r, table_called(r->table, column->name), text);
}

static void on_field(void *data, size_t length, void *argument)
{
	struct reader *r = argument;
	const char *text = data ? data : "";

	(void)length;
	if (r->failed)
		return;
	if (!r->header_seen)
		take_header(r, text);
	else if (r->field < r->width)
		take_cell(r, r->target[r->field], text);
	r->field++;
}

static void end_header(struct reader *r)
{
	const struct table_schema *schema = r->table->schema;

	r->header_seen = true;
	r->width = r->field;
	for (size_t i = 0; schema->columns[i].name; i++) {
		bool found = schema->columns[i].optional;

		for (size_t k = 0; k < r->width; k++)
			found |= r->target[k] == i;
		if (!found)
			fail(r, schema->columns[i].name, "add it to the header line",
			     "the column is missing");
	}
}

static void end_record(struct reader *r)
{
	struct table *t = r->table;

	if (r->field != r->width) {
		char what[128];

		snprintf(what, sizeof(what), "the row has %zu fields, the header %zu", r->field, r->width);
		fail(r, NULL, "give each row as many fields as the header", what);
		return;
	}
	t->rows = 1;
	t->lines[0] = r->row_line;
	r->failed = r->take(r->user, t, r->error);
	for (size_t i = 0; i < t->columns; i++) {
		free(t->cells[i]);
		t->cells[i] = NULL;
	}
}

static void on_row(int end, void *argument)
{
	struct reader *r = argument;

	(void)end;
	r->between = true;
	if (r->failed)
		return;
	if (r->header_seen)
		end_record(r);
	else
		end_header(r);
	r->field = 0;
}

static void fail_parse(struct reader *r, int status)
{
	if (status == CSV_EPARSE)
		fail(r, NULL, "put the whole field in quotes, and write each quote in it twice",
		     "there is a quote in the midst of a field");
	else
		fail_memory(r);
}

/* A quoted field may go on over lines, so a row begins where something stands and none is at hand. */
static void parse_line(struct reader *r, struct csv_parser *parser, const char *text, size_t size)
{
	if (r->between) {
		r->row_line = r->line;
		for (size_t i = 0; i < size && r->between; i++)
			r->between = text[i] && strchr(" \t\r\n", text[i]);
	}
	if (memchr(text, '\0', size)) /* a field of nothing else never ends */
		fail(r, NULL, "save it as plain text, in UTF-8", "there is a NUL byte");
	else if (csv_parse(parser, text, size, on_field, on_row, r) != size)
		fail_parse(r, csv_error(parser));
}

static void parse_chunk(struct reader *r, struct csv_parser *parser, const char *text, size_t size)
{
	while (size > 0 && !r->failed) {
		const char *newline = memchr(text, '\n', size);
		size_t n = newline ? (size_t)(newline - text) + 1 : size;

		parse_line(r, parser, text, n);
		r->line += newline != NULL;
		text += n;
		size -= n;
	}
}

static void parse_file(struct reader *r, FILE *file)
{
	struct csv_parser parser;
	static const char mark[] = "\xef\xbb\xbf";
	char *chunk = malloc(CHUNK);
	bool first = true;
	size_t n;

	if (chunk == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL)) {
		fail_memory(r);
		free(chunk);
		return;
	}
	while (!r->failed && (n = fread(chunk, 1, CHUNK, file)) > 0) {
		size_t skip = first && n >= 3 && memcmp(chunk, mark, 3) == 0 ? 3 : 0;

		if (first)
			csv_set_delim(&parser, r->marks.delimiter = table_header_delimiter(chunk, n));
		first = false;
		parse_chunk(r, &parser, chunk + skip, n - skip);
	}
	if (!r->failed && ferror(file))
		r->failed = error_set(r->error, errno, "cannot read %s", r->table->path);
	if (!r->failed && csv_fini(&parser, on_field, on_row, r))
		fail(r, NULL, "close the quote", "a quoted field does not end");
	csv_free(&parser);
	free(chunk);
}

int table_stream(const char *path, const struct table_schema *schema, struct table *table,
		 table_row_take *take, void *user, struct error *error)
{
	struct reader r = { .table = table,
			    .take = take,
			    .user = user,
			    .error = error,
			    .between = true,
			    .line = 1,
			    .row_line = 1 };
	FILE *file = fopen(path, "re");

	*table = (struct table){ 0 };
	if (file == NULL)
		return error_set(error, errno, "cannot open %s", path);
	table->schema = schema;
	while (schema->columns[table->columns].name)
		table->columns++;
	table->path = strdup(path);
	table->cells = calloc(table->columns, sizeof(*table->cells));
	table->lines = calloc(1, sizeof(*table->lines));
	table->called = calloc(table->columns, sizeof(*table->called));
	if (table->path && table->cells && table->lines && table->called)
		parse_file(&r, file);
	else
		r.failed = error_set(error, ENOMEM, "cannot read %s", path);
	if (!r.failed && !r.header_seen) {
		r.row_line = 1;
		fail(&r, NULL, "name the columns in the first line", "the file is empty");
	}
	fclose(file);
	table->rows = table->cells != NULL; /* those of a row that was not finished go, too */
	if (r.failed)
		table_free(table);
	return r.failed;
}
