/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_COMPARE_PRIV_H
#define MODEL_COMPARE_PRIV_H

#include <stdbool.h>

#include "model/model.h"
#include "model/model_priv.h"

enum side { SIDE_OURS, SIDE_BASE, SIDES };

#define COMPARE_LEAST 3 /* invocations a side that tell how far they lie apart */

/* What is compared: one workload under one configuration by one metric. Texts belong to the cells. */
struct compared {
	const char *workload, *config, *cache, *metric;
	size_t choice;	      /* which of the metric's values */
	double *value[SIDES]; /* logarithms of the medians of invocations; owned */
	size_t count[SIDES];
	const char *program; /* SHA-256 of the first met */
	const char *label;   /* of the first met */
	bool program_changed, knobs_changed, disturbed;
	size_t place; /* in the table */
};

/* The repetitions of one cell that belong to one invocation, at one state of the cache. */
struct group {
	const struct cells *cells;
	const struct cell *cell;
	const char *invocation, *cache;
};

bool group_has(const struct group *g, size_t row);

/* The group's value by METRIC, and which of the metric's values that is; an overhead is by native's in the
 * same invocation. NaN: not measured. */
double group_value(const struct group *g, const char *metric, size_t *choice, bool *disturbed);

/* Result directories side by side. */
struct comparison {
	struct cells *cells; /* directories; owned */
	size_t directories;
	struct names invocations;
	struct compared *row; /* owned */
	size_t rows;
	char machine[512]; /* of the first directory */
	bool machines;	   /* more than one */
};

/* Reads the directories of both sides (BASE may be NULL) for METRICS. 0 or negative errno; then there is
 * nothing to free. */
int comparison_read(struct comparison *c, const char *const *ours, const char *const *base,
		    const char *const *metrics, struct error *error);
void comparison_free(struct comparison *c);

/* The variance between the invocations of a row, pooled over its sides, and its degrees of freedom. */
double compared_variance(const struct compared *row, double *freedom);

/* The known variance of ROW on MACHINE; its degrees of freedom, 0 where it is not known. */
double variance_known(const struct table *known, const char *machine, const struct compared *row,
		      double *freedom);

#endif
