/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"
#include "model/model.h"

/* predictions.csv: profiles times costs. */
#define MATTERS 0.01 /* share of the total from which a term that lies outside matters to it */

/* Fits, as coefficients.csv has them, and the machine they are applied to. */
struct costs {
	struct table table;
	struct direct target; /* the machine's own nano suite; without tables: costs are taken as they are */
};

/* How many times as much TERM costs on the target machine; NaN: it is not known. */
static double scale_of(const struct costs *c, size_t row, const struct term *term)
{
	double source = table_number_of(&c->table, row, "direct");

	if (c->target.tables == 0)
		return 1;
	return term->share ? 1
			   : direct_added(&c->target, term, table_text_of(&c->table, row, "config")) / source;
}

static int unknown_term(const struct costs *c, size_t row, struct error *error)
{
	error_fail(error, 0, "fit anew with this version of vmtax", "no term of the model is called %.100s",
		   table_text_of(&c->table, row, "term"));
	return error_at(error, "%.200s:%zu:term", c->table.path, c->table.lines[row]);
}

/* Whether ROW tells how far off predictions are. */
static bool take_error(const struct costs *c, size_t row, struct fit *fit)
{
	for (int k = 0; k < FIT_KINDS; k++)
		if (table_is(&c->table, row, "term", fit_errors[k])) {
			fit->error[k][0] = table_number_of(&c->table, row, "low");
			fit->error[k][1] = table_number_of(&c->table, row, "cost");
			fit->error[k][2] = table_number_of(&c->table, row, "high");
			return true;
		}
	return false;
}

/* The rows of one configuration and metric, from FIRST on; *NEXT is behind them. */
static int take_fit(const struct costs *c, size_t first, size_t *next, struct fit *fit, struct error *error)
{
	const struct table *t = &c->table;
	double scale[TERM_MOST] = { 0 }, usual = NAN;
	size_t row = first;

	*fit = (struct fit){ .error = { { NAN, NAN, NAN }, { NAN, NAN, NAN } } };
	for (size_t j = 0; j < terms_count; j++)
		fit->absent[j] = true;
	for (; row < t->rows && table_alike(t, row, first, "config") && table_alike(t, row, first, "metric");
	     row++) {
		size_t j = 0;

		if (take_error(c, row, fit))
			continue;
		while (j < terms_count && !table_is(t, row, "term", terms[j].name))
			j++;
		if (j == terms_count)
			return unknown_term(c, row, error);
		scale[j] = scale_of(c, row, &terms[j]);
		fit->cost[j] = table_number_of(t, row, "cost");
		fit->absent[j] = false;
		fit->walks |= j == TERM_WALK;
		if (!(fit->cost[j] >= 0)) {
			error_fail(error, 0, "fit anew", "expected a cost of nought or more");
			return error_at(error, "%.200s:%zu:cost", t->path, t->lines[row]);
		}
		fit->most[j] = table_number_of(t, row, "most");
		if (j == TERM_REQUEST)
			usual = scale[j];
		fit->fault_ns[j] = direct_native(&c->target, &terms[j]);
		if (isnan(fit->fault_ns[j]))
			fit->fault_ns[j] = table_number_of(t, row, "native_ns");
	}
	if (fit->absent[TERM_BASE]) {
		error_fail(error, 0, "fit anew", "a configuration has no row of the term %s",
			   terms[TERM_BASE].name);
		return error_at(error, "%.200s:%zu:term", t->path, t->lines[first]);
	}
	/* What the nano suite does not measure is taken to change as a request does. */
	for (size_t j = 0; j < terms_count; j++)
		fit->cost[j] *= scale[j] > 0 && isfinite(scale[j]) ? scale[j] : isnan(usual) ? 1 : usual;
	fit_settle_faults(fit);
	*next = row;
	return 0;
}

struct line {
	size_t term;
	double events, ns;
	bool outside;
};

static int by_ns(const void *a, const void *b)
{
	double x = ((const struct line *)a)->ns, y = ((const struct line *)b)->ns;

	return x < y ? 1 : x > y ? -1 : 0;
}

static void put_names(struct table_writer *w, const struct costs *c, size_t first, const char *program,
		      const char *term)
{
	table_put_text(w, program);
	table_put_text(w, table_text_of(&c->table, first, "config"));
	table_put_text(w, table_text_of(&c->table, first, "metric"));
	table_put_text(w, term);
}

static int put_line(struct table_writer *w, const struct fit *fit, const struct line *line,
		    struct error *error)
{
	table_put_number(w, line->events);
	table_put_number(w, fit->cost[line->term]);
	table_put_number(w, line->ns);
	table_put_missing(w);
	table_put_missing(w);
	table_put_missing(w);
	table_put_text(w, line->outside ? "outside" : NULL);
	table_put_missing(w);
	table_put_missing(w);
	table_put_missing(w);
	return table_end_row(w, error);
}

/* Cores a VM of it holds: a core more than one of a single thread for each more that its own keep busy. */
static double held(const struct costs *c, size_t first, const struct profile *own)
{
	double more = own->alone ? 0 : ceil(own->cpu_ns / own->wall_ns) - 1;

	return table_number_of(&c->table, first, "held") + fmax(more, 0);
}

static int put_program(struct table_writer *w, const struct costs *c, size_t first, const struct fit *fit,
		       const struct profiles *p, size_t program, struct error *error)
{
	bool cpu = table_is(&c->table, first, "metric", fit_metrics[METRIC_CPU]), outside = false;
	const struct profile *own = &p->at[program];
	double native = cpu ? own->cpu_ns : own->wall_ns, part[TERM_MOST], low, high, total;
	struct fit_work work = profile_work(own, cpu ? METRIC_CPU : METRIC_TIME, native);
	struct line line[TERM_MOST];
	int code;

	if (!(native > 0)) {
		error_fail(error, 0, "profile it anew, while it has something to do",
			   "the profile of %.100s does not tell its native %s, or that is nought",
			   p->program.name[program], cpu ? "CPU time" : "time");
		return error_at(error, "%.250s", p->table[0].path);
	}
	total = fit_predict(fit, &work, part);
	for (size_t j = 0; j < terms_count; j++) {
		double rate = own->count[j] / (own->wall_ns / 1e6);

		line[j] = (struct line){ .term = j, .events = fit_events(fit, &work, j), .ns = part[j] };
		line[j].outside = j && rate > fit->most[j] && part[j] >= MATTERS * total;
		outside |= line[j].outside;
	}
	qsort(line, terms_count, sizeof(line[0]), by_ns);
	fit_interval(fit, work.kind, total, &low, &high);
	put_names(w, c, first, p->program.name[program], "total");
	table_put_missing(w);
	table_put_missing(w);
	table_put_number(w, total);
	table_put_number(w, low);
	table_put_number(w, high);
	table_put_number(w, native);
	table_put_text(w, outside && own->coarse ? "outside coarse"
			  : outside		 ? "outside"
			  : own->coarse		 ? "coarse"
						 : NULL);
	table_put_number(w, held(c, first, own));
	table_put_number(w, own->ops);
	table_put_number(w, (total - native) / own->ops);
	code = table_end_row(w, error);
	for (size_t j = 0; code == 0 && j < terms_count; j++) {
		if (fit->absent[line[j].term])
			continue;
		put_names(w, c, first, p->program.name[program], terms[line[j].term].name);
		code = put_line(w, fit, &line[j], error);
	}
	return code;
}

static int write_all(struct table_writer *w, struct table_writer *latencies, const struct costs *c,
		     const struct profiles *p, struct error *error)
{
	int code = 0;

	for (size_t program = 0; code == 0 && program < p->program.count; program++)
		for (size_t row = 0, next = 0; code == 0 && row < c->table.rows; row = next) {
			struct fit fit;

			code = take_fit(c, row, &next, &fit, error);
			if (code == 0)
				code = put_program(w, c, row, &fit, p, program, error);
			if (code == 0 && table_is(&c->table, row, "metric", fit_metrics[METRIC_TIME]))
				code = latency_put(latencies, &fit, table_text_of(&c->table, row, "config"),
						   p, program, error);
		}
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

/* Costs hold on the backend they were measured on; on another only by way of its own direct measurements. */
static int check_backend(const struct costs *c, const struct model_predict_options *o, struct error *error)
{
	static const int needed[] = { TERM_REQUEST, TERM_BLOCKING };
	const char *fitted = c->table.rows ? table_text_of(&c->table, 0, "backend") : "";

	for (size_t i = 0; c->target.tables && i < sizeof(needed) / sizeof(needed[0]); i++)
		if (was_measured(c, needed[i]) &&
		    isnan(direct_added(&c->target, &terms[needed[i]],
				       table_text_of(&c->table, 0, "config")))) {
			error_fail(error, 0, "run it there: vmtax run --suite nano --out DIR",
				   "no nano suite of that machine, or none that measures %s",
				   terms[needed[i]].direct);
			return error_at(error, "%.250s", o->machine);
		}
	if (c->target.tables || !*fitted || !o->backend || !*o->backend || strcmp(fitted, o->backend) == 0)
		return 0;
	return error_fail(error, 0,
			  "measure it there with vmtax run --suite nano --out DIR, and give --machine DIR",
			  "the costs are of KVM backend %.60s, and the target has %.60s", fitted, o->backend);
}

static int read_costs(struct costs *c, const struct model_predict_options *o, struct error *error)
{
	char path[4300];
	int code;

	snprintf(path, sizeof(path), "%s/%s", o->costs, schema_coefficients.name);
	code = table_read(&c->table, path, &schema_coefficients, error);
	if (code == -ENOENT || code == -ENOTDIR)
		error_mend(error, "name a directory that vmtax fit --out wrote");
	if (code == 0 && c->table.rows == 0) {
		error_fail(error, 0, "make it with vmtax fit", "it has no costs");
		code = error_at(error, "%.250s", path);
	}
	if (code == 0 && o->machine)
		code = direct_add(&c->target, o->machine, error);
	return code ? code : check_backend(c, o, error);
}

int model_predict_write(const struct model_predict_options *o, struct error *error)
{
	struct costs costs = { 0 };
	struct profiles profiles = { 0 };
	struct table_writer writer, latencies;
	int code = read_costs(&costs, o, error);

	if (code == 0)
		code = profiles_add(&profiles, o->profile, false, error);
	if (code == 0 && profiles.program.count == 0) {
		error_fail(error, 0, "make it with vmtax profile", "it is of no program");
		code = error_at(error, "%.250s", o->profile);
	}
	if (code == 0)
		code = table_create(&latencies, o->latencies, &schema_latencies, error);
	if (code == 0) {
		code = table_create(&writer, o->path, &schema_predictions, error);
		if (code == 0)
			code = table_writer_end(
				&writer, write_all(&writer, &latencies, &costs, &profiles, error), error);
		code = table_writer_end(&latencies, code, error);
	}
	table_free(&costs.table);
	direct_free(&costs.target);
	profiles_free(&profiles);
	return code;
}
