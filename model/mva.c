/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/mva_priv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Exact mean value analysis, population by population. */
#define NUMBERS_MOST 50000000 /* of marginal probabilities: 400 MB */

/* A population is a number in a mixed radix: its digits are the customers of each class. */
struct work {
	const struct mva_network *net;
	size_t total;	/* customers in all */
	size_t states;	/* populations */
	size_t *weight; /* classes: what one customer more adds to the number; owned */
	size_t *digit;	/* classes: the population at hand; owned */
	double *p;	/* states x stations x (total + 1): probability of so many at a station; owned */
	double *x;	/* classes: throughput at hand; owned */
	double *reside; /* classes x stations; owned */
};

static double *marginal(const struct work *w, size_t state, size_t station)
{
	return &w->p[(state * w->net->stations + station) * (w->total + 1)];
}

/* How many of J customers are served at once. */
static double served(const struct mva_network *net, size_t station, size_t j)
{
	size_t servers = net->servers[station];

	return (double)(servers == 0 || j < servers ? j : servers);
}

/* Time at a station for a customer of CLASS who finds it as the network without him leaves it. */
static double residence(const struct work *w, size_t state, size_t class_, size_t station)
{
	const double *p = marginal(w, state - w->weight[class_], station);
	double demand = w->net->demand[class_ * w->net->stations + station], sum = 0;

	for (size_t j = 1; j <= w->total; j++)
		sum += (double)j / served(w->net, station, j) * p[j - 1];
	return demand * sum;
}

static void visit(struct work *w, size_t state)
{
	const struct mva_network *net = w->net;

	for (size_t c = 0; c < net->classes; c++) {
		double sum = 0;

		w->x[c] = 0;
		for (size_t k = 0; w->digit[c] && k < net->stations; k++)
			sum += w->reside[c * net->stations + k] = residence(w, state, c, k);
		if (w->digit[c])
			w->x[c] = (double)w->digit[c] / (net->think[c] + sum);
	}
	for (size_t k = 0; k < net->stations; k++) {
		double *p = marginal(w, state, k), sum = 0;

		for (size_t j = 1; j <= w->total; j++) {
			p[j] = 0;
			for (size_t c = 0; c < net->classes; c++)
				if (w->digit[c])
					p[j] += w->x[c] * net->demand[c * net->stations + k] /
						served(net, k, j) *
						marginal(w, state - w->weight[c], k)[j - 1];
			sum += p[j];
		}
		p[0] = fmax(1 - sum, 0);
	}
}

/* The next population; all smaller ones come before it. */
static void count_up(struct work *w)
{
	for (size_t c = 0; c < w->net->classes; c++) {
		if (w->digit[c] < w->net->population[c]) {
			w->digit[c]++;
			return;
		}
		w->digit[c] = 0;
	}
}

static void report(const struct work *w, double *throughput, double *response, double *resident,
		   double *utilization)
{
	const struct mva_network *net = w->net;
	size_t k = net->stations;

	for (size_t c = 0; c < net->classes; c++) {
		throughput[c] = w->x[c];
		response[c] = w->x[c] > 0 ? (double)net->population[c] / w->x[c] - net->think[c] : NAN;
	}
	if (resident)
		memcpy(resident, w->reside, net->classes * k * sizeof(*resident));
	for (size_t i = 0; utilization && i < k; i++) {
		size_t servers = net->servers[i] ? net->servers[i] : w->total ? w->total : 1;

		utilization[i] = 0;
		for (size_t c = 0; c < net->classes; c++)
			utilization[i] += w->x[c] * net->demand[c * k + i] / (double)servers;
	}
}

static int make(struct work *w)
{
	const struct mva_network *net = w->net;

	w->states = 1;
	w->weight = calloc(net->classes + 1, sizeof(*w->weight));
	w->digit = calloc(net->classes + 1, sizeof(*w->digit));
	w->x = calloc(net->classes + 1, sizeof(*w->x));
	w->reside = calloc(net->classes * net->stations + 1, sizeof(*w->reside));
	if (!w->weight || !w->digit || !w->x || !w->reside)
		return -ENOMEM;
	for (size_t c = 0; c < net->classes; c++) {
		w->weight[c] = w->states;
		w->total += net->population[c];
		if (net->population[c] >= NUMBERS_MOST / w->states)
			return -E2BIG;
		w->states *= net->population[c] + 1;
	}
	if (w->states > NUMBERS_MOST / (w->total + 1) / (net->stations + 1))
		return -E2BIG;
	w->p = calloc(w->states * net->stations * (w->total + 1) + 1, sizeof(*w->p));
	return w->p ? 0 : -ENOMEM;
}

int mva_solve(const struct mva_network *network, double *throughput, double *response, double *residence_,
	      double *utilization, struct error *error)
{
	struct work w = { .net = network };
	int code = make(&w);

	for (size_t k = 0; code == 0 && k < network->stations; k++)
		marginal(&w, 0, k)[0] = 1;
	for (size_t state = 1; code == 0 && state < w.states; state++) {
		count_up(&w);
		visit(&w, state);
	}
	if (code == 0)
		report(&w, throughput, response, residence_, utilization);
	else if (code == -E2BIG)
		error_fail(error, E2BIG, "give fewer customers or classes",
			   "the network has too many states");
	else
		error_set(error, -code, "cannot solve the network");
	free(w.weight);
	free(w.digit);
	free(w.p);
	free(w.x);
	free(w.reside);
	return code;
}
