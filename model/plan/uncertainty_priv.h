/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_UNCERTAINTY_PRIV_H
#define MODEL_PLAN_UNCERTAINTY_PRIV_H

#include <stdint.h>

#include "base/names.h"
#include "model/plan/plan_priv.h"

/*
 * How firm a plan is: it is made again with overheads and demand as they might as well have come out, a
 * parametric bootstrap (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, section 6.5).
 * Workloads of a class are drawn anew, and each of their ratios within its interval; VMs of no known class
 * are of one that is drawn by how much of the fleet it is, each row for itself; days of series are drawn anew
 * for all VMs together, so that what is busy at once stays so; demand without series is off by the policy's
 * demand_error, each row of the fleet by its own.
 */
struct unsure {
	const struct plan_ratios *ratios;
	const struct fleet *fleet;
	const struct plan_config *config;
	struct names classes;		  /* of the fleet */
	double *base_cpu, *base_driver;	  /* classes: the estimates; owned, as all of these */
	double *cpu, *driver;		  /* classes: what is drawn, as multiples of these */
	double *demand;			  /* VMs: the same of their demand */
	double *other_cpu, *other_driver; /* VMs of no known class: the same, as of a class of the fleet that
					   * is drawn; NaN: as the mean */
	double *weight;			  /* classes: CPU demand of it and those before */
	double all_demand;		  /* of all of it together */
	size_t *rows;			  /* of overhead.csv */
	double *values;			  /* as many */
	double *total, *drawn; /* slots: CPU of all VMs that have series, and days of it drawn anew */
	size_t day, days;      /* slots of a day; 0 days: too few to draw from */
	double series_share;   /* of the CPU demand that has series */
	bool careful;	       /* see plan_pack */
	double hosts_scale, cost_scale; /* make such a plan of the estimates the plan */
	uint64_t random;
};

/* 0 or -ENOMEM; unsure_free in both cases. */
int unsure_init(struct unsure *u, const struct plan_ratios *ratios, const struct fleet *fleet,
		const struct plan_config *config);
void unsure_free(struct unsure *u);

/* Sets all inputs to their estimates, or draws them all. */
void unsure_centre(struct unsure *u);
void unsure_draw(struct unsure *u);

/* The row of classes that VM is of; classes.count: it is of none that is known. */
size_t unsure_class(const struct unsure *u, size_t vm);

/* How firm the plan OUTCOME is, to uncertainty.csv, and on what that depends, to sensitivity.csv. 0 or
 * negative errno. */
int uncertainty_put(struct plan_files *files, const struct plan_ratios *ratios, const struct fleet *fleet,
		    const struct plan_outcome *outcome, struct error *error);

#endif
