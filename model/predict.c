/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/costs_priv.h"
#include "model/model.h"

/* predictions.csv: profiles times costs. */
#define MATTERS 0.01 /* share of the total from which a term that lies outside matters to it */

struct line {
	size_t term;
	double events, ns, rate;
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

static void skip(struct table_writer *w, int columns)
{
	while (columns-- > 0)
		table_put_missing(w);
}

static int put_line(struct table_writer *w, const struct fit *fit, const struct line *line,
		    struct error *error)
{
	bool counted = !terms[line->term].share;

	table_put_number(w, line->events);
	table_put_number(w, fit->cost[line->term]);
	table_put_number(w, line->ns);
	skip(w, 3);
	table_put_text(w, line->outside ? "outside" : NULL);
	skip(w, 3);
	table_put_number(w, counted ? line->rate : (double)NAN);
	table_put_number(w, counted ? fit->most[line->term] : (double)NAN);
	skip(w, 3);
	return table_end_row(w, error);
}

/* Cores a VM of it holds: a core more than one of a single thread for each more that its own keep busy. */
static double held(const struct costs *c, size_t first, const struct profile *own)
{
	double more = own->alone ? 0 : ceil(own->cpu_ns / own->wall_ns) - 1;

	return table_number_of(&c->table, first, "held") + fmax(more, 0);
}

static void put_text_of(struct table_writer *w, const struct costs *c, size_t row, const char *column)
{
	const char *text = table_text_of(&c->table, row, column);

	table_put_text(w, *text ? text : NULL);
}

/* What is to be known of a total, one after another. */
static const char *flag(const struct costs *c, const struct fit *fit, const struct fit_work *work,
			bool outside, char *into, size_t size)
{
	snprintf(into, size, "%s%s%s%s", outside ? " outside" : "", work->profile->coarse ? " coarse" : "",
		 c->foreign ? " foreign" : "", fit_faults_exceed(fit, work) ? " faults" : "");
	return *into ? into + 1 : NULL;
}

static int put_total(struct table_writer *w, const struct costs *c, size_t first, const struct fit *fit,
		     const struct fit_work *work, double total, bool outside, struct error *error)
{
	const struct profile *own = work->profile;
	bool cpu = table_is(&c->table, first, "metric", fit_metrics[METRIC_CPU]);
	double low, high;
	char flags[64];

	fit_interval(fit, work->kind, total, &low, &high);
	skip(w, 2);
	table_put_number(w, total);
	table_put_number(w, low);
	table_put_number(w, own->coarse ? (double)NAN : high); /* what was not counted comes on top */
	table_put_number(w, work->native_ns);
	table_put_text(w, flag(c, fit, work, outside, flags, sizeof(flags)));
	table_put_number(w, held(c, first, own));
	table_put_number(w, own->ops);
	table_put_number(w, (total - work->native_ns) / own->ops);
	skip(w, 2);
	table_put_number(w, cpu ? (double)NAN : table_number_of(&c->table, first, "setup_ns"));
	put_text_of(w, c, first, "backend");
	put_text_of(w, c, first, "processor");
	return table_end_row(w, error);
}

static int put_program(struct table_writer *w, const struct costs *c, size_t first, const struct fit *fit,
		       const struct profiles *p, size_t program, struct error *error)
{
	bool cpu = table_is(&c->table, first, "metric", fit_metrics[METRIC_CPU]), outside = false;
	const struct profile *own = &p->at[program];
	double native = cpu ? own->cpu_ns : own->wall_ns, part[TERM_MOST], total;
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
		line[j] = (struct line){ .term = j,
					 .events = fit_events(fit, &work, j),
					 .ns = part[j],
					 .rate = own->count[j] / (own->wall_ns / 1e6) };
		line[j].outside = j && line[j].rate > fit->most[j] && part[j] >= MATTERS * total;
		outside |= line[j].outside;
	}
	qsort(line, terms_count, sizeof(line[0]), by_ns);
	put_names(w, c, first, p->program.name[program], "total");
	code = put_total(w, c, first, fit, &work, total, outside, error);
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

			code = costs_take(c, row, &next, &fit, error);
			if (code == 0)
				code = put_program(w, c, row, &fit, p, program, error);
			if (code == 0 && table_is(&c->table, row, "metric", fit_metrics[METRIC_TIME]))
				code = latency_put(latencies, &fit, table_text_of(&c->table, row, "config"),
						   p, program, error);
		}
	return code;
}

int model_predict_write(const struct model_predict_options *o, struct error *error)
{
	struct costs costs = { 0 };
	struct profiles profiles = { 0 };
	struct table_writer writer, latencies;
	int code = costs_read(&costs, o, error);

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
	costs_free(&costs);
	profiles_free(&profiles);
	return code;
}
