/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/plan_bed.h"

/* What plans cost, where it can be counted by hand. */

/* 10 VMs: 3 hosts either way, of 1100 and 1300. */
static void test_licences_at_which_both_cost_the_same(void)
{
	static const char *const fleet[] = { "vm=web|count=10|class=kv|cpu=1|memory=1|io=1", NULL };
	static const char *const what[] = { "vms", "hypervisor-licence", "os-licence", "month" };
	const double value[] = { NAN, 100, 300, NAN };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table table;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_break_even);
	CHECK_INT(table.rows, 4);
	for (size_t i = 0; i < table.rows && i < 4; i++) {
		CHECK_STR(table_text_of(&table, i, "what"), what[i]);
		if (!isnan(value[i]))
			CHECK_NEAR(table_number_of(&table, i, "value"), value[i], 1e-6);
	}
	CHECK_STR(table_text_of(&table, 1, "below"), "bare-metal");
	CHECK_STR(table_text_of(&table, 2, "below"), "hosted");
	table_free(&table);
}

static void test_energy_counts_over_the_horizon(void)
{
	static const char *const fleet[] = { "vm=web|count=10|class=kv|cpu=1|memory=1|io=1", NULL };
	static const char *const hosts[] = {
		"host=box|available=9|cores=8|memory=64|io=100|cost=1000|power_w=400", NULL
	};
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, hosts, &options);
	char path[128];
	FILE *policy;

	snprintf(path, sizeof(path), "%s/policy.ini", directory);
	policy = fopen(path, "w");
	CHECK(policy != NULL);
	fputs("growth_buffer = 0\nenergy_price = 0.25\nhorizon_months = 12\n", policy);
	fclose(policy);
	options.policy = path;
	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "power_cost"), 2 * 0.4 * 8766 * 0.25, 1e-6);
	CHECK_NEAR(figure(&plan, "native", "total_cost"), 2000 + 2 * 0.4 * 8766 * 0.25, 1e-6);
	CHECK_NEAR(figure(&plan, "native", "cost_per_vm"), (2000 + 2 * 0.4 * 8766 * 0.25) / 10, 1e-6);
	table_free(&plan);
}

/* 8 cores hold 8 VMs of 1 core natively, 4 of 2, and n of 1.5 with ceil(n / 2) held: 4. At the goal 2 copies
 * kept half of the cores busy. */
static void test_hosts_hold_no_more_than_keeps_the_goal(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=kv|cpu=1|memory=1|io=1", NULL };
	static const char *const measured[] = {
		"run=1|workload=kv|class=app|config=native|label=native|status=ok|block=1|cores_held=1|cpus="
		"2",
		"run=2|workload=kv|class=app|config=hosted|label=hosted|status=ok|block=1|cores_held=1|cpus="
		"2",
		"run=3|workload=kv|class=app|config=bare-metal|label=bare-metal|status=ok|block=1|cores_held="
		"2|cpus=2",
		NULL,
	};
	static const char *const laws[] = { "workload=kv|config=hosted|label=hosted|goal_n=2", NULL };
	static const char *const scaling[] = {
		"workload=kv|config=hosted|label=hosted|n=2|throughput=1|cpu_ns=1000000000",
		"workload=kv|config=hosted|label=hosted|n=4|throughput=2|cpu_ns=1000000000", NULL
	};
	struct model_plan_options options;
	struct error error = { 0 };
	struct table table;
	const char *directory = prepare(fleet, one_host, &options);

	tables_write(directory, &schema_runs, measured);
	tables_write(directory, &schema_laws, laws);
	tables_write(directory, &schema_scaling, scaling);
	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_density);
	CHECK_NEAR(figure(&table, "native", "vms"), 8, 0);
	CHECK_NEAR(figure(&table, "hosted", "vms"), 4, 0);
	CHECK_NEAR(figure(&table, "bare-metal", "vms"), 4, 0);
	CHECK_NEAR(figure(&table, "hosted", "busy_at_goal"), 0.5, 1e-9);
	CHECK_NEAR(figure(&table, "hosted", "vms_at_goal"), 2, 0);
	CHECK(isnan(figure(&table, "native", "vms_at_goal")));
	table_free(&table);
}

int main(void)
{
	CHECK_RUN(test_licences_at_which_both_cost_the_same);
	CHECK_RUN(test_hosts_hold_no_more_than_keeps_the_goal);
	CHECK_RUN(test_energy_counts_over_the_horizon);
	return check_done();
}
