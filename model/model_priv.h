/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_MODEL_PRIV_H
#define MODEL_MODEL_PRIV_H

#include "base/names.h"
#include "base/stats.h"
#include "base/table.h"

struct error;

#define MODEL_LEVEL	  0.95 /* of every interval */
#define MODEL_BUSY	  0.05 /* of cores, or of a time: others that took so much kept the machine busy */
#define MODEL_PAIRS_LEAST 6    /* below which no signed-rank interval at that level exists */

/* Repetitions of one workload under one configuration, as row numbers of runs.csv. */
struct cell {
	size_t *block; /* undisturbed by probes, in a block, ok; ascending by block; owned */
	size_t blocks;
	size_t *observed; /* disturbed by probes, ok; owned */
	size_t observations;
};

/* runs.csv by workload and configuration. */
struct cells {
	struct table runs;
	struct names workloads, configs;
	struct cell *cell; /* workloads x configs, row-major; owned */
};

/* Reads DIRECTORY/runs.csv. 0 or negative errno; then there is nothing to free. */
int cells_read(struct cells *cells, const char *directory, struct error *error);
void cells_free(struct cells *cells);

struct cell *cells_at(const struct cells *cells, size_t workload, size_t config);

/* A cell of runs.csv by the column's name. */
const char *cells_text(const struct cells *cells, size_t row, const char *column);
double cells_number(const struct cells *cells, size_t row, const char *column);

/* Whether FLAGS, words separated by blanks, has WORD. */
bool flags_have(const char *flags, const char *word);

/* The same block under a configuration and under its baseline: rows of runs.csv. */
struct pair {
	size_t row, base;
};

/*
 * Pairs the repetitions of two cells by block, at equal cache state, into PAIRS, which has room for those of
 * CELL. Those that drift or steal disturbed are left out where enough remain; *DISTURBED: they are in.
 */
size_t pairs_make(const struct cells *cells, const struct cell *cell, const struct cell *base,
		  struct pair *pairs, bool *disturbed);

/* A value of a repetition, ROW of runs.csv; NaN: not measured. */
typedef double metric_value(const struct cells *cells, size_t row);

/* What overhead.csv compares. */
struct metric {
	const char *name;
	metric_value *value[3];	  /* the first of them that pairs have on both sides */
	metric_value *base_value; /* what the baseline counts instead; NULL: the same */
	bool additive;		  /* may be nought: averaged as it is, not by its logarithm */
	bool sized;		  /* it has a unit of its own, ns */
};
extern const struct metric model_metrics[]; /* ends with a NULL name */
extern const struct metric *const model_time;

/* Which of METRIC's values most pairs have. */
size_t metric_choose(const struct metric *metric, const struct cells *cells, const struct pair *pairs,
		     size_t count);

/* What its baseline counts then, and the ratio of a pair; NaN: not measured. */
metric_value *metric_base(const struct metric *metric, size_t choice);
double metric_ratio(const struct metric *metric, size_t choice, const struct cells *cells, struct pair pair);

/* TIME of CELL's observed repetitions by that of its undisturbed ones: ratio of geometric means, with Welch's
 * interval from three of each on. OBSERVED and USUAL are room for as many. NaN where either is missing. */
struct stats_estimate observer_ratio(const struct cells *cells, const struct cell *cell, metric_value *time,
				     double *observed, double *usual);

/* The Hodges-Lehmann estimate of COUNT ratios with its signed-rank interval. */
struct stats_estimate metric_estimate(const struct metric *metric, const double *ratios, size_t count);

#endif
