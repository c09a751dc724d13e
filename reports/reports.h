/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_REPORTS_H
#define REPORTS_REPORTS_H

#include <stdbool.h>
#include <stdio.h>

struct error;
struct table_schema;

/*
 * What people and other programs read of a result directory. All of it is made from the CSV tables in the
 * directory, overhead.csv and waterfall.csv included where they exist; nothing is measured or estimated here.
 */

/* What text is printed on. Names and texts are filled or cut to its width; control bytes in them are made
 * harmless. */
struct report_page {
	FILE *out;
	size_t width; /* columns */
	bool colour;  /* with ANSI colours */
};

/* OUT: as wide as COLUMNS or the terminal says, from 80 columns, where nobody does, to 120; with colours
 * where it is a terminal that takes them, and the user does not mind (no-color.org). */
struct report_page report_page_of(FILE *out);

/* Prints TEXT from column INDENT on, where OUT is, filled to WIDTH; lines after the first are indented alike.
 * In one line where there is no room for that. */
void report_page_fill(FILE *out, const char *text, size_t indent, size_t width);

/* Bytes of TEXT, which begins with no blank, that go into a line of ROOM columns: up to a blank, or to a
 * colon in a word that is longer; else the whole word. */
size_t report_page_break(const char *text, size_t room);

/*
 * Prints the summary: the ratios to the baseline with their intervals in time, CPU seconds and per core held,
 * the cost of one request, and what to know before believing them. With ALL also the stages of a request,
 * what the host spent and what observing cost, which report.html has in any case. 0, or a negative errno
 * (-ENOENT where there is no runs.csv).
 */
int report_text_print(struct report_page on, const char *directory, bool all, struct error *error);

/*
 * Prints DIRECTORY/plan/summary.csv, a configuration a line, and what could not be placed. 0 or a
 * negative errno.
 */
int report_plan_print(struct report_page on, const char *directory, struct error *error);

/* Writes DIRECTORY/report.html of a directory that holds a plan and no result, likewise. 0 or a negative
 * errno. */
int report_plan_html(const char *directory, struct error *error);

/* The account of a trace: its tables, and what else there is to say of it. */
struct report_account {
	const char *layers, *exits; /* paths */
	unsigned long long events, lost;
	double recorder_ns; /* CPU time that recording took beside the process; 0: not known */
	bool sampled;	    /* guest and hypervisor are told apart by ticks */
	bool cut;	    /* it ended unexpectedly */
};

/* Prints the account, a thread a block. 0 or a negative errno. */
int report_account_print(struct report_page on, const struct report_account *account, struct error *error);

/* How a comparison is shown. */
struct report_comparison {
	const char *path;	 /* the table, of schema_comparison */
	double min_effect;	 /* the least difference that matters */
	const char *ours, *base; /* what is compared with what, in words */
};

/* Prints the comparison, a row a line, differences first said in words. 0 or a negative errno. */
int report_comparison_print(struct report_page on, const struct report_comparison *comparison,
			    struct error *error);

/* Writes it as the page DIRECTORY/comparison.html, under its final name only when whole. 0 or a negative
 * errno. */
int report_comparison_html(const char *directory, const struct report_comparison *comparison,
			   struct error *error);

/* Prints fitted costs (PATH, of schema_coefficients), a term a line; how well they predict
 * (schema_validation, and of the events that predictions are made from COUNTS, of schema_event_counts): the
 * median, P90 and greatest error, coverage, and those of the baselines; or predictions (schema_predictions),
 * terms in order, with those of requests (LATENCIES, of schema_latencies). 0 or a negative errno. */
int report_fit_print(struct report_page on, const char *path, struct error *error);
int report_validation_print(struct report_page on, const char *path, const char *counts, struct error *error);
int report_prediction_print(struct report_page on, const char *path, const char *latencies,
			    struct error *error);

/* Prints SCALING (schema_scaling), a number of copies a line, with the law fitted to them from LAWS_PATH
 * (schema_laws). 0 or a negative errno. */
int report_scaling_print(struct report_page on, const char *scaling, const char *laws_path,
			 struct error *error);

/* Writes DIRECTORY/report.html, which draws SCALING (of schema_scaling): throughput and times by the number
 * of copies. 0 or a negative errno. */
int report_scaling_html(const char *directory, const char *scaling, struct error *error);

/* Prints loads (PATH, of schema_mixes): a program a line beneath the load it is in, and how far
 * predictions are off. 0 or a negative errno. */
int report_mixes_print(struct report_page on, const char *path, struct error *error);

/* A table, by its path. */
struct report_source {
	const char *path;
	const struct table_schema *schema; /* of predictions, coefficients, scaling, laws or mixes */
};

/* Whether a file can be made at PATH, or what is there be written: to be asked before anything is measured
 * for it. 0 or a negative errno. */
int report_openmetrics_check(const char *path, struct error *error);

/* Writes SOURCES (ends with a NULL path) to PATH as OpenMetrics text, whole or not at all. 0 or a negative
 * errno. */
int report_openmetrics_write(const char *path, const struct report_source *sources, struct error *error);

/*
 * Writes DIRECTORY/report.html, one file that needs neither network nor scripts, under its final name only
 * when whole. Where gnuplot is missing or fails, the page says so in place of each figure. 0 or a negative
 * errno.
 */
int report_html_write(const char *directory, struct error *error);

/*
 * Writes DIRECTORY/datapackage.json: a Frictionless Data Package
 * (specs.frictionlessdata.io/tabular-data-package) that describes each table of schema_results[] found there.
 * 0 or a negative errno.
 */
int report_package_write(const char *directory, struct error *error);

/*
 * Prints the table in CSV_PATH on OUT as a JSON array of one object a row: numbers as numbers, missing cells
 * null. 0 or a negative errno; nothing is printed where the table cannot be read.
 */
int report_table_json(FILE *out, const char *csv_path, const struct table_schema *schema,
		      struct error *error);

#endif
