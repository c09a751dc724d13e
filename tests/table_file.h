/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_TABLE_FILE_H
#define TESTS_TABLE_FILE_H

/* A small schema, and files of any bytes, for the tests of tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"

static const struct table_schema schema_sample = {
	.name = "sample.csv",
	.description = "a sample",
	.columns =
		(const struct table_column[]){
			{ .name = "name",
			  .type = TABLE_STRING,
			  .unit = "",
			  .description = "a name",
			  .aliases = (const char *const[]){ "VM", "VM name", NULL } },
			{ .name = "count", .type = TABLE_INTEGER, .unit = "", .description = "how many" },
			{ .name = "size", .type = TABLE_NUMBER, .unit = "GiB", .description = "how large" },
			{ .name = "note",
			  .type = TABLE_STRING,
			  .unit = "",
			  .description = "a remark",
			  .optional = true },
			{ .name = NULL },
		},
};

static inline void write_file(const char *path, const char *bytes, size_t size)
{
	FILE *file;

	unlink(path); /* some file systems sync a file that is cut short and written anew, which takes long */
	file = fopen(path, "w");
	if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
		abort();
}

/* The whole of a file as a string the caller frees; NULL where there is none. */
static inline char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0 && text)
		text[0] = '\0';
	fclose(file);
	return text;
}

#endif
