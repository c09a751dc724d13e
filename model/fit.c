/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/fit_priv.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "model/nnls_priv.h"

/* Fits of the model's costs. */
#define TURNS	  12
#define STILL	  1e-4	/* relative change of costs at which steps end */
#define FAR	  8	/* times too little a prediction counts as, at most: a step from there is no guide */
#define HUBER	  1.345 /* standard deviations: 95 % efficient where errors are normal */
#define MAD_SIGMA 1.4826
#define LEAST_OFF 0.01
#define COLLINEAR 0.99 /* cosine of two columns above which nothing can tell their terms apart */

static double cosine(const struct fit_sample *s, size_t rows, size_t i, size_t j)
{
	double both = 0, one = 0, other = 0;

	for (size_t r = 0; r < rows; r++) {
		both += s->a[r * terms_count + i] * s->a[r * terms_count + j];
		one += s->a[r * terms_count + i] * s->a[r * terms_count + i];
		other += s->a[r * terms_count + j] * s->a[r * terms_count + j];
	}
	return one > 0 && other > 0 ? both / sqrt(one * other) : 0;
}

/* Puts terms that cannot be told apart together: one column, which is the sum, and one cost. */
static void merge(struct fit_sample *s, size_t rows, struct fit *fit)
{
	for (size_t j = 0; j < terms_count; j++)
		fit->merged[j] = -1;
	for (size_t j = 1; j < terms_count; j++)
		for (size_t i = 0; i < j && fit->merged[j] < 0; i++) {
			if (fit->merged[i] >= 0 || i == TERM_BASE || cosine(s, rows, i, j) < COLLINEAR)
				continue;
			fit->merged[j] = (int)i;
			for (size_t r = 0; r < rows; r++) {
				s->a[r * terms_count + i] += s->a[r * terms_count + j];
				s->a[r * terms_count + j] = 0;
			}
		}
}

static struct fit_work case_work(const struct fit_sample *s, size_t i)
{
	const struct fit_case *f = s->at[i];

	return profile_work(&s->all->profiles.at[f->profile], s->metric, f->native_ns[s->metric]);
}

/* How much counts what was measured with such a standard error, against how far off predictions usually are:
 * both make up by how much it may differ from what is predicted. */
static double sureness(const struct fit_sample *s, double unsure)
{
	double usual = s->usual / HUBER;

	return isfinite(usual) ? usual / hypot(usual, unsure) : 1;
}

/* What the nano suite found to add nothing, adds nothing: else a term may pass for what has none. */
static bool adds(const struct fit_sample *s, size_t term)
{
	return !s->absent[term] && (terms[term].kin || !(s->direct[term] <= 0));
}

/* A row for each case, weighed; then one for each direct measurement of something dearer. */
static size_t fill(struct fit_sample *s, const struct fit *fit, bool first)
{
	size_t row = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct fit_work work = case_work(s, i);
		double about = s->measured[i], off = 0, scale;

		if (!first)
			about = fmax(fit_predict(fit, &work, NULL), about / FAR);
		off = log(s->measured[i] / about);
		scale = sqrt(s->weight[i] * (fabs(off) > s->usual ? s->usual / fabs(off) : 1)) *
			sureness(s, s->at[i]->unsure[s->metric]);
		if (scale <= 0)
			continue;
		for (size_t j = 0; j < terms_count; j++)
			s->a[row * terms_count + j] =
				adds(s, j) ? scale * fit_events(fit, &work, j) / about : 0;
		s->b[row++] = scale * (1 + off);
	}
	for (size_t j = 0; j < terms_count; j++) {
		double added = s->direct[j], sure = sureness(s, s->unsure[j]);

		if (s->core[j] > 0) {
			added = s->core[j];
			sure = 1;
		} else if (!(added > 0) || terms[j].kin)
			continue;
		memset(&s->a[row * terms_count], 0, terms_count * sizeof(*s->a));
		s->a[row * terms_count + j] = sure / added;
		s->b[row++] = sure;
	}
	return row;
}

/* How far off predictions usually are: Huber's bound, from the median of the logarithms' absolute values. */
static void find_usual(struct fit_sample *s, const struct fit *fit)
{
	double *off = calloc(s->count + 1, sizeof(*off));

	for (size_t i = 0; off && i < s->count; i++) {
		struct fit_work work = case_work(s, i);

		off[i] =
			fabs(log(s->measured[i] / fmax(fit_predict(fit, &work, NULL), s->measured[i] / FAR)));
	}
	if (off)
		stats_sort(off, s->count);
	s->usual = off ? fmax(HUBER * MAD_SIGMA * stats_quantile(off, s->count, 0.5), LEAST_OFF) : INFINITY;
	free(off);
}

/*
 * The costs whose predictions are least off by the logarithm, which counts half and double alike: Gauss's and
 * Newton's steps, each a problem of non-negative least squares; a program far off counts less (P. Huber,
 * Robust estimation of a location parameter, Annals of Mathematical Statistics 35, 1964).
 */
int fit_solve(struct fit_sample *s, struct fit *fit)
{
	double before[TERM_MOST], moved = INFINITY;
	size_t rows = 0;
	int code = 0;

	s->usual = INFINITY;
	for (int turn = 0; code == 0 && turn < TURNS && moved > STILL; turn++) {
		memcpy(before, fit->cost, sizeof(before));
		rows = fill(s, fit, turn == 0);
		merge(s, rows, fit);
		code = nnls_solve(s->a, s->b, rows, terms_count, fit->cost, NULL);
		for (size_t j = 0; code == 0 && j < terms_count; j++)
			if (fit->merged[j] >= 0)
				fit->cost[j] = fit->cost[fit->merged[j]];
		if (code == 0)
			find_usual(s, fit);
		moved = 0;
		for (size_t j = 0; j < terms_count; j++)
			if (fit->cost[j] != before[j])
				moved = fmax(moved,
					     fabs(fit->cost[j] - before[j]) / (fit->cost[j] + before[j]));
	}
	s->rows = rows;
	return code;
}

static bool same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static int gather(struct fit_sample *s, const char *leave)
{
	const struct fit_cases *all = s->all;
	size_t room = all->count + 1;

	s->at = calloc(room, sizeof(const struct fit_case *));
	s->weight = calloc(room, sizeof(*s->weight));
	s->measured = calloc(room, sizeof(*s->measured));
	s->a = calloc((room + terms_count) * terms_count, sizeof(*s->a));
	s->b = calloc(room + terms_count, sizeof(*s->b));
	if (!s->at || !s->weight || !s->measured || !s->a || !s->b)
		return -ENOMEM;
	for (size_t i = 0; i < all->count; i++)
		if (same(all->at[i].config, s->config) && !same(all->at[i].program, leave)) {
			s->weight[s->count] = 1;
			s->measured[s->count] = all->at[i].measured_ns[s->metric];
			s->at[s->count++] = &all->at[i];
		}
	for (size_t j = 0; s->count && j < terms_count; j++) {
		s->absent[j] = (terms[j].ring && strcmp(s->at[0]->transport, "ring") != 0) ||
			       (terms[j].poll && strcmp(s->at[0]->idle, "poll") != 0) ||
			       (terms[j].cpu && s->metric != METRIC_CPU) ||
			       (terms[j].time && s->metric != METRIC_TIME) ||
			       (terms[j].small && strcmp(s->at[0]->memory, "locked-huge") == 0);
		s->direct[j] = s->absent[j] ? NAN : direct_added(&all->direct, &terms[j], s->config);
		s->unsure[j] = direct_unsure(&all->direct, &terms[j], s->config);
	}
	return s->count ? 0 : -ENODATA;
}

static void discard(struct fit_sample *s)
{
	free(s->at);
	free(s->weight);
	free(s->measured);
	free(s->a);
	free(s->b);
}

static void find_constant_error(const struct fit_sample *s, struct fit *fit)
{
	double *ratio = calloc(s->count + 1, sizeof(*ratio));

	fit->constant_error[0] = fit->constant_error[1] = NAN;
	for (size_t i = 0; ratio && i < s->count; i++)
		ratio[i] = s->measured[i] / (s->at[i]->native_ns[s->metric] * fit->constant);
	if (ratio) {
		stats_sort(ratio, s->count);
		fit_ends(ratio, s->count, fit->constant_error);
	}
	free(ratio);
}

/* What the fit has seen, for those who ask whether a program lies outside, and the baselines. */
static void describe(const struct fit_sample *s, struct fit *fit)
{
	double logs = 0, part = s->direct[TERM_BASE];

	for (size_t i = 0; i < s->count; i++) {
		const double *count = s->all->profiles.at[s->at[i]->profile].count;

		logs += log(s->measured[i] / s->at[i]->native_ns[s->metric]);
		for (size_t j = 1; j < terms_count; j++) {
			fit->most[j] =
				fmax(fit->most[j], count[j] / (s->at[i]->native_ns[METRIC_TIME] / 1e6));
			fit->with[j] += count[j] > 0;
		}
	}
	fit->programs = fit->with[TERM_BASE] = s->count;
	fit->constant = exp(logs / (double)s->count);
	find_constant_error(s, fit);
	fit->cpu_only = isnan(part) ? 1 : part;
}

/* What terms that are told by it take of a core. 0 or negative errno. */
static int take_core(struct fit_sample *s, const char *leave)
{
	struct fit cpu;
	int code = fit_make(s->all, s->config, METRIC_CPU, leave, FIT_COSTS, &cpu);

	for (size_t j = 0; code == 0 && j < terms_count; j++)
		s->core[j] = terms[j].core ? cpu.cost[j] : 0;
	return code;
}

int fit_make(const struct fit_cases *cases, const char *config, int metric, const char *leave,
	     enum fit_effort effort, struct fit *fit)
{
	struct fit_sample s = { .all = cases, .config = config, .metric = metric };
	int code = gather(&s, leave);
	double unused[TERM_MOST];

	*fit = (struct fit){ .walks = true };
	for (size_t j = 0; j < terms_count; j++)
		fit->fault_ns[j] = direct_native(&cases->direct, &terms[j]);
	fit_settle_faults(fit);
	if (code == 0 && metric == METRIC_TIME)
		code = take_core(&s, leave);
	if (code == 0) {
		memcpy(fit->direct, s.direct, sizeof(fit->direct));
		memcpy(fit->absent, s.absent, sizeof(fit->absent));
		describe(&s, fit);
		code = fit_solve(&s, fit);
	}
	if (code == 0) /* the last problem again, for its condition */
		code = nnls_solve(s.a, s.b, s.rows, terms_count, unused, &fit->condition);
	if (code == 0 && effort >= FIT_ERROR)
		code = fit_find_error(&s, fit);
	if (code == 0 && effort >= FIT_INTERVALS)
		code = fit_find_intervals(&s, fit);
	discard(&s);
	return code;
}
