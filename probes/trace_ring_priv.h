/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_TRACE_RING_PRIV_H
#define PROBES_TRACE_RING_PRIV_H

/* One CPU's ring. */
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "probes/trace_priv.h"

#define RING_WAKES                                                                                           \
	(128u << 10) /* bytes in it, before it is to be emptied: time for who does to get a core             \
		      */

struct ring {
	uint32_t cpu;
	void *map; /* owned; NULL: none */
	size_t bytes;
	uint8_t *data;
	uint64_t mask;
	uint64_t head;	  /* as far as ring_take goes */
	uint64_t scanned; /* as far as ring_scan went */
	int32_t has_cpu;  /* the thread that was told of last, as far as ring_take went; -1: not known */
};

/* Maps the ring of the event FD, as large as may be. 0 or negative errno. */
int ring_map(struct ring *ring, int fd);
void ring_unmap(struct ring *ring);

/* What is there now is to be taken next. */
void ring_look(struct ring *ring);

/* Calls BEGUN for every thread that has begun since the last time, up to now. */
void ring_scan(struct ring *ring, void (*begun)(void *argument, int32_t tid), void *argument);

/* Takes events out, up to MOST and to where ring_look looked; how many. */
size_t ring_take(struct ring *ring, const struct trace_formats *formats, struct trace_event *event,
		 size_t most);

/* --- Who fills them: trace_open.c opens, trace_record.c records --- */

#define ROUND_MOST 65536 /* events of a CPU taken at once: more than a ring has room for */

struct trace_recorder {
	struct trace_formats formats;
	FILE *file;
	struct ring *ring; /* cpus; owned */
	uint32_t cpus;
	int *fd; /* fds; owned */
	size_t fds, room;
	int *leader;		   /* cpus: the event whose ring it is; not owned */
	uint64_t round, round_ns;  /* and when it was looked what there is to be taken in it */
	uint64_t ticks_ns;	   /* when the kernel's ticks are due to be kept again */
	struct trace_event *event; /* ROUND_MOST; owned */
	pid_t pid;
	uint64_t *ours; /* a bit for each thread there may be (TRACE_TIDS): it is traced; owned */
	uint64_t cost[TRACE_COSTS];
	bool all;    /* what others do to its threads is recorded, too */
	bool pages;  /* page faults are recorded, too */
	bool silent; /* KVM tells of no entries: what else it tells stands in for them */
	pthread_t drainer;
	bool drains;	     /* it runs */
	uint64_t cpu_ns;     /* that recording took, up to when it was last kept */
	struct pollfd *wait; /* cpus + 1: the rings and, last, stop; owned */
	int stop;	     /* eventfd that ends it; -1: none */
	int failed;	     /* what it failed with */
};

/* Ends the thread that empties the rings. */
void trace_stop(struct trace_recorder *r);

/* Calls EACH for every thread of the process; one that has just gone is passed over. */
int trace_threads(struct trace_recorder *r, int (*each)(struct trace_recorder *r, pid_t tid));

/* Keeps what /proc tells of a thread: times in user mode, kernel and guest, and the FIRST time its name and
 * state (proc(5): fields 14, 15, 43, 2 and 3). 0; -ESRCH where it has gone; else it could not be written. */
int trace_describe(struct trace_recorder *r, pid_t tid, bool first);

/* Says in ERROR that the process has ended before anything was recorded of it. Returns a negative errno. */
int trace_gone(const struct trace_recorder *r, struct error *error);

#endif
