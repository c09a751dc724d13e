/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SCALE_LOAD_PRIV_H
#define CMD_SCALE_LOAD_PRIV_H

#include "base/table.h"
#include "cmd/input_priv.h"
#include "cmd/load_priv.h"
#include "cmd/progress_priv.h"
#include "cmd/scale_priv.h"
#include "cmd/scratch_priv.h"

/* The loads of one vmtax scale. */
#define BENCH_CONFIGS 16
#define BENCH_MIXES   (SCALE_MIXES + LOAD_VMS * 2) /* and each program alone */

/* What runs at once. */
struct mix {
	char name[256];			/* "kv:2,pack:1" */
	double rate;			/* 0: as fast as they go */
	size_t workload[LOAD_VMS], vms; /* of the suite: what each VM runs */
};

/* All of them. */
struct bench {
	const struct scale_options *o;
	struct suite suite;
	struct vmm_config config[BENCH_CONFIGS];
	bool unable[BENCH_CONFIGS];
	size_t configs;
	struct mix mix[BENCH_MIXES];
	size_t mixes;
	struct scratch scratch;
	char input[INPUT_PATH];
	char directory[LOAD_VMS][4300];
	struct table_writer writer;
	struct progress progress;
	size_t recorded;
	int stop_fd; /* tells of what shall stop us */
};

/* Fills B's mixes, and before them each of their programs alone: of the suite by --mix, or of the one program
 * by
 * --rate. 0 or negative errno. */
int bench_choose_mixes(struct bench *b, struct error *error);

#endif
