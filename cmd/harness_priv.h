/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_HARNESS_PRIV_H
#define CMD_HARNESS_PRIV_H

#include <signal.h>

#include "cmd/calibrate_priv.h"
#include "cmd/config_file_priv.h"
#include "cmd/counters_priv.h"
#include "cmd/launch_priv.h"
#include "cmd/ledger_priv.h"
#include "cmd/progress_priv.h"
#include "cmd/record_priv.h"
#include "cmd/run_priv.h"
#include "cmd/schedule_priv.h"
#include "cmd/input_priv.h"
#include "cmd/scratch_priv.h"
#include "cmd/suite_priv.h"
#include "cmd/verdict_priv.h"

#define HARNESS_BLOCKS_LEAST 10 /* unless the budget forces fewer */
#define HARNESS_INTERVAL     6	/* with fewer a signed-rank interval at 95 % does not exist */
#define HARNESS_OBSERVED     3 /* repetitions of each cell under probes that disturb: an interval needs them */
#define HARNESS_BLOCKS_MOST  30 /* more narrows an interval by little */

/* One configuration of a run. */
struct harness_config {
	struct vmm_config config;
	char unable[256];   /* why this machine cannot run it; "" when it can */
	bool said_fallback; /* the user knows what fell back */
	unsigned parts;	    /* of a round that it runs in: HARNESS_MAIN, HARNESS_APART */
};

/* A round is a block of what is compared, and, in an ablation, one of its ends alone. */
#define HARNESS_MAIN  1u
#define HARNESS_APART 2u

/* One workload of a run, as the pilot found it. */
struct harness_workload {
	struct reference reference;
	uint8_t active[SCHEDULE_CONFIGS]; /* configurations it runs under, ascending */
	size_t actives;
	uint64_t cost_ns; /* of a round, with all that goes with it */
};

/* A run: what is to be measured and how far it is. */
struct harness {
	const struct run_options *options;
	uint32_t without; /* probes that the repetition under way goes without */
	const struct launcher *launchers;
	const struct calibrator *calibrator;
	const char *directory; /* of the results */
	struct run_plan *plan;
	struct suite suite;
	struct config_file own; /* configurations the user wrote */
	struct event_sets sets; /* counted in observed repetitions */
	struct harness_config config[SCHEDULE_CONFIGS];
	size_t configs;
	size_t parts;			   /* blocks of a round: 1, or 2 with those of HARNESS_APART */
	size_t stage;			   /* of the plan: 0, or 1 in an ablation that goes on */
	bool resume;			   /* repetitions are recorded already */
	uint64_t budget_ns;		   /* 0: the number of blocks is fixed */
	double share;			   /* of the budget to use, unless intervals need more */
	struct vmm_config native;	   /* the reference, whether or not it is among them */
	struct harness_workload *workload; /* suite.count; owned */
	struct record record;
	struct ledger ledger;
	struct scratch scratch;
	struct calibration calibration;
	uint64_t touched_bytes, touched_ns; /* memory that was touched last, and when */
	struct progress progress;
	char input[INPUT_PATH];	 /* what the user's program reads; "": nothing */
	char guest_kernel[4096]; /* path of the guest kernel; "": not found */
	uint64_t tsc_hz;
	cpu_set_t cores;		  /* the user gave us */
	uint64_t begun_ns, deadline_ns;	  /* monotonic; 0: no deadline */
	int signal_fd;			  /* of what stops us; owned */
	sigset_t old_mask;		  /* of signals, before the run blocked some */
	bool traces;			  /* observed repetitions are traced, too */
	uint64_t exit_costs[TRACE_COSTS]; /* for their account; all 0: not known */
	bool interrupted;
	int stop_signal;	   /* by which, once closed */
	size_t recorded;	   /* repetitions in the tables, once closed */
	size_t good, bad, skipped; /* repetitions recorded in this start */
	size_t not_repeated;	   /* disturbed blocks there was no time for */
};

/*
 * Sets up a run of OPTIONS and PLAN in DIRECTORY, which exists: suite and configurations are there already.
 * Blocks SIGINT, SIGTERM and SIGHUP. 0 or negative errno; harness_close in either case.
 */
int harness_open(struct harness *h, struct error *error);

/* The three in turn. 0 or negative errno. */
int harness_measure(struct harness *h, struct error *error);

/* Measures everything. 0, with h->interrupted where the user stopped it; negative errno when it cannot go on.
 */
int harness_run(struct harness *h, struct error *error);

/* Removes the scratch directory and frees all. Signals are as before, except where one has stopped the run.
 */
void harness_close(struct harness *h);

/*
 * Fills h->config from the comma-separated NAMES, with --set applied to all that are not native, and
 * h->native. h->own has been read. 0 or negative errno.
 */
int harness_configure(struct harness *h, const char *names, struct error *error);

/* CONFIG as NAME, a preset or one of h->own, with --set applied unless it is native. 0 or negative errno. */
int harness_find(const struct harness *h, const char *name, struct vmm_config *config, struct error *error);

/* One repetition. */
struct cell {
	size_t workload;
	const struct vmm_config *config;
	struct vmm_config own; /* what config points to where the workload fixes knobs: stays where it is */
	size_t vm;	       /* which of the copies that ran at once, from 1 */
	struct measurement m;
	char directory[4300];	   /* it ran in */
	char trace[4400];	   /* file that it is traced into; "": it is not */
	char compared[DIGEST_HEX]; /* digest of what is compared of its output */
	char flags[FLAGS_ROOM];
	bool observed; /* with probes that cost it time */
	bool disturbed;
	uint64_t tsc_origin; /* when the first of the copies was started */
	uint64_t cost_ns;
	struct cell *other; /* the other copies; owned */
	size_t others;
};

/*
 * Runs workload W under CONFIG once, from an equal state; OBSERVED with probes that cost it time. 0 or
 * negative errno; cell_free in either case. Does not judge it.
 */
int cell_run(struct harness *h, size_t w, const struct vmm_config *config, bool observed, struct cell *cell,
	     struct error *error);
void cell_free(struct cell *cell);

/* Records CELL as configuration C at ORDER (0: none) of BLOCK, and counts it. 0 or negative errno. */
int harness_record(struct harness *h, const struct cell *cell, size_t c, uint64_t block, uint64_t order,
		   struct error *error);

/* Records that configuration C cannot run workload W, once. 0 or negative errno. */
int harness_skip(struct harness *h, size_t w, size_t c, const char *reason, struct error *error);

/* Whether COST_NS more are more than the deadline allows. */
bool harness_late(const struct harness *h, uint64_t cost_ns);

/* Whether the blocks from ROUND on are left to --resume, which is said: a busy machine takes longer than when
 * it was tried out, and a budget keeps its word. */
bool harness_time_up(struct harness *h, uint64_t round);

/* Tries out every workload under every configuration: what native does, what works, how long it takes. */
int pilot_run(struct harness *h, struct error *error);

/* Repetitions of one round over all workloads. */
size_t blocks_cells(const struct harness *h);

/*
 * All blocks of the plan, interleaved over the workloads; between them, unless the user does not want it,
 * each cell under probes that cost it time. 0 or negative errno.
 */
int blocks_run(struct harness *h, struct error *error);

/* How often each cell is observed where there are so many rounds. */
size_t blocks_observed(uint64_t rounds);

/* Blocks that drift or steal disturbed once more, while there is time. 0 or negative errno. */
int blocks_repeat(struct harness *h, struct error *error);

/* Whether the user wants to stop; keeps it. */
bool harness_stopped(struct harness *h);

#endif
