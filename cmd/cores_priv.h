/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CORES_PRIV_H
#define CMD_CORES_PRIV_H

#include <sched.h>

/* The cores this process may run on, as the user gave them. */
void cores_get(cpu_set_t *cores);

/* MOST of CORES from the TURN-th last on, counted round, or all: those that the monitor lets the vCPUs share
 * (0: all). */
cpu_set_t cores_of(const cpu_set_t *cores, int turn, int most);

/*
 * Keeps this process off the last of CORES, unless there is but one: marks and ends of a program pinned
 * there would be stamped only when it lets us run. Its children shall use CORES again (cores_use).
 */
void cores_yield(const cpu_set_t *cores);

/* Runs this process on CORES. 0 or -1 with errno. Async-signal-safe. */
int cores_use(const cpu_set_t *cores);

/* CPU time in ns that anybody used of CORES since boot, less ours and that of what we ran (proc_stat(5));
 * NaN: not known. */
double cores_others_ns(const cpu_set_t *cores);

#endif
