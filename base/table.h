/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

enum table_type { TABLE_STRING, TABLE_INTEGER, TABLE_NUMBER };

/* One column of a schema; also what datapackage.json says of it. */
struct table_column {
	const char *name;
	enum table_type type;
	const char *unit; /* "ns", "bytes", "" for none */
	const char *description;
	bool optional;		    /* a reader accepts a file without it (cells read as NA) */
	const char *const *aliases; /* other header names accepted, NULL-terminated, or NULL */
};

struct table_schema {
	const char *name;		    /* file name in a result directory: "runs.csv" */
	const char *description;	    /* what a row is */
	const struct table_column *columns; /* ends with a row whose name is NULL */
};

/*
 * A table in memory. Cells are strings as they stood in the file, "" and "NA" being missing; columns are
 * in the schema's order whatever the file's order was. Columns the schema lacks are dropped.
 */
struct table {
	const struct table_schema *schema;
	size_t rows;
	size_t columns;
	char **cells;  /* rows x columns, row-major; owned */
	size_t *lines; /* rows: line number in the file each row began on; owned */
	char *path;    /* where it came from, for messages; owned */
	char *ignored; /* names of the columns that were dropped, a newline after each; NULL: none; owned */
	const char *
		*called; /* the file's names of the schema's columns, NULL: not there; the array is owned */
};

/*
 * Reads PATH by SCHEMA: header matched by name (any order, aliases, case-insensitive, a byte-order mark
 * skipped; where it has semicolons and no comma these part fields, and numbers may have decimal commas;
 * digits may be grouped as in "16,384" or "1.234,5"; what may be either is refused), every row as wide as the
 * header, typed cells parsed and checked, empty lines skipped. 0, or a negative errno with ERROR naming file,
 * line, column and what was expected; *TABLE is then empty. The caller frees with table_free.
 */
int table_read(struct table *table, const char *path, const struct table_schema *schema, struct error *error);

/* The same, where a missing file is a table without rows (and without a path). */
int table_read_optional(struct table *table, const char *path, const struct table_schema *schema,
			struct error *error);

/* What is done with a row: ROW is a table of this row alone, and valid until the call returns. 0 or negative
 * errno with ERROR filled, which ends the reading. */
typedef int table_row_take(void *user, struct table *row, struct error *error);

/* The same as table_read, where each row is given to TAKE and none is kept, so a file of any size is read in
 * the same memory. *TABLE holds the row at hand, and afterwards what the header said; the caller frees it. */
int table_stream(const char *path, const struct table_schema *schema, struct table *table,
		 table_row_take *take, void *user, struct error *error);

/* Frees what TABLE owns; it may then be read into again. Safe on a zero-filled struct. */
void table_free(struct table *table);

/* Column number by NAME in the table's schema; aborts on a name the schema lacks (a programming error). */
size_t table_column(const struct table *table, const char *name);

/* A cell as text, never NULL; "" when missing. */
const char *table_text(const struct table *table, size_t row, size_t column);

/* A numeric cell; NaN when missing. */
double table_number(const struct table *table, size_t row, size_t column);

/* Whether a cell is missing ("" or "NA"). */
bool table_missing(const struct table *table, size_t row, size_t column);

/*
 * The same of the column NAME, which is one of the schema's (else these abort, as table_column does), for
 * those that read a few cells; where all rows are read, the column's number is asked for once.
 */
const char *table_text_of(const struct table *table, size_t row, const char *name);
double table_number_of(const struct table *table, size_t row, const char *name);
bool table_missing_of(const struct table *table, size_t row, const char *name);

/* What the header of the file calls the column NAME, for messages: NAME, or another name accepted for it. */
const char *table_called(const struct table *table, const char *name);

/* Whether the cell of ROW in the column NAME reads TEXT; a missing one reads "". */
bool table_is(const struct table *table, size_t row, const char *name, const char *text);

/* Whether the cells of the rows A and B in the column NAME read the same. */
bool table_alike(const struct table *table, size_t a, size_t b, const char *name);

/* Whether no two rows have the same number in the column NAME: 0, or -EINVAL with ERROR naming the line. */
int table_unique(const struct table *table, const char *name, struct error *error);

/* The first of the rows WANTED that has the same texts in all columns NAMES, which end with NULL, as one
 * before: into *AGAIN, and that one into *FIRST; *AGAIN is TABLE's rows where there is none. 0 or -ENOMEM. */
int table_twice(const struct table *table, const char *const *names,
		bool (*wanted)(const struct table *table, size_t row), size_t *first, size_t *again);

/* What no time or count that was measured comes to: in ns it is thirty years. Sums and products of a few of
 * these stay finite, which those of any number that a cell can hold do not. */
#define TABLE_MOST 1e18

/* Whether the number of ROW in the column NAME, where there is one, is LEAST (nought, or what noise may bring
 * below it) or more, and no more than TABLE_MOST: 0, or -EINVAL with ERROR, which says MEND and names the
 * cell. And of each row in all the NAMES, which end with NULL. */
int table_amount(const struct table *table, size_t row, const char *name, double least, const char *mend,
		 struct error *error);
int table_amounts(const struct table *table, const char *const *names, double least, const char *mend,
		  struct error *error);

/* One CSV file being written: whole rows, RFC 4180, fields quoted only where they need it. */
struct table_writer {
	int fd;
	const struct table_schema *schema;
	char *row; /* the row under construction; owned */
	size_t length;
	size_t capacity;
	size_t column;	  /* next column to fill */
	bool sync;	  /* fdatasync after each row */
	bool unnamed;	  /* the file has no name yet, so nothing is left of it where the writer is killed */
	char *path;	  /* the name rows go to now; owned */
	char *final_path; /* the name table_writer_close renames to, or NULL when appending in place; owned */
	int failed;	  /* first error number met; kept until close */
};

/*
 * Opens PATH for appending rows of SCHEMA, writing the header if the file is new or empty. An existing file's
 * header must match, or lack only optional columns at its end: these are then added, NA in the rows there
 * are. A torn last line (no newline) is cut off. Each row is one write(2), then fdatasync when SYNC. 0 or
 * negative errno.
 */
int table_append(struct table_writer *writer, const char *path, const struct table_schema *schema, bool sync,
		 struct error *error);

/* Opens a new table that takes its final name PATH only in table_writer_close (no partial file under it;
 * where the file system has files without a name, none at all). */
int table_create(struct table_writer *writer, const char *path, const struct table_schema *schema,
		 struct error *error);

/* Fill the next cell, in the schema's order. NULL text and NaN write NA. */
void table_put_text(struct table_writer *writer, const char *text);
void table_put_integer(struct table_writer *writer, int64_t value);
void table_put_number(struct table_writer *writer, double value);
void table_put_missing(struct table_writer *writer);

/* Ends the row: all columns must be filled (asserted). 0 or negative errno (ENOSPC: nothing of the row
 * stays). */
int table_end_row(struct table_writer *writer, struct error *error);

/* Flushes, renames into place where table_create opened it, frees. 0 or negative errno. */
int table_writer_close(struct table_writer *writer, struct error *error);

/* Frees WRITER and removes what table_create had begun. */
void table_writer_abandon(struct table_writer *writer);

/* Either of the two: closes where CODE, of all that was put, is 0, else abandons and returns it. */
int table_writer_end(struct table_writer *writer, int code, struct error *error);

#endif
