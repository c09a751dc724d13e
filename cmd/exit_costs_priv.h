/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_EXIT_COSTS_PRIV_H
#define CMD_EXIT_COSTS_PRIV_H

#include <stdint.h>
#include <sys/types.h>

/*
 * What KVM takes here for exits that ask for nothing, with their events recorded: COSTS (TRACE_COSTS ns, enum
 * trace_cost of probes/trace.h), 0 where it cannot be found out, and all where process PID runs no guest.
 * Takes about half a second for each of a few virtual machines, most of it until the kernel has let go of the
 * tracepoints.
 */
void exit_costs_find(pid_t pid, uint64_t *costs);

/* Those that a run needs, whose guests tell what they have of KVM_RUN themselves: RCU's notes would only slow
 * them. */
void exit_costs_of_run(uint64_t *costs);

#endif
