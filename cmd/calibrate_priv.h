/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CALIBRATE_PRIV_H
#define CMD_CALIBRATE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the machine is as fast as it was: the spins of this invocation. */
struct calibration {
	uint64_t *ticks; /* sorted; owned */
	size_t count, capacity;
};

/* How the machine is asked. Tests have a machine of their own. */
struct calibrator {
	/* TSC ticks a fixed number of integer operations took; about 2 ms are spent on it. */
	uint64_t (*spin)(void);
	/* CPU time the hypervisor under this machine took from it since boot, over all CPUs; 0 where it
	 * cannot tell. */
	uint64_t (*steal_ns)(void);
	void (*touch)(uint64_t bytes);
};

extern const struct calibrator calibrator; /* this machine */

/* Adds TICKS; true when they are more than 2 % off the median of all spins before. */
bool calibration_drifted(struct calibration *calibration, uint64_t ticks);

void calibration_free(struct calibration *calibration);

/*
 * Touches and frees BYTES of memory, in huge pages where they can be had, or half of what is free. Where this
 * machine is itself a VM the first use of memory faults in the hypervisor below, at several times the cost,
 * and Linux gives back huge blocks that were free for 2 s (free page reporting): so before each repetition.
 */
void calibrate_touch(uint64_t bytes);

#endif
