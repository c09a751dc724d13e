/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/*
 * The next of a sequence of numbers that STATE begins with: any seed will do, 0 as well (splitmix64: G.
 * Steele, D. Lea and C. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014). The same
 * everywhere.
 */
uint64_t random_next(uint64_t *state);

/* The next below LIMIT: 0 where LIMIT is 0. Its bias, at most LIMIT in 2^64, is below what anything here
 * shows. */
size_t random_below(uint64_t *state, size_t limit);

/* The next between 0 and 1, neither of which it is. */
double random_unit(uint64_t *state);

#endif
