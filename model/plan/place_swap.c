/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "model/plan/place_swap_priv.h"

/*
 * Exchanges between a bin and what is set aside (M. Buljubasic and M. Vasquez, Consistent neighborhood search
 * for one-dimensional bin packing and two-dimensional vector packing, Computers & Operations Research 76,
 * 2016): each makes what is set aside as small as it can, and what has just moved stays for a while.
 */

#define ASIDE_MOST 40  /* units set aside that pairs are made of */
#define BINS_MOST  160 /* that one step looks at */
#define PAIR_UNITS 24  /* units of a bin that pairs are made of */

/* Some units set aside. */
struct choice {
	size_t place[2], count;
	double weight;
};

/* An exchange. */
struct exchange {
	size_t bin, out[2], outs;
	struct choice in;
	double gain; /* by how much less is set aside */
	size_t ties;
};

static int heavier(const void *left, const void *right)
{
	const struct choice *a = left, *b = right;

	return (a->weight < b->weight) - (a->weight > b->weight);
}

static bool held(const struct swap_state *s, size_t unit)
{
	return s->held[unit] > s->turn;
}

/* What may come in: singles and pairs, the heaviest first. Returns how many of CHOICES. */
static size_t list_choices(struct swap_state *s, struct choice *choices)
{
	const struct swap_bin *aside = &s->aside;
	size_t count = 0, units = aside->units;

	if (units > ASIDE_MOST) { /* some of them */
		for (size_t i = 0; i < ASIDE_MOST; i++) {
			size_t j = i + random_below(&s->random, units - i), unit = aside->unit[i];

			aside->unit[i] = aside->unit[j];
			aside->unit[j] = unit;
		}
		units = ASIDE_MOST;
	}
	for (size_t i = 0; i < units; i++) {
		double first = s->weight[s->item[aside->unit[i]]];

		if (held(s, aside->unit[i]))
			continue;
		choices[count++] = (struct choice){ { i, 0 }, 1, first };
		for (size_t j = i + 1; j < units; j++)
			if (!held(s, aside->unit[j]))
				choices[count++] = (struct choice){
					{ i, j }, 2, first + s->weight[s->item[aside->unit[j]]]
				};
	}
	qsort(choices, count, sizeof(*choices), heavier);
	return count;
}

/* Takes EXCHANGE for the best, or by lot where it is as good. */
static void consider(struct swap_state *s, struct exchange *best, const struct exchange *exchange)
{
	size_t ties = exchange->gain > best->gain + 1e-12 ? 1 : best->ties + 1;

	if (random_below(&s->random, ties) == 0)
		*best = *exchange;
	best->ties = ties;
}

/* The best use of what may come in once the OUTS units at the places OUT of BIN are gone. */
static void weigh(struct swap_state *s, struct exchange *best, const struct choice *choices, size_t count,
		  size_t bin, const size_t *out, size_t outs)
{
	struct exchange e = { .bin = bin, .outs = outs };
	double lost = 0;

	s->work++;
	for (size_t i = 0; i < outs; i++) {
		e.out[i] = out[i];
		lost += s->weight[s->item[s->bin[bin].unit[out[i]]]];
	}
	for (size_t c = 0; c < count; c++) {
		size_t in[2];

		e.in = choices[c];
		e.gain = choices[c].weight - lost;
		if (e.gain < best->gain - 1e-12)
			return;
		s->work++;
		for (size_t i = 0; i < e.in.count; i++)
			in[i] = s->aside.unit[e.in.place[i]];
		if (swap_fits(s, bin, out, outs, in, e.in.count)) {
			consider(s, best, &e);
			return;
		}
	}
}

/* All exchanges with BIN. */
static void weigh_bin(struct swap_state *s, struct exchange *best, const struct choice *choices, size_t count,
		      size_t bin)
{
	const struct swap_bin *b = &s->bin[bin];
	size_t shift = b->units > PAIR_UNITS ? random_below(&s->random, b->units) : 0;
	size_t span = b->units > PAIR_UNITS ? PAIR_UNITS : b->units;

	weigh(s, best, choices, count, bin, NULL, 0);
	for (size_t i = 0; i < b->units; i++)
		if (!held(s, b->unit[i]))
			weigh(s, best, choices, count, bin, &i, 1);
	for (size_t i = 0; i < span; i++)
		for (size_t j = i + 1; j < span; j++) {
			size_t out[2] = { (shift + i) % b->units, (shift + j) % b->units };

			if (!held(s, b->unit[out[0]]) && !held(s, b->unit[out[1]]))
				weigh(s, best, choices, count, bin, out, 2);
		}
}

/* How long UNIT stays where it is now: longer in a bin, of which there are many, than aside. */
static void hold(struct swap_state *s, size_t unit, bool aside)
{
	s->held[unit] = s->turn + (aside ? 1 + random_below(&s->random, 2) : 2 + random_below(&s->random, 8));
}

static int make(struct swap_state *s, const struct exchange *e)
{
	size_t in[2], out[2];
	int code = 0;

	for (size_t i = 0; i < e->in.count; i++)
		in[i] = s->aside.unit[e->in.place[i]];
	for (size_t i = 0; i < e->outs; i++)
		out[i] = e->out[i];
	if (e->outs == 2 && out[0] < out[1]) { /* the later place first: the last one fills the gap */
		out[0] = e->out[1];
		out[1] = e->out[0];
	}
	if (e->in.count == 2 && e->in.place[0] < e->in.place[1])
		swap_pick_up(s, e->in.place[1]);
	swap_pick_up(s, e->in.place[0]);
	for (size_t i = 0; code == 0 && i < e->outs; i++) {
		hold(s, s->bin[e->bin].unit[out[i]], true);
		code = swap_take_out(s, e->bin, out[i]);
	}
	for (size_t i = 0; code == 0 && i < e->in.count; i++) {
		hold(s, in[i], false);
		code = swap_put(s, e->bin, in[i]);
	}
	return code ? code : 1;
}

int swap_step(struct swap_state *s)
{
	struct choice *choices = malloc((ASIDE_MOST + 1) * ASIDE_MOST / 2 * sizeof(*choices));
	size_t looks = s->bins < BINS_MOST ? s->bins : BINS_MOST, count, first;
	struct exchange best = { .gain = -INFINITY };
	int code;

	if (!choices)
		return -ENOMEM;
	s->turn++;
	s->work += 10; /* also where nothing can be weighed */
	count = list_choices(s, choices);
	first = random_below(&s->random, s->bins);
	for (size_t i = 0; i < looks; i++) {
		size_t bin = (first + i) % s->bins;

		if (!s->bin[bin].gone)
			weigh_bin(s, &best, choices, count, bin);
	}
	code = best.ties ? make(s, &best) : 0;
	free(choices);
	return code;
}
