/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_SCHEDULE_PRIV_H
#define CMD_SCHEDULE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_CONFIGS 128 /* configurations of one run at most */

/* Blocks after which every configuration has followed every other equally often: N, or 2 N where N is odd. */
size_t schedule_period(size_t n);

/*
 * The order in which BLOCK (from 0) runs N configurations (1 to SCHEDULE_CONFIGS): ORDER[i] is the one at
 * position i. Within each period of blocks every configuration stands at each position, and right behind
 * each other one, equally often: a Williams square, for odd N a pair of them (E. J. Williams, Experimental
 * designs balanced for the estimation of residual effects of treatments, Australian Journal of Scientific
 * Research A 2, 1949). SEED shuffles the rows of each period and the names of the configurations in it.
 */
void schedule_order(size_t n, uint64_t seed, size_t block, uint8_t *order);

#endif
