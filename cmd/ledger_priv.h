/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LEDGER_PRIV_H
#define CMD_LEDGER_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/suite_priv.h"
#include "vmm/vmm.h"

#define LEDGER_NO_BLOCK 0 /* repetitions that belong to no block: those that could not be run at all */
#define LEDGER_OBSERVED UINT64_MAX /* and those that probes disturbed, flagged "observed" */

#define LEDGER_DISTURBED 1u /* flagged as drift or steal: its block is to be repeated */
#define LEDGER_FAILED	 2u /* it did not go well */

/* Which repetitions are recorded. */
struct ledger {
	struct ledger_row {
		size_t workload, config; /* numbers in this run */
		uint64_t block;
		unsigned marks; /* LEDGER_DISTURBED, LEDGER_FAILED */
	} * row;		/* owned */
	size_t count, capacity;
	uint64_t last_run; /* highest number of a repetition */
};

/*
 * Takes what an earlier start recorded in DIRECTORY, after dropping rows of other tables that no row
 * of runs.csv stands for, and the rows of copies that ran at once of which not all are there: they are from a
 * repetition that was cut short. 0 or negative errno.
 */
int ledger_load(struct ledger *ledger, const char *directory, const struct suite *suite,
		const struct vmm_config *config, size_t configs, struct error *error);

/* 0 or -ENOMEM. */
int ledger_add(struct ledger *ledger, size_t workload, size_t config, uint64_t block, unsigned marks);

bool ledger_has(const struct ledger *ledger, size_t workload, size_t config, uint64_t block);

/* Whether anything of the block is recorded, and whether anything of it was disturbed. */
bool ledger_has_block(const struct ledger *ledger, size_t workload, uint64_t block);
bool ledger_disturbed(const struct ledger *ledger, size_t workload, uint64_t block);

/* How many repetitions of the cell were observed. */
size_t ledger_observed(const struct ledger *ledger, size_t workload, size_t config);

/* Whether any repetition of the cell failed. */
bool ledger_failed(const struct ledger *ledger, size_t workload, size_t config);

void ledger_free(struct ledger *ledger);

#endif
