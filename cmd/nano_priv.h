/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_NANO_PRIV_H
#define CMD_NANO_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cmd/suite_priv.h"
#include "vmm/config.h"

/*
 * The nano suite: events that are measured by those who do them. A program, or the guest kernel, prints
 * "kind,ops,ticks" and then a line a batch: op,OPS,TICKS where OPS operations took TICKS ticks of the TSC,
 * empty,OPS,TICKS for the same loop without them.
 */
#define NANO_TIMEOUT_NS 5000000000u /* of a repetition, which shall take 5 to 100 ms */
#define NANO_MEMORY	(64ull << 20)
#define NANO_BLOCKS	6	  /* a median of fewer has no interval at 95 % */
#define NANO_CELL_NS	80000000u /* about what a repetition takes, for a budget */

struct hist;
struct measurement;
struct run_options;
struct table;

/* What one repetition found. Times in ns, of one operation, the empty loop subtracted. */
struct nano {
	size_t n;						       /* batches */
	uint64_t ops;						       /* operations in all of them */
	double empty_ns, median_ns, p90_ns, p99_ns, max_ns, tsc_ticks; /* empty_ns: NaN without a loop */
	struct hist *hist; /* of operations, where each was timed alone; NULL: they were not; owned */
};

/* Reads the samples in the file FD. *NANO is the caller's (nano_free), NULL on failure. 0 or negative errno.
 */
int nano_read(int fd, uint64_t tsc_hz, struct nano **nano, struct error *error);
void nano_free(struct nano *nano);

/*
 * Decides the status of a repetition of WORKLOAD from how it went and what it printed, and fills m->nano:
 * unsupported where the machine or the configuration cannot do the event, failed where the program is wrong.
 */
void nano_judge(struct measurement *m, const struct workload *workload, uint64_t tsc_hz);

/* Takes the columns of a row that are of the class nano. 0 or negative errno; *COLUMN is where it is wrong.
 */
int nano_take_row(struct workload *workload, const struct table *table, size_t row, const char **column,
		  struct error *error);

/* Whether WORKLOAD has anything to run under CONFIG. */
bool nano_runs_under(const struct workload *workload, const struct vmm_config *config);

/* CONFIG with the knobs that WORKLOAD fixes; its name stays. */
void nano_configure(const struct workload *workload, struct vmm_config *config);

/* Whether OPTIONS go with the events of SUITE. 0, or negative errno. */
int nano_check(const struct suite *suite, const struct run_options *options, struct error *error);

/* Whether all of SUITE is. */
bool nano_all(const struct suite *suite);

/* Keeps the rows of SUITE's files that are events of it in DIRECTORY/suite.csv. 0 or negative errno. */
int nano_keep(const struct suite *suite, const char *directory, struct error *error);

#endif
