/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef PROBES_TRACE_RING_PRIV_H
#define PROBES_TRACE_RING_PRIV_H

/* One CPU's ring. */
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "probes/trace_priv.h"

struct ring {
	uint32_t cpu;
	void *map; /* owned; NULL: none */
	size_t bytes;
	uint8_t *data;
	uint64_t mask;
};

/* Maps the ring of the event FD, as large as may be. 0 or negative errno. */
int ring_map(struct ring *ring, int fd);
void ring_unmap(struct ring *ring);

/* Takes events out, up to MOST; how many. */
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
	int *leader; /* cpus: the event whose ring it is; not owned */
	uint64_t round;
	struct trace_event *event; /* ROUND_MOST; owned */
	pid_t pid;
	pthread_t drainer;
	bool drains; /* it runs */
	int stop;    /* eventfd that ends it; -1: none */
	int failed;  /* what it failed with */
};

/* Ends the thread that empties the rings. */
void trace_stop(struct trace_recorder *r);

/* Calls EACH for every thread of the process; one that has just gone is passed over. */
int trace_threads(struct trace_recorder *r, int (*each)(struct trace_recorder *r, pid_t tid));

#endif
