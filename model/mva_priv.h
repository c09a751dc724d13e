/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_MVA_PRIV_H
#define MODEL_MVA_PRIV_H

#include <stddef.h>

struct error;

/*
 * A closed queueing network: CLASSES of customers, POPULATION[c] of each, who think for THINK[c] seconds and
 * then ask STATIONS in turn for DEMAND[c * stations + k] seconds of service in all (row-major). Station k
 * serves with SERVERS[k] at once; 0: as many as there are customers (a pure delay). Service is such that the
 * network has a product form: processor sharing, or first come, first served with the same exponential
 * service for all. Arrays are the caller's.
 */
struct mva_network {
	size_t classes, stations;
	const size_t *population; /* classes */
	const double *think;	  /* classes, s */
	const double *demand;	  /* classes x stations, s */
	const size_t *servers;	  /* stations */
};

/*
 * Solves it exactly: THROUGHPUT (classes, 1/s), RESPONSE (classes, s; thinking left out), and, where not
 * NULL, RESIDENCE (classes x stations, s) and UTILIZATION (stations: busy servers by servers; by customers'
 * count for a delay). By mean value analysis with the marginal probabilities of each station (M. Reiser and
 * S. Lavenberg, Mean-value analysis of closed multichain queueing networks, J. ACM 27, 1980, with servers as
 * in their section 3; E. Lazowska et al., Quantitative System Performance, 1984, section 7.4 and chapter 20).
 * Time and memory grow with the product of (population + 1). 0, -E2BIG where that is beyond what is sensible,
 * or -ENOMEM, with ERROR.
 */
int mva_solve(const struct mva_network *network, double *throughput, double *response, double *residence,
	      double *utilization, struct error *error);

/*
 * The same by approximation, for any number of customers (P. Schweitzer, Approximate analysis of multiclass
 * closed networks of queues, 1979; Y. Bard, Some extensions to multiclass queueing network analysis, 1979):
 * within some percent for single servers, and more where classes are few and servers many. 0 or -ENOMEM.
 */
int mva_approximate(const struct mva_network *network, double *throughput, double *response,
		    struct error *error);

#endif
