/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <cpuid.h>
#include <math.h>

#include "base/clock.h"

/*
 * Stamps of the time-stamp counter, which the monitor and the guest kernel take themselves: in KVM_RUN, in
 * the monitor, in host calls, in the guest kernel, and six on every request.
 */
#define STAMPS	   10000
#define POWER_LEAF 0x80000007
#define INVARIANT                                                                                            \
	(1u << 8) /* of EDX: the TSC runs at one rate in all states (Intel SDM volume 3, 18.17.1)            \
		   */

static bool available(struct error *error)
{
	unsigned a, b, c, d = 0;

	if (__get_cpuid(POWER_LEAF, &a, &b, &c, &d) && d & INVARIANT)
		return true;
	error_fail(error, 0, "fix the clock frequency, or use a machine with an invariant TSC",
		   "the time-stamp counter may change its rate");
	return false;
}

/* A stamp, which is one reading of the counter. */
static int calibrate(const struct probe *self, struct probe_cost *cost)
{
	uint64_t begun = clock_now_ns();

	(void)self;
	for (int i = 0; i < STAMPS; i++)
		clock_tsc();
	*cost = (struct probe_cost){ NAN, (double)(clock_now_ns() - begun) / STAMPS };
	return 0;
}

const struct probe probe_stamps = {
	.name = "stamps",
	.summary = "TSC stamps of guest kernel and monitor, and of every request",
	.available = available,
	.calibrate = calibrate,
};
