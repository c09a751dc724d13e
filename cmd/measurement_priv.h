/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_MEASUREMENT_PRIV_H
#define CMD_MEASUREMENT_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/digest_priv.h"
#include "probes/probes.h"
#include "probes/trace.h"
#include "vmm/vmm.h"

/* How a repetition went: the status column of runs.csv. */
enum run_status {
	RUN_OK,
	RUN_FAILED,	 /* it ended with a status other than 0 */
	RUN_CRASHED,	 /* a signal or the guest kernel ended it */
	RUN_TIMEOUT,	 /* the watchdog ended it */
	RUN_SKIPPED,	 /* this machine cannot run it */
	RUN_MISMATCH,	 /* it did something else than natively */
	RUN_UNSUPPORTED, /* it went wrong, and had made system calls the guest kernel does not serve */
	RUN_STATUSES,
};

extern const char *const run_status_names[RUN_STATUSES];

/* Stages of a repetition's life, in the order they come; lifecycle.csv uses their names. */
enum life_stage {
	LIFE_START,   /* the process is forked */
	LIFE_MAIN,    /* the monitor's main() */
	LIFE_READY,   /* all is built; a plain process waits before its exec */
	LIFE_GO,      /* told to go on */
	LIFE_ENTER,   /* first KVM_RUN */
	LIFE_PROGRAM, /* its first instruction */
	LIFE_ANSWER,  /* the first mark was written */
	LIFE_END,     /* the program's end was seen */
	LIFE_DONE,    /* the harness knows */
	LIFE_FINISH,  /* teardown begins */
	LIFE_TORN_DOWN,
	LIFE_GONE, /* the process is no more */
	LIFE_STAGES,
};

extern const char *const life_stage_names[LIFE_STAGES];

struct nano;

#define RUN_MISSING INT64_MIN /* a figure that was not measured: NA in the tables */

/* Where the time of one thread went. */
struct measurement_thread {
	char name[16];
	struct probe_account account; /* by stamps and the scheduler's figures */
	struct probe_account traced;  /* by a trace */
	bool has_trace;
};

/* What one repetition told. Times in ns. */
struct measurement {
	enum run_status status;
	char reason[512];
	bool interrupted;	  /* the user stopped us: nothing else here counts */
	uint8_t value[VMM_KNOBS]; /* knobs in force */
	char fallback[512];	  /* which of them fell back and why; "" when none did */
	int64_t setup_ns, wall_ns, teardown_ns, life_ns;
	int64_t roi_ns, ops;	/* as the program says */
	int64_t roi_outside_ns; /* between the same marks, as seen from outside */
	int64_t cpu_vcpu_ns, cpu_monitor_ns, cpu_driver_busy_ns, cpu_driver_spin_ns, cpu_vcpu_spin_ns,
		cpu_kthread_ns, cpu_setup_ns;
	double cores_held, direct_share; /* NaN: not measured */
	int64_t cpus, drivers;		 /* cores its threads shared; threads that served its ring */
	int64_t exit_code;
	int64_t rss_monitor_bytes;
	int64_t rss_bytes;	     /* of the whole process, once its first mark was seen */
	uint64_t stage[LIFE_STAGES]; /* ticks of the TSC; 0: it did not get there, or it is not known */
	int stdout_fd;		     /* a memfd of what it printed; -1: none; owned */
	char stdout_sha256[DIGEST_HEX];
	char last_words[200];	      /* the last line it wrote to stderr that was not a mark */
	struct vmm_report *report;    /* the monitor's, mapped; NULL: none; owned */
	struct probe_samples samples; /* what probes counted; owned */
	struct trace_reason *traced;  /* reasons: what KVM did, as a trace tells; owned */
	size_t traced_reasons;
	struct measurement_thread thread[VMM_THREADS + 2]; /* two of them sums of other processes */
	size_t threads;
	struct nano *nano; /* what it found of an event; NULL: nothing; owned */
};

/* Everything missing, knobs as CONFIG asks. */
void measurement_init(struct measurement *m, const struct vmm_config *config);

/* Sets STATUS with a printf-style reason. */
void measurement_fail(struct measurement *m, enum run_status status, const char *reason, ...)
	__attribute__((format(printf, 3, 4)));

void measurement_free(struct measurement *m);

#endif
