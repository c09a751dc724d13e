/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/mixes_priv.h"
#include "model/model.h"
#include "model/mva_priv.h"
#include "model/predicted_priv.h"

/* mixes.csv: what VMs of unlike programs do together, by what each asks for alone. */
#define CLASSES	    64
#define SIMULATIONS 20 /* of the time measured */
#define SEED	    1
#define RUNS	    20000 /* simulated at once, at most: a long load is cut short */

static const double shares[] = { 0.5, 0.95, 0.99 };

static bool same_load(const struct mix_part *a, const struct mix_part *b)
{
	return strcmp(a->load, b->load) == 0 && strcmp(a->config, b->config) == 0 && a->rate == b->rate;
}

/* The same program by itself. */
static const struct mix_part *find_alone(const struct mixes *m, const struct mix_part *p)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct mix_part *a = &m->part[i];
		size_t length = strlen(a->program);

		if (a->vms == 1 && a->rate == 0 && a->runs && strcmp(a->program, p->program) == 0 &&
		    strcmp(a->config, p->config) == 0 && strncmp(a->load, a->program, length) == 0 &&
		    strcmp(a->load + length, ":1") == 0)
			return a;
	}
	return NULL;
}

/* One load under one configuration, as a model sees it. */
struct model {
	struct simulate_class class_[CLASSES];
	struct simulate_run mean[CLASSES], predicted[CLASSES];
	size_t classes;
};

/* More cores than there are kept: who holds one and waits for another is no customer of a queue. */
static bool oversubscribed(const struct mixes *m, const struct mix_part *part)
{
	double held = 0;

	for (size_t i = 0; i < m->count; i++)
		held += same_load(&m->part[i], part) ? m->part[i].held : 0;
	return held > part->cores;
}

/* False: something of it was never alone. */
static bool make_model(struct model *model, const struct mixes *m, const struct table *predictions,
		       const struct mix_part *part, size_t count)
{
	if (count > CLASSES)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct mix_part *alone = find_alone(m, &part[i]);
		struct simulate_run *p = &model->predicted[i];

		if (alone == NULL)
			return false;
		model->class_[i] = (struct simulate_class){ part[i].vms, alone->run, alone->runs };
		model->mean[i] = (struct simulate_run){ alone->demand_s, alone->alone_s };
		if (!predictions)
			continue;
		if (!predicted_run(predictions, part[i].program, part[i].config, p))
			return false;
		p->cpu += alone->cpu_setup_s; /* a prediction is of the program, not of its VM's coming and
						 going */
		p->wall += alone->setup_s;
		model->class_[i].run = &model->mean[i];
		model->class_[i].runs = 1;
		model->mean[i] = *p;
	}
	model->classes = count;
	return true;
}

static bool is_wide(const struct model *m)
{
	bool wide = false;

	for (size_t i = 0; i < m->classes; i++)
		wide |= m->mean[i].cpu > SIMULATE_WIDE * m->mean[i].wall;
	return wide;
}

/* Throughputs into X; how that was done. */
static int solve(const struct model *m, double cores, double *x, const char **method, struct error *error)
{
	double think[CLASSES], demand[CLASSES], response[CLASSES];
	size_t population[CLASSES], servers = (size_t)cores;
	const struct mva_network network = {
		.classes = m->classes,
		.stations = 1,
		.population = population,
		.think = think,
		.demand = demand,
		.servers = &servers,
	};
	int code;

	for (size_t i = 0; i < m->classes; i++) {
		population[i] = m->class_[i].vms;
		demand[i] = m->mean[i].cpu;
		think[i] = fmax(m->mean[i].wall - m->mean[i].cpu, 0);
	}
	*method = "mva";
	code = mva_solve(&network, x, response, NULL, NULL, error);
	if (code != -E2BIG)
		return code;
	*method = "amva";
	return mva_approximate(&network, x, response, error);
}

static void keep_goal(const struct model_mixes_options *o, struct mix_part *p,
		      const struct simulate_result *r)
{
	if (isnan(o->goal_ns))
		return;
	if (p->runs)
		p->keeps = stats_quantile(p->took_s, p->runs, o->goal_share) * 1e9 <= o->goal_ns;
	if (r->count)
		p->sim_keeps = stats_quantile(r->took_s, r->count, o->goal_share) * 1e9 <= o->goal_ns;
}

/* How long to simulate. */
static double horizon(const struct model *m, const struct mix_part *part)
{
	double shortest = INFINITY, vms = 0;

	for (size_t i = 0; i < m->classes; i++) {
		shortest = fmin(shortest, m->mean[i].wall);
		vms += (double)m->class_[i].vms;
	}
	return fmin(part->for_s, RUNS * (part->rate > 0 ? 1 / part->rate : shortest / vms));
}

/* Whether others kept the machine busy in all of its blocks. */
static bool is_busy(const struct mix_part *p)
{
	return p->others > MODEL_BUSY * p->cores;
}

/* What others took was not there for it. */
static double cores_left(const struct mix_part *p)
{
	return is_busy(p) ? fmax(p->cores - p->others, MODEL_BUSY * p->cores) : p->cores;
}

static int predict(const struct model_mixes_options *o, const struct model *m, struct mix_part *part,
		   struct error *error)
{
	struct simulate_machine machine = { .class_ = m->class_,
					    .classes = m->classes,
					    .cores = cores_left(part),
					    .rate = part->rate,
					    .until_s = horizon(m, part),
					    .warm_s = horizon(m, part) / 10,
					    .times = SIMULATIONS,
					    .seed = SEED };
	struct simulate_result result[CLASSES];
	double x[CLASSES];
	const char *method = "simulation";
	int code = simulate(&machine, result);

	if (code)
		error_set(error, -code, "cannot simulate a load");
	for (size_t i = 0; i < m->classes; i++)
		x[i] = result[i].throughput;
	if (code == 0 && part->rate == 0 && !is_wide(m) && !is_busy(part))
		code = solve(m, part->cores, x, &method, error);
	for (size_t i = 0; code == 0 && i < m->classes; i++) {
		part[i].predicted = x[i];
		part[i].method = method;
		part[i].demand_s = m->mean[i].cpu;
		part[i].alone_s = m->mean[i].wall;
		for (size_t k = 0; k < 3; k++)
			part[i].sim_s[k] = stats_quantile(result[i].took_s, result[i].count, shares[k]);
		keep_goal(o, &part[i], &result[i]);
	}
	simulate_free(result, m->classes);
	return code;
}

static const char *yes(double flag)
{
	return isnan(flag) ? NULL : flag > 0 ? "yes" : "no";
}

static int put(struct table_writer *w, const struct mixes *m, const struct mix_part *p, struct error *error)
{
	bool alone = find_alone(m, p) == p, over = oversubscribed(m, p), busy = is_busy(p);
	char flags[32];

	table_put_text(w, p->load);
	table_put_text(w, p->config);
	table_put_text(w, p->label);
	table_put_number(w, p->rate > 0 ? p->rate : (double)NAN);
	table_put_text(w, p->program);
	table_put_integer(w, (int64_t)p->vms);
	table_put_integer(w, (int64_t)p->blocks);
	table_put_integer(w, (int64_t)p->runs);
	table_put_number(w, p->throughput.value);
	table_put_number(w, p->throughput.low);
	table_put_number(w, p->throughput.high);
	table_put_number(w, p->method ? p->predicted : (double)NAN);
	table_put_number(w, p->method && !alone && p->rate == 0 && p->throughput.value > 0
				    ? p->predicted / p->throughput.value - 1
				    : (double)NAN);
	table_put_text(w, p->method);
	for (size_t i = 0; i < 3; i++)
		table_put_number(w, 1e9 * stats_quantile(p->took_s, p->runs, shares[i]));
	for (size_t i = 0; i < 3; i++)
		table_put_number(w, p->method ? 1e9 * p->sim_s[i] : (double)NAN);
	table_put_number(w, p->method ? 1e9 * p->demand_s : (double)NAN);
	table_put_number(w, p->method ? 1e9 * p->alone_s : (double)NAN);
	table_put_number(w, p->cpu_ns);
	table_put_number(w, p->wait_cpu_ns);
	table_put_number(w, p->resident_bytes);
	table_put_text(w, yes(p->keeps));
	table_put_text(w, yes(p->sim_keeps));
	snprintf(flags, sizeof(flags), "%s%s%s", over ? "oversubscribed" : "", over && busy ? " " : "",
		 busy ? "busy" : "");
	table_put_text(w, flags[0] ? flags : NULL);
	return table_end_row(w, error);
}

static int write_all(const struct model_mixes_options *o, struct mixes *m, const struct table *predictions,
		     struct table_writer *w, struct error *error)
{
	int code = 0;

	for (size_t i = 0, next; code == 0 && i < m->count; i = next) {
		struct model model = { .classes = 0 };

		for (next = i; next < m->count && same_load(&m->part[i], &m->part[next]); next++)
			;
		if (!oversubscribed(m, &m->part[i]) &&
		    make_model(&model, m, predictions, &m->part[i], next - i))
			code = predict(o, &model, &m->part[i], error);
		else
			for (size_t k = i; k < next; k++)
				keep_goal(o, &m->part[k], &(struct simulate_result){ .count = 0 });
	}
	for (size_t i = 0; code == 0 && i < m->count; i++)
		code = put(w, m, &m->part[i], error);
	return code;
}

int model_mixes_write(const struct model_mixes_options *o, struct error *error)
{
	struct table predictions = { 0 };
	struct table_writer writer;
	struct mixes mixes;
	int code = mixes_read(&mixes, o->directories, error);

	if (code == 0 && o->predicted)
		code = predicted_read(&predictions, o->predicted, error);
	for (size_t i = 0; code == 0 && o->predicted && i < mixes.count; i++)
		code = predicted_check(&predictions, mixes.part[i].program, error);
	if (code == 0)
		code = table_create(&writer, o->path, &schema_mixes, error);
	if (code == 0) {
		code = write_all(o, &mixes, o->predicted ? &predictions : NULL, &writer, error);
		code = table_writer_end(&writer, code, error);
	}
	table_free(&predictions);
	mixes_free(&mixes);
	return code;
}
