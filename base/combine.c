/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/random.h"
#include "base/stats.h"

/* Linear combinations of locations, with intervals by the bootstrap over blocks. */
#define RESAMPLES    2000
#define BLOCKS_LEAST 6

struct bootstrap {
	const double *values, *weights; /* n x m, k x m */
	size_t n, m, k;
	size_t *block;	  /* n: which blocks make up the resample; owned */
	double *column;	  /* n; owned */
	double *location; /* m; owned */
	double *drawn;	  /* k x RESAMPLES; owned */
};

static void locate(struct bootstrap *b)
{
	for (size_t j = 0; j < b->m; j++) {
		for (size_t i = 0; i < b->n; i++)
			b->column[i] = b->values[b->block[i] * b->m + j];
		stats_sort(b->column, b->n);
		b->location[j] = stats_trimmed_mean(b->column, b->n);
	}
}

static double combine(const struct bootstrap *b, size_t k)
{
	double sum = 0;

	for (size_t j = 0; j < b->m; j++)
		if (b->weights[k * b->m + j] != 0)
			sum += b->weights[k * b->m + j] * b->location[j];
	return sum;
}

/*
 * The tail to cut at either end of the resamples of n blocks: it makes up for their spread being too small by
 * (n-1)/n, and their tails being a normal's and not a t's (Hesterberg 2015).
 */
static double expanded_tail(size_t n, double level)
{
	double t = stats_t_quantile((1 + level) / 2, (double)n - 1);

	return stats_t_p(sqrt((double)n / ((double)n - 1)) * t, INFINITY) / 2;
}

static void resample(struct bootstrap *b, double level, struct stats_estimate *estimates)
{
	double tail = expanded_tail(b->n, level);
	uint64_t state = 0;

	for (size_t r = 0; r < RESAMPLES; r++) {
		for (size_t i = 0; i < b->n; i++)
			b->block[i] = random_below(&state, b->n);
		locate(b);
		for (size_t k = 0; k < b->k; k++)
			b->drawn[k * RESAMPLES + r] = combine(b, k);
	}
	for (size_t k = 0; k < b->k; k++) {
		stats_sort(&b->drawn[k * RESAMPLES], RESAMPLES);
		estimates[k].low = stats_quantile(&b->drawn[k * RESAMPLES], RESAMPLES, tail);
		estimates[k].high = stats_quantile(&b->drawn[k * RESAMPLES], RESAMPLES, 1 - tail);
		estimates[k].level = level;
	}
}

static void estimate(struct bootstrap *b, double level, struct stats_estimate *estimates)
{
	for (size_t i = 0; i < b->n; i++)
		b->block[i] = i;
	locate(b);
	for (size_t k = 0; k < b->k; k++)
		estimates[k] = (struct stats_estimate){ combine(b, k), NAN, NAN, NAN, b->n };
	if (b->n >= BLOCKS_LEAST)
		resample(b, level, estimates);
}

int stats_combine(const double *values, size_t n, size_t m, const double *weights, size_t k, double level,
		  struct stats_estimate *estimates)
{
	struct bootstrap b = {
		.values = values,
		.weights = weights,
		.n = n,
		.m = m,
		.k = k,
		.block = malloc((n + 1) * sizeof(*b.block)),
		.column = malloc((n + 1) * sizeof(*b.column)),
		.location = malloc((m + 1) * sizeof(*b.location)),
		.drawn = malloc((k * RESAMPLES + 1) * sizeof(*b.drawn)),
	};
	bool whole = b.block && b.column && b.location && b.drawn;

	if (whole)
		estimate(&b, level, estimates);
	free(b.block);
	free(b.column);
	free(b.location);
	free(b.drawn);
	return whole ? 0 : -ENOMEM;
}
