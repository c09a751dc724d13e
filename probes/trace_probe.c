/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"
#include "probes/trace.h"

/* Traces as a row of the table of probes: who starts a program begins and ends them (trace_open and so on).
 */
const struct probe probe_trace = {
	.name = "trace",
	.summary = "every system call, switch, wake-up and KVM entry and exit of all threads, for an exact "
		   "account",
	.disturbs = true,
	.available = trace_available,
};
