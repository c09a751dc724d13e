/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"
#include "model/predicted_priv.h"
#include "model/scale_priv.h"

/* scaling.csv and laws.csv: copies of a program that run at once. */

/*
 * Whether copies waited for a core longer than for each other: others kept the machine busy. Where each can
 * have a core that is no time. Else, while any waits, all cores are at work, and all copies are ready at
 * worst, so that n less cores of them wait; what a copy waits beyond its time is before or after. Where
 * copies have several threads that are ready at once nobody knows how many.
 */
static bool busy(const struct scale_series *s, const struct scale_point *p)
{
	double cpu = 0, wall = 0, each_other = 0, wait = p->wait_cpu_ns;

	for (size_t i = 0; i < p->runs; i++) {
		cpu += p->run[i].cpu;
		wall += p->run[i].wall;
	}
	if (isnan(wait) || p->held > s->cores)
		return false;
	if ((double)p->n * fmax(cpu / wall, 1) > SIMULATE_WIDE * s->cores) {
		if (isnan(p->mva)) /* they are no customers of a queue: scale_solve */
			return false;
		each_other = ((double)p->n / s->cores - 1) * p->cpu_ns;
		wait = fmin(wait, p->p50_ns - p->cpu_ns);
	}
	return wait > each_other + MODEL_BUSY * p->p50_ns;
}

static void put_point(struct table_writer *w, const struct scale_series *s, const struct scale_point *p,
		      const struct usl *usl)
{
	table_put_text(w, s->workload);
	table_put_text(w, s->config);
	table_put_text(w, s->label);
	table_put_integer(w, (int64_t)p->n);
	table_put_integer(w, (int64_t)p->blocks);
	table_put_number(w, p->throughput.value);
	table_put_number(w, p->throughput.low);
	table_put_number(w, p->throughput.high);
	table_put_number(w, p->p50_ns);
	table_put_number(w, p->p95_ns);
	table_put_number(w, p->p99_ns);
	table_put_number(w, p->cpu_ns);
	table_put_number(w, p->wait_cpu_ns);
	table_put_number(w, p->resident_bytes);
	table_put_number(w, usl ? usl_throughput(usl, (double)p->n) : (double)NAN);
	table_put_number(w, p->mva);
	table_put_number(w, p->sim_p95_ns);
	table_put_text(w, p->held > s->cores ? "oversubscribed" : busy(s, p) ? "busy" : NULL);
}

/* Median of the absolute relative errors beyond one copy: of throughput by mean value analysis, or of the
 * 95th percentile by simulation. */
static double error_of(const struct scale_series *s, bool simulated)
{
	double *off = calloc(s->points + 1, sizeof(*off)), median;
	size_t n = 0;

	for (size_t i = 0; off && i < s->points; i++) {
		const struct scale_point *p = &s->point[i];
		double ratio = simulated ? p->sim_p95_ns / p->p95_ns : p->mva / p->throughput.value;

		if (p->n > 1 && !isnan(ratio))
			off[n++] = fabs(ratio - 1);
	}
	if (off)
		stats_sort(off, n);
	median = off ? stats_quantile(off, n, 0.5) : (double)NAN;
	free(off);
	return median;
}

/* The most copies, of those measured, that keep the goal, and so do all fewer. */
static void put_goal(struct table_writer *w, const struct scale_series *s, double goal_ns, bool simulated)
{
	size_t goal = 0;

	for (size_t i = 0; i < s->points; i++) {
		double took = simulated ? s->point[i].sim_goal_ns : s->point[i].goal_ns;

		if (!(took <= goal_ns))
			break;
		goal = s->point[i].n;
	}
	if (isnan(goal_ns) || (simulated && isnan(s->point[0].sim_goal_ns)))
		table_put_missing(w);
	else
		table_put_integer(w, (int64_t)goal);
}

static void put_law(struct table_writer *w, const struct scale_series *s, const struct usl *u, double goal_ns)
{
	const double figures[] = { u->alpha,
				   u->alpha_low,
				   u->alpha_high,
				   u->beta,
				   u->beta_low,
				   u->beta_high,
				   u->gamma,
				   u->rms,
				   isinf(u->peak) ? (double)NAN : u->peak,
				   error_of(s, false),
				   error_of(s, true) };

	table_put_text(w, s->workload);
	table_put_text(w, s->config);
	table_put_text(w, s->label);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		table_put_number(w, figures[i]);
	put_goal(w, s, goal_ns, false);
	put_goal(w, s, goal_ns, true);
}

static int fit(const struct scale_series *s, struct usl *usl)
{
	double *n = calloc(s->points + 1, sizeof(*n)), *x = calloc(s->points + 1, sizeof(*x));
	int code = n && x ? 0 : -ENOMEM;

	for (size_t i = 0; code == 0 && i < s->points; i++) {
		n[i] = (double)s->point[i].n;
		x[i] = s->point[i].throughput.value;
	}
	if (code == 0)
		code = usl_fit(n, x, s->points, usl);
	free(n);
	free(x);
	return code;
}

/* Below three numbers of copies there is no law. */
static int put_series(struct table_writer *scaling, struct table_writer *laws, struct scale_series *s,
		      const struct model_scale_options *o, const struct table *predictions,
		      struct error *error)
{
	struct usl usl;
	int fitted = fit(s, &usl), code = scale_solve(s, predictions, o->goal_share, error);

	if (fitted == -ENOMEM)
		return error_set(error, ENOMEM, "cannot fit a law");
	for (size_t i = 0; code == 0 && i < s->points; i++) {
		put_point(scaling, s, &s->point[i], fitted == 0 ? &usl : NULL);
		code = table_end_row(scaling, error);
	}
	if (code == 0 && fitted == 0) {
		put_law(laws, s, &usl, o->goal_ns);
		code = table_end_row(laws, error);
	}
	return code;
}

static int write_all(const struct model_scale_options *o, const struct table *predictions,
		     struct scale_series *series, size_t count, struct error *error)
{
	struct table_writer scaling, laws;
	int code = table_create(&scaling, o->scaling, &schema_scaling, error);

	if (code)
		return code;
	code = table_create(&laws, o->laws, &schema_laws, error);
	if (code) {
		table_writer_abandon(&scaling);
		return code;
	}
	for (size_t i = 0; code == 0 && i < count; i++)
		code = put_series(&scaling, &laws, &series[i], o, predictions, error);
	code = table_writer_end(&laws, code, error);
	return table_writer_end(&scaling, code, error);
}

int model_scale_write(const struct model_scale_options *o, struct error *error)
{
	struct table predictions = { 0 };
	struct scale_results results;
	int code = scale_read(&results, o->directories, o->goal_share, error);

	if (code == 0 && o->predicted)
		code = predicted_read(&predictions, o->predicted, error);
	for (size_t i = 0; code == 0 && o->predicted && i < results.count; i++)
		code = predicted_check(&predictions, results.series[i].workload, error);
	if (code == 0)
		code = write_all(o, o->predicted ? &predictions : NULL, results.series, results.count, error);
	table_free(&predictions);
	scale_free(&results);
	return code;
}
