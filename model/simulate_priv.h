/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_SIMULATE_PRIV_H
#define MODEL_SIMULATE_PRIV_H

#include <stddef.h>
#include <stdint.h>

/*
 * A machine that many programs share, simulated: for percentiles, which no product form gives, and for
 * programs that use several cores at once.
 */

#define SIMULATE_WIDE 1.05 /* cores that a program computes on, from which it is one for several */

/* A run as it is alone: core-seconds, and seconds. Where it takes longer than it computes, it asks nobody
 * meanwhile; where it computes more than it takes, it does so on several cores. */
struct simulate_run {
	double cpu, wall;
};

/* A run that used CPU_S core-seconds in WALL_S seconds and waited WAIT_S for a core (NaN: not known), as it
 * would be on free cores. What waits while another of its threads goes on, which is so where computing and
 * waiting are more than the time, is not told apart. */
struct simulate_run simulate_run_on_free(double cpu_s, double wall_s, double wait_s);

/* VMs that run one program: each run is one of RUN (RUNS; the caller's), drawn at random. */
struct simulate_class {
	size_t vms;
	const struct simulate_run *run;
	size_t runs;
};

/* What happens on CORES that all who are ready share evenly. */
struct simulate_machine {
	const struct simulate_class *class_; /* classes */
	size_t classes;
	double cores;
	double rate; /* runs due a second, at random (Poisson); the next free VM takes them in order. 0: each
		      * VM begins anew as soon as it has ended. Needs one class */
	double until_s; /* runs are begun, or due, so long; 0: each VM runs once */
	double warm_s;	/* what is begun, or due, before that does not count */
	size_t times;	/* all of it so often, from the beginning */
	uint64_t seed;
};

/* Of one class: runs a second (a run that is not wholly in the time by its part), and how long they took from
 * when they were due, ascending (count; owned). */
struct simulate_result {
	double throughput;
	double *took_s;
	size_t count;
};

/* Fills RESULT (classes). 0 or -ENOMEM; simulate_free in either case. */
int simulate(const struct simulate_machine *machine, struct simulate_result *result);
void simulate_free(struct simulate_result *result, size_t classes);

#endif
