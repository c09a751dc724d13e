/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "model/plan/place_work_priv.h"

/*
 * Bin by bin as place_fill_bins, for many items: each bin looks at the largest that are left and at runs
 * drawn from the others, so the time grows as n log n, the sorting. What is left lies side by side in one
 * array.
 */

#define DRAWN 192   /* items a bin looks at */
#define HEAD  32    /* of which the largest left */
#define RUN   8	    /* drawn side by side, so that memory is read in lines */
#define DRAWS 3	    /* of new ones before a bin is closed */
#define CHUNK 60000 /* items placed among themselves, so that they stay in the processor's cache */

struct sample {
	struct placing *placing;
	size_t *item, *left; /* by decreasing size: what is left of each; owned */
	double *size;	     /* the same: rows x resources; owned */
	size_t rows, head;   /* all before HEAD are placed */
	size_t gone;	     /* placed rows that still lie between others */
	size_t drawn[DRAWN], count;
	double weight[PLACE_RESOURCES_MOST];
	uint64_t random;
};

/* Closes the gaps that placed rows left, once they are every second one. */
static void close_gaps(struct sample *s)
{
	size_t resources = s->placing->problem->resources, kept = 0;

	if (2 * s->gone < s->rows)
		return;
	for (size_t i = 0; i < s->rows; i++) {
		if (s->left[i] == 0)
			continue;
		s->item[kept] = s->item[i];
		s->left[kept] = s->left[i];
		memmove(s->size + kept * resources, s->size + i * resources, resources * sizeof(*s->size));
		kept++;
	}
	s->rows = kept;
	s->head = s->gone = 0;
}

/* Draws the rows a bin looks at. */
static void choose(struct sample *s)
{
	while (s->head < s->rows && s->left[s->head] == 0)
		s->head++;
	s->count = 0;
	for (size_t row = s->head; row < s->rows && s->count < HEAD; row++)
		if (s->left[row])
			s->drawn[s->count++] = row;
	for (size_t tries = 0; tries < 2 * DRAWN / RUN && s->count < DRAWN && s->head < s->rows; tries++) {
		size_t from = s->head + random_below(&s->random, s->rows - s->head);

		for (size_t row = from; row < from + RUN && row < s->rows && s->count < DRAWN; row++)
			if (s->left[row])
				s->drawn[s->count++] = row;
	}
}

/* The place in DRAWN of the row that suits BIN best, PLACE_NONE: it takes none. */
static size_t most_suitable(const struct sample *s, size_t bin)
{
	const struct placing *placing = s->placing;
	const struct place_problem *problem = placing->problem;
	size_t resources = problem->resources, best = PLACE_NONE;
	const double *use = placing->use + bin * resources;
	double rest[PLACE_RESOURCES_MOST], worth[PLACE_RESOURCES_MOST], most = -1;

	for (size_t d = 0; d < resources; d++) {
		rest[d] = place_rest(problem, placing->bin[bin].kind, use, d) +
			  PLACE_SLACK * problem->capacity[placing->bin[bin].kind * resources + d];
		worth[d] = d == problem->whole ? 0 : s->weight[d] * rest[d];
	}
	for (size_t i = 0; i < s->count; i++) {
		const double *size = s->size + s->drawn[i] * resources;
		bool fits = s->left[s->drawn[i]] > 0;
		double suits = 0;

		for (size_t d = 0; d < resources; d++) {
			fits &= size[d] <= rest[d];
			suits += worth[d] * size[d];
		}
		if (fits && suits > most && placing_takes(placing, bin, s->item[s->drawn[i]], 1)) {
			most = suits;
			best = i;
		}
	}
	return best;
}

/* Puts what suits BIN there, until nothing that is drawn does. */
static int fill(struct sample *s, size_t bin)
{
	int code = 0;

	for (int draws = 0; code == 0 && draws < DRAWS; draws++) {
		size_t put = 0, at;

		choose(s);
		while (code == 0 && (at = most_suitable(s, bin)) != PLACE_NONE) {
			size_t row = s->drawn[at];

			code = placing_put(s->placing, bin, s->item[row], 1);
			s->gone += --s->left[row] == 0;
			put++;
		}
		if (put == 0)
			break;
	}
	close_gaps(s);
	return code;
}

/* Every CHUNKS-th of the ORDERED items, from CHUNK on. */
static int prepare(struct sample *s, struct placing *placing, const size_t *ordered, size_t chunk,
		   size_t chunks)
{
	const struct place_problem *problem = placing->problem;
	size_t resources = problem->resources, most = problem->items / chunks + 1;

	*s = (struct sample){ .placing = placing };
	s->item = malloc((most + 1) * sizeof(*s->item));
	s->left = malloc((most + 1) * sizeof(*s->left));
	s->size = malloc((most + 1) * resources * sizeof(*s->size));
	if (!s->item || !s->left || !s->size)
		return -ENOMEM;
	place_weights(problem, s->weight);
	for (size_t i = chunk; i < problem->items; i += chunks, s->rows++) {
		s->item[s->rows] = ordered[i];
		s->left[s->rows] = problem->count[ordered[i]];
		s->gone += s->left[s->rows] == 0;
		memcpy(s->size + s->rows * resources, problem->size + ordered[i] * resources,
		       resources * sizeof(*s->size));
	}
	return 0;
}

/* The largest row left is one that no bin takes. */
static void miss(struct sample *s)
{
	placing_miss(s->placing, s->item[s->head], s->left[s->head],
		     place_weigh(s->placing->problem, s->weight, s->item[s->head]));
	s->left[s->head] = 0;
	s->gone++;
}

/* All items of one chunk. */
static int fill_chunk(struct sample *s, const size_t *ranked)
{
	struct placing *placing = s->placing;
	int code = 0;

	while (code == 0) {
		size_t kind, bin;

		while (s->head < s->rows && s->left[s->head] == 0)
			s->head++;
		if (s->head == s->rows)
			break;
		kind = placing_choose_kind(placing, ranked, s->item[s->head]);
		if (kind == PLACE_NONE) {
			miss(s);
			continue;
		}
		bin = placing_open(placing, kind);
		if (bin == PLACE_NONE)
			return -ENOMEM;
		code = placing_put(placing, bin, s->item[s->head], 1);
		s->gone += --s->left[s->head] == 0;
		if (code == 0)
			code = fill(s, bin);
	}
	return code;
}

int place_fill_sampled(struct placing *placing, const size_t *ranked, int norm)
{
	size_t *ordered = place_order_items(placing->problem, ORDER_MAX);
	size_t chunks = placing->problem->items / CHUNK + 1;
	int code = ordered ? 0 : -ENOMEM;

	(void)norm; /* always the dot product */
	for (size_t chunk = 0; code == 0 && chunk < chunks; chunk++) {
		struct sample s;

		code = prepare(&s, placing, ordered, chunk, chunks);
		if (code == 0)
			code = fill_chunk(&s, ranked);
		free(s.item);
		free(s.left);
		free(s.size);
	}
	free(ordered);
	return code;
}
