/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "base/error.h"
#include "model/predicted_priv.h"
#include "model/scale_priv.h"

/* What N copies do, by what one asks for. */
#define SIMULATIONS 5000 /* of copies */

/* Runs as they are alone. */
struct alone_runs {
	const struct simulate_run *run;
	size_t runs;
};

static double mean(const struct alone_runs *a, bool cpu)
{
	double sum = 0;

	for (size_t i = 0; i < a->runs; i++)
		sum += cpu ? a->run[i].cpu : a->run[i].wall;
	return sum / (double)a->runs;
}

/* Copies that begin together, each once, as those were that ran alone. */
static int simulate_point(const struct scale_series *s, const struct alone_runs *a, struct scale_point *p,
			  double share)
{
	const struct simulate_class class_ = { .vms = p->n, .run = a->run, .runs = a->runs };
	const struct simulate_machine machine = {
		.class_ = &class_,
		.classes = 1,
		.cores = fmax(s->cores, 1),
		.times = SIMULATIONS / p->n + 1,
		.seed = p->n,
	};
	struct simulate_result result;
	int code = simulate(&machine, &result);

	p->sim_p95_ns = 1e9 * stats_quantile(result.took_s, result.count, 0.95);
	p->sim_goal_ns = 1e9 * stats_quantile(result.took_s, result.count, share);
	simulate_free(&result, 1);
	return code;
}

/* What one copy asks for: as predicted, or as it was alone. False: that is not known. */
static bool find_alone(const struct scale_series *s, const struct table *predictions,
		       struct simulate_run *predicted, struct alone_runs *a)
{
	if (predictions) {
		*a = (struct alone_runs){ predicted, 1 };
		return predicted_run(predictions, s->workload, s->config, predicted);
	}
	if (s->points == 0 || s->point[0].n != 1)
		return false;
	*a = (struct alone_runs){ s->point[0].run, s->point[0].runs };
	return mean(a, true) > 0;
}

int scale_solve(struct scale_series *s, const struct table *predictions, double share, struct error *error)
{
	struct simulate_run predicted;
	struct alone_runs alone;
	double demand, rest, response;
	size_t servers = s->cores >= 1 ? (size_t)s->cores : 1;
	int code = 0;

	for (size_t i = 0; i < s->points; i++)
		s->point[i].mva = s->point[i].sim_p95_ns = s->point[i].sim_goal_ns = NAN;
	if (!find_alone(s, predictions, &predicted, &alone))
		return 0;
	demand = mean(&alone, true);
	rest = fmax(mean(&alone, false) - demand, 0);
	/* Who holds a core and waits for another is no customer of a queue. */
	for (size_t i = 0; code == 0 && i < s->points && s->point[i].held <= fmax(s->cores, 1); i++) {
		const struct mva_network network = {
			.classes = 1,
			.stations = 1,
			.population = &s->point[i].n,
			.think = &rest,
			.demand = &demand,
			.servers = &servers,
		};

		if (demand <= SIMULATE_WIDE * mean(&alone, false))
			code = mva_solve(&network, &s->point[i].mva, &response, NULL, NULL, error);
		if (code == 0 && simulate_point(s, &alone, &s->point[i], share))
			code = error_set(error, ENOMEM, "cannot simulate copies");
	}
	return code;
}
