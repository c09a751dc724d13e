/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_REPORTS_PRIV_H
#define REPORTS_REPORTS_PRIV_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/names.h"
#include "base/table.h"

/* What a report is made of: the tables of a result directory (rows = 0 where absent) and who appears in them.
 */
struct result {
	const char *directory;
	struct table machine, runs, layers, agreement, overhead, waterfall, costs, distributions, ablation,
		provisioning, footprint, hardware, coefficients, validation, plan_summary;
	struct names workloads;
	struct names configs;
	const char *baseline; /* what overhead.csv is shown against: native where it can be */
};

/* Reads DIRECTORY; only runs.csv must exist. 0 or a negative errno; then there is nothing to free. */
int result_load(struct result *result, const char *directory, struct error *error);
void result_free(struct result *result);

/* What DIRECTORY holds without runs.csv, and which command shows that, for a message. False: nothing. */
bool result_instead(const char *directory, char *text, size_t size);

/* The name CONFIG is printed by: with * where a knob fell back in any of its runs. */
const char *result_label(const struct result *result, const char *config);

/* Whether CONFIG is shown: of an ablation only the ends, beside native, as what lies between has its own
 * picture. */
bool result_shows(const struct result *result, const char *config);

/* Whether ROW of runs.csv went well and may stand for its configuration: not one that probes disturbed. */
bool result_counts(const struct result *result, size_t row);

/* Whether ROW of runs.csv is of an event: these are no workloads to be compared. */
bool result_is_event(const struct result *result, size_t row);

/* Least and most blocks behind the estimates; both 0 where there are none. */
void result_blocks(const struct result *result, int *least, int *most);

/* An estimate and its interval; NaN is missing. */
struct interval {
	double value, low, high;
};

/* What overhead.csv measures, in the order reports show it. */
struct metric {
	const char *name;    /* in overhead.csv */
	const char *title;   /* "Time" */
	const char *meaning; /* a sentence */
	const char *axis;    /* axis label, with unit */
};
extern const struct metric metrics[]; /* ends with a NULL name */

struct series {
	const char *name;   /* as in the tables */
	const char *label;  /* as printed */
	const char *colour; /* #rrggbb */
	size_t shape;	    /* of its dots, in chart_shapes */
};

#define CHART_SHAPES 5

/* Estimates of rows x columns: one for each metric, one for requests, and so on. Texts are borrowed. */
struct grid {
	const char *title;
	const char *corner; /* what a row is: "workload" */
	const char *axis;   /* what a cell is, with unit */
	const char *base_label;
	struct names rows;
	struct series *columns; /* owned */
	size_t column_count;
	struct interval *cells; /* rows x columns, row-major; owned */
	double *base_ns;	/* rows; median under the baseline, or NULL; owned */
	char **owned;		/* names of rows that no table has; NULL: none; owned */
	size_t left_out;	/* rows there was no room for */
	bool points;		/* cells have no interval */
	bool bare;		/* none of the cells has one, so that is not said of each */
	bool shortened;		/* thousands and millions are printed as such */
};

/* Ratios of METRIC: workloads x configurations but the baseline. 0 or -ENOMEM. */
int grid_overhead(struct grid *grid, const struct result *result, const struct metric *metric);

/*
 * Median over workloads of METRIC under CONFIG against BASELINE; NaN where no workload has it. COUNT (or
 * NULL) takes how many have it.
 */
double grid_median(const struct result *result, const char *metric, const char *config, const char *baseline,
		   size_t *count);

/* Milliseconds, median over good runs: workloads x all configurations. For when nothing can be compared. */
int grid_times(struct grid *grid, const struct result *result);

/* Whether METRIC has any estimate to show. */
bool grid_has_metric(const struct result *result, const char *metric);

/* Whether any time is estimated against BASELINE. */
bool grid_has_baseline(const struct result *result, const char *baseline);

#define REQUEST_KINDS 10 /* kinds of request that are shown; waterfall.csv has all */

/* Microseconds a request: the MOST frequent kinds x configurations. 0 or -ENOMEM; no rows without costs. */
int grid_requests(struct grid *grid, const struct result *result, size_t most);

/* Stages of a request, as in waterfall.csv, in the order of time. */
#define STAGES	   6
#define STAGE_CELL 48
extern const char *const stage_names[STAGES];

/* "22.1 +-9.0" in CELL (STAGE_CELL bytes), which is returned: microseconds of STAGE, and behind SIGN how far
 * off two clocks may make it; "NA" where it was not measured. */
char *stage_cell(const struct result *result, const char *kind, const char *stage, const char *config,
		 const char *sign, char *cell);

enum provisioning_figure { PROVISIONING_TIME, PROVISIONING_CPU, PROVISIONING_MEMORY, PROVISIONING_FIGURES };

/* A figure of provisioning.csv: events x configurations. 0 or -ENOMEM; no rows where none is told. */
int grid_provisioning(struct grid *grid, const struct result *result, enum provisioning_figure figure);

/* Percent of thread time: workloads x layers under CONFIG, NaN where it has no run. 0 or -ENOMEM. */
int grid_layers(struct grid *grid, const struct result *result, const char *config);

/* Row numbers of plan/summary.csv in the order reports show configurations; the caller frees. NULL: no
 * memory. */
size_t *plan_rows(const struct table *plan);

/* The waterfall of ablation.csv for WORKLOAD: both ends, and what is flipped between them. */
struct waterfall {
	const char *workload, *from, *to; /* the ends' labels */
	const char *method;
	struct waterfall_step {
		const char *knob, *from, *to, *note, *cost;
		double begin, end;     /* ns; NaN: not measured */
		struct interval delta; /* ns */
	} * step;		       /* count: the knobs, then interaction; owned */
	size_t count;
	struct interval total; /* ns, measured apart */
	double begin, end;     /* ns: where the steps begin and end */
	double blocks;
	const char *unit; /* the figures are best printed in, and its ns */
	double unit_ns;
};

/* 0 or -ENOMEM; no steps where ablation.csv has none. */
int waterfall_make(struct waterfall *waterfall, const struct result *result, const char *workload);
void waterfall_free(struct waterfall *waterfall);

/* What whoever may not know knobs should do; the caller frees. NULL when memory is short. */
char *waterfall_advice(const struct waterfall *waterfall);

/* Whether the bars agree with the total, in words; the caller frees. NULL when memory is short. */
char *waterfall_check(const struct waterfall *waterfall);

/* "exit > ring" of a step in TEXT. Returns TEXT. */
char *waterfall_change(const struct waterfall_step *step, char *text, size_t size);

/* Allocates cells, all missing, for rows already collected. 0 or -ENOMEM. */
int grid_allocate(struct grid *grid, size_t columns);
struct interval *grid_cell(const struct grid *grid, size_t row, size_t column);

/* Notes whether GRID is bare, as one of a single block is; what a heading then says of intervals. */
const char *grid_note_bare(struct grid *grid);
void grid_free(struct grid *grid);

/* CONFIG as a column: its colour fixed for presets, its shape the same in every figure of a report. */
struct series grid_config(const struct result *result, const char *config);

/* The colour of the configuration at PLACE of CONFIGS. */
const char *palette_colour(const struct names *configs, size_t place);

/* Layers of the account in the order they are stacked, with the colour each keeps. */
#define PALETTE_LAYERS 11
extern const struct series palette_layers[PALETTE_LAYERS];

/* How many of them LAYERS needs: the last is for layers this version does not know. */
size_t palette_layers_needed(const struct table *layers);

/* A number with three significant digits ("1.31", "12.8", "NA") in TEXT (16 bytes). Returns TEXT. */
char *format_number(double value, char *text);

/* "1.31 [1.29, 1.33]", "NA" where missing, in TEXT (64 bytes). Returns TEXT. */
char *format_interval(struct interval interval, char *text);

/* The same, from 10,000 on in thousands and so on: "28.0k", "28.0k [27.8k, 28.3k]". */
char *format_short(double value, char *text);
char *format_short_interval(struct interval interval, char *text);

/*
 * What the reader must know: fallen-back knobs ('*'), runs that failed and flags ('!'), what observing cost
 * ('-'). Each is one line of text, given to SINK. 0 or -ENOMEM.
 */
typedef void notes_sink(void *argument, char mark, const char *text);
int notes_list(const struct result *result, notes_sink *sink, void *argument);

/* The same of how the layers are known, sources.c. 0 or -ENOMEM. */
int sources_list(const struct result *result, notes_sink *sink, void *argument);
/* What the probes cost that always count, where repetitions went without them by turns. 0 or -ENOMEM. */
int probed_list(const struct result *result, notes_sink *sink, void *argument);

/* What set-up took where it populates memory, which is then not in the time: to stand beside it. As
 * notes_list. */
int setup_list(const struct result *result, notes_sink *sink, void *argument);

/* The headline in words; the caller frees. NULL when memory is short. */
char *headline_text(const struct result *result);

/* Said wherever bare-metal figures are shown, and whether any are. */
bool headline_has_bare_metal(const struct result *result);
extern const char headline_bare_metal[];

/* A file that takes its name only when whole. */
struct draft {
	FILE *out;
	char temporary[4096];
	char path[4096];
};
int draft_open(struct draft *draft, const char *directory, const char *name, struct error *error);
int draft_close(struct draft *draft, struct error *error); /* renames into place */
void draft_abandon(struct draft *draft);

/* What is to be printed whole. */
struct whole {
	FILE *out;  /* to write to meanwhile */
	char *text; /* owned */
	size_t size;
};
int whole_open(struct whole *whole, struct error *error);
/* Prints it on OUT and frees it. WHAT is for messages. 0, or the negative errno of what hindered it. */
int whole_print(struct whole *whole, FILE *out, const char *what, struct error *error);
void whole_abandon(struct whole *whole);

/* Runs gnuplot on SCRIPT; *SVG is what it printed, the caller frees. 0, -ENOENT without gnuplot, or a
 * negative errno. */
int gnuplot_run(const char *script, char **svg, struct error *error);

enum chart_kind {
	CHART_DOTS, /* a point and its interval a cell, log scale */
	CHART_BARS, /* the columns of a row stacked */
	CHART_WATERFALL,
	CHART_LINES,
};

struct lines;

struct chart {
	enum chart_kind kind;
	const char *key;   /* makes the ids of one figure its own */
	const char *label; /* for screen readers */
	double reference;  /* DOTS: where the line of "no difference" stands, NaN for none */
	double scale_end;  /* BARS: what every row is stretched to, NaN for true lengths */
	bool dense;	   /* DOTS: little room a row, as there are many */
	bool totals;	   /* BARS: write each row's sum at its end */
	const struct grid *grid;
	const struct waterfall *waterfall; /* WATERFALL, instead of a grid */
	const struct lines *lines;	   /* LINES, the same */
};

/* How a column's dots look: in gnuplot's numbering, and as the inside of a small SVG. */
struct chart_shape {
	int point;
	const char *glyph;
};
extern const struct chart_shape chart_shapes[CHART_SHAPES];

/* Draws CHART and prints the SVG, fit for inlining, on OUT. 0, or a negative errno with nothing printed. */
int chart_draw(FILE *out, const struct chart *chart, struct error *error);

/* Copies gnuplot's SVG to OUT without prolog and root, ids prefixed with KEY. 0, or -EINVAL where it is none.
 */
int svg_inline(FILE *out, const char *svg, const char *key, const char *label);

/* Prints TEXT with HTML's special characters escaped and control bytes as blanks. */
void html_text(FILE *out, const char *text);

#endif
