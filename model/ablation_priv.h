/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_ABLATION_PRIV_H
#define MODEL_ABLATION_PRIV_H

#include "model/model_priv.h"

#define TRIAL_NONE SIZE_MAX

/* A row of flips.csv; texts are the table's. */
struct flip {
	const char *knob, *from, *to, *note, *cost;
	size_t order;	      /* 0: a single flip */
	size_t before, after; /* numbers among the configurations; TRIAL_NONE: left out */
};

/* flips.csv. */
struct flips {
	struct table table;
	struct flip *flip; /* count; owned */
	size_t count;
	struct names knobs;
	struct names configs; /* compared, both ends among them */
	size_t from, to;      /* the ends, numbers of configs */
	size_t orders;
};

/* Reads DIRECTORY/flips.csv; count is 0 where there is none. 0 or negative errno; then nothing is to be
 * freed. */
int flips_read(struct flips *flips, const char *directory, struct error *error);
void flips_free(struct flips *flips);

/* The repetitions of one workload by block and configuration. */
struct trial {
	const struct cells *cells;
	const struct flips *flips;
	size_t blocks;
	double *number; /* blocks: as in runs.csv; owned */
	bool *apart;	/* blocks: it holds the ends alone, for the total; owned */
	size_t *row;	/* blocks x configurations, row-major: rows of runs.csv, TRIAL_NONE: not ok; owned */
	metric_value *time;
};

/* 0 or -ENOMEM; trial_free in either case. */
int trial_make(struct trial *trial, const struct cells *cells, const struct flips *flips, size_t workload);
void trial_free(struct trial *trial);

/* Why FLIP is no comparison here: a configuration never ran, or its knob fell back. NULL where it is one. */
const char *trial_refuses(const struct trial *trial, const struct flip *flip);

/*
 * The times of the COLUMNS wanted (a flag a configuration) in the blocks that are APART, or in the others,
 * into VALUES (blocks x wanted, row-major, the caller's): blocks that lack one are left out, and those that
 * drift or steal disturbed where enough remain. Returns how many blocks.
 */
size_t trial_times(const struct trial *trial, const bool *columns, bool apart, double *values,
		   bool *disturbed);

/* A bar of the waterfall. */
struct bar {
	const struct flip *flip; /* one of the knob's; NULL: interaction */
	size_t flips;		 /* that it is the mean of */
	const char *why;	 /* there are fewer, or none; NULL: all */
	struct stats_estimate delta;
};

/* One workload's bars. Combinations are the bars, then both ends. */
struct bars {
	const struct flips *flips;
	struct trial trial;
	bool shapley;
	size_t orders;	 /* that can be used */
	struct bar *bar; /* one a knob, then interaction; owned */
	size_t count;
	double *weights; /* (count + 2) x configurations; owned */
	double *values;	 /* blocks x configurations; owned */
	bool *columns;	 /* configurations that bars need; owned */
	bool disturbed;
	struct stats_estimate from, to, total, total_from, total_to;
};

/* Makes the bars of WORKLOAD, what saves most first. 0 or -ENOMEM; bars_free in either case. */
int bars_make(struct bars *bars, const struct flips *flips, const struct cells *cells, size_t workload);
void bars_free(struct bars *bars);

#endif
