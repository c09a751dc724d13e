/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_REPORT_TABLES_H
#define TESTS_REPORT_TABLES_H

/* Makes small result directories for the tests of reports: each row says only the columns that matter. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/schema.h"

/* What a row says of COLUMN: the text after "column=" in PAIRS, which "|" separates; NA where it is silent.
 */
static inline void tables_put_cell(FILE *out, const char *pairs, const char *column)
{
	size_t length = strlen(column);

	while (pairs && !(strncmp(pairs, column, length) == 0 && pairs[length] == '=')) {
		pairs = strchr(pairs, '|');
		pairs = pairs ? pairs + 1 : NULL;
	}
	if (!pairs) {
		fputs("NA", out);
		return;
	}
	fputc('"', out);
	for (const char *c = pairs + length + 1; *c && *c != '|'; c++)
		fputs(*c == '"' ? "\"\"" : (char[]){ *c, 0 }, out);
	fputc('"', out);
}

/* Writes DIRECTORY/<schema's name> with a header and ROWS, which NULL ends. */
static inline void tables_write(const char *directory, const struct table_schema *schema,
				const char *const *rows)
{
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	out = fopen(path, "w");
	if (!out)
		abort();
	for (const struct table_column *c = schema->columns; c->name; c++)
		fprintf(out, "%s%s", c == schema->columns ? "" : ",", c->name);
	fputc('\n', out);
	for (; *rows; rows++) {
		for (const struct table_column *c = schema->columns; c->name; c++) {
			fputs(c == schema->columns ? "" : ",", out);
			tables_put_cell(out, *rows, c->name);
		}
		fputc('\n', out);
	}
	fclose(out);
}

/* A new directory in the current one; its name stays valid until the next call. */
static inline const char *tables_directory(void)
{
	static char name[32];

	strcpy(name, "results.XXXXXX");
	if (!mkdtemp(name))
		abort();
	return name;
}

/* All of DIRECTORY/NAME; the caller frees. NULL where there is no such file. */
static inline char *tables_slurp(const char *directory, const char *name)
{
	char path[4096], *text = NULL;
	size_t size = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	in = fopen(path, "r");
	if (in && getdelim(&text, &size, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	if (in)
		fclose(in);
	return text;
}

#endif
