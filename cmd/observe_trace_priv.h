/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_OBSERVE_TRACE_PRIV_H
#define CMD_OBSERVE_TRACE_PRIV_H

#include "cmd/launch_priv.h"
#include "probes/trace.h"

/* One moment by both clocks. */
struct trace_moment {
	uint64_t tsc, ns;
};

/* The trace of one repetition. */
struct observe_trace {
	struct trace_recorder *recorder; /* NULL: none, or ended; owned */
	struct trace_follower *follower; /* the same, instead */
	const char *path;
	struct trace_moment first, last;
	bool whole;
};

/* Whether repetitions are traced, where they are to be OBSERVED; who wants to KEEP traces is told why there
 * are none. */
bool observe_trace_wanted(bool observed, bool keep);

/* Begins to trace PID where LAUNCH names a file for it, and this machine can: else there is none. */
void observe_trace_begin(struct observe_trace *trace, const struct launch *launch, pid_t pid);
void observe_trace_end(struct observe_trace *trace);

/* Fills what the trace says of the threads of M, whose accounts by stamps are there, between two moments. */
void observe_trace_account(const struct observe_trace *trace, uint64_t tsc_begin, uint64_t tsc_end, pid_t pid,
			   struct measurement *m);

#endif
