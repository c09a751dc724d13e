/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PLACE_MERGE_PRIV_H
#define MODEL_PLAN_PLACE_MERGE_PRIV_H

#include "model/plan/place_work_priv.h"

/* A problem in which what must stay together is one item. */
struct merged {
	struct place_problem problem; /* the arrays are the original's where nothing had to be merged */
	const struct place_problem *original;
	size_t *becomes;       /* original items: their item in PROBLEM; owned, NULL: the same */
	double *size;	       /* owned */
	size_t *count, *group; /* owned */
	bool *barred;	       /* owned */
};

/* 0 or -ENOMEM; merged_free in either case. */
int merged_make(struct merged *merged, const struct place_problem *problem);
void merged_free(struct merged *merged);

/* Bins, entries and what is left of PLACING into SOLUTION, in the original's items: bins by kind in the order
 * kinds are bought in, entries by item. 0 or -ENOMEM. */
int merged_write(const struct merged *merged, const struct placing *placing, struct place_solution *solution);

#endif
