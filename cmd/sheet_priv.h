/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SHEET_PRIV_H
#define CMD_SHEET_PRIV_H

#include <stddef.h>
#include <stdio.h>

enum sheet_form { SHEET_TEXT, SHEET_CSV, SHEET_JSON };

#define SHEET_COLUMNS 16

/* Rows of text that list prints: aligned for people, or as CSV or JSON for programs. */
struct sheet {
	const char *columns[SHEET_COLUMNS]; /* names; the first NULL ends them */
	size_t headings; /* leading columns that text prints once, above the rows that share them */
	char **cells;	 /* row-major; owned */
	size_t count;	 /* cells filled */
	char note[600];	 /* that text ends with; "": none */
};

/* Adds a copy of TEXT as the next cell; rows fill from left to right. */
void sheet_put(struct sheet *sheet, const char *text);

/* Prints all rows on OUT. */
void sheet_print(const struct sheet *sheet, enum sheet_form form, FILE *out);

/* Frees the cells; the columns stay. */
void sheet_free(struct sheet *sheet);

#endif
