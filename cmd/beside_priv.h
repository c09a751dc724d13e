/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_BESIDE_PRIV_H
#define CMD_BESIDE_PRIV_H

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct error;

/* Processes that do nothing but compute, so that whatever else runs must share cores with them. */
struct beside {
	pid_t *pid; /* count; owned */
	size_t count;
};

/* Starts COUNT of them on CORES; they die with the thread that called. 0, or negative errno: none is left
 * then. */
int beside_start(struct beside *beside, size_t count, const cpu_set_t *cores, struct error *error);

/* Ends them and waits for that. */
void beside_stop(struct beside *beside);

#endif
