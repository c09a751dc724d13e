/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PLACE_SWAP_PRIV_H
#define MODEL_PLAN_PLACE_SWAP_PRIV_H

#include <stdint.h>

#include "model/plan/place_work_priv.h"

/* Local search: items one by one, in bins or set aside. */

struct swap_bin {
	size_t kind;
	size_t *unit; /* units; owned */
	size_t units, room;
	bool gone; /* taken out of the plan */
};

struct swap_state {
	const struct place_problem *problem;
	size_t units;
	size_t *item;				    /* units: what each is; owned */
	double *weight;				    /* items: size as one number; owned */
	size_t asked[PLACE_RESOURCES_MOST], askeds; /* resources that items ask for, but WHOLE */
	uint64_t *held;				    /* units: may not move before this turn; owned */
	struct swap_bin *bin;			    /* bins; owned */
	double *use;				    /* bins x resources; owned */
	size_t bins;
	struct swap_bin aside;
	double aside_weight;
	uint64_t turn, random;
	double work; /* swaps weighed */
};

/* Takes over what PLACING holds. 0 or -ENOMEM; swap_free in either case. */
int swap_init(struct swap_state *s, const struct placing *placing);
void swap_free(struct swap_state *s);

/* Moves a unit, unchecked. 0 or -ENOMEM. */
int swap_put(struct swap_state *s, size_t bin, size_t unit);
int swap_take_out(struct swap_state *s, size_t bin, size_t place); /* to what is set aside */
void swap_pick_up(struct swap_state *s, size_t place);		   /* from what is set aside */

/* Whether BIN takes the units IN (INS of them) once those at the places OUT (OUTS) have left it. */
bool swap_fits(const struct swap_state *s, size_t bin, const size_t *out, size_t outs, const size_t *in,
	       size_t ins);

/* The best exchange of up to two units in a bin for up to two set aside, made. 1: done, 0: there is none,
 * -ENOMEM. */
int swap_step(struct swap_state *s);

/* Everything in BIN is set aside. 0 or -ENOMEM. */
int swap_empty(struct swap_state *s, size_t bin);

/* The bin each unit is in, in WHERE (units); and back there, all bins that hold something being in the plan.
 * 0 or -ENOMEM. */
void swap_save(const struct swap_state *s, size_t *where);
int swap_load(struct swap_state *s, const size_t *where);

#endif
