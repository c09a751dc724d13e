/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_RUN_PRIV_H
#define CMD_RUN_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define RUN_SETS 64
#define RUN_STAGES                                                                                           \
	2 /* an ablation flips single knobs, and where they interact goes on with orders of knobs */
#define RUN_MEMORY (256ull << 20) /* of a guest: populating it anew for each repetition takes time */

/* What the user wants of vmtax run or ablate. Texts are the command line's. */
struct run_options {
	const char *command; /* "run" or "ablate" */
	const char *out;     /* NULL: a directory named after the time */
	const char *configs, *config_file;
	const char *from, *to; /* ablate: its two ends */
	uint64_t orders;       /* of knobs, for Shapley values */
	bool orders_given;
	const char *suite, *only;
	const char *filter;
	const char *counters; /* event sets; NULL: the default */
	const char *set[RUN_SETS];
	int sets;
	uint64_t blocks;       /* 0: as many as the budget allows */
	uint64_t budget_ns;    /* 0: not given */
	uint64_t vms;	       /* copies at once; 0: one */
	uint64_t memory_bytes; /* of a guest; 0: what the suite says, or RUN_MEMORY */
	uint64_t timeout_ns, seed;
	bool timeout_given;
	uint64_t max_processes; /* 0: the monitor's default */
	uint64_t cpus;		/* cores the program's threads share; 0: all */
	uint64_t drivers;	/* threads that serve rings; 0: the monitor's default */
	bool show;		/* what programs print */
	bool seed_given, cold, force, resume, help;
	bool observe;	  /* repetitions for probes that disturb, too */
	uint32_t without; /* probes that are left out; 0: none */
	bool alternate;	  /* all of them are in every second repetition, so that it shows what they cost */
	bool keep_trace;  /* of these, in the results */
	char **program;	  /* the user's own, NULL-terminated; NULL: the suite */
};

#define TRACES "traces" /* directory in the results of traces that are kept */

/* Whether it is an ablation that is wanted. */
bool run_options_ablate(const struct run_options *options);

/* Takes the command line apart; argv[0] is "run" or "ablate". 0, or negative errno; an option getopt refuses
 * has been complained about already, and ERROR is then empty. */
int run_options_parse(struct run_options *options, int argc, char **argv, struct error *error);

/* Prints how to use either command. */
void run_help(void);
void run_help_ablate(void);

/*
 * Makes the result directory DIRECTORY with its parents, or, with FORCE, empties one that holds results; with
 * RESUME it must be there and hold a schedule. While *LOCK, which is the caller's (-1: none), is open, no
 * other run can have it. 0 or negative errno.
 */
int run_directory_open(const char *directory, bool force, bool resume, int *lock, struct error *error);

/* What schedule.csv keeps so that a run can be resumed. */
struct run_plan {
	char *directory; /* where vmtax run was started; owned */
	char **argv;	 /* its command line, argv[0] being the command; owned */
	int argc;
	char invocation[64];
	uint64_t seed;
	uint64_t blocks[RUN_STAGES];
	size_t decided;	 /* stages whose blocks are */
	uint64_t orders; /* of knobs, that an ablation went on with; 0: it did not */
};

/* Writes DIRECTORY/schedule.csv. 0 or negative errno. */
int run_plan_write(const struct run_plan *plan, const char *directory, struct error *error);

/* Adds the number of blocks of the next stage, or of orders, once it is decided. */
int run_plan_decide_blocks(struct run_plan *plan, uint64_t blocks, const char *directory,
			   struct error *error);
int run_plan_decide_orders(struct run_plan *plan, uint64_t orders, const char *directory,
			   struct error *error);

int run_plan_read(struct run_plan *plan, const char *directory, struct error *error);
void run_plan_free(struct run_plan *plan);

#endif
