/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "base/error.h"
#include "model/mva_priv.h"
#include "model/usl_priv.h"
#include "tests/check.h"

/* Scalability laws and queueing networks with known answers. */

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

static void test_mva_allen(void)
{
	/* A. Allen, Probability, Statistics and Queueing Theory, example 6.3.4; PDQ agrees. */
	struct mva_network net = {
		.classes = 3,
		.stations = 3,
		.population = (const size_t[]){ 5, 10, 5 },
		.think = (const double[]){ 20, 30, 0 },
		.demand = (const double[]){ .5, .04, .06, .4, .2, .3, 1.2, .05, .06 },
		.servers = (const size_t[]){ 1, 1, 1 },
	};
	double x[3], r[3], u[3];
	struct error error;

	CHECK_INT(mva_solve(&net, x, r, NULL, u, &error), 0);
	CHECK_NEAR(x[0], .209977, 1e-6);
	CHECK_NEAR(x[1], .297997, 1e-6);
	CHECK_NEAR(x[2], .646510, 1e-6);
	CHECK_NEAR(r[0], 3.812108, 1e-5);
	CHECK_NEAR(r[1], 3.557425, 1e-5);
	CHECK_NEAR(r[2], 7.733829, 1e-5);
	CHECK_NEAR(u[0], .5 * x[0] + .4 * x[1] + 1.2 * x[2], 1e-9);
}

/* Customers who think for Z and share M servers: a birth-death chain (the machine repair model). */
static double repair_throughput(int n, int m, double think, double service)
{
	double weight = 1, sum = 1, busy = 0;

	for (int j = 1; j <= n; j++) {
		int now = j < m ? j : m;

		weight *= (n - j + 1) / think * service / now;
		sum += weight;
		busy += weight * now;
	}
	return busy / sum / service;
}

static void test_mva_servers(void)
{
	for (size_t n = 1; n <= 12; n++)
		for (size_t m = 1; m <= 4; m++) {
			struct mva_network net = {
				.classes = 1,
				.stations = 1,
				.population = &n,
				.think = (const double[]){ 3 },
				.demand = (const double[]){ 1.5 },
				.servers = &m,
			};
			double x, r;

			CHECK_INT(mva_solve(&net, &x, &r, NULL, NULL, NULL), 0);
			CHECK_NEAR(x, repair_throughput((int)n, (int)m, 3, 1.5), 1e-9);
		}
}

static void test_mva_classes_alike(void)
{
	/* One class of 6, and the same people called two classes. */
	size_t servers[] = { 2, 1, 0 }, one = 6;
	double demand[] = { .4, .1, .7, .4, .1, .7 }, x, r, y[2], s[2];
	struct mva_network net = {
		.classes = 1,
		.stations = 3,
		.population = &one,
		.think = (const double[]){ 1, 1 },
		.demand = demand,
		.servers = servers,
	};

	CHECK_INT(mva_solve(&net, &x, &r, NULL, NULL, NULL), 0);
	net.classes = 2;
	net.population = (const size_t[]){ 2, 4 };
	CHECK_INT(mva_solve(&net, y, s, NULL, NULL, NULL), 0);
	CHECK_NEAR(y[0], x / 3, 1e-9);
	CHECK_NEAR(y[1], 2 * x / 3, 1e-9);
	CHECK_NEAR(s[0], r, 1e-9);
}

static void test_mva_delay(void)
{
	/* Nobody waits for anybody. */
	struct mva_network net = {
		.classes = 2,
		.stations = 1,
		.population = (const size_t[]){ 3, 2 },
		.think = (const double[]){ 1, 0 },
		.demand = (const double[]){ 2, 5 },
		.servers = (const size_t[]){ 0 },
	};
	double x[2], r[2];

	CHECK_INT(mva_solve(&net, x, r, NULL, NULL, NULL), 0);
	CHECK_NEAR(x[0], 1, 1e-12);
	CHECK_NEAR(x[1], 0.4, 1e-12);
}

static void test_mva_too_many(void)
{
	struct mva_network net = {
		.classes = 4,
		.stations = 1,
		.population = (const size_t[]){ 1000, 1000, 1000, 1000 },
		.think = (const double[]){ 1, 1, 1, 1 },
		.demand = (const double[]){ 1, 1, 1, 1 },
		.servers = (const size_t[]){ 1 },
	};
	double x[4], r[4];
	struct error error;

	CHECK_INT(mva_solve(&net, x, r, NULL, NULL, &error), -E2BIG);
	CHECK(strstr(error.what, "too many states") != NULL);
}

int main(void)
{
	CHECK_RUN(test_usl_sdm91);
	CHECK_RUN(test_usl_bounds);
	CHECK_RUN(test_usl_few);
	CHECK_RUN(test_mva_allen);
	CHECK_RUN(test_mva_servers);
	CHECK_RUN(test_mva_classes_alike);
	CHECK_RUN(test_mva_delay);
	CHECK_RUN(test_mva_too_many);
	return check_done();
}
