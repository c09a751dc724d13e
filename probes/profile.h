/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_PROFILE_H
#define PROBES_PROFILE_H

/* What a trace tells of a program that virtualization would make dearer: trace_profile.c. */
#include <stdbool.h>
#include <stdint.h>

#include "base/hist.h"

struct error;

#define TRACE_CALLS 512 /* numbers of system calls lie below */

/* What becomes of a call in a virtual machine with a driver that polls. */
enum trace_request {
	REQUEST_NONE,  /* the guest serves it */
	REQUEST_RING,  /* the driver does, */
	REQUEST_FILES, /* on regular files; on others it leaves by exit */
	REQUEST_EXIT,  /* leaves by exit */
};

/* How long a driver polls for a request, at most; and where the threads of the process want all cores but
 * one, it and whoever made one and polls for its answer. */
struct trace_pause {
	uint64_t ns, crowded_ns;
};

/* Of events, what a virtual machine makes of what they add. */
struct trace_share {
	bool known;
	uint64_t serial;  /* on the program's critical path: what those add makes it longer */
	uint64_t watched; /* while a driver would poll for the process, and so takes as long */
};

/* What a traced program asked for by one system call. */
struct trace_call {
	uint64_t count;
	uint64_t bytes;	  /* that it moved, by what it returned; of files mapped as data; 0 for others */
	uint64_t files;	  /* of count: made on descriptors that open(2) gave, or the first three */
	uint64_t sockets; /* of count: made on descriptors that socket(2) or accept(2) gave */
	uint64_t waits;	  /* how often a thread left its CPU in one, to wait for something */
	uint64_t late;	  /* of count: its driver has had nothing to do for its pause */
	struct trace_share share;
	uint64_t inside_ns; /* in requests that a driver would serve, where cores are short for the pause at
			       most */
	struct hist gap;    /* ns since the last call of this number by any thread */
};

/* Whose page a fault is on. */
enum trace_touch {
	TOUCH_FRESH,  /* the first process's own, first touched */
	TOUCH_LARGE,  /* likewise, where the mapping has room for a page of 2 MiB */
	TOUCH_FILE,   /* a file's */
	TOUCH_SHARED, /* of a shared mapping */
	TOUCH_COPIED, /* a file's, copied because it is written; or the first process's own, once it has
			 forked; or another's, which has no memory but what it touches, and until it goes on
			 as another program finds files' pages in the memory it was forked with */
	TRACE_TOUCHES
};

struct trace_profile {
	struct trace_call *call[TRACE_CALLS]; /* NULL: never made; owned */
	uint64_t wakes;			      /* how often one of its threads was woken */
	uint64_t cross_wakes;		      /* of which go on on another CPU than their waker's */
	uint64_t timeouts;		      /* a wait ended because its time was up */
	uint64_t waits;			      /* a thread left its CPU to wait for something */
	uint64_t asleep_ns; /* of threads, until a time that they gave: clock_nanosleep(2) */
	uint64_t awake_ns;  /* of drivers between requests, for as long as the pause at most */
	uint64_t preempted; /* or because another got it */
	struct trace_share waits_share;
	uint64_t touched[TRACE_TOUCHES]; /* page faults */
	struct trace_share touched_share[TRACE_TOUCHES];
	uint64_t loaded; /* pages of programs that were executed, and of their interpreters */
	struct trace_share loaded_share;
	bool pages;	   /* page faults were recorded */
	uint64_t undriven; /* requests by ring that would find no driver, yet or while cores are short */
	uint64_t forks;	   /* and processes that begin with a copy of another's memory */
	uint64_t births;   /* those, and processes that go on as another program */
	struct trace_share births_share; /* serial: of so many one follows another; */
	struct trace_share forks_share;	 /* and so many of those are copies */
	uint64_t tasks;			 /* threads and processes started; */
	uint64_t threads;		 /* of which threads of a process there was */
	struct trace_share threads_share;
	uint64_t begin_ns, end_ns; /* first and last event that counts */
	uint64_t lost;
	uint64_t events;	/* recorded, in all */
	uint64_t event_cost_ns; /* what recording one cost whom it is of, as it was tried out beforehand; 0:
				   not known */
};

/*
 * Reads the trace PATH into PROFILE. Where FROM_EXEC, what comes before the first execve(2) has returned does
 * not count. REQUEST has TRACE_CALLS. 0 or negative errno; trace_profile_free in either case.
 */
int trace_profile_read(struct trace_profile *profile, const char *path, bool from_exec,
		       const enum trace_request *request, struct trace_pause pause, struct error *error);
void trace_profile_free(struct trace_profile *profile);

#endif
