/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_USL_PRIV_H
#define MODEL_USL_PRIV_H

#include <stddef.h>

/*
 * The Universal Scalability Law, X(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1)): throughput of N at
 * once, where ALPHA is the share of work that waits for a turn and BETA what keeping each other coherent
 * costs (N. J. Gunther, Guerrilla Capacity Planning, 2007, chapter 4). GAMMA is that of one, in the unit of
 * X.
 */
struct usl {
	double alpha, beta, gamma;
	/* Ends of their 95 % intervals by t(n - 3), kept to [0, 1] for the first two; NaN below 4 points. */
	double alpha_low, alpha_high, beta_low, beta_high, gamma_low, gamma_high;
	double rms;  /* of the residuals, in the unit of X */
	double peak; /* the N from 1 on, a real number, at which X is greatest: infinite with BETA 0 */
};

/*
 * Fits it to COUNT measurements X[i] at N[i] (both above 0) by least squares in X, ALPHA and BETA within [0,
 * 1] and GAMMA free. 0, -EDOM below 3 different N or where no finite fit exists, or -ENOMEM.
 */
int usl_fit(const double *n, const double *x, size_t count, struct usl *usl);

/* Throughput of N at once. */
double usl_throughput(const struct usl *usl, double n);

#endif
