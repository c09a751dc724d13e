/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/usl_priv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/linear.h"
#include "base/stats.h"
#include "model/nnls_priv.h"

/* Fits of the Universal Scalability Law: a start from its linear form, then Levenberg's and Marquardt's
 * steps. */
#define PARAMETERS 3
#define TURNS	   500

struct fit {
	const double *n, *x;
	size_t count;
	double *jacobian, *residual; /* count + 3 rows; owned */
};

static double bounded(double value, double low, double high)
{
	return fmin(fmax(value, low), high);
}

double usl_throughput(const struct usl *u, double n)
{
	return u->gamma * n / (1 + u->alpha * (n - 1) + u->beta * n * (n - 1));
}

static double error_of(const struct fit *f, const struct usl *u)
{
	double sum = 0;

	for (size_t i = 0; i < f->count; i++)
		sum += pow(f->x[i] - usl_throughput(u, f->n[i]), 2);
	return sum;
}

/* N / X = (1 + alpha (N - 1) + beta N (N - 1)) / gamma is linear, and all its coefficients are positive. */
static int start(struct fit *f, struct usl *u)
{
	double c[PARAMETERS];
	int code;

	for (size_t i = 0; i < f->count; i++) {
		double n = f->n[i], weight = f->x[i] / n; /* each point by its relative error */
		double *row = &f->jacobian[i * PARAMETERS];

		row[0] = weight;
		row[1] = weight * (n - 1);
		row[2] = weight * n * (n - 1);
		f->residual[i] = 1;
	}
	code = nnls_solve(f->jacobian, f->residual, f->count, PARAMETERS, c, NULL);
	if (code || c[0] <= 0)
		return code ? code : -EDOM;
	u->gamma = 1 / c[0];
	u->alpha = bounded(c[1] / c[0], 0, 1);
	u->beta = bounded(c[2] / c[0], 0, 1);
	return 0;
}

/* Rows of the derivatives by alpha, beta and gamma, and what is left to explain. */
static void linearize(struct fit *f, const struct usl *u)
{
	for (size_t i = 0; i < f->count; i++) {
		double n = f->n[i], *row = &f->jacobian[i * PARAMETERS];
		double below = 1 + u->alpha * (n - 1) + u->beta * n * (n - 1);

		row[0] = -u->gamma * n * (n - 1) / (below * below);
		row[1] = -u->gamma * n * n * (n - 1) / (below * below);
		row[2] = n / below;
		f->residual[i] = f->x[i] - usl_throughput(u, n);
	}
}

/* One damped step, each parameter by its column's length. A bound that is met holds its parameter. */
static int propose(struct fit *f, double damping, const struct usl *u, struct usl *next)
{
	double by[PARAMETERS], at[PARAMETERS] = { u->alpha, u->beta, u->gamma };
	size_t rows = f->count + PARAMETERS;
	int code;

	for (size_t j = 0; j < PARAMETERS; j++) {
		double length = 0, slope = 0;

		for (size_t i = 0; i < f->count; i++) {
			length = hypot(length, f->jacobian[i * PARAMETERS + j]);
			slope += f->jacobian[i * PARAMETERS + j] * f->residual[i];
		}
		if (j < 2 && ((at[j] <= 0 && slope < 0) || (at[j] >= 1 && slope > 0)))
			for (size_t i = 0; i < f->count; i++)
				f->jacobian[i * PARAMETERS + j] = 0;
		for (size_t k = 0; k < PARAMETERS; k++)
			f->jacobian[(f->count + k) * PARAMETERS + j] =
				k == j ? damping * (length + 1e-300) : 0;
		f->residual[f->count + j] = 0;
	}
	code = linear_least_squares(f->jacobian, f->residual, rows, PARAMETERS, by);
	next->alpha = bounded(at[0] + by[0], 0, 1);
	next->beta = bounded(at[1] + by[1], 0, 1);
	next->gamma = at[2] + by[2];
	return code;
}

static int descend(struct fit *f, struct usl *u)
{
	double damping = 1e-3, error = error_of(f, u);

	for (int turn = 0; turn < TURNS && damping < 1e12; turn++) {
		struct usl next = *u;
		double reached;
		int code;

		linearize(f, u);
		code = propose(f, damping, u, &next);
		if (code)
			return code;
		reached = error_of(f, &next);
		if (!(reached < error)) {
			damping *= 10;
			continue;
		}
		damping /= 10;
		error = reached;
		*u = next;
	}
	return 0;
}

/* Intervals from the curvature at the fit: (J'J)^-1 = V S^-2 V'. */
static int spread(struct fit *f, struct usl *u)
{
	double s[PARAMETERS], v[PARAMETERS * PARAMETERS], half[PARAMETERS];
	double t = f->count > PARAMETERS ? stats_t_quantile(0.975, (double)f->count - PARAMETERS) : NAN;
	double sigma = sqrt(error_of(f, u) / ((double)f->count - PARAMETERS));
	int code;

	linearize(f, u);
	code = linear_singular_values(f->jacobian, f->count, PARAMETERS, s, v);
	if (code)
		return code;
	for (size_t j = 0; j < PARAMETERS; j++) {
		double variance = 0;

		for (size_t k = 0; k < PARAMETERS; k++)
			variance += pow(v[j * PARAMETERS + k] / s[k], 2);
		half[j] = t * sigma * sqrt(variance);
	}
	u->alpha_low = bounded(u->alpha - half[0], 0, 1);
	u->alpha_high = bounded(u->alpha + half[0], 0, 1);
	u->beta_low = bounded(u->beta - half[1], 0, 1);
	u->beta_high = bounded(u->beta + half[1], 0, 1);
	u->gamma_low = u->gamma - half[2];
	u->gamma_high = u->gamma + half[2];
	if (isnan(t)) /* fmin and fmax pass over what is no number */
		u->alpha_low = u->alpha_high = u->beta_low = u->beta_high = NAN;
	return 0;
}

static size_t different(const double *n, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (n[j] != n[i])
			j++;
		found += j == i;
	}
	return found;
}

int usl_fit(const double *n, const double *x, size_t count, struct usl *usl)
{
	struct fit f = { .n = n, .x = x, .count = count };
	int code = different(n, count) >= PARAMETERS ? 0 : -EDOM;

	f.jacobian = malloc((count + PARAMETERS) * PARAMETERS * sizeof(*f.jacobian));
	f.residual = malloc((count + PARAMETERS) * sizeof(*f.residual));
	if (!f.jacobian || !f.residual)
		code = -ENOMEM;
	for (size_t i = 0; code == 0 && i < count; i++)
		if (!(n[i] > 0) || !(x[i] > 0) || !isfinite(n[i]) || !isfinite(x[i]))
			code = -EDOM;
	*usl = (struct usl){ 0 };
	if (code == 0)
		code = start(&f, usl);
	if (code == 0)
		code = descend(&f, usl);
	if (code == 0)
		code = spread(&f, usl);
	usl->rms = sqrt(error_of(&f, usl) / (double)count);
	usl->peak = usl->beta > 0 ? fmax(sqrt((1 - usl->alpha) / usl->beta), 1) : (double)INFINITY;
	free(f.jacobian);
	free(f.residual);
	return code;
}
