/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/table_priv.h"

/* The files rows are written to: begun, gone on with, put in place. */
#define CHUNK 65536

static void release(struct table_writer *w)
{
	if (w->schema && w->fd >= 0)
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

/* A file without a name beside the final one, where the file system has such and links can name it later.
 * Whether it does. */
static bool open_unnamed(struct table_writer *w, const char *path, const char *final_path,
			 const struct table_schema *schema)
{
	const char *slash = strrchr(final_path, '/');
	char *directory = slash ? strndup(final_path, (size_t)(slash - final_path) + 1) : strdup(".");

	memset(w, 0, sizeof(*w));
	w->schema = schema;
	w->unnamed = true;
	w->path = strdup(path);
	w->final_path = strdup(final_path);
	w->fd = -1;
	if (directory && w->path && w->final_path && access("/proc/self/fd", X_OK) == 0)
		w->fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	free(directory);
	if (w->fd < 0)
		release(w);
	return w->fd >= 0;
}

/* Links the file to the name in its path. 0 or an error number. */
static int give_name(struct table_writer *w)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", w->fd);
	if (unlink(w->path) && errno != ENOENT)
		return errno;
	if (linkat(AT_FDCWD, self, AT_FDCWD, w->path, AT_SYMLINK_FOLLOW))
		return errno;
	w->unnamed = false;
	return 0;
}

/*
 * Whether the file begins with the header now in the row buffer. A file that holds only a part of it is one
 * whose header was torn: *SIZE, what of the file to keep, is then 0.
 */
static bool header_matches(const struct table_writer *w, off_t *size)
{
	char *line = malloc(w->length);
	ssize_t n = line ? pread(w->fd, line, w->length, 0) : -1;
	bool same = n >= 0 && memcmp(line, w->row, (size_t)n) == 0 && (n == (ssize_t)w->length || n == *size);

	free(line);
	if (same && n < (ssize_t)w->length)
		*size = 0;
	return same;
}

/* Offset after the last whole row: after the last newline outside quotes. -1 where the file cannot be read.
 */
static off_t end_of_rows(int fd)
{
	char chunk[CHUNK];
	off_t at = 0, end = 0;
	bool quoted = false;
	ssize_t n;

	while ((n = pread(fd, chunk, sizeof(chunk), at)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			quoted ^= chunk[i] == '"';
			if (chunk[i] == '\n' && !quoted)
				end = at + i + 1;
		}
		at += n;
	}
	return n < 0 ? -1 : end;
}

/* Writes the header, or checks the one that is there and cuts off a torn last row. */
static int join(struct table_writer *w, struct error *error)
{
	off_t size, keep;
	int code;

	table_row_header(w);
	code = w->failed ? table_row_fail(w, w->failed, error) : table_row_widen(w, error);
	if (code)
		return code;
	size = keep = lseek(w->fd, 0, SEEK_END);
	if (size < 0)
		return table_row_fail(w, errno, error);
	if (size > 0 && !header_matches(w, &keep))
		return error_fail(error, 0, "give another output directory, or remove it",
				  "%s has other columns than this version writes", w->path);
	if (keep > 0)
		keep = end_of_rows(w->fd);
	if (keep < 0 || (keep < size && ftruncate(w->fd, keep)))
		return table_row_fail(w, errno, error);
	if (keep == 0)
		return table_row_write(w, error);
	w->length = w->column = 0;
	return 0;
}

/* A file that could not even take its header is none. */
static void unlink_empty(const struct table_writer *w)
{
	struct stat status;

	if (fstat(w->fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
		unlink(w->path);
}

int table_append(struct table_writer *writer, const char *path, const struct table_schema *schema, bool sync,
		 struct error *error)
{
	int code = open_as(writer, path, NULL, O_APPEND, schema, error);

	if (code)
		return code;
	writer->sync = sync;
	code = join(writer, error);
	if (code) {
		unlink_empty(writer);
		release(writer);
	}
	return code;
}

/* Renaming over a device or pipe would replace it by a file. */
static int refuse_special(const char *path, struct error *error)
{
	struct stat status;

	if (stat(path, &status) || S_ISREG(status.st_mode))
		return 0;
	return error_fail(error, 0, "choose another name", "%s is not an ordinary file", path);
}

int table_create(struct table_writer *writer, const char *path, const struct table_schema *schema,
		 struct error *error)
{
	size_t n = strlen(path) + 8;
	char *begun;
	int code = refuse_special(path, error);

	if (code)
		return code;
	begun = malloc(n);
	if (begun == NULL)
		return error_set(error, ENOMEM, "cannot write %s", path);
	snprintf(begun, n, "%s.part", path);
	if (!open_unnamed(writer, begun, path, schema))
		code = open_as(writer, begun, path, O_TRUNC, schema, error);
	free(begun);
	if (code)
		return code;
	table_row_header(writer);
	code = table_row_write(writer, error);
	if (code)
		table_writer_abandon(writer);
	return code;
}

int table_writer_close(struct table_writer *writer, struct error *error)
{
	int number = writer->failed;

	if (!number && fsync(writer->fd) && errno != EINVAL)
		number = errno;
	if (!number && writer->unnamed)
		number = give_name(writer);
	if (!number && writer->final_path && rename(writer->path, writer->final_path))
		number = errno;
	if (number) {
		table_row_fail(writer, number, error);
		table_writer_abandon(writer);
		return -number;
	}
	release(writer);
	return 0;
}

void table_writer_abandon(struct table_writer *writer)
{
	if (writer->final_path && writer->path && !writer->unnamed)
		unlink(writer->path);
	release(writer);
}

int table_writer_end(struct table_writer *writer, int code, struct error *error)
{
	if (code == 0)
		return table_writer_close(writer, error);
	table_writer_abandon(writer);
	return code;
}
