/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include <stdlib.h>

#include "base/random.h"
#include "model/plan/latency_priv.h"
#include "tests/check.h"
#include "tests/policy_bed.h"

/* A goal for the time of requests, and what of a host it leaves. */

static void test_one_and_two_servers_have_closed_forms(void)
{
	CHECK_NEAR(latency_response(2, 1, 0), 2, 1e-12);
	CHECK_NEAR(latency_response(2, 1, 0.75), 2 / (1 - 0.75), 1e-12);
	CHECK_NEAR(latency_response(2, 2, 0.5), 2 / (1 - 0.25), 1e-12); /* S / (1 - busy^2) */
	CHECK(isinf(latency_response(2, 2, 1)));
}

/* A. K. Erlang's own table: 10 servers offered 8 wait with probability 0.4092. */
static void test_many_servers(void)
{
	CHECK_NEAR(latency_response(1, 10, 0.8), 1 + 0.4092 / 2, 1e-4);
	CHECK(latency_response(1, 64, 0.9) < latency_response(1, 8, 0.9));
}

/* One server: times are exponential. Two, half busy: 1/3 waits, as long as service takes. */
static void test_shares_have_closed_forms(void)
{
	CHECK_NEAR(latency_beyond(2, 1, 0.75, 3), exp(-3 * (1 - 0.75) / 2), 1e-12);
	CHECK_NEAR(latency_beyond(1, 8, 0, 3), exp(-3), 1e-12);
	CHECK_NEAR(latency_beyond(1, 2, 0.5, 2), exp(-2) * (2 / 3. + (1 + 2) / 3.), 1e-9);
	CHECK_NEAR(latency_beyond(1, 2, 1, 1e9), 1, 0);
}

/* The same by playing it: each request goes to the server that is free first. */
static void test_shares_are_those_of_a_simulation(void)
{
	enum { SERVERS = 10, REQUESTS = 400000 };
	double frees[SERVERS] = { 0 }, now = 0, beyond = 0;
	uint64_t state = 1;

	for (size_t i = 0; i < REQUESTS; i++) {
		size_t first = 0;

		now -= log(random_unit(&state)) / (0.9 * SERVERS);
		for (size_t s = 1; s < SERVERS; s++)
			first = frees[s] < frees[first] ? s : first;
		frees[first] = fmax(frees[first], now) - log(random_unit(&state));
		beyond += frees[first] - now > 4;
	}
	CHECK_NEAR(latency_beyond(1, SERVERS, 0.9, 4), beyond / REQUESTS, 0.005);
	CHECK(beyond / REQUESTS > 1.5 * exp(-4)); /* waiting counts */
}

/* One core: 95 of 100 requests of 10 ms are done within ln(20) * 10 ms / (1 - busy). */
static void test_a_goal_for_a_share_of_requests(void)
{
	static const char *const fleet[] = {
		"vm=web|count=7|class=kv|cpu=0.1|memory=1|requests_s=10|measured_on=native", NULL
	};
	static const char *const core[] = { "host=core|cores=1|memory=64|cost=10", NULL };
	struct table plan =
		plan_with(fleet, core, "growth_buffer = 0\nlatency_goal = p95=60ms\n", &schema_plan_density);

	CHECK_NEAR(figure(&plan, "native", "busy_at_goal"), 1 - log(20) / 6, 1e-6);
	CHECK_NEAR(figure(&plan, "native", "vms_at_goal"), 5, 0);
	CHECK_NEAR(figure(&plan, "native", "cpu_used"), 0.5, 1e-9);
	CHECK_NEAR(figure(&plan, "hosted", "vms_at_goal"), 0, 0); /* 20 ms: 59.9 on an idle core */
	table_free(&plan);
	plan = plan_with(fleet, core, "growth_buffer = 0\nlatency_goal = p99.9=100ms\n",
			 &schema_plan_density);
	CHECK_NEAR(figure(&plan, "native", "busy_at_goal"), 1 - log(1000) / 10, 1e-6);
	table_free(&plan);
}

/* One core, a VM of 0.1 cores and 10 requests: 10 ms each natively, 20 ms hosted. 40 ms are kept up to a busy
 * core of 1 - 10/40 natively, 1 - 20/40 hosted, where each VM takes 0.2. */
static void test_hosts_are_as_busy_as_the_goal_allows(void)
{
	static const char *const fleet[] = {
		"vm=web|count=7|class=kv|cpu=0.1|memory=1|requests_s=10|measured_on=native", NULL
	};
	static const char *const core[] = { "host=core|cores=1|memory=64|cost=10|bare_metal=no", NULL };
	struct table plan =
		plan_with(fleet, core, "growth_buffer = 0\nlatency_goal = 40ms\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "hosts"), 1, 0); /* of 0.75 cores */
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 4, 0); /* of 0.5 */
	table_free(&plan);
	plan = plan_with(fleet, core, "growth_buffer = 0\n", &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 2, 0);
	table_free(&plan);
	plan = plan_with(fleet, core, "growth_buffer = 0\nlatency_goal = 40ms\n", &schema_plan_density);
	CHECK_NEAR(figure(&plan, "native", "vms"), 10, 0);
	CHECK_NEAR(figure(&plan, "native", "busy_at_goal"), 0.75, 1e-6);
	CHECK_NEAR(figure(&plan, "hosted", "vms"), 5, 0);
	CHECK_NEAR(figure(&plan, "hosted", "vms_at_goal"), 2, 0);
	CHECK_STR(table_text_of(&plan, 0, "basis"), "queueing");
	table_free(&plan);
}

static void test_a_goal_that_no_host_keeps(void)
{
	static const char *const fleet[] = {
		"vm=web|class=kv|cpu=0.1|memory=1|requests_s=10|measured_on=native", NULL
	};
	static const char *const slow[] = { "host=slow|cores=4|memory=64|cost=10|speed_per_core=0.5", NULL };
	struct table plan = plan_with(fleet, slow, "[class kv]\nlatency_goal = 15ms\n", &schema_plan_summary);

	CHECK_STR(table_text_of(&plan, 0, "unplaced_vms"), "web:1:latency");
	table_free(&plan);
	plan = plan_with(fleet, slow, "[class log]\nlatency_goal = 15ms\n", &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "unplaced"), 0, 0);
	table_free(&plan);
}

/* Its one vCPU is busy for 0.5 of the time, so requests of 10 ms take 20 ms however many cores are idle. */
static void test_requests_wait_for_vcpus_too(void)
{
	static const char *const wide[] = { "host=wide|cores=64|memory=64|cost=10", NULL };
	static const char *const one[] = {
		"vm=web|class=kv|cpu=0.5|memory=1|vcpus=1|requests_s=50|measured_on=native", NULL
	};
	static const char *const two[] = {
		"vm=web|class=kv|cpu=0.5|memory=1|vcpus=2|requests_s=50|measured_on=native", NULL
	};
	struct table plan = plan_with(one, wide, "latency_goal = 19ms\n", &schema_plan_summary);

	CHECK_STR(table_text_of(&plan, 0, "unplaced_vms"), "web:1:latency");
	table_free(&plan);
	plan = plan_with(two, wide, "latency_goal = 19ms\n", &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "unplaced"), 0, 0);
	table_free(&plan);
}

int main(void)
{
	CHECK_RUN(test_one_and_two_servers_have_closed_forms);
	CHECK_RUN(test_many_servers);
	CHECK_RUN(test_shares_have_closed_forms);
	CHECK_RUN(test_shares_are_those_of_a_simulation);
	CHECK_RUN(test_a_goal_for_a_share_of_requests);
	CHECK_RUN(test_hosts_are_as_busy_as_the_goal_allows);
	CHECK_RUN(test_a_goal_that_no_host_keeps);
	CHECK_RUN(test_requests_wait_for_vcpus_too);
	return check_done();
}
