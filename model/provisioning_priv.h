/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PROVISIONING_PRIV_H
#define MODEL_PROVISIONING_PRIV_H

#include "model/model_priv.h"

#define PROVISIONING "provisioning" /* the class of workloads whose lives are measured */

/* Stages of lifecycle.csv that events lie between. */
enum life_stage {
	STAGE_START,
	STAGE_READY,
	STAGE_GO,
	STAGE_PROGRAM,
	STAGE_ANSWER,
	STAGE_END,
	STAGE_DONE,
	STAGE_FINISH,
	STAGE_GONE,
	STAGES,
};

/* runs.csv of such workloads, and when each repetition came to its stages. */
struct lives {
	struct table runs;
	double (*stage)[STAGES]; /* runs.rows, ns; NaN: it did not get there, or it is not known; owned */
	struct names workloads, configs; /* of the class */
};

/* Reads DIRECTORY/runs.csv and lifecycle.csv. 0 or negative errno; then there is nothing to free. */
int lives_read(struct lives *lives, const char *directory, struct error *error);
void lives_free(struct lives *lives);

double lives_number(const struct lives *lives, size_t row, const char *column);

/* Repetitions that ran at once: COUNT rows of runs.csv from ROW on. */
struct litter {
	size_t row, count;
	bool ok; /* all of them, and none is missing */
	bool disturbed;
};

/* The next litter of a workload under a configuration in a block; from COUNT = ROW = 0 on. False: no more. */
bool lives_next(const struct lives *lives, const char *workload, const char *config, struct litter *litter);

/* Copies of WORKLOAD that were to run at once, and the name CONFIG is printed by. */
size_t lives_copies(const struct lives *lives, const char *workload);
const char *lives_label(const struct lives *lives, const char *workload, const char *config);

/* Mean over those of a litter that are known of resident memory in bytes and of CPU time in ns. */
double lives_memory(const struct lives *lives, const struct litter *litter);
double lives_cpu(const struct lives *lives, const struct litter *litter);

/* Rows that are not ok, and what the first of them says. */
struct failures {
	size_t count;
	const char *status, *reason;
};
struct failures lives_failures(const struct lives *lives, const char *workload, const char *config);

#endif
