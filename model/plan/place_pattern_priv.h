/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PLACE_PATTERN_PRIV_H
#define MODEL_PLAN_PLACE_PATTERN_PRIV_H

#include "model/plan/place_work_priv.h"

#define PATTERN_ITEMS 30

/* What one bin may hold. */
struct pattern {
	size_t kind;
	unsigned char count[PATTERN_ITEMS]; /* of each item of the problem */
};

struct patterns {
	struct pattern *pattern; /* count; owned */
	size_t count, room;
};

/* 0 or -ENOMEM. */
int patterns_add(struct patterns *patterns, const struct pattern *pattern);

/*
 * Looks for patterns of KIND worth more than *LEAST, an item being worth its PRICE. With ALL, adds every one
 * to PATTERNS, at most MOST of them; else only the most valuable, whose worth *LEAST then is. 1: all were
 * looked at, 0: there are too many to look at, -ENOMEM.
 */
int patterns_find(struct patterns *patterns, const struct place_problem *problem, size_t kind,
		  const double *price, double *least, bool all, size_t most);

#endif
