/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_MIXES_PRIV_H
#define MODEL_MIXES_PRIV_H

#include "model/model_priv.h"
#include "model/simulate_priv.h"

/* Loads as loads.csv has them: mixes_read.c. */

/* The VMs of one program in one load under one configuration. */
struct mix_part {
	const char *load, *config, *label, *program;
	double rate; /* 0: as fast as they go */
	double cores, for_s;
	size_t vms, blocks;
	struct stats_estimate throughput;
	struct simulate_run *run; /* runs that began within the time that counts; owned */
	double *took_s;		  /* runs, ascending; owned */
	size_t runs;
	double cpu_ns, wait_cpu_ns, resident_bytes;	/* means; the last of all VMs together */
	double demand_s, alone_s, setup_s, cpu_setup_s; /* means of its runs, polling left out */
	double held;					/* cores that these VMs keep for themselves */
	double others;	  /* cores that were busy with anything else: mean of the blocks that count */
	double predicted; /* runs a second; NaN: not known */
	const char *method;
	double sim_s[3];	 /* percentiles by simulation */
	double keeps, sim_keeps; /* the goal: 1 or 0; NaN: none, or not known */
};

struct mixes {
	struct table *loads; /* directories; owned */
	size_t directories;
	struct mix_part *part; /* count; parts of one load under one configuration are neighbours; owned */
	size_t count;
};

/* Reads loads.csv of DIRECTORIES (NULL-terminated) where they have one. 0 or negative errno; mixes_free in
 * either case. */
int mixes_read(struct mixes *mixes, const char *const *directories, struct error *error);
void mixes_free(struct mixes *mixes);

#endif
