/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_SCALE_PRIV_H
#define MODEL_SCALE_PRIV_H

#include "model/model_priv.h"
#include "model/mva_priv.h"
#include "model/usl_priv.h"

/* Copies of a program that ran at once, by how many: scale_read.c. */

struct scale_point {
	size_t n, blocks;
	struct stats_estimate throughput; /* runs a second, all together */
	double p50_ns, p95_ns, cpu_ns;	  /* of a copy */
	double held;			  /* cores that all hold */
	double mva;			  /* throughput by mean value analysis; NaN: not known */
};

struct scale_series {
	const char *workload, *config, *label;
	double cores;		   /* that they share */
	struct scale_point *point; /* points, ascending by n; owned */
	size_t points;
};

struct scale_results {
	struct table *runs; /* directories; owned */
	size_t directories;
	struct scale_series *series; /* count; owned */
	size_t count;
};

/* Reads runs.csv of DIRECTORIES (NULL-terminated). 0 or negative errno; scale_free in either case. */
int scale_read(struct scale_results *results, const char *const *directories, struct error *error);
void scale_free(struct scale_results *results);

#endif
