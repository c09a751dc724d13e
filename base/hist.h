/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef BASE_HIST_H
#define BASE_HIST_H

#include <stdint.h>

/*
 * A log-linear histogram of unsigned values, as HdrHistogram's: each power of two is divided into
 * HIST_SUB equal buckets, so a bucket's midpoint is within 1/(2 * HIST_SUB) < 1 % of every value in it.
 * Fixed size, no allocation: it may live in shared memory, and untouched pages cost nothing.
 * A zero-filled struct is an empty histogram.
 */
#define HIST_SUB_BITS 6
#define HIST_SUB      (1u << HIST_SUB_BITS)
#define HIST_OCTAVES  40u /* values from 2^(HIST_SUB_BITS + HIST_OCTAVES) on share the last bucket */
#define HIST_BUCKETS  (HIST_SUB * (HIST_OCTAVES + 1))

struct hist {
	uint64_t count;
	uint64_t total;
	uint64_t max;
	uint32_t bucket[HIST_BUCKETS];
};

/* Adds one VALUE. */
void hist_add(struct hist *hist, uint64_t value);

/* Adds FROM's counts to INTO. */
void hist_merge(struct hist *into, const struct hist *from);

/* The smallest bucket midpoint with at least QUANTILE (0..1) of the values at or below it; 0 when empty. */
uint64_t hist_quantile(const struct hist *hist, double quantile);

/* The values that BUCKET (below HIST_BUCKETS) holds: *LOW to *HIGH, both included; the last has no end. */
void hist_bounds(unsigned bucket, uint64_t *low, uint64_t *high);

#endif
