/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LOAD_PRIV_H
#define CMD_LOAD_PRIV_H

#include <stdint.h>

#include "cmd/launch_priv.h"
#include "cmd/suite_priv.h"

/* A load: VMs that run at once for a while, each its program again and again, or when runs are due. */
#define LOAD_VMS   64
#define LOAD_TURNS 2 /* the first run of a VM finds nothing as the later ones do */

/* One run of it. Times in ns from the load's beginning; RUN_MISSING: not known. */
struct load_run {
	size_t vm;   /* from 0 */
	size_t turn; /* which run of the VM, from 1 */
	enum run_status status;
	int64_t intended_ns, begun_ns, ended_ns, setup_ns;
	int64_t cpu_ns, cpu_setup_ns, spin_ns, wait_cpu_ns, resident_bytes;
	double cores_held;
};

struct load {
	const struct launcher *launchers;
	const struct vmm_config *config;
	const struct workload *workload[LOAD_VMS]; /* of each VM */
	const char *directory[LOAD_VMS];	   /* it works in; NULL: ours */
	size_t vms;
	const char *input;   /* stdin of each; NULL: /dev/null */
	uint64_t for_ns;     /* runs are begun, or due, so long; without a rate until each VM has ended
				LOAD_TURNS, too */
	uint64_t timeout_ns; /* of a run, and of its wait for a VM */
	double rate;	     /* runs due a second, for all VMs; 0: each begins anew as soon as it has ended */
	uint64_t seed;
	int signal_fd;
	/* Found: */
	struct load_run *run; /* runs, as they ended; owned */
	size_t runs;
	uint64_t lasted_ns;  /* how long runs were begun, or due */
	double others_cores; /* busy with anything else meanwhile, on average; NaN: not known */
	bool fell_back;	     /* a knob could not be set as asked */
	bool interrupted;    /* the user stopped it */
	bool overtaken;	     /* runs were due faster than they went */
	char reason[300];    /* why the first run that went wrong did; "": none */
};

/* Runs it to its end: the last run that was begun is awaited. 0 or negative errno; load_free in either case.
 */
int load_run(struct load *load, struct error *error);
void load_free(struct load *load);

#endif
