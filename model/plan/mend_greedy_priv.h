/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_MEND_GREEDY_PRIV_H
#define MODEL_PLAN_MEND_GREEDY_PRIV_H

#include <stdint.h>

#include "model/plan/mend_priv.h"

/* Mending by rules of thumb. */
struct greedy {
	struct mend_state *s;
	double weight[PLACE_RESOURCES_MOST];
	bool noisy; /* else always the first choice */
	uint64_t random;
	size_t *pool; /* units without a place; owned */
	size_t count;
	size_t *ranked; /* kinds, the best bargain first; owned */
};

/* 1, or in all orders but the first something about 1. */
double greedy_noise(struct greedy *g);

/* Whether the group of UNIT must share a bin. */
bool greedy_kept_together(const struct mend_state *s, size_t unit);

/* The size of UNIT as one number. */
double greedy_weigh(const struct greedy *g, size_t unit);

/* Finds a place for what is in the pool. 0 or -ENOMEM. */
int greedy_settle(struct greedy *g);

/* Makes each bin that was added the cheapest kind that holds what is there. */
void greedy_resize(struct greedy *g);

#endif
