/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_TABLE_PRIV_H
#define BASE_TABLE_PRIV_H

#include "base/table.h"

/* Whether TEXT stands for a missing value: "" or "NA". */
bool table_cell_missing(const char *text);

/* What a cell of TYPE should hold ("a whole number") where TEXT is no such thing; NULL where it is. */
const char *table_cell_expected(enum table_type type, const char *text);

/* How COLUMN's schema writes NAME, its own or another header accepted for it; NULL: it does not. */
const char *table_header_named(const struct table_column *column, const char *name);

/* The column of SCHEMA that NAME stands for, SIZE_MAX: none. */
size_t table_header_find(const struct table_schema *schema, const char *name);

/* What parts the fields of TEXT (SIZE bytes, the header first): spreadsheets of many countries write
 * semicolons, and then the header has no comma. */
unsigned char table_header_delimiter(const char *text, size_t size);

#define TABLE_BOTH '?' /* some numbers of a file have decimal points, others decimal commas */

/* How a file writes numbers, as far as its cells have told. */
struct table_marks {
	unsigned char delimiter; /* of fields */
	char decimal;		 /* '.', ',' or TABLE_BOTH; '\0': no cell told yet */
	size_t guess;		 /* first line of a number taken as 1.234 that could be 1234; 0: none */
};

/*
 * Makes TEXT, a number of TYPE as it stands in LINE of a file with MARKS, what strtod takes: 16,384 becomes
 * 16384, and where semicolons part fields 0,5 becomes 0.5 and 1.234,5 becomes 1234.5. False: it may be either
 * (1,234), and no cell before tells; or this one tells that the number of marks->guess was taken wrongly.
 */
bool table_cell_rewrite(char *text, enum table_type type, struct table_marks *marks, size_t line);

/* Builds the header line as the row at hand, newline included. */
void table_row_header(struct table_writer *writer);

/* Writes the row at hand, which ends in a newline, or nothing of it. 0 or negative errno. */
int table_row_write(struct table_writer *writer, struct error *error);

/*
 * Gives WRITER's file, with the header as the row at hand, the columns it lacks at its end where all of them
 * are optional: an older version wrote it. Any other file stays as it is. 0 or negative errno.
 */
int table_row_widen(struct table_writer *writer, struct error *error);

/* Fills ERROR: errno value NUMBER kept WRITER from writing. Returns -NUMBER. */
int table_row_fail(const struct table_writer *writer, int number, struct error *error);

#endif
