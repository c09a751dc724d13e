/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "model/usl_priv.h"
#include "tests/check.h"

/* Scalability laws with known answers. */

static void test_usl_sdm91(void)
{
	/* SPEC SDM of 1991, as R's package usl has and fits it. */
	static const double n[] = { 1, 18, 36, 72, 108, 144, 216 };
	static const double x[] = { 64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2 };
	struct usl usl;

	CHECK_INT(usl_fit(n, x, 7, &usl), 0);
	CHECK_NEAR(usl.alpha, 0.0277285, 5e-7);
	CHECK_NEAR(usl.beta, 0.0001044, 5e-8);
	CHECK_NEAR(usl.gamma, 89.99523, 1e-4);
	CHECK_NEAR(usl.peak, 96.52, 0.01);
	CHECK(usl.alpha_low < usl.alpha && usl.alpha < usl.alpha_high && usl.alpha_low > 0);
}

static void test_usl_bounds(void)
{
	static const double n[] = { 1, 2, 3, 4, 8 };
	double x[5];
	struct usl usl;

	/* Exactly linear, then more than linear: neither has contention. */
	for (int i = 0; i < 5; i++)
		x[i] = 10 * n[i];
	CHECK_INT(usl_fit(n, x, 5, &usl), 0);
	CHECK_NEAR(usl.alpha, 0, 1e-9);
	CHECK_NEAR(usl.beta, 0, 1e-9);
	CHECK_NEAR(usl.gamma, 10, 1e-6);
	for (int i = 0; i < 5; i++)
		x[i] = pow(n[i], 1.2);
	CHECK_INT(usl_fit(n, x, 5, &usl), 0);
	CHECK(usl.alpha == 0 && usl.beta == 0 && isinf(usl.peak));
	/* A single server that all wait for. */
	for (int i = 0; i < 5; i++)
		x[i] = 10;
	CHECK_INT(usl_fit(n, x, 5, &usl), 0);
	CHECK_NEAR(usl.alpha, 1, 1e-6);
	CHECK_NEAR(usl.gamma, 10, 1e-6);
}

static void test_usl_few(void)
{
	static const double n[] = { 1, 2, 2, 4 }, x[] = { 10, 18, 18, 30 };
	struct usl usl;

	CHECK_INT(usl_fit(n, x, 3, &usl), -EDOM);
	CHECK_INT(usl_fit((const double[]){ 1, 2, 4 }, (const double[]){ 10, 18, 30 }, 3, &usl), 0);
	CHECK(isnan(usl.alpha_low));
	CHECK_INT(usl_fit(n, x, 4, &usl), 0);
	CHECK_NEAR(usl_throughput(&usl, 1), 10, 1e-6);
	CHECK_NEAR(usl_throughput(&usl, 4), 30, 1e-6);
	CHECK_INT(usl_fit((const double[]){ 1, 2, 4 }, (const double[]){ 10, -1, 30 }, 3, &usl), -EDOM);
}

int main(void)
{
	CHECK_RUN(test_usl_sdm91);
	CHECK_RUN(test_usl_bounds);
	CHECK_RUN(test_usl_few);
	return check_done();
}
