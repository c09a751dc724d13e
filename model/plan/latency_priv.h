/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_LATENCY_PRIV_H
#define MODEL_PLAN_LATENCY_PRIV_H

#include "model/plan/plan_priv.h"

/* A goal for the time that requests take, as a limit on how busy the cores of a host may be. */

/* Mean time a request spends at SERVERS alike that keep the share BUSY (0 to 1) of their time busy, each
 * request taking SERVICE of one of them: waiting and service, in the unit of SERVICE. Erlang's C formula for
 * M/M/c (L. Kleinrock, Queueing Systems I, 1975, section 3.5); where cores are shared in turns rather than
 * one after the other the mean is the same, however service is distributed. INFINITY at a BUSY of 1. */
double latency_response(double service, double servers, double busy);

/* The share of requests that spend more than TIME there, service times exponential, one after the other:
 * waiting is nought or exponential with the rate at which servers become free beyond what arrives, and
 * service adds to it (Kleinrock, the same; D. Gross et al., Fundamentals of Queueing Theory, 2008,
 * section 2.3). 1 at a BUSY of 1. */
double latency_beyond(double service, double servers, double busy, double time);

/* The goal of the policy for VM. */
struct plan_goal latency_goal(const struct plan_policy *policy, const struct plan_vm *vm);

/*
 * Whether VM's requests keep their goal where the share BUSY of the cores of a host of KIND is; so
 * does what has no goal, or does not say how many it serves. A request takes the CPU seconds of one vCPU that
 * VM's demand under CONFIG is for each of its requests_s. It waits for a vCPU of its VM where that has vcpus,
 * and this for a core: the VM is a queue whose servers are slower by how long they wait (layered queueing: J.
 * Rolia and K. Sevcik, The Method of Layers, IEEE TSE 21(8), 1995). Waits for anything but CPU are not in it.
 */
bool latency_keeps(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind,
		   double busy);

/* The largest share at which they do: 1 where VM has no goal, 0 where they take longer on an idle host. */
double latency_busy(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind);

/* The same for whoever may be on hosts of KIND: the strictest of the fleet that it can keep. */
double latency_limit(const struct fleet *fleet, const struct plan_config *config, size_t kind);

#endif
