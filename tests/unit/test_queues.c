/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "base/error.h"
#include "base/stats.h"
#include "model/mva_priv.h"
#include "model/simulate_priv.h"
#include "tests/check.h"

/* Queueing networks with known answers, solved and simulated. */

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

/* Two classes at one station with M servers who think besides: the product form itself, state by state (F.
 * Baskett, K. Chandy, R. Muntz and F. Palacios, Open, closed and mixed networks of queues, J. ACM 22, 1975).
 */
static void two_classes(const size_t n[2], size_t m, const double think[2], const double demand[2],
			double x[2])
{
	double sum = 0, busy[2] = { 0, 0 };

	for (size_t a = 0; a <= n[0]; a++)
		for (size_t b = 0; b <= n[1]; b++) {
			double weight = tgamma((double)(a + b) + 1), now = (double)(a + b < m ? a + b : m);

			for (size_t j = 1; j <= a + b; j++)
				weight /= (double)(j < m ? j : m);
			weight *= pow(demand[0], (double)a) * pow(demand[1], (double)b) /
				  tgamma((double)a + 1) / tgamma((double)b + 1) *
				  pow(think[0], (double)(n[0] - a)) * pow(think[1], (double)(n[1] - b)) /
				  tgamma((double)(n[0] - a) + 1) / tgamma((double)(n[1] - b) + 1);
			sum += weight;
			if (a + b) {
				busy[0] += weight * now * (double)a / (double)(a + b);
				busy[1] += weight * now * (double)b / (double)(a + b);
			}
		}
	x[0] = busy[0] / sum / demand[0];
	x[1] = busy[1] / sum / demand[1];
}

static void test_mva_bcmp(void)
{
	static const size_t populations[][2] = { { 1, 1 }, { 3, 2 }, { 1, 6 }, { 5, 5 } };
	const double think[] = { .3, 1.7 }, demand[] = { 1.1, .4 };

	for (size_t i = 0; i < 4; i++)
		for (size_t m = 1; m <= 3; m++) {
			struct mva_network net = {
				.classes = 2,
				.stations = 1,
				.population = populations[i],
				.think = think,
				.demand = demand,
				.servers = &m,
			};
			double x[2], r[2], y[2];

			CHECK_INT(mva_solve(&net, x, r, NULL, NULL, NULL), 0);
			two_classes(populations[i], m, think, demand, y);
			CHECK_NEAR(x[0], y[0], 1e-9);
			CHECK_NEAR(x[1], y[1], 1e-9);
			CHECK_INT(mva_approximate(&net, x, r, NULL), 0);
			CHECK(fabs(x[0] / y[0] - 1) < 0.2 && fabs(x[1] / y[1] - 1) < 0.2);
		}
}

static void test_mva_approximate(void)
{
	/* One customer meets nobody, and very many keep the slowest station busy: both are exact. */
	struct mva_network net = {
		.classes = 1,
		.stations = 2,
		.population = (const size_t[]){ 1 },
		.think = (const double[]){ 1 },
		.demand = (const double[]){ 2, .5 },
		.servers = (const size_t[]){ 4, 1 },
	};
	double x, r;

	CHECK_INT(mva_approximate(&net, &x, &r, NULL), 0);
	CHECK_NEAR(x, 1 / 3.5, 1e-9);
	CHECK_NEAR(r, 2.5, 1e-9);
	net.population = (const size_t[]){ 100000 };
	CHECK_INT(mva_approximate(&net, &x, &r, NULL), 0);
	CHECK_NEAR(x, 2, 1e-3);
}

#define QUANTILES 1000

/* Exponential service with a mean of 1, by its quantiles; what it is simulated for ends after UNTIL. */
static struct simulate_result serve(size_t vms, double cores, double rate, double until)
{
	static struct simulate_run run[QUANTILES];
	struct simulate_class class_ = { .vms = vms, .run = run, .runs = QUANTILES };
	struct simulate_machine machine = { .class_ = &class_,
					    .classes = 1,
					    .cores = cores,
					    .rate = rate,
					    .until_s = until,
					    .warm_s = until / 20,
					    .times = 1,
					    .seed = 7 };
	struct simulate_result result;

	for (int i = 0; i < QUANTILES; i++)
		run[i].cpu = run[i].wall = -log((i + .5) / QUANTILES);
	CHECK_INT(simulate(&machine, &result), 0);
	return result;
}

static double mean(const struct simulate_result *r)
{
	double sum = 0;

	for (size_t i = 0; i < r->count; i++)
		sum += r->took_s[i];
	return sum / (double)r->count;
}

static void test_simulate_queues(void)
{
	/* M/M/1, first come, first served: times are exponential, too, with mean 1 / (mu - lambda). */
	struct simulate_result r = serve(1, 1, .5, 200000);

	CHECK_NEAR(mean(&r), 2, .06);
	CHECK_NEAR(stats_quantile(r.took_s, r.count, .95), 2 * log(20), .2);
	CHECK_NEAR(r.throughput, .5, .005);
	simulate_free(&r, 1);
	/* Many who share one core: the mean is the same (processor sharing). */
	r = serve(60, 1, .5, 200000);
	CHECK_NEAR(mean(&r), 2, .06);
	simulate_free(&r, 1);
	/* M/M/3 at 2/3: Erlang's C is 4/9, the wait 4/9 / (3 - 2). */
	r = serve(3, 3, 2, 100000);
	CHECK_NEAR(mean(&r), 1 + 4. / 9, .04);
	simulate_free(&r, 1);
}

static void test_simulate_closed(void)
{
	/* Half of the time on one of 2 cores: as mean value analysis has it. */
	struct simulate_run run = { .cpu = 1, .wall = 2 }, wide = { .cpu = 3, .wall = 1 };
	struct simulate_class class_[] = { { .vms = 5, .run = &run, .runs = 1 },
					   { .vms = 1, .run = &wide, .runs = 1 } };
	struct simulate_machine machine = {
		.class_ = class_, .classes = 1, .cores = 2, .until_s = 4000, .warm_s = 10, .times = 1
	};
	struct simulate_result result[2];

	CHECK_INT(simulate(&machine, result), 0);
	CHECK_NEAR(result[0].throughput / repair_throughput(5, 2, 1, 1), 1, .1);
	simulate_free(result, 1);
	/* One that has three cores alone, and two here. */
	machine.class_ = &class_[1];
	CHECK_INT(simulate(&machine, result), 0);
	CHECK_NEAR(result[0].throughput, 2. / 3, .001);
	CHECK_NEAR(result[0].took_s[0], 1.5, 1e-9);
	simulate_free(result, 1);
	/* Each once: 5 of a second's computing on 2 cores end together. */
	run.wall = 1;
	machine.class_ = class_;
	machine.until_s = machine.warm_s = 0;
	CHECK_INT(simulate(&machine, result), 0);
	CHECK_INT(result[0].count, 5);
	CHECK_NEAR(result[0].took_s[0], 2.5, 1e-9);
	CHECK_NEAR(result[0].took_s[4], 2.5, 1e-9);
	simulate_free(result, 1);
}

int main(void)
{
	CHECK_RUN(test_mva_allen);
	CHECK_RUN(test_mva_servers);
	CHECK_RUN(test_mva_classes_alike);
	CHECK_RUN(test_mva_delay);
	CHECK_RUN(test_mva_too_many);
	CHECK_RUN(test_mva_bcmp);
	CHECK_RUN(test_mva_approximate);
	CHECK_RUN(test_simulate_queues);
	CHECK_RUN(test_simulate_closed);
	return check_done();
}
