/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_ALONE_PRIV_H
#define MODEL_ALONE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model_priv.h"

/* One run's account, as far as it is needed. */
struct alone_run {
	double waited_ns;	 /* the program, or its first vCPU, for a core */
	double driver_waited_ns; /* its driver for one */
	double served_ns;	 /* its driver at work for it */
	bool several;		 /* more vCPUs, or more processes */
};

struct alone {
	struct alone_run *run; /* runs, by number; owned */
	size_t runs;
};

/* Reads DIRECTORY/layers.csv; without it nothing is known. 0 or negative errno. */
int alone_read(struct alone *alone, const char *directory, struct error *error);

/*
 * What the repetition in ROW of runs.csv would have taken on free cores, ns. Others on the machine are no
 * cost of virtualization, and differ from run to run. It is the time it took, less what it waited for a core,
 * and with a ring less what its driver waited for one, as far as the vCPU polled for longer than it was
 * served: a driver also waits when nothing is asked of it. With several vCPUs or processes, of which some
 * wait while others go on, it is the time on the clock.
 */
double alone_ns(const struct alone *alone, const struct cells *cells, size_t row);
void alone_free(struct alone *alone);

#endif
