/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/ablation_priv.h"

/* What each knob is worth to one workload. */

static double *weights_of(const struct bars *b, size_t bar)
{
	return &b->weights[bar * b->flips->configs.count];
}

/* Whether every step of ORDER can be used. */
static bool order_works(const struct bars *b, size_t order)
{
	bool any = false;

	for (size_t i = 0; i < b->flips->count; i++) {
		if (b->flips->flip[i].order != order)
			continue;
		any = true;
		if (trial_refuses(&b->trial, &b->flips->flip[i]))
			return false;
	}
	return any;
}

static void add_flip(struct bars *b, const struct flip *flip)
{
	size_t bar = names_find(&b->flips->knobs, flip->knob);

	b->bar[bar].flips++;
	weights_of(b, bar)[flip->after] += 1;
	weights_of(b, bar)[flip->before] -= 1;
	b->columns[flip->before] = b->columns[flip->after] = true;
}

/* Sums up the flips of each knob by single flips, or over the ORDERS that work. */
static void take_flips(struct bars *b)
{
	for (size_t i = 0; i < b->flips->count; i++) {
		const struct flip *flip = &b->flips->flip[i];
		struct bar *bar = &b->bar[names_find(&b->flips->knobs, flip->knob)];
		const char *why = flip->order ? NULL : trial_refuses(&b->trial, flip);

		bar->flip = bar->flip ? bar->flip : flip;
		if (why && !bar->why)
			bar->why = *flip->note && flip->before == TRIAL_NONE ? flip->note : why;
		if (b->shapley ? flip->order && order_works(b, flip->order) : !flip->order && !why)
			add_flip(b, flip);
	}
}

/* Means of the sums, and what they leave of the difference of the ends. */
static void weigh(struct bars *b)
{
	size_t configs = b->flips->configs.count;
	double *left = weights_of(b, b->count - 1);

	b->columns[b->flips->from] = b->columns[b->flips->to] = true;
	left[b->flips->to] += 1;
	left[b->flips->from] -= 1;
	for (size_t bar = 0; bar + 1 < b->count; bar++)
		for (size_t c = 0; c < configs; c++) {
			double *weight = &weights_of(b, bar)[c];

			*weight = b->bar[bar].flips ? *weight / (double)b->bar[bar].flips : 0;
			left[c] -= *weight;
		}
	for (size_t c = 0; c < configs; c++) /* what thirds and sevenths leave */
		left[c] = fabs(left[c]) < 1e-9 ? 0 : left[c];
	weights_of(b, b->count)[b->flips->from] = 1;
	weights_of(b, b->count + 1)[b->flips->to] = 1;
}

/* Estimates COUNT combinations with WEIGHTS over all configurations, of those in COLUMNS alone. */
static int combine(struct bars *b, const bool *columns, bool apart, const double *weights, size_t count,
		   bool *disturbed, struct stats_estimate *estimates)
{
	size_t configs = b->flips->configs.count, wanted = 0;
	size_t n = trial_times(&b->trial, columns, apart, b->values, disturbed);
	double *packed = malloc((count * configs + 1) * sizeof(*packed));
	int code = packed ? 0 : -ENOMEM;

	for (size_t c = 0; c < configs; c++)
		wanted += columns[c];
	for (size_t k = 0, i = 0; packed && k < count; k++)
		for (size_t c = 0; c < configs; c++)
			if (columns[c])
				packed[i++] = weights[k * configs + c];
	if (code == 0)
		code = stats_combine(b->values, n, wanted, packed, count, MODEL_LEVEL, estimates);
	free(packed);
	return code;
}

static int estimate_bars(struct bars *b)
{
	struct stats_estimate *e = calloc(b->count + 2, sizeof(*e));
	int code = e ? combine(b, b->columns, false, b->weights, b->count + 2, &b->disturbed, e) : -ENOMEM;

	for (size_t bar = 0; code == 0 && bar < b->count; bar++)
		b->bar[bar].delta = e[bar];
	if (code == 0) {
		b->from = e[b->count];
		b->to = e[b->count + 1];
	}
	free(e);
	return code;
}

static int estimate_total(struct bars *b)
{
	size_t configs = b->flips->configs.count;
	double *weights = calloc(3 * configs, sizeof(*weights));
	bool *columns = calloc(configs, sizeof(*columns)), disturbed;
	struct stats_estimate e[3] = { 0 };
	int code = weights && columns ? 0 : -ENOMEM;

	if (code == 0) {
		columns[b->flips->from] = columns[b->flips->to] = true;
		weights[b->flips->to] = weights[2 * configs + b->flips->to] = 1;
		weights[b->flips->from] = -1;
		weights[configs + b->flips->from] = 1;
		code = combine(b, columns, true, weights, 3, &disturbed, e);
	}
	b->total = e[0];
	b->total_from = e[1];
	b->total_to = e[2];
	free(weights);
	free(columns);
	return code;
}

/* What saves most first; what was not measured last. */
static int by_delta(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	bool no_x = x->flips == 0, no_y = y->flips == 0;

	if (no_x || no_y)
		return no_x - no_y;
	return (x->delta.value > y->delta.value) - (x->delta.value < y->delta.value);
}

int bars_make(struct bars *b, const struct flips *flips, const struct cells *cells, size_t workload)
{
	size_t configs = flips->configs.count;
	int code;

	*b = (struct bars){ .flips = flips, .count = flips->knobs.count + 1 };
	code = trial_make(&b->trial, cells, flips, workload);
	b->bar = calloc(b->count, sizeof(*b->bar));
	b->weights = calloc((b->count + 2) * configs, sizeof(*b->weights));
	b->values = malloc((b->trial.blocks + 1) * configs * sizeof(*b->values));
	b->columns = calloc(configs, sizeof(*b->columns));
	if (code || !b->bar || !b->weights || !b->values || !b->columns)
		return -ENOMEM;
	for (size_t order = 1; order <= flips->orders; order++)
		b->orders += order_works(b, order);
	b->shapley = b->orders > 0;
	take_flips(b);
	weigh(b);
	code = estimate_bars(b);
	if (code == 0)
		code = estimate_total(b);
	qsort(b->bar, b->count - 1, sizeof(*b->bar), by_delta);
	return code;
}

void bars_free(struct bars *b)
{
	trial_free(&b->trial);
	free(b->bar);
	free(b->weights);
	free(b->values);
	free(b->columns);
}
