/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_OBSERVE_PRIV_H
#define CMD_OBSERVE_PRIV_H

#include "cmd/launch_priv.h"
#include "probes/probes.h"

/* Joins probes and launchers, which do not know each other. */

struct rusage;

/* Whether any probe that disturbs, and is not left out, works here: else repetitions for them would be in
 * vain. */
bool observe_possible(uint32_t without);

/* Begins the probes on the program PID at its gate. */
void observe_native_begin(const struct launch *launch, struct probe_session *session, pid_t pid,
			  const struct probe_before *before);

/* Takes what they counted and ends them, before the process is reaped. */
void observe_end(struct probe_session *session, struct measurement *m);

/* CPU time the process of a plain program had used before its gate opened; 0 where nobody counted it. */
int64_t observe_native_before(const struct measurement *m);

/* Divides the time of a plain process among layers: WALL_NS from the gate to its end. */
void observe_native_account(const struct rusage *usage, int64_t wall_ns, struct measurement *m);

#define OBSERVE_STATS 2 /* VM and vCPU */

/* The same for a monitor that is ready: its threads are in the report, KVM's statistics in STATS (VM, vCPU;
 * by observe_end those of vCPUs it has added, up to -1). */
void observe_monitor_begin(const struct launch *launch, struct probe_session *session, pid_t pid,
			   const struct vmm_report *report, const int *stats,
			   const struct probe_before *before);
void observe_monitor_account(const struct launch *launch, const struct rusage *usage, struct measurement *m);

/* How long KVM served the vCPU of THREAD, in ns, where its guest did not wait for it; 0: not known. */
int64_t observe_unasked(const struct launch *launch, const struct measurement *m, const char *thread);

/* What getting a core back so often took the vCPU's thread, in ns, as traced; 0: not known. */
int64_t observe_switching(const struct launch *launch, uint64_t switches);

/*
 * A thread whose core another took that woke up had it by the scheduler's clock until then; the record of the
 * wake-up was made after that, and it still had it. How much of DELAY that was, in ns.
 */
int64_t observe_preempted(const struct launch *launch, const struct vmm_usage *usage, int64_t delay);

#endif
