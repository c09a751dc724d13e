/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SERVICES_PRIV_H
#define CMD_SERVICES_PRIV_H

#include <sched.h>
#include <sys/types.h>

#include "base/error.h"

struct probe_samples;

#define SERVICES_MOST 3 /* that one value of the knob starts */

/* What the host OS does beside the program: processes of their own for one repetition (knob host-services).
 */
struct services {
	unsigned value;		  /* of the knob */
	pid_t pid[SERVICES_MOST]; /* 0: there is none */
};

/*
 * Starts what VALUE of the knob asks for on CORES and waits until it works. BESIDE, NULL-terminated, is what
 * it runs beside: the program, then the directory of each copy. 0, or negative errno with nothing started;
 * VMM_HOST_SERVICES_NONE starts nothing.
 */
int services_start(struct services *services, unsigned value, const cpu_set_t *cores, char *const *beside,
		   struct error *error);

/* Ends it and adds its CPU time and I/O to SAMPLES, as the kernel counted them. 0 or -ENOMEM. */
int services_stop(struct services *services, struct probe_samples *samples);

#endif
