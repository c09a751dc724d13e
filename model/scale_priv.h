/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_SCALE_PRIV_H
#define MODEL_SCALE_PRIV_H

#include "model/model_priv.h"
#include "model/mva_priv.h"
#include "model/simulate_priv.h"
#include "model/usl_priv.h"

/* Copies of a program that ran at once, by how many: scale_read.c. */

struct scale_point {
	size_t n, blocks;
	struct stats_estimate throughput;	    /* runs a second, all together */
	double p50_ns, p95_ns, p99_ns, goal_ns;	    /* times of a copy; the last at the goal's share */
	double cpu_ns, wait_cpu_ns, resident_bytes; /* of a copy, medians */
	struct simulate_run *run;		    /* copies: as they ran, polling left out; owned */
	size_t runs;
	double sim_p95_ns, sim_goal_ns; /* by simulation; NaN: not known */
	double held;			/* cores that all have to themselves */
	double mva;			/* throughput by mean value analysis; NaN: not known */
};

/* One repetition that counts. */
struct scale_copy {
	const struct table *runs;
	size_t row, directory, config; /* config: its place among configurations */
	size_t n;		       /* copies at once */
	double block, wall_ns, cpu_ns, spin_ns, held;
	double wait_cpu_ns, resident_bytes; /* NaN: not known */
};

/* Fills P from COUNT copies of one series and number, sorted by directory and block. Blocks of which a copy
 * failed do not count. 0 or -ENOMEM; P->run is the caller's. */
int scale_make_point(struct scale_point *p, const struct scale_copy *c, size_t count, double share);

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

/* Reads runs.csv, and where there is one counters.csv, of DIRECTORIES (NULL-terminated); SHARE is the goal's.
 * 0 or negative errno; scale_free in either case. */
int scale_read(struct scale_results *results, const char *const *directories, double share,
	       struct error *error);
void scale_free(struct scale_results *results);

/* Fills in throughput by mean value analysis, and times by simulation, of each point of SERIES: of copies
 * like the one that ran alone, or as PREDICTIONS (NULL: none) have it. A program that computes on several
 * cores at once is no customer of a queueing network. SHARE is the goal's. 0 or negative errno:
 * scale_solve.c. */
int scale_solve(struct scale_series *series, const struct table *predictions, double share,
		struct error *error);

#endif
