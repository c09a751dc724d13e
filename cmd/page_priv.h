/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_PAGE_PRIV_H
#define CMD_PAGE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The page text is printed on. */

/* Columns of stdout: as COLUMNS or the terminal says, within reason; 100 where nobody does. */
size_t page_width(void);

/* Whether OUT is a terminal that takes colour, and the user does not mind (no-color.org). */
bool page_colour(FILE *out);

/*
 * Prints TEXT from column INDENT on, where OUT is, filled to WIDTH; lines after the first are indented alike.
 * In one line where there is no room for that.
 */
void page_fill(FILE *out, const char *text, size_t indent, size_t width);

#endif
