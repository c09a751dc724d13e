/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/table.h"

/* Writing CSV (RFC 4180): a row is one write(2), so that a killed writer leaves whole rows or one torn last
 * one. */

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

static bool needs_quotes(const char *text)
{
	size_t n = strlen(text);

	return strpbrk(text, ",\"\r\n") || text[0] == ' ' || (n > 0 && text[n - 1] == ' ');
}

static void put_cell(struct table_writer *w, const char *text)
{
	if (w->column++ > 0)
		put_bytes(w, ",", 1);
	if (needs_quotes(text))
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

int table_end_row(struct table_writer *writer, struct error *error)
{
	off_t start = lseek(writer->fd, 0, SEEK_END);
	ssize_t n;

	assert(writer->column == width(writer->schema));
	put_bytes(writer, "\n", 1);
	n = writer->failed ? -1 : write(writer->fd, writer->row, writer->length);
	if (!writer->failed && n != (ssize_t)writer->length) {
		writer->failed = n < 0 ? errno : ENOSPC;
		if (start >= 0 && ftruncate(writer->fd, start))
			writer->failed = writer->failed ? writer->failed : errno;
	} else if (!writer->failed && writer->sync && fdatasync(writer->fd) && errno != EINVAL) {
		writer->failed = errno;
	}
	writer->length = writer->column = 0;
	if (writer->failed)
		return error_fail(error, writer->failed, "free some space, or choose another directory",
				  "cannot write %s", writer->final_path ? writer->final_path : writer->path);
	return 0;
}

static void put_header(struct table_writer *w)
{
	for (size_t i = 0; w->schema->columns[i].name; i++)
		table_put_text(w, w->schema->columns[i].name);
}

static void release(struct table_writer *w)
{
	if (w->fd >= 0)
		close(w->fd);
	free(w->row);
	free(w->path);
	free(w->final_path);
	memset(w, 0, sizeof(*w));
	w->fd = -1;
}

static int open_as(struct table_writer *w, const char *path, const char *final_path, int flags,
		   const struct table_schema *schema, struct error *error)
{
	memset(w, 0, sizeof(*w));
	w->schema = schema;
	w->path = strdup(path);
	w->final_path = final_path ? strdup(final_path) : NULL;
	w->fd = open(path, flags | O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (w->fd < 0) {
		int number = errno;

		release(w);
		return error_fail(error, number, "choose a directory that exists and can be written",
				  "cannot write %s", final_path ? final_path : path);
	}
	return 0;
}

/* Compares the file's first line with the header just built in the row buffer. */
static bool header_matches(struct table_writer *w)
{
	char *line = malloc(w->length + 1);
	bool same;

	if (line == NULL)
		return false;
	same = pread(w->fd, line, w->length + 1, 0) == (ssize_t)w->length + 1 &&
	       memcmp(line, w->row, w->length) == 0 && line[w->length] == '\n';
	free(line);
	return same;
}

/* Cuts off what follows the last newline. Returns the size left, or -1. */
static off_t cut_torn_row(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END), at = end;
	char byte = '\0';

	while (at > 0 && pread(fd, &byte, 1, at - 1) == 1 && byte != '\n')
		at--;
	return at < end && ftruncate(fd, at) ? -1 : at;
}

int table_append(struct table_writer *writer, const char *path, const struct table_schema *schema, bool sync,
		 struct error *error)
{
	int code = open_as(writer, path, NULL, O_APPEND, schema, error);
	off_t size;

	if (code)
		return code;
	writer->sync = sync;
	size = cut_torn_row(writer->fd);
	put_header(writer);
	if (size == 0)
		code = table_end_row(writer, error);
	else if (size < 0 || !header_matches(writer))
		code = error_fail(error, 0, "give another output directory, or remove it",
				  "%s has other columns than this version writes", path);
	writer->length = writer->column = 0;
	if (code)
		release(writer);
	return code;
}

int table_create(struct table_writer *writer, const char *path, const struct table_schema *schema,
		 struct error *error)
{
	size_t n = strlen(path) + 8;
	char *begun = malloc(n);
	int code;

	if (begun == NULL)
		return error_set(error, ENOMEM, "cannot write %s", path);
	snprintf(begun, n, "%s.part", path);
	code = open_as(writer, begun, path, O_TRUNC, schema, error);
	free(begun);
	if (code)
		return code;
	put_header(writer);
	code = table_end_row(writer, error);
	if (code)
		table_writer_abandon(writer);
	return code;
}

int table_writer_close(struct table_writer *writer, struct error *error)
{
	int number = writer->failed;

	if (!number && fsync(writer->fd) && errno != EINVAL)
		number = errno;
	if (!number && writer->final_path && rename(writer->path, writer->final_path))
		number = errno;
	if (number) {
		error_fail(error, number, "free some space, or choose another directory", "cannot write %s",
			   writer->final_path ? writer->final_path : writer->path);
		table_writer_abandon(writer);
		return -number;
	}
	release(writer);
	return 0;
}

void table_writer_abandon(struct table_writer *writer)
{
	if (writer->final_path && writer->path)
		unlink(writer->path);
	release(writer);
}
