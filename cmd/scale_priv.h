/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SCALE_PRIV_H
#define CMD_SCALE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

#define SCALE_CONFIGS	  "native,hosted,bare-metal"
#define SCALE_DIRECTORIES 256
#define SCALE_COPIES	  "vms*-*/runs.csv" /* of copies, below what is named */
#define SCALE_TIMEOUT_NS  60000000000u	    /* of a run in a load */
#define SCALE_MIXES	  32

struct scale_options {
	const char *directory[SCALE_DIRECTORIES + 1]; /* results to read, NULL-terminated */
	size_t directories;
	char *made[SCALE_DIRECTORIES]; /* names of those that are made; owned */
	size_t mades;
	const char *out, *configs;	  /* NULL: not given */
	char *const *program;		  /* NULL: only read */
	const char *suite;		  /* of the programs of mixes */
	const char *mix[SCALE_MIXES + 1]; /* NULL-terminated */
	size_t mixes;
	const char *predicted, *metrics; /* NULL: not given */
	uint64_t most, blocks, invocations, for_ns;
	double rate;		    /* runs due a second; 0: none */
	double goal_share, goal_ns; /* NaN: none */
	uint32_t given;		    /* options that were, by their places among all */
	bool csv, json, help;
};

/* Fills O. An enum cmd_status. */
int scale_options_parse(struct scale_options *o, int argc, char **argv);
void scale_options_free(struct scale_options *o);
void scale_help(void);

/* Runs vmtax run for 1 to O->most copies, into directories below O->out that O then names. An enum
 * cmd_status, with ERROR where it was not the run that said what was wrong. */
int scale_run(struct scale_options *o, struct error *error);

/* Runs loads, and writes loads.csv in O->out, which O then names: mixes, or one program at a rate; and each
 * program alone. An enum cmd_status, with ERROR. */
int scale_load(struct scale_options *o, struct error *error);

#endif
