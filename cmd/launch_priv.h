/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LAUNCH_PRIV_H
#define CMD_LAUNCH_PRIV_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "cmd/measurement_priv.h"

struct event_sets;
struct together;

#define LAUNCH_CANNOT_RUN 126 /* exit status of what the kernel does not run, as a shell gives it */

/* What is to be run once. */
struct launch {
	const struct vmm_config *config;
	char *const *argv;     /* argv[0] is the program's path */
	const char *event;     /* of the guest kernel, that runs instead of a program; NULL: the program */
	const char *directory; /* working directory; NULL: ours */
	const char *input;     /* its stdin, opened anew; NULL: /dev/null */
	bool shows;	       /* what it prints is passed on to our stderr */
	uint64_t timeout_ns;
	uint64_t memory_bytes;	/* guest memory; 0: the monitor's default */
	uint64_t max_processes; /* 0: the same */
	uint64_t tsc_hz;
	cpu_set_t cores;	       /* it may run on */
	uint32_t cpus;		       /* the program itself on so many of them, the last; 0: on all */
	uint32_t turn;		       /* where it begins to take cores, from the last on */
	uint32_t drivers;	       /* threads that serve rings; 0: the monitor's default */
	bool observed;		       /* with probes that cost it time */
	uint32_t without;	       /* probes that are left out (probes_choose) */
	const struct event_sets *sets; /* that are counted then; NULL: none */
	const char *trace;	       /* and traced into this file; NULL: not */
	bool small_pages;	       /* the kernel gives it no huge pages */
	bool follows;		       /* by ptrace(2), call by call, instead of tracepoints */
	const char *guest_kernel;      /* its file, for those who look how large it is; NULL: not known */
	const uint64_t *exit_costs;    /* which knows these of this machine's KVM; NULL: none */
	int signal_fd;		       /* a signalfd of what stops us; the signals are blocked */
	struct together *together;     /* with what it starts at once; NULL: nothing */
	bool *passed;		       /* its gate there */
};

/* A way to run a program. */
struct launcher {
	const char *name;
	bool native; /* for configurations without a VM */
	/*
	 * Runs it to its end. M is fresh from measurement_init and then holds how it went, whatever happened
	 * to the program. 0; negative errno only where the harness itself cannot go on.
	 */
	int (*launch)(const struct launch *launch, struct measurement *m, struct error *error);
};

/* The launchers, ending with a row whose name is NULL. Tests have a table of their own. */
extern const struct launcher launchers[];

/* The row of TABLE that runs CONFIG. */
const struct launcher *launcher_for(const struct launcher *table, const struct vmm_config *config);

int launch_native(const struct launch *launch, struct measurement *m, struct error *error);
int launch_monitor(const struct launch *launch, struct measurement *m, struct error *error);

struct child;
struct rusage;

/* Takes over what the program printed and said in its marks. */
void launch_take_output(struct child *child, uint64_t tsc_hz, struct measurement *m);

/* Says which knobs in force (m->value) are not what CONFIG asked for; WHY[id] may be "". */
void launch_say_fallbacks(const struct vmm_config *config, char why[VMM_KNOBS][96], struct measurement *m);

/* Fills M's figures from the monitor's report: times, CPU time by owner, cores held. TOTAL_CPU_NS is the
 * whole process's. */
void account_monitor(const struct vmm_report *report, int64_t total_cpu_ns, struct measurement *m);

/* Fills M's stages from the report, the time the harness knew of the program's end, and that of the process.
 */
void account_stages(const struct vmm_report *report, uint64_t tsc_done, uint64_t tsc_gone,
		    struct measurement *m);

/* Fills M's status, reason and exit code from the monitor's report. */
void account_outcome(const struct vmm_report *report, uint64_t timeout_ns, struct measurement *m);

#endif
