/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "base/error.h"
#include "tests/check.h"
#include "tests/policy_bed.h"

/* What a policy asks of hosts: how much may be put on one, what it needs besides, and what fails together. */

/* Hosts natively needed for FLEET under POLICY. */
static double hosts_with(const char *const *fleet, const char *policy)
{
	struct table plan = plan_with(fleet, one_host, policy, &schema_plan_summary);
	double hosts = figure(&plan, "native", "hosts");

	table_free(&plan);
	return hosts;
}

static void test_overcommit_by_class(void)
{
	/* 16 VMs of 4 vCPUs that use half a core: 64 vCPUs on hosts of 8 cores and 64 GiB */
	static const char *const fleet[] = { "vm=a|count=8|class=kv|cpu=0.5|memory=1|vcpus=4",
					     "vm=b|count=8|class=spin|cpu=0.5|memory=1|vcpus=4", NULL };

	CHECK_NEAR(hosts_with(fleet, "growth_buffer = 0\n"), 1, 0);
	CHECK_NEAR(hosts_with(fleet, "growth_buffer = 0\novercommit = 4\n"), 2, 0);
	CHECK_NEAR(hosts_with(fleet, "growth_buffer = 0\n[class kv]\novercommit = 2\n"), 2, 0);
	CHECK_NEAR(hosts_with(fleet, "growth_buffer = 0\n[class kv]\novercommit = 1\n"), 4, 0);
	CHECK_NEAR(hosts_with(fleet, "growth_buffer = 0\novercommit = 1\n[class kv]\novercommit = 0\n"), 4,
		   0);
}

static void test_overcommit_names_what_it_does_not_know(void)
{
	static const char *const fleet[] = { "vm=a|class=kv|cpu=1|memory=1|measured_on=native", NULL };
	struct table doubts = plan_with(fleet, one_host, "overcommit = 2\n", &schema_plan_doubts);

	CHECK_INT(doubts.rows, 1);
	CHECK(strstr(table_text_of(&doubts, 0, "why"), "vcpus"));
	table_free(&doubts);
}

static void test_more_vcpus_than_any_host_may_have(void)
{
	static const char *const fleet[] = { "vm=wide|class=kv|cpu=1|memory=1|vcpus=40", NULL };
	struct table plan = plan_with(fleet, one_host, "overcommit = 4\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "unplaced"), 1, 0);
	CHECK_STR(table_text_of(&plan, 0, "unplaced_vms"), "wide:1:vcpus");
	table_free(&plan);
}

static void test_services_are_placed_and_charged(void)
{
	/* 6 VMs of a core: hosts of 8 have room for 7.5 where the OS does the backup. Bare-metal a VM
	 * takes 1.5 and drivers half a core, so a host holds 4 and a VM of 1 for the backup of two of them.
	 */
	static const char *const fleet[] = { "vm=web|count=6|class=kv|cpu=1|memory=1|io=1", NULL };
	const char *policy = "growth_buffer = 0\n[service backup]\nhost_cores = 0.5\nhost_memory_gib = 62\n"
			     "cores = 0.1\nmemory_gib = 3\nhosts = 2\nprice = 70\n";
	struct table plan = plan_with(fleet, one_host, policy, &schema_plan_summary);
	size_t services = 0;

	CHECK_NEAR(figure(&plan, "native", "hosts"), 3, 0); /* 2 GiB are left of each host */
	CHECK_NEAR(figure(&plan, "native", "guest_licence_cost"), 0, 0);
	CHECK_NEAR(figure(&plan, "bare-metal", "hosts"), 2, 0);
	CHECK_NEAR(figure(&plan, "bare-metal", "guest_licence_cost"), 70, 0);
	CHECK_NEAR(figure(&plan, "bare-metal", "vms"), 6, 0); /* of the fleet */
	table_free(&plan);
	plan = plan_with(fleet, one_host, policy, &schema_plan_placement);
	for (size_t row = 0; row < plan.rows; row++)
		if (table_is(&plan, row, "vm", "service_backup")) {
			CHECK_STR(table_text_of(&plan, row, "config"), "bare-metal");
			CHECK_STR(table_text_of(&plan, row, "count"), "1");
			services++;
		}
	CHECK_INT(services, 1);
	table_free(&plan);
	CHECK_NEAR(hosts_with(fleet, "growth_buffer = 0\n[service scan]\nhost_cores = 4\n"), 2, 0);
}

/* Two racks of hosts; what fills one must find room in the other. */
static void test_failure_domains(void)
{
	static const char *const fleet[] = { "vm=web|count=8|class=kv|cpu=2|memory=1", NULL };
	static const char *const racks[] = {
		"host=left|cores=8|memory=64|cost=1|failure_domain=rack-1",
		"host=right|available=1|cores=8|memory=64|cost=2|failure_domain=rack-2", NULL
	};
	struct table risks =
		plan_with(fleet, racks, "growth_buffer = 0\nspare_domains = yes\n", &schema_plan_risks);

	/* 2 of left hold all, and one of right is all there may be besides */
	CHECK_STR(table_text_of(&risks, 0, "domain"), "rack-1");
	CHECK_STR(table_text_of(&risks, 0, "host"), "");
	CHECK_STR(table_text_of(&risks, 0, "survives"), "no");
	CHECK_STR(table_text_of(&risks, 0, "homeless"), "4");
	CHECK_STR(table_text_of(&risks, 0, "vm"), "web");
	CHECK_STR(table_text_of(&risks, 1, "domain"), "rack-2"); /* a spare host, empty */
	CHECK_STR(table_text_of(&risks, 1, "survives"), "yes");
	table_free(&risks);
	risks = plan_with(fleet, racks, "growth_buffer = 0\n", &schema_plan_risks);
	CHECK_INT(risks.rows, 0);
	table_free(&risks);
}

static void test_failure_domains_get_spare_hosts(void)
{
	static const char *const fleet[] = { "vm=web|count=8|class=kv|cpu=2|memory=1", NULL };
	static const char *const racks[] = { "host=left|cores=8|memory=64|cost=1|failure_domain=rack-1",
					     "host=right|cores=8|memory=64|cost=2|failure_domain=rack-2",
					     NULL };
	struct table plan =
		plan_with(fleet, racks, "growth_buffer = 0\nspare_domains = yes\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "hosts"), 4, 0);
	CHECK_NEAR(figure(&plan, "native", "hardware_cost"), 6, 0);
	table_free(&plan);
}

static void test_disks_bind(void)
{
	static const char *const fleet[] = { "vm=db|count=4|class=kv|cpu=1|memory=1|disk_gib=600", NULL };
	static const char *const hosts[] = { "host=box|cores=8|memory=64|cost=1|disk_gib=1300", NULL };
	struct table plan = plan_with(fleet, hosts, "growth_buffer = 0\n", &schema_plan_hosts);

	CHECK_STR(table_text_of(&plan, 0, "disk_used"), "1200");
	CHECK_STR(table_text_of(&plan, 0, "disk_capacity"), "1300");
	CHECK_STR(table_text_of(&plan, 1, "disk_used"), "1200");
	table_free(&plan);
}

/* What was measured of hosts: 1 GiB shared by all VMs, a quarter beside each, half a core of kernel threads;
 * two VMs ran at once. */
static void test_what_hosts_need_is_measured(void)
{
	static const char *const fleet[] = { "vm=web|count=8|class=kv|cpu=0.5|memory=4", NULL };
	static const char *const hosts[] = { "host=box|cores=8|memory=19.5|cost=1", NULL };
	static const char *const rows[] = { "workload=kv|config=hosted|vms=2|resource=size-in-memory|item="
					    "monitor|scope=shared|unit=bytes|value=1073741824",
					    "workload=log|config=hosted|vms=2|resource=memory|item=slab|"
					    "scope=host|unit=bytes|value=268435456",
					    "workload=kv|config=hosted|vms=2|resource=memory|item=monitor|"
					    "scope=vm|unit=bytes|value=134217728",
					    "workload=kv|config=hosted|vms=2|resource=memory|item=guest|"
					    "scope=vm|unit=bytes|value=99999999999",
					    "workload=kv|config=hosted|vms=2|resource=cpu|item=host-kernel-"
					    "threads|scope=host|unit=cores|value=0.5",
					    NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	const char *directory = prepare(fleet, hosts, &options);
	struct table plan;

	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 2, 0); /* 4 of 4 GiB each in 19.5 */
	table_free(&plan);
	tables_write(directory, &schema_footprint, rows);
	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 2, 0);
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 2, 0); /* 4 x 4.25 + 1 = 18 */
	table_free(&plan);
	plan = read_plan(directory, &schema_plan_hosts);
	for (size_t row = 0; row < plan.rows; row++)
		if (table_is(&plan, row, "config", "hosted"))
			CHECK_STR(table_text_of(&plan, row, "memory_used"), "17");
	table_free(&plan);
	put("policy.ini", "growth_buffer = 0\nreserved_memory_gib = 3\n"); /* 4 x 4.25 + 3 > 19.5 */
	options.policy = "policy.ini";
	CHECK_INT(model_plan_write(&options, &error), 0);
	plan = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "hosted", "hosts"), 3, 0);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 2, 0);
	table_free(&plan);
}

static void test_requests_bind(void)
{
	static const char *const fleet[] = { "vm=db|count=4|class=kv|cpu=1|memory=1|iops=600", NULL };
	static const char *const hosts[] = { "host=box|cores=8|memory=64|cost=1|iops=700", NULL };
	static const char *const large[] = { "host=box|cores=8|memory=64|cost=1", NULL };
	struct table plan = plan_with(fleet, hosts, "growth_buffer = 0\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "hosts"), 4, 0);
	table_free(&plan);
	plan = plan_with(fleet, large, "growth_buffer = 0\n", &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 1, 0);
	table_free(&plan);
}

int main(void)
{
	CHECK_RUN(test_overcommit_by_class);
	CHECK_RUN(test_overcommit_names_what_it_does_not_know);
	CHECK_RUN(test_more_vcpus_than_any_host_may_have);
	CHECK_RUN(test_services_are_placed_and_charged);
	CHECK_RUN(test_failure_domains);
	CHECK_RUN(test_failure_domains_get_spare_hosts);
	CHECK_RUN(test_disks_bind);
	CHECK_RUN(test_requests_bind);
	CHECK_RUN(test_what_hosts_need_is_measured);
	return check_done();
}
