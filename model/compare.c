/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/compare_priv.h"

/* Whether two sets of invocations differ. */

#define DISCOVERY 0.05 /* false discovery rate */
#define POWER	  0.9  /* with which a difference is to be found */
#define NEED_MOST 999

/* What is estimated of a row. */
struct finding {
	double variance, freedom; /* between invocations; no freedom: not known */
	double moderated, total;  /* the same with what all rows have in common */
	double difference;	  /* of logarithms */
	double error;		  /* its standard error */
	double p, q;
};

/* NaN: none. */
static double mean_of(const struct compared *row, enum side side)
{
	double sum = 0;

	for (size_t i = 0; i < row->count[side]; i++)
		sum += row->value[side][i];
	return row->count[side] ? sum / (double)row->count[side] : (double)NAN;
}

double compared_variance(const struct compared *row, double *freedom)
{
	double squares = 0;

	*freedom = 0;
	for (int side = 0; side < SIDES; side++) {
		double mean = mean_of(row, side);

		for (size_t i = 0; i < row->count[side]; i++)
			squares += (row->value[side][i] - mean) * (row->value[side][i] - mean);
		if (row->count[side] > 0)
			*freedom += (double)row->count[side] - 1;
	}
	return *freedom > 0 ? squares / *freedom : (double)NAN;
}

static bool enough(const struct compared *row)
{
	return row->count[SIDE_OURS] >= COMPARE_LEAST && row->count[SIDE_BASE] >= COMPARE_LEAST;
}

/* Where the invocations themselves are too few to tell, what the machine is known for tells too. */
static void find_variance(const struct comparison *c, const struct table *known, size_t i, struct finding *f)
{
	const struct compared *row = &c->row[i];
	double stored, freedom;

	f->variance = compared_variance(row, &f->freedom);
	if (enough(row))
		return;
	stored = variance_known(known, c->machine, row, &freedom);
	if (freedom > 0 && row->count[SIDE_OURS] && row->count[SIDE_BASE]) {
		f->variance = (stored * freedom + (f->freedom > 0 ? f->variance * f->freedom : 0)) /
			      (freedom + f->freedom);
		f->freedom += freedom;
	} else {
		f->freedom = 0;
	}
}

/* What the rows of METRIC have in common lends each of them degrees of freedom. */
static void moderate(const struct comparison *c, struct finding *f, const char *metric, double *variances,
		     double *freedoms)
{
	double value, weight, sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->rows; i++)
		if (strcmp(c->row[i].metric, metric) == 0) {
			variances[n] = f[i].variance;
			freedoms[n++] = f[i].freedom;
			sum += f[i].freedom;
		}
	stats_moderate(variances, freedoms, n, &value, &weight);
	for (size_t i = 0; i < c->rows; i++) {
		if (strcmp(c->row[i].metric, metric) != 0 || !(f[i].freedom > 0))
			continue;
		f[i].moderated = f[i].variance;
		if (isinf(weight))
			f[i].moderated = value;
		else if (weight > 0)
			f[i].moderated =
				(weight * value + f[i].freedom * f[i].variance) / (weight + f[i].freedom);
		f[i].total = fmin(f[i].freedom + weight, sum);
	}
}

static void test_row(const struct compared *row, struct finding *f)
{
	f->p = f->q = NAN;
	f->difference = mean_of(row, SIDE_OURS) - mean_of(row, SIDE_BASE);
	f->error = NAN;
	if (!(f->freedom > 0) || isnan(f->difference))
		return;
	f->error =
		sqrt(f->moderated * (1 / (double)row->count[SIDE_OURS] + 1 / (double)row->count[SIDE_BASE]));
	f->p = f->q =
		f->error > 0 ? stats_t_p(f->difference / f->error, f->total) : (f->difference == 0 ? 1 : 0);
}

static int find_all(const struct comparison *c, const struct table *known, const char *const *metrics,
		    struct finding *f)
{
	double *variances = malloc((c->rows + 1) * sizeof(*variances));
	double *freedoms = malloc((c->rows + 1) * sizeof(*freedoms));
	double *p = malloc((c->rows + 1) * sizeof(*p));

	for (size_t i = 0; i < c->rows; i++)
		find_variance(c, known, i, &f[i]);
	for (size_t m = 0; variances && freedoms && metrics[m]; m++)
		moderate(c, f, metrics[m], variances, freedoms);
	for (size_t i = 0; p && i < c->rows; i++) {
		test_row(&c->row[i], &f[i]);
		p[i] = f[i].p;
	}
	if (p)
		stats_benjamini_hochberg(p, c->rows);
	for (size_t i = 0; p && i < c->rows; i++)
		f[i].q = p[i];
	free(freedoms);
	free(variances);
	free(p);
	return variances && freedoms && p ? 0 : -ENOMEM;
}

/* Invocations a side that would find a difference of EFFECT. */
static double need(const struct finding *f, double effect)
{
	double least = log1p(effect);

	for (int n = COMPARE_LEAST; n < NEED_MOST; n++) {
		double df = 2.0 * n - 2;
		double t = stats_t_quantile(1 - DISCOVERY / 2, df) + stats_t_quantile(POWER, df);

		if (t * t * 2 * f->moderated / n <= least * least)
			return n;
	}
	return NEED_MOST;
}

static const char *judge(const struct finding *f, double effect)
{
	double ratio = exp(f->difference);

	if (isnan(f->q))
		return "few";
	if (f->q > DISCOVERY || fabs(ratio - 1) < effect)
		return "~";
	return ratio > 1 ? "worse" : "better";
}

static void put_flags(struct table_writer *out, const struct comparison *c, const struct compared *row)
{
	bool few = !enough(row) && row->count[SIDE_OURS] && row->count[SIDE_BASE];
	char flags[128];

	snprintf(flags, sizeof(flags), "%s%s%s%s%s", c->machines ? " other-machine" : "",
		 row->program_changed ? " program-changed" : "", row->knobs_changed ? " knobs-changed" : "",
		 row->disturbed ? " disturbed" : "", few ? " few-invocations" : "");
	table_put_text(out, flags[0] ? flags + 1 : NULL);
}

static int put_row(struct table_writer *out, const struct comparison *c, size_t i, const struct finding *f,
		   double effect, struct error *error)
{
	const struct compared *row = &c->row[i];
	double reach =
		isnan(f->error) ? (double)NAN : f->error * stats_t_quantile(0.5 + MODEL_LEVEL / 2, f->total);
	const char *verdict = judge(f, effect);
	/* An interval within the least effect needs no more invocations: there is no difference. */
	bool settled = fabs(f->difference) + reach <= log1p(effect);

	table_put_text(out, row->workload);
	table_put_text(out, row->config);
	table_put_text(out, row->cache);
	table_put_text(out, row->metric);
	table_put_integer(out, (int64_t)row->count[SIDE_OURS]);
	table_put_integer(out, (int64_t)row->count[SIDE_BASE]);
	table_put_number(out, exp(mean_of(row, SIDE_OURS)));
	table_put_number(out, exp(mean_of(row, SIDE_BASE)));
	table_put_number(out, exp(f->difference));
	table_put_number(out, exp(f->difference - reach));
	table_put_number(out, exp(f->difference + reach));
	table_put_number(out, f->freedom > 0 ? sqrt(f->moderated) : (double)NAN);
	table_put_number(out, f->p);
	table_put_number(out, f->q);
	if (strcmp(verdict, "few") == 0)
		table_put_integer(out, COMPARE_LEAST);
	else if (strcmp(verdict, "~") == 0 && !settled)
		table_put_integer(out, (int64_t)need(f, effect));
	else
		table_put_missing(out);
	table_put_text(out, verdict);
	put_flags(out, c, row);
	return table_end_row(out, error);
}

static int write_all(const struct comparison *c, const struct finding *f,
		     const struct model_compare_options *options, struct error *error)
{
	struct table_writer out;
	int code = table_create(&out, options->path, &schema_comparison, error);

	if (code)
		return code;
	for (size_t i = 0; code == 0 && i < c->rows; i++)
		code = put_row(&out, c, i, &f[i], options->min_effect, error);
	return table_writer_end(&out, code, error);
}

int model_compare_write(const struct model_compare_options *options, struct error *error)
{
	struct comparison c;
	struct finding *findings;
	struct table known = { 0 };
	int code = 0;

	if (options->variance)
		code = table_read_optional(&known, options->variance, &schema_variance, error);
	if (code == 0)
		code = comparison_read(&c, options->ours, options->base, options->metric, error);
	if (code) {
		table_free(&known);
		return code;
	}
	findings = calloc(c.rows + 1, sizeof(*findings));
	if (!findings || find_all(&c, &known, options->metric, findings) < 0)
		code = error_set(error, ENOMEM, "cannot compare");
	if (code == 0)
		code = write_all(&c, findings, options, error);
	free(findings);
	comparison_free(&c);
	table_free(&known);
	return code;
}
