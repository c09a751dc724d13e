/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/costs_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"

/* coefficients.csv read again. */

/* How many times as much TERM costs on the target machine; NaN: it is not known. */
static double scale_of(const struct costs *c, size_t row, const struct term *term)
{
	double source = table_number_of(&c->table, row, "direct");

	if (c->target.tables == 0)
		return 1;
	return term->share ? 1
			   : direct_added(&c->target, term, table_text_of(&c->table, row, "config")) / source;
}

/* Says where: in COLUMN of ROW. */
static int at(const struct costs *c, size_t row, const char *column, struct error *error)
{
	return error_at(error, "%.200s:%zu:%s", c->table.path, c->table.lines[row], column);
}

/* ROW, one of the terms that have one cost of their own each, or tells of errors. */
static int take_row(const struct costs *c, size_t row, size_t j, struct fit *fit, struct error *error)
{
	const struct table *t = &c->table;

	if (!fit->absent[j]) {
		error_fail(error, 0, "fit anew", "a configuration has the term %s twice", terms[j].name);
		return at(c, row, "term", error);
	}
	fit->absent[j] = false;
	fit->cost[j] = table_number_of(t, row, "cost");
	fit->walks |= j == TERM_WALK;
	if (!(fit->cost[j] >= 0)) {
		error_fail(error, 0, "fit anew", "expected a cost of nought or more");
		return at(c, row, "cost", error);
	}
	fit->most[j] = table_number_of(t, row, "most");
	fit->fault_ns[j] = direct_native(&c->target, &terms[j]);
	if (isnan(fit->fault_ns[j]))
		fit->fault_ns[j] = table_number_of(t, row, "native_ns");
	return 0;
}

/* How far off predictions of KIND are. */
static int take_error(const struct costs *c, size_t row, int kind, struct fit *fit, struct error *error)
{
	double low = table_number_of(&c->table, row, "low"), high = table_number_of(&c->table, row, "high");

	fit->error[kind][0] = low;
	fit->error[kind][1] = table_number_of(&c->table, row, "cost");
	fit->error[kind][2] = high;
	if (!(low > high))
		return 0;
	error_fail(error, 0, "fit anew", "expected a low end below the high one");
	return at(c, row, "low", error);
}

/* Whose errors ROW tells; FIT_KINDS: it tells a cost. */
static int kind_of(const struct table *t, size_t row)
{
	int kind = 0;

	while (kind < FIT_KINDS && !table_is(t, row, "term", fit_errors[kind]))
		kind++;
	return kind;
}

/* SCALE gets what a cost is multiplied by. */
static int take(const struct costs *c, size_t row, struct fit *fit, double scale[TERM_MOST],
		struct error *error)
{
	int kind = kind_of(&c->table, row);

	if (kind < FIT_KINDS)
		return take_error(c, row, kind, fit, error);
	for (size_t j = 0; j < terms_count; j++)
		if (table_is(&c->table, row, "term", terms[j].name)) {
			scale[j] = scale_of(c, row, &terms[j]);
			return take_row(c, row, j, fit, error);
		}
	error_fail(error, 0, "fit anew with this version of vmtax", "no term of the model is called %.100s",
		   table_text_of(&c->table, row, "term"));
	return at(c, row, "term", error);
}

int costs_take(const struct costs *c, size_t first, size_t *next, struct fit *fit, struct error *error)
{
	const struct table *t = &c->table;
	double scale[TERM_MOST] = { 0 }, usual;
	size_t row = first;
	int code = 0;

	*fit = (struct fit){ .error = { { NAN, NAN, NAN }, { NAN, NAN, NAN } } };
	for (size_t j = 0; j < terms_count; j++)
		fit->absent[j] = true;
	for (; code == 0 && row < t->rows && table_alike(t, row, first, "config") &&
	       table_alike(t, row, first, "metric");
	     row++)
		code = take(c, row, fit, scale, error);
	if (code == 0 && fit->absent[TERM_BASE]) {
		error_fail(error, 0, "fit anew", "a configuration has no row of the term %s",
			   terms[TERM_BASE].name);
		code = at(c, first, "term", error);
	}
	/* What the nano suite does not measure is taken to change as a request does. */
	usual = scale[TERM_REQUEST] > 0 ? scale[TERM_REQUEST] : 1;
	for (size_t j = 0; j < terms_count; j++)
		fit->cost[j] *= scale[j] > 0 && isfinite(scale[j]) ? scale[j] : usual;
	fit_settle_faults(fit);
	*next = row;
	return code;
}

/* Whether the nano suite measured TERM where the costs are from; of a request it always did. */
static bool was_measured(const struct costs *c, int term)
{
	bool measured = term == TERM_REQUEST;

	for (size_t row = 0; row < c->table.rows; row++)
		measured |= table_is(&c->table, row, "term", terms[term].name) &&
			    !table_missing_of(&c->table, row, "direct");
	return measured;
}

/* The target tells what requests take there. */
static int check_target(const struct costs *c, const char *machine, struct error *error)
{
	static const int needed[] = { TERM_REQUEST, TERM_BLOCKING };
	const char *config = table_text_of(&c->table, 0, "config");

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		const struct term *term = &terms[needed[i]];

		if (!was_measured(c, needed[i]) || !isnan(direct_added(&c->target, term, config)))
			continue;
		if (isnan(direct_native(&c->target, term)))
			error_fail(error, 0, "run it there: vmtax run --suite nano --out DIR",
				   "no nano suite of that machine, or none that measures %s", term->direct);
		else
			error_fail(error, 0,
				   "run it where there is KVM: its machine.csv says why there was none",
				   "its nano suite has %s natively alone, not under %.60s", term->direct,
				   config);
		return error_at(error, "%.250s", machine);
	}
	return 0;
}

/* Costs hold on the backend they were measured on; on another only by way of its own direct measurements. */
static int check_backend(const struct costs *c, const char *backend, struct error *error)
{
	const char *fitted = table_text_of(&c->table, 0, "backend");

	if (!*fitted || !backend || !*backend || strcmp(fitted, backend) == 0)
		return 0;
	return error_fail(error, 0,
			  "measure it there with vmtax run --suite nano --out DIR, and give --machine DIR",
			  "the costs are of KVM backend %.60s, and the target has %.60s", fitted, backend);
}

/* Rows of errors are the last of each metric, and CPU seconds the last of each configuration. */
static int check_metrics(const struct costs *c, struct error *error)
{
	const struct table *t = &c->table;
	int errors[METRICS] = { 0 };

	for (size_t row = 0; row < t->rows; row++) {
		bool last = row + 1 == t->rows || !table_alike(t, row, row + 1, "config"),
		     cpu = table_is(t, row, "metric", fit_metrics[METRIC_CPU]);

		if (!cpu && !table_is(t, row, "metric", fit_metrics[METRIC_TIME])) {
			error_fail(error, 0, "fit anew", "expected time or cpu, not %.60s",
				   table_text_of(t, row, "metric"));
			return at(c, row, "metric", error);
		}
		errors[cpu ? METRIC_CPU : METRIC_TIME] += kind_of(t, row) < FIT_KINDS;
		if (last && (!cpu || errors[METRIC_CPU] != errors[METRIC_TIME])) {
			error_fail(error, 0, "fit anew",
				   "the costs of %.60s in CPU seconds are not whole: the table was cut off",
				   table_text_of(t, row, "config"));
			return at(c, row, "metric", error);
		}
		if (last)
			memset(errors, 0, sizeof(errors));
	}
	return 0;
}

int costs_read(struct costs *c, const struct model_predict_options *o, struct error *error)
{
	static const char *const amounts[] = { "cost", "low", "high", "native_ns", "held", "setup_ns", NULL };
	const char *processor;
	char path[4300];
	int code;

	snprintf(path, sizeof(path), "%s/%s", o->costs, schema_coefficients.name);
	code = table_read(&c->table, path, &schema_coefficients, error);
	if (code == -ENOENT || code == -ENOTDIR)
		error_mend(error, "name a directory that vmtax fit --out wrote");
	if (code == 0)
		code = table_amounts(&c->table, amounts, 0, "fit anew", error);
	if (code == 0 && c->table.rows == 0) {
		error_fail(error, 0, "make it with vmtax fit", "it has no costs");
		code = error_at(error, "%.250s", path);
	}
	if (code == 0)
		code = check_metrics(c, error);
	if (code == 0 && o->machine)
		code = direct_add(&c->target, o->machine, error);
	if (code)
		return code;
	processor = table_text_of(&c->table, 0, "processor");
	c->foreign = !o->machine && *processor && o->processor && *o->processor &&
		     strcmp(processor, o->processor) != 0;
	return o->machine ? check_target(c, o->machine, error) : check_backend(c, o->backend, error);
}

void costs_free(struct costs *c)
{
	table_free(&c->table);
	direct_free(&c->target);
}
