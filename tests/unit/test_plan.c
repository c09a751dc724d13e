/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/plan_bed.h"

/* Capacity plans whose answers can be counted by hand. */

static void test_cpu_grows_by_the_ratio_of_cpu_seconds(void)
{
	/* 10 VMs of 1 core: 10 cores natively (2 hosts), 20 hosted (3), 15 bare-metal + drivers */
	static const char *const fleet[] = { "vm=web|count=10|class=kv|cpu=1|memory=1|io=1", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 2, 0);
	CHECK_NEAR(figure(&plan, "native", "cpu_demand"), 10, 1e-9);
	CHECK_NEAR(figure(&plan, "native", "cpu_inflated"), 10, 1e-9);
	CHECK_NEAR(figure(&plan, "native", "cpu_utilization"), 10. / 16, 1e-6);
	CHECK_NEAR(figure(&plan, "native", "memory_utilization"), 10. / 128, 1e-6);
	CHECK_NEAR(figure(&plan, "native", "io_utilization"), 10. / 200, 1e-6);
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 3, 0); /* 4 a host */
	CHECK_NEAR(figure(&plan, "hosted", "cpu_inflated"), 20, 1e-9);
	/* n VMs on a host: 1.5 n + max(1, ceil(n / 2)) <= 8: n = 4, with 2 cores held, or 3 with 2 */
	CHECK_NEAR(figure(&plan, "bare-metal", "hosts"), 3, 0);
	CHECK_NEAR(figure(&plan, "bare-metal", "cpu_inflated"), 15 + 2 + 2 + 1, 1e-9);
	CHECK_NEAR(figure(&plan, "bare-metal", "unplaced"), 0, 0);
	table_free(&plan);
}

static void test_licences_follow_the_kind_of_host(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=kv|cpu=1|memory=1|io=1", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "licence_cost"), 100, 0);
	CHECK_NEAR(figure(&plan, "hosted", "licence_cost"), 100, 0);
	CHECK_NEAR(figure(&plan, "hosted", "total_cost"), 1100, 0);
	CHECK_NEAR(figure(&plan, "bare-metal", "licence_cost"), 300, 0);
	CHECK_NEAR(figure(&plan, "bare-metal", "hardware_cost"), 1000, 0);
	table_free(&plan);
}

static void test_a_class_is_the_median_of_its_workloads(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=app|cpu=0.5|memory=1|io=1", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "hosted", "cpu_inflated"), 2, 1e-9); /* 0.5 x sqrt(2 x 8) */
	table_free(&plan);
}

/* A workload without driver work counts as none, not as making all others nought. */
static void test_drivers_work_is_averaged_as_it_is(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=app|cpu=5|memory=1|io=1", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	/* 5 x sqrt(1.5 / 1.5), and 5 x (0.5 + 0) / 2 = 1.25 cores of drivers, which hold 2 */
	CHECK_NEAR(figure(&plan, "bare-metal", "cpu_inflated"), 5 + 2, 1e-6);
	CHECK_STR(table_text_of(&plan, 0, "flags"), "");
	CHECK_STR(table_text_of(&plan, plan.rows - 1, "flags"), "few-blocks");
	table_free(&plan);
}

static void test_what_was_not_measured_has_no_plan(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=cpu|cpu=1|memory=1|io=1", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 1, 0);
	CHECK(isnan(figure(&plan, "bare-metal", "hosts")));
	CHECK(isnan(figure(&plan, "bare-metal", "total_cost")));
	table_free(&plan);
}

static void test_memory_and_io_bind_too(void)
{
	static const char *const fleet[] = { "vm=big|count=4|class=kv|cpu=0.1|memory=40|io=1",
					     "vm=busy|count=3|class=kv|cpu=0.1|memory=1|io=90", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan, hosts;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 4,
		   0); /* one big each, a busy one beside three of them */
	table_free(&plan);
	hosts = read_plan(directory, &schema_plan_hosts);
	CHECK_STR(table_text_of(&hosts, 0, "host"), "box-1");
	CHECK_STR(table_text_of(&hosts, 0, "vms"), "big:1 busy:1");
	table_free(&hosts);
}

static void test_what_fits_nowhere_is_counted(void)
{
	static const char *const fleet[] = { "vm=huge|count=2|class=kv|cpu=7|memory=1|io=1",
					     "vm=web|count=30|class=kv|cpu=1|memory=1|io=1", NULL };
	static const char *const hosts[] = {
		"host=box|available=2|cores=8|memory=64|io=100|cost=10|host_os_licence=0|hypervisor_licence="
		"0",
		NULL,
	};
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan;
	const char *directory = prepare(fleet, hosts, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "unplaced"), 28, 0); /* 7 + 1 on each */
	CHECK_NEAR(figure(&plan, "native", "vms"), 4, 0);
	CHECK_NEAR(figure(&plan, "hosted", "unplaced"), 2 + 22,
		   0); /* 14 cores fit nowhere; 4 of the others */
	table_free(&plan);
}

static void test_the_cheapest_hosts_come_first(void)
{
	static const char *const fleet[] = { "vm=web|count=12|class=kv|cpu=1|memory=1|io=1", NULL };
	static const char *const hosts[] = {
		"host=dear|available=9|cores=8|memory=64|io=99|cost=1000|host_os_licence=0|hypervisor_"
		"licence=0",
		"host=cheap|available=1|cores=8|memory=64|io=99|cost=900|host_os_licence=0|hypervisor_"
		"licence=9000",
		NULL,
	};
	struct model_plan_options options;
	struct error error = { 0 };
	struct table table;
	const char *directory = prepare(fleet, hosts, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_hosts);
	CHECK_STR(table_text_of(&table, 0, "kind"), "cheap");
	CHECK_STR(table_text_of(&table, 1, "kind"), "dear");
	for (size_t row = 0; row < table.rows; row++) /* its hypervisor's licence is not cheap */
		if (table_is(&table, row, "config", "bare-metal") && table_is(&table, row, "host", "dear-1"))
			CHECK_STR(table_text_of(&table, row, "vms"), "web:4");
	table_free(&table);
}

/* hosted takes class kv twice the CPU: 2 cores there are 1 natively. VMs of no class are as the others. */
static void test_demand_is_rebased_to_native(void)
{
	static const char *const fleet[] = { "vm=a|count=2|class=kv|cpu=2|memory=1|io=1|measured_on=hosted",
					     "vm=b|count=1|class=kv|cpu=3|memory=1|io=1|measured_on=1.5",
					     "vm=c|count=1|class=kv|cpu=1|memory=1|io=1|measured_on=native",
					     "vm=d|count=3|cpu=1|memory=1|io=1", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table plan, doubts;
	const char *directory = prepare(fleet, one_host, &options);

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "cpu_demand"), 2 + 2 + 1 + 3, 1e-9);
	CHECK_NEAR(figure(&plan, "hosted", "cpu_inflated"), 16, 1e-9);
	table_free(&plan);
	doubts = read_plan(directory, &schema_plan_doubts);
	CHECK_INT(doubts.rows, 1); /* d does not say */
	CHECK_STR(table_text_of(&doubts, 0, "vm"), "d");
	table_free(&doubts);
}

/* A plan from FLEET must fail at WHERE with WHAT, and write nothing. */
static void refuse(const char *row, const char *where, const char *what)
{
	const char *const fleet[] = { "vm=web|count=1|class=kv|cpu=1|memory=1|io=1", row, NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	const char *directory = prepare(fleet, one_host, &options);

	CHECK(model_plan_write(&options, &error) < 0);
	CHECK(strstr(error.where, where));
	CHECK(strstr(error.what, what));
	CHECK(error.mend[0]);
	CHECK(tables_slurp(directory, "plan/summary.csv") == NULL);
	CHECK(tables_slurp(directory, "plan/hosts.csv") == NULL);
}

static void test_bad_fleets_are_refused_where_they_are_bad(void)
{
	refuse("vm=db|count=-1|class=kv|cpu=1|memory=1|io=1", "fleet.csv:3:count", "-1");
	refuse("vm=db|count=1|class=kv|cpu=-2|memory=1|io=1", "fleet.csv:3:cpu", "-2");
	refuse("vm=db|count=1|class=kv|cpu=1|io=1", "fleet.csv:3:memory", "missing");
	refuse("vm=web|count=1|class=kv|cpu=1|memory=1|io=1", "fleet.csv:3:vm", "twice");
	refuse("vm=d b|count=1|class=kv|cpu=1|memory=1|io=1", "fleet.csv:3:vm", "blank");
	refuse("vm=d:b|count=1|class=kv|cpu=1|memory=1|io=1", "fleet.csv:3:vm", "colon");
	refuse("vm=db|count=1|class=kv|cpu=1|memory=1|io=1|measured_on=esx", "fleet.csv:3:measured_on",
	       "esx");
	refuse("vm=db|count=1|class=kv|cpu=1|memory=1|io=1|measured_on=0", "fleet.csv:3:measured_on", "0");
	refuse("vm=db|count=99999999|class=kv|cpu=1|memory=1|io=1", "fleet.csv", "more than");
	refuse("vm=db|count=lots|class=kv|cpu=1|memory=1|io=1", "fleet.csv:3:count", "lots");
}

static void test_results_without_ratios_are_refused(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=kv|cpu=1|memory=1|io=1", NULL };
	static const char *const none[] = { NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	const char *directory = prepare(fleet, one_host, &options);

	tables_write(directory, &schema_overhead, none);
	CHECK(model_plan_write(&options, &error) < 0);
	CHECK(strstr(error.mend, "vmtax run"));
	CHECK(chdir(directory) == 0 && unlink("overhead.csv") == 0 && chdir("..") == 0);
	CHECK(model_plan_write(&options, &error) < 0);
	CHECK(strstr(error.mend, "vmtax report"));
}

int main(void)
{
	CHECK_RUN(test_cpu_grows_by_the_ratio_of_cpu_seconds);
	CHECK_RUN(test_licences_follow_the_kind_of_host);
	CHECK_RUN(test_a_class_is_the_median_of_its_workloads);
	CHECK_RUN(test_drivers_work_is_averaged_as_it_is);
	CHECK_RUN(test_what_was_not_measured_has_no_plan);
	CHECK_RUN(test_memory_and_io_bind_too);
	CHECK_RUN(test_what_fits_nowhere_is_counted);
	CHECK_RUN(test_the_cheapest_hosts_come_first);
	CHECK_RUN(test_demand_is_rebased_to_native);
	CHECK_RUN(test_bad_fleets_are_refused_where_they_are_bad);
	CHECK_RUN(test_results_without_ratios_are_refused);
	return check_done();
}
