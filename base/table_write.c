/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/table_priv.h"

/*
 * Writing CSV (RFC 4180), row by row: each is one write(2), so that a killed writer leaves whole rows, and at
 * worst one torn last row.
 */

static void put_bytes(struct table_writer *w, const char *bytes, size_t n)
{
	if (w->length + n + 1 > w->capacity) {
		size_t capacity = 2 * (w->length + n + 1);
		char *row = realloc(w->row, capacity);

		if (row == NULL) {
			w->failed = ENOMEM;
			return;
		}
		w->row = row;
		w->capacity = capacity;
	}
	memcpy(w->row + w->length, bytes, n);
	w->length += n;
}

static void put_quoted(struct table_writer *w, const char *text)
{
	put_bytes(w, "\"", 1);
	for (; *text; text++) {
		if (*text == '"')
			put_bytes(w, "\"", 1);
		put_bytes(w, text, 1);
	}
	put_bytes(w, "\"", 1);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Readers trim blanks, and take an empty line for no row at all. */
static bool needs_quotes(const struct table_writer *w, const char *text)
{
	size_t n = strlen(text);

	if (n == 0)
		return w->schema->columns[1].name == NULL;
	return strpbrk(text, ",\"\r\n") || is_blank(text[0]) || is_blank(text[n - 1]);
}

static void put_cell(struct table_writer *w, const char *text)
{
	if (w->column++ > 0)
		put_bytes(w, ",", 1);
	if (needs_quotes(w, text))
		put_quoted(w, text);
	else
		put_bytes(w, text, strlen(text));
}

void table_put_text(struct table_writer *writer, const char *text)
{
	put_cell(writer, text ? text : "NA");
}

void table_put_integer(struct table_writer *writer, int64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRId64, value);
	put_cell(writer, text);
}

/* As few digits as bring the same number back. */
void table_put_number(struct table_writer *writer, double value)
{
	char text[40];

	if (!isfinite(value)) {
		put_cell(writer, "NA");
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	put_cell(writer, text);
}

void table_put_missing(struct table_writer *writer)
{
	put_cell(writer, "NA");
}

static size_t width(const struct table_schema *schema)
{
	size_t n = 0;

	while (schema->columns[n].name)
		n++;
	return n;
}

/* Nothing of the row stays where it cannot be written whole, also where space runs out only at the sync. */
static int write_row(const struct table_writer *w)
{
	off_t start = lseek(w->fd, 0, SEEK_END);
	ssize_t n = write(w->fd, w->row, w->length);
	int number = 0;

	if (n != (ssize_t)w->length)
		number = n < 0 ? errno : ENOSPC;
	else if (w->sync && fdatasync(w->fd) && errno != EINVAL)
		number = errno;
	if (number && start >= 0 && ftruncate(w->fd, start))
		return number; /* a torn row stays; the next table_append cuts it off */
	return number;
}

int table_row_fail(const struct table_writer *writer, int number, struct error *error)
{
	return error_fail(error, number, "free some space, or choose another directory", "cannot write %s",
			  writer->final_path ? writer->final_path : writer->path);
}

int table_row_write(struct table_writer *writer, struct error *error)
{
	if (!writer->failed)
		writer->failed = write_row(writer);
	writer->length = writer->column = 0;
	return writer->failed ? table_row_fail(writer, writer->failed, error) : 0;
}

void table_row_header(struct table_writer *writer)
{
	for (size_t i = 0; writer->schema->columns[i].name; i++)
		table_put_text(writer, writer->schema->columns[i].name);
	put_bytes(writer, "\n", 1);
}

int table_end_row(struct table_writer *writer, struct error *error)
{
	assert(writer->column == width(writer->schema));
	put_bytes(writer, "\n", 1);
	return table_row_write(writer, error);
}
