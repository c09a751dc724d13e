/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/random.h"
#include "base/stats.h"
#include "model/fit_priv.h"
#include "model/model.h"

/* How sure a fit is: intervals of its costs, and how far off it is of what it has not seen. */
#define RESAMPLES  200
#define KIND_LEAST 10 /* programs that errors of their kind are taken from */
#define RANKED	   39 /* programs of which the outermost is as far out as 2.5 % of all are */

/* Programs drawn anew, and of each its runs; costs of each draw are kept in DRAWN (terms x RESAMPLES). */
static int resample(struct fit_sample *s, const struct fit *fit, double *drawn)
{
	uint64_t state = 0;
	int code = 0;

	for (size_t r = 0; code == 0 && r < RESAMPLES; r++) {
		struct fit one = { .walks = true };

		memcpy(one.absent, fit->absent, sizeof(one.absent));
		memcpy(one.fault_ns, fit->fault_ns, sizeof(one.fault_ns));
		memset(s->weight, 0, s->count * sizeof(*s->weight));
		for (size_t i = 0; i < s->count; i++)
			s->weight[random_below(&state, s->count)]++;
		for (size_t i = 0; i < s->count; i++) {
			const struct fit_case *f = s->at[i];
			double ratio[64];
			size_t n = f->pairs < 64 ? f->pairs : 64;

			for (size_t k = 0; k < n; k++)
				ratio[k] = f->ratio[s->metric][random_below(&state, f->pairs)];
			stats_sort(ratio, n);
			s->measured[i] = f->native_ns[s->metric] * stats_quantile(ratio, n, 0.5);
		}
		code = fit_solve(s, &one);
		for (size_t j = 0; code == 0 && j < terms_count; j++)
			drawn[j * RESAMPLES + r] = one.cost[j];
	}
	return code;
}

int fit_find_intervals(struct fit_sample *s, struct fit *fit)
{
	double *drawn = calloc(terms_count * RESAMPLES, sizeof(*drawn));
	int code = drawn ? resample(s, fit, drawn) : -ENOMEM;

	for (size_t j = 0; code == 0 && j < terms_count; j++) {
		stats_sort(&drawn[j * RESAMPLES], RESAMPLES);
		fit->low[j] = fmin(stats_quantile(&drawn[j * RESAMPLES], RESAMPLES, 0.025), fit->cost[j]);
		fit->high[j] = fmax(stats_quantile(&drawn[j * RESAMPLES], RESAMPLES, 0.975), fit->cost[j]);
	}
	free(drawn);
	return code;
}

const char *const fit_errors[FIT_KINDS] = { "error", "error-several" };

/*
 * The ranks make up for there being few, as those of the jackknife+ (R. Barber et al., Predictive inference
 * with the jackknife+, Annals of Statistics 49, 2021). Fewer than RANKED have none so far out, and what is
 * next lies beyond all of N with chance 2 / (N + 1): there the ends are also Student's, of logarithms about
 * nought.
 */
void fit_ends(const double *ratio, size_t n, double ends[2])
{
	double count = (double)n, squares = 0, width;

	ends[0] = stats_quantile(ratio, n, fmax(0.025 * (count + 1) / count - 1 / count, 0));
	ends[1] = stats_quantile(ratio, n, fmin(0.975 * (count + 1) / count, 1));
	if (n == 0 || n >= RANKED)
		return;
	for (size_t i = 0; i < n; i++)
		squares += log(ratio[i]) * log(ratio[i]);
	width = stats_t_quantile(0.975, count) * sqrt(squares / count);
	ends[0] = fmin(ends[0], exp(-width));
	ends[1] = fmax(ends[1], exp(width));
}

/* The errors of KIND, or of all where there are too few. RATIO is of all, KINDS says whose. */
static void find_ends(struct fit *fit, enum fit_kind kind, const double *ratio, const enum fit_kind *kinds,
		      size_t known, double *room)
{
	double ends[2];
	size_t n = 0;

	for (size_t i = 0; i < known; i++)
		if (kinds[i] == kind)
			room[n++] = ratio[i];
	if (n < KIND_LEAST)
		memcpy(room, ratio, (n = known) * sizeof(*room));
	stats_sort(room, n);
	fit_ends(room, n, ends);
	fit->error[kind][0] = ends[0];
	fit->error[kind][1] = stats_quantile(room, n, 0.5);
	fit->error[kind][2] = ends[1];
	fit->judged[kind] = n;
}

int fit_leave_out(struct fit_cases *all, const struct model_watch *watch, struct error *error)
{
	for (size_t i = 0; i < all->count * METRICS; i++) {
		struct fit_case *f = &all->at[i / METRICS];
		int metric = (int)(i % METRICS);
		struct fit_work work =
			profile_work(&all->profiles.at[f->profile], metric, f->native_ns[metric]);
		struct fit fit;
		int code;

		watch->step(watch->context, "leaving out", all->count * METRICS, f->program, f->config);
		code = fit_make(all, f->config, metric, f->program, FIT_COSTS, &fit);
		f->left_out_ns[metric] = code == 0 ? fit_predict(&fit, &work, NULL) : (double)NAN;
		if (code && code != -ENODATA)
			return error_set(error, -code, "cannot fit costs of %.100s", f->config);
	}
	return 0;
}

/*
 * How far off predictions are of programs that the fit has not seen, each left out in turn; by kind, so that
 * each kind is covered (V. Vovk, A. Gammerman and G. Shafer, Algorithmic learning in a random world,
 * 2005, 4.5: Mondrian predictors).
 */
int fit_find_error(const struct fit_sample *s, struct fit *fit)
{
	double *ratio = calloc(2 * s->count + 1, sizeof(*ratio));
	enum fit_kind *kind = calloc(s->count + 1, sizeof(*kind));
	size_t known = 0;
	int code = ratio && kind ? 0 : -ENOMEM;

	for (size_t i = 0; code == 0 && i < s->count; i++) {
		const struct fit_case *f = s->at[i];
		struct fit_work work =
			profile_work(&s->all->profiles.at[f->profile], s->metric, f->native_ns[s->metric]);

		if (isnan(f->left_out_ns[s->metric]))
			continue;
		kind[known] = work.kind;
		ratio[known++] = f->measured_ns[s->metric] / f->left_out_ns[s->metric];
	}
	for (int k = 0; code == 0 && k < FIT_KINDS; k++)
		find_ends(fit, (enum fit_kind)k, ratio, kind, known, ratio + s->count);
	free(ratio);
	free(kind);
	return code;
}
