/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/nnls_priv.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/linear.h"

/* Non-negative least squares. */

/* The problem, made triangular and scaled: R is p x p. All is owned. */
struct work {
	size_t p;
	double *r, *c;
	double *scale;	      /* length of each column; 0: it is nought */
	double *part, *trial; /* the columns at work, and their solution */
	double *x, *gradient;
	bool *free_; /* may be above nought */
};

static bool make(struct work *w, size_t p)
{
	*w = (struct work){ .p = p };
	w->r = malloc((p * p + 1) * sizeof(*w->r));
	w->part = malloc((p * p + 1) * sizeof(*w->part));
	w->c = malloc((p + 1) * sizeof(*w->c));
	w->scale = calloc(p + 1, sizeof(*w->scale));
	w->trial = malloc((p + 1) * sizeof(*w->trial));
	w->x = calloc(p + 1, sizeof(*w->x));
	w->gradient = malloc((p + 1) * sizeof(*w->gradient));
	w->free_ = calloc(p + 1, sizeof(*w->free_));
	return w->r && w->part && w->c && w->scale && w->trial && w->x && w->gradient && w->free_;
}

static void destroy(struct work *w)
{
	free(w->r);
	free(w->part);
	free(w->c);
	free(w->scale);
	free(w->trial);
	free(w->x);
	free(w->gradient);
	free(w->free_);
}

static void scale(struct work *w)
{
	for (size_t j = 0; j < w->p; j++) {
		for (size_t i = 0; i <= j; i++)
			w->scale[j] = hypot(w->scale[j], w->r[i * w->p + j]);
		for (size_t i = 0; i <= j && w->scale[j] > 0; i++)
			w->r[i * w->p + j] /= w->scale[j];
	}
}

/* The gradient's negative: how fast the error falls as each x grows. */
static void descend(struct work *w)
{
	size_t p = w->p;

	memset(w->gradient, 0, p * sizeof(*w->gradient));
	for (size_t i = 0; i < p; i++) {
		double rest = w->c[i];

		for (size_t j = i; j < p; j++)
			rest -= w->r[i * p + j] * w->x[j];
		for (size_t j = i; j < p; j++)
			w->gradient[j] += w->r[i * p + j] * rest;
	}
}

/* The unbounded solution over the free columns, into trial. */
static int solve_free(struct work *w)
{
	size_t p = w->p, k = 0, at = 0;
	int code;

	for (size_t j = 0; j < p; j++)
		k += w->free_[j];
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			if (w->free_[j])
				w->part[at++] = w->r[i * p + j];
	code = linear_least_squares(w->part, w->c, p, k, w->trial);
	for (size_t j = p; code == 0 && j-- > 0;)
		w->trial[j] = w->free_[j] ? w->trial[--k] : 0;
	return code;
}

/* Goes from x towards trial as far as all stay above nought; what gets there is held. False: all the way. */
static bool step(struct work *w)
{
	double share = 1;
	size_t stop = w->p;

	for (size_t j = 0; j < w->p; j++) {
		double to =
			w->free_[j] && w->trial[j] <= 0 ? w->x[j] / fmax(w->x[j] - w->trial[j], DBL_MIN) : 1;

		if (to < share || (to < 1 && stop == w->p)) {
			share = to;
			stop = j;
		}
	}
	for (size_t j = 0; j < w->p; j++)
		w->x[j] += share * (w->trial[j] - w->x[j]);
	for (size_t j = 0; stop < w->p && j < w->p; j++)
		if (j == stop || (w->free_[j] && w->x[j] <= 0)) {
			w->x[j] = 0;
			w->free_[j] = false;
		}
	return stop < w->p;
}

/* The held column that promises most; p where none does. BARRED ones have just proved useless. */
static size_t choose(struct work *w, const bool *barred, double least)
{
	size_t best = w->p;

	descend(w);
	for (size_t j = 0; j < w->p; j++)
		if (!w->free_[j] && !barred[j] && w->scale[j] > 0 && w->gradient[j] > least &&
		    (best == w->p || w->gradient[j] > w->gradient[best]))
			best = j;
	return best;
}

static int iterate(struct work *w)
{
	bool *barred = calloc(w->p + 1, sizeof(*barred));
	double length = 0;
	size_t j = 0;
	int code = barred ? 0 : -ENOMEM;

	for (size_t i = 0; i < w->p; i++)
		length = hypot(length, w->c[i]);
	for (size_t turn = 0; code == 0 && turn < 30 * (w->p + 1); turn++) {
		j = choose(w, barred, length * (double)w->p * 16 * DBL_EPSILON);
		if (j == w->p)
			break;
		w->free_[j] = true;
		code = solve_free(w);
		/* Rounding, or a column that depends on others, makes it useless in spite of its promise. */
		if (code == -EDOM || (code == 0 && w->trial[j] <= 0)) {
			w->free_[j] = false;
			barred[j] = true;
			code = 0;
			continue;
		}
		while (code == 0 && step(w))
			code = solve_free(w);
		memset(barred, 0, w->p * sizeof(*barred));
	}
	free(barred);
	return code == -EDOM ? 0 : code;
}

static int find_condition(struct work *w, double *condition)
{
	size_t p = w->p, k = 0, at = 0;
	int code;

	for (size_t j = 0; j < p; j++)
		k += w->scale[j] > 0;
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++)
			if (w->scale[j] > 0)
				w->part[at++] = w->r[i * p + j];
	*condition = 1;
	code = k ? linear_singular_values(w->part, p, k, w->trial, NULL) : 0;
	if (code == 0 && k)
		*condition = w->trial[k - 1] > w->trial[0] * (double)p * DBL_EPSILON
				     ? w->trial[0] / w->trial[k - 1]
				     : INFINITY;
	return code;
}

int nnls_solve(const double *a, const double *b, size_t n, size_t p, double *x, double *condition)
{
	struct work w;
	double rest;
	int code = make(&w, p) ? 0 : -ENOMEM;

	if (code == 0 && p)
		code = linear_reduce(a, b, n, p, w.r, w.c, &rest);
	if (code == 0) {
		scale(&w);
		code = iterate(&w);
	}
	for (size_t j = 0; code == 0 && j < p; j++)
		x[j] = w.scale[j] > 0 ? w.x[j] / w.scale[j] : 0;
	if (code == 0 && condition)
		code = find_condition(&w, condition);
	destroy(&w);
	return code;
}
