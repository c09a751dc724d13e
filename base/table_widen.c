/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/table_priv.h"

/* A file of an older version, which knew fewer columns: what it lacks at the end is added, NA in its rows. */

/* Columns of W's schema that the file lacks, given their header as the row at hand; 0: it is no such file. */
static size_t lacking(const struct table_writer *w)
{
	const struct table_column *columns = w->schema->columns;
	char *line = malloc(w->length);
	ssize_t n = line ? pread(w->fd, line, w->length, 0) : 0;
	char *end = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
	size_t held = end ? (size_t)(end - line) : 0, known = 1, all = 0;
	bool older = held && memcmp(line, w->row, held) == 0 && w->row[held] == ',';

	free(line);
	if (!older)
		return 0;
	for (size_t i = 0; i < held; i++)
		known += w->row[i] == ',';
	for (; columns[all].name; all++)
		if (all >= known && !columns[all].optional)
			return 0;
	return all - known;
}

/* Copies FROM to TO, the header as W has it and COLUMNS missing cells behind each row. A torn last row stays
 * so. */
static void copy(FILE *from, FILE *to, const struct table_writer *w, size_t columns)
{
	bool quoted = false, header = true;
	size_t at = 0;
	int c;

	for (; (c = getc(from)) != EOF; at++) {
		quoted ^= c == '"';
		if (c == '\n' && !quoted) {
			if (header)
				fwrite(w->row + at, 1, w->length - at - 1, to);
			for (size_t i = 0; !header && i < columns; i++)
				fputs(",NA", to);
			header = false;
		}
		putc(c, to);
	}
}

/* Puts BEGUN, with COLUMNS more, in the place of W's file. 0 or errno. */
static int replace(const struct table_writer *w, const char *begun, size_t columns)
{
	FILE *from = fopen(w->path, "re"), *to = from ? fopen(begun, "we") : NULL;
	int number = to ? 0 : errno;

	if (to) {
		copy(from, to, w, columns);
		if (ferror(from))
			number = EIO;
		if (fflush(to) || fsync(fileno(to)))
			number = errno;
		if (fclose(to))
			number = errno;
		if (number == 0 && rename(begun, w->path))
			number = errno;
		if (number)
			unlink(begun);
	}
	if (from)
		fclose(from);
	return number;
}

int table_row_widen(struct table_writer *writer, struct error *error)
{
	size_t columns = lacking(writer), size = strlen(writer->path) + 8;
	char *begun = columns ? malloc(size) : NULL;
	int number, fd;

	if (columns == 0)
		return 0;
	if (begun == NULL)
		return table_row_fail(writer, ENOMEM, error);
	snprintf(begun, size, "%s.part", writer->path);
	number = replace(writer, begun, columns);
	free(begun);
	if (number)
		return table_row_fail(writer, number, error);
	fd = open(writer->path, O_APPEND | O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return table_row_fail(writer, errno, error);
	close(writer->fd);
	writer->fd = fd;
	return 0;
}
