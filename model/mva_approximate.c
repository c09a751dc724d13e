/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "model/mva_priv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/error.h"

/* Mean value analysis without going through all smaller populations. */
#define TURNS	10000
#define PRECISE 1e-9

struct approximation {
	const struct mva_network *net;
	double *queue;	/* classes x stations: customers there; owned */
	double *reside; /* classes x stations, s; owned */
	double *x;	/* classes; owned */
};

/* Time at a station with SERVERS: as one that is so many times as fast, and a delay for the rest of the
 * service (A. Seidmann, P. Schweitzer and S. Shalev-Oren, 1987). A customer who comes finds of his own class
 * one part less than there is on average. */
static double residence(const struct approximation *a, size_t class_, size_t station)
{
	const struct mva_network *net = a->net;
	double demand = net->demand[class_ * net->stations + station], met = 0,
	       own = (double)net->population[class_], servers = (double)net->servers[station];

	if (net->servers[station] == 0)
		return demand;
	for (size_t c = 0; c < net->classes; c++) {
		double there = a->queue[c * net->stations + station];

		met += c == class_ ? there * (own - 1) / own : there;
	}
	return demand / servers * (1 + met) + demand * (servers - 1) / servers;
}

/* Of CLASS at a single-server station with the same delay apart; what waits is what the delay does not hold.
 */
static double waiting(const struct approximation *a, size_t class_, size_t station)
{
	const struct mva_network *net = a->net;
	size_t at = class_ * net->stations + station;
	double servers = (double)net->servers[station];

	if (net->servers[station] == 0)
		return 0;
	return a->x[class_] * (a->reside[at] - net->demand[at] * (servers - 1) / servers);
}

/* One turn; how far it moved, by customers. */
static double turn(struct approximation *a)
{
	const struct mva_network *net = a->net;
	double moved = 0;

	for (size_t c = 0; c < net->classes; c++) {
		double sum = net->think[c];

		if (net->population[c] == 0)
			continue;
		for (size_t k = 0; k < net->stations; k++)
			sum += a->reside[c * net->stations + k] = residence(a, c, k);
		a->x[c] = (double)net->population[c] / sum;
	}
	for (size_t c = 0; c < net->classes; c++)
		for (size_t k = 0; k < net->stations; k++) {
			double there = waiting(a, c, k), *was = &a->queue[c * net->stations + k];

			moved = fmax(moved, fabs(there - *was));
			*was = there;
		}
	return moved;
}

int mva_approximate(const struct mva_network *net, double *throughput, double *response, struct error *error)
{
	size_t cells = net->classes * net->stations + 1;
	struct approximation a = { .net = net,
				   .queue = calloc(cells, sizeof(double)),
				   .reside = calloc(cells, sizeof(double)),
				   .x = calloc(net->classes + 1, sizeof(double)) };
	int code = a.queue && a.reside && a.x ? 0 : -ENOMEM;

	for (size_t c = 0; code == 0 && c < net->classes; c++)
		for (size_t k = 0; k < net->stations; k++)
			a.queue[c * net->stations + k] = (double)net->population[c] / (double)net->stations;
	for (size_t i = 0; code == 0 && i < TURNS && turn(&a) > PRECISE; i++)
		;
	for (size_t c = 0; code == 0 && c < net->classes; c++) {
		throughput[c] = a.x[c];
		response[c] = a.x[c] > 0 ? (double)net->population[c] / a.x[c] - net->think[c] : NAN;
	}
	free(a.queue);
	free(a.reside);
	free(a.x);
	return code ? error_set(error, -code, "cannot solve the network") : 0;
}
