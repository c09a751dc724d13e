/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_TRACE_PROFILE_PRIV_H
#define PROBES_TRACE_PROFILE_PRIV_H

/* What the files share that read a trace for what a program did. */
#include "probes/trace_priv.h"

#define TRACE_THREADS 4096 /* slots, by the low bits of a thread's number */

/* The call a thread is in. */
struct pending {
	int32_t tid;
	bool inside, slept, driven; /* driven: it would be a request that a driver serves */
	uint16_t number;
	uint32_t first;
	uint64_t since_ns;
	uint32_t waker_cpu;		  /* of the thread that woke it, and 1; 0: it has not been woken */
	uint64_t off_ns;		  /* since when another has its core; 0: none has */
	uint64_t loaded_page, loaded_end; /* execve: the segment that was loaded last */
};

struct reader {
	struct trace_profile *profile;
	const enum trace_request *request;
	bool started, switches; /* switches: the trace tells of who leaves its core */
	uint64_t last_ns[TRACE_CALLS];
	uint8_t descriptor[TRACE_DESCRIPTORS]; /* of all processes together: the last opened counts */
	struct pending pending[TRACE_THREADS];
	struct trace_tasks *tasks; /* owned */
	struct trace_pages *pages; /* owned */
	struct trace_path *path;   /* owned */
};

/* The slot of a thread, which another may have had. */
struct pending *trace_pending(struct reader *reader, int32_t tid);

/* An event of PATH_EVENTS, which have SHARE: a driver may poll beside, and it lies on a path. */
void trace_count(struct reader *reader, const struct trace_event *e, unsigned event,
		 struct trace_share *share);

/* --- Calls: trace_asked.c --- */

/* A thread makes call NUMBER. 0 or -ENOMEM. */
int trace_asked(struct reader *reader, const struct trace_event *e, uint16_t number);
void trace_answered(struct reader *reader, const struct trace_event *e); /* TRACE_RETURN */

#endif
