/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_RECORD_PRIV_H
#define CMD_RECORD_PRIV_H

#include <sys/types.h>

#include "base/table.h"
#include "cmd/measurement_priv.h"
#include "cmd/suite_priv.h"

/* The tables a repetition adds rows to. runs.csv comes last: its row makes the repetition count. */
enum record_table {
	RECORD_LAYERS,
	RECORD_AGREEMENT,
	RECORD_COUNTERS,
	RECORD_EXITS,
	RECORD_REQUESTS,
	RECORD_LIFECYCLE,
	RECORD_EVENTS,
	RECORD_DISTRIBUTIONS,
	RECORD_RUNS,
	RECORD_TABLES
};

struct record {
	struct table_writer writer[RECORD_TABLES];
	off_t size[RECORD_TABLES]; /* when the repetition began */
};

/* Which repetition it was. */
struct record_row {
	uint64_t run; /* its number, from 1 */
	const char *invocation;
	uint64_t block;		     /* from 1; 0: none */
	uint64_t order;		     /* from 1; 0: none */
	uint64_t vms;		     /* copies that ran at once */
	uint64_t vm;		     /* which of them, from 1; 0: none */
	uint64_t tsc_hz, tsc_origin; /* stages are told from there */
	const struct workload *workload;
	const struct vmm_config *config;
	bool cold;
	uint32_t without; /* probes whose counts are not kept (probes_choose) */
	const char *flags;
};

/* Opens the tables in DIRECTORY for appending, making those that are missing. 0 or negative errno. */
int record_open(struct record *record, const char *directory, struct error *error);

/* Adds the rows of one repetition, whole and on the disk; on failure none stays. 0 or negative errno. */
int record_add(struct record *record, const struct record_row *row, const struct measurement *m,
	       struct error *error);

/* The rows of layers.csv and agreement.csv. 0 or negative errno. */
int record_add_layers(struct record *record, uint64_t run, const struct measurement *m, struct error *error);

/* The rows of events.csv and distributions.csv alone. 0 or negative errno. */
struct nano;
int record_add_event(struct record *record, uint64_t run, const struct nano *nano, struct error *error);

void record_close(struct record *record);

#endif
