/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "tests/check.h"
#include "tests/policy_bed.h"

/* What a fleet says of its VMs besides what they ask for: sites, systems and profiles. */

static void test_vms_stay_at_their_site(void)
{
	static const char *const fleet[] = { "vm=a|count=2|class=kv|cpu=1|memory=1|site=north",
					     "vm=b|class=kv|cpu=1|memory=1|site=south",
					     "vm=c|class=kv|cpu=1|memory=1",
					     "vm=d|class=kv|cpu=1|memory=1|site=west", NULL };
	static const char *const hosts[] = { "host=up|cores=2|memory=64|cost=10|site=north",
					     "host=down|cores=8|memory=64|cost=20|site=south", NULL };
	struct table plan = plan_with(fleet, hosts, "growth_buffer = 0\n", &schema_plan_summary);

	CHECK_STR(table_text_of(&plan, 0, "unplaced_vms"), "d:1:site");
	table_free(&plan);
	plan = plan_with(fleet, hosts, "growth_buffer = 0\n", &schema_plan_placement);
	for (size_t row = 0; row < plan.rows; row++) {
		const char *vm = table_text_of(&plan, row, "vm"), *host = table_text_of(&plan, row, "host");

		CHECK(*vm == 'c' || strncmp(host, *vm == 'a' ? "up-" : "down-", 3) == 0);
	}
	CHECK(plan.rows > 0);
	table_free(&plan);
}

static void test_sites_that_no_host_names(void)
{
	static const char *const fleet[] = { "vm=a|class=kv|cpu=1|memory=1|site=north|measured_on=native",
					     NULL };
	struct table doubts = plan_with(fleet, one_host, "", &schema_plan_doubts);

	CHECK_INT(doubts.rows, 1);
	CHECK(strstr(table_text_of(&doubts, 0, "why"), "site"));
	table_free(&doubts);
}

static void test_guests_are_licensed_by_the_policy(void)
{
	static const char *const fleet[] = {
		"vm=a|count=2|class=kv|cpu=1|memory=1|guest_os=windows|measured_on=native",
		"vm=b|class=kv|cpu=1|memory=1|guest_os=windows|guest_licence=5|measured_on=native",
		"vm=c|class=kv|cpu=1|memory=1|guest_os=linux|measured_on=native",
		"vm=d|class=kv|cpu=1|memory=1|measured_on=native", NULL
	};
	const char *policy = "[guest windows]\nlicence = 70\n";
	struct table plan = plan_with(fleet, one_host, policy, &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "guest_licence_cost"), 145, 0);
	table_free(&plan);
	plan = plan_with(fleet, one_host, policy, &schema_plan_doubts);
	CHECK_INT(plan.rows, 1);
	CHECK_STR(table_text_of(&plan, 0, "vm"), "c");
	table_free(&plan);
}

/* kv takes twice the CPU hosted, log 8 times, and their class 4 times. */
static void test_a_profile_comes_before_the_class(void)
{
	static const char *const fleet[] = {
		"vm=a|class=app|profile=log|cpu=1|memory=1|measured_on=native",
		"vm=b|class=app|profile=unheard|cpu=1|memory=1|measured_on=native",
		"vm=c|class=app|cpu=1|memory=1|measured_on=native", NULL
	};
	static const char *const large[] = { "host=large|cores=64|memory=64|cost=10", NULL };
	struct table plan = plan_with(fleet, large, "", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "hosted", "cpu_inflated"), 8 + 4 + 4, 1e-6);
	table_free(&plan);
	plan = plan_with(fleet, large, "", &schema_plan_doubts);
	CHECK_INT(plan.rows, 1);
	CHECK(strstr(table_text_of(&plan, 0, "why"), "unheard"));
	table_free(&plan);
}

/* 80 cores on a platform that takes 1.25 times the CPU, or anything from 1 to 1.5625 times: 64 natively. */
static void test_factors_have_intervals(void)
{
	static const char *const fleet[] = {
		"vm=a|count=640|class=kv|cpu=0.125|memory=0.1|measured_on=1.25 (1 to 1.5625)", NULL
	};
	static const char *const hosts[] = { "host=box|cores=8|memory=64|cost=10", NULL };
	struct table plan = plan_with(fleet, hosts, "growth_buffer = 0\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "hosts"), 8, 0);
	table_free(&plan);
	plan = plan_with(fleet, hosts, "growth_buffer = 0\n", &schema_plan_uncertainty);
	CHECK(figure(&plan, "native", "hosts_p5") < 8);
	CHECK(figure(&plan, "native", "hosts_p95") > 8);
	table_free(&plan);
}

static void test_what_is_no_factor(void)
{
	static const char *const texts[] = {
		"1.25 (1 to 1.5", "1.25 (1.3 to 1.5)", "-1", "1.25 (1 to 2) x", "0", "1.25 1.5", "inf"
	};
	char row[128];
	const char *const fleet[] = { row, NULL };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct model_plan_options options;
		struct error error = { 0 };

		snprintf(row, sizeof(row), "vm=a|class=kv|cpu=1|memory=1|measured_on=%s", texts[i]);
		prepare(fleet, one_host, &options);
		CHECK(model_plan_write(&options, &error) < 0);
		CHECK(strstr(error.where, ":2:measured_on"));
	}
}

int main(void)
{
	CHECK_RUN(test_vms_stay_at_their_site);
	CHECK_RUN(test_sites_that_no_host_names);
	CHECK_RUN(test_guests_are_licensed_by_the_policy);
	CHECK_RUN(test_a_profile_comes_before_the_class);
	CHECK_RUN(test_factors_have_intervals);
	CHECK_RUN(test_what_is_no_factor);
	return check_done();
}
