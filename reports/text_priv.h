/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_TEXT_PRIV_H
#define REPORTS_TEXT_PRIV_H

#include <stdbool.h>
#include <stdio.h>

#include "reports/reports.h"
#include "reports/reports_priv.h"

#define TEXT_BASE	10 /* of the baseline's own time */
#define TEXT_CELL	18 /* of "1.31 [1.29, 1.33] " */
#define TEXT_VALUE	4  /* of the estimate in "1.31 [1.29, 1.33]" */
#define TEXT_NAME_MOST	24 /* of a name; longer ones are cut */
#define TEXT_NAME_LEAST 14 /* of the heading "configuration" and a blank */

struct text_page {
	FILE *out;
	size_t width; /* columns */
	bool colour;
	bool all;    /* else the less asked for is left out */
	bool ratios; /* cells are ratios: with colour, those surely above 1 stand out */
	size_t name_width;
};

/* ON, to be printed at once. */
struct text_page text_page_on(struct report_page on);

/* Not a later byte of UTF-8. */
bool text_begins_character(char c);

/* Columns TEXT takes on a terminal, each character taken as one wide. */
size_t text_width(const char *text);

/* Prints LENGTH bytes of TEXT, control bytes made harmless. */
void text_put_bytes(FILE *out, const char *text, size_t length);

/* Prints a name with control bytes made harmless, cut with "~" at TEXT_NAME_MOST, padded to WIDTH. */
void text_put_name(FILE *out, const char *text, size_t width);
/* The same, cut at MOST. */
void text_put_cut(FILE *out, const char *text, size_t most, size_t width);

/* The columns that COLUMN of TABLE, or its HEADING if that is wider, takes as such names. */
size_t text_name_width(const struct table *table, const char *column, const char *heading);

/* A column that shows the one NAMEd of a table, by PRINT where it holds numbers; or what SHOW makes of a row.
 */
struct text_column {
	const char *heading;
	int width;   /* as printf's: less than nought is flush left */
	bool key;    /* it is in every part, */
	bool splits; /* and here the second begins, where the page is too narrow for one */
	const char *name;
	const char *(*print)(double value, char into[64]);
	const char *(*show)(const struct table *table, size_t row, char into[64]);
};

/* Columns that stand beside each other: all, or a part. */
struct text_part {
	const struct text_page *page;
	const struct text_column *columns; /* ends without a heading */
	size_t indent;
	size_t first, end; /* nought before the first part */
};

/* Goes on to the next part; false: there is none. */
bool text_part_next(struct text_part *part);
/* Prints its headings, and its figures of ROW. */
void text_part_head(const struct text_part *part);
void text_part_row(const struct text_part *part, const struct table *table, size_t row);

/* For columns: VALUE to three digits, a time, what memory takes; "-" where there is none. */
const char *text_show_number(double value, char into[64]);
const char *text_show_time(double ns, char into[64]);
const char *text_show_bytes(double bytes, char into[64]);

/* What scaling.csv and mixes.csv both tell of runs that begin and end beside others. */
#define TEXT_RUN_COLUMNS                                                                                     \
	{ "wait-cpu", 8, .name = "wait_cpu_ns", .print = text_show_time },                                   \
		{ "memory", 8, .name = "resident_bytes", .print = text_show_bytes },                         \
		{ "median", 8, .splits = true, .name = "p50_ns", .print = text_show_time },                  \
		{ "P95", 8, .name = "p95_ns", .print = text_show_time },                                     \
		{ "P99", 8, .name = "p99_ns", .print = text_show_time },                                     \
	{                                                                                                    \
		"sim. P95", 8, .name = "sim_p95_ns", .print = text_show_time                                 \
	}

/* Prints MARK and TEXT, broken at blanks so that lines fit the page. */
void text_put_wrapped(const struct text_page *page, char mark, const char *text);

/* Prints TITLE, and REST beside it, or below where the page is too narrow. */
void text_put_title(const struct text_page *page, const char *title, const char *rest);

/* An interval with its estimate aligned at its end. */
char *text_print_cell(struct interval interval, char text[64]);

/* Prints it padded to WIDTH columns. */
void text_put_cell(const struct text_page *page, struct interval interval, size_t width);

/* Prints what each knob is worth, nothing where no ablation was made. 0 or -ENOMEM. */
int text_put_ablation(struct text_page *page, const struct result *result);

/* Prints where the time of the most frequent kinds of request goes. 0 or -ENOMEM. */
int text_put_stages(const struct text_page *page, const struct result *result);

/* Prints what events cost, nothing where none was measured. 0 or -ENOMEM. */
int text_put_nano(const struct text_page *page, const struct result *result);

/* Prints the capacity plan, nothing where there is none. 0 or -ENOMEM. */
int text_put_plan(struct text_page *page, const struct table *plan);

/* What the tables of DIRECTORY/plan beside the summary say, a sentence each. 0 or negative errno. */
int text_put_plan_further(struct text_page *page, const char *directory, struct error *error);

/* The row of PLAN that text_put_advice recommends; plan->rows: none. */
size_t text_advised(const struct table *plan);

/* The cheapest virtual configuration that holds the whole fleet, and why, where there is one. 0 or -ENOMEM.
 */
int text_put_advice(struct text_page *page, const struct table *plan);

/* What to know of PLAN besides its figures, its rows in the order ROWS. 0 or -ENOMEM. */
int text_put_plan_notes(const struct text_page *page, const struct table *plan, const size_t *rows);

/* Whether today's placement does, and what mends it, in sentences. 0 or -ENOMEM. */
int text_put_mending(struct text_page *page, const struct table *mending);

/* How firm plans are, and what that depends on, in sentences. 0 or -ENOMEM. */
int text_put_uncertainty(struct text_page *page, const struct table *table);
int text_put_sensitivity(struct text_page *page, const struct table *table);

/* How many VMs alike one host holds, in a sentence. 0 or -ENOMEM. */
int text_put_density(struct text_page *page, const struct table *table);

/* Scenarios beside the plan, one after the other. 0 or -ENOMEM. */
int text_put_what_if(struct text_page *page, const struct table *table);

/* Where hosted and bare-metal plans cost the same, in a sentence. 0 or -ENOMEM. */
int text_put_break_even(struct text_page *page, const struct table *table);

/* What plans survive, in sentences. 0 or -ENOMEM. */
int text_put_risks(struct text_page *page, const struct table *risks);

/* What it takes for granted: assumptions.csv. 0 or -ENOMEM. */
int text_put_assumptions(struct text_page *page, const struct table *t);

/* When it is full: headroom.csv. 0 or -ENOMEM. */
int text_put_headroom(struct text_page *page, const struct table *headroom);

/* Prints GRID, in several parts where it is too wide; with medians where METRIC is given. */
void text_put_grid(struct text_page *page, const struct grid *grid, const struct result *result,
		   const char *metric);

/* What the host spent, what observing cost, and what the hardware counted. 0 or -ENOMEM. */
int text_put_spent(struct text_page *page, const struct result *result);

/* How far predictions for each configuration are off, a line each. 0 or -ENOMEM. */
int text_put_predicted(const struct text_page *page, const struct result *result);

/* Median, P90 and greatest of N sorted errors, a line that begins with NAME; none of none. */
void text_put_errors(FILE *out, const char *name, const double *errors, size_t n);

/* Events counted natively beside those under configurations (PATH, of schema_event_counts). */
int text_counts_put(const struct text_page *page, const char *path, struct error *error);

#endif
