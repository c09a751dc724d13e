/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"
#include "tests/check.h"
#include "tests/policy_bed.h"

/* What a user asks of a plan: room, rules, and hosts that may fail. */

static void test_room_is_kept(void)
{
	/* 20 cores: 3 hosts of 8; with a buffer of a fifth and a core reserved each has room for 5.8, so 4 */
	static const char *const fleet[] = { "vm=web|count=20|class=kv|cpu=1|memory=1|io=1", NULL };
	struct table plan = plan_with(fleet, one_host, "growth_buffer = 0\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "hosts"), 3, 0);
	table_free(&plan);
	plan = plan_with(fleet, one_host, "; the usual buffer of 20 %\nreserved_cores = 1\n",
			 &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 4, 0);
	table_free(&plan);
	plan = plan_with(fleet, one_host, "growth_buffer=0\ncpu_headroom = 50%\n", &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 5, 0);
	CHECK_NEAR(figure(&plan, "native", "cpu_utilization"), 0.5, 1e-6);
	table_free(&plan);
}

static void test_groups_are_kept_apart_and_together(void)
{
	static const char *const fleet[] = { "vm=a|count=3|class=kv|cpu=1|memory=1|io=1|group=replicas",
					     "vm=b|count=2|class=kv|cpu=1|memory=1|io=1|group=pair",
					     "vm=c|count=1|class=kv|cpu=1|memory=1|io=1|group=secret", NULL };
	struct table hosts = plan_with(fleet, one_host,
				       "[group replicas]\nspread = 1\n[group pair]\ntogether = yes\n"
				       "[group secret]\nfence = yes\n",
				       &schema_plan_hosts);
	size_t native = 0, pairs = 0;

	for (size_t row = 0; row < hosts.rows && table_is(&hosts, row, "config", "native"); row++) {
		const char *vms = table_text_of(&hosts, row, "vms");

		native++;
		pairs += strstr(vms, "b:2") != NULL;
		CHECK(!strstr(vms, "a:2") && !strstr(vms, "b:1"));
		CHECK(!strstr(vms, "c:1") || strcmp(vms, "c:1") == 0);
	}
	CHECK_INT(native, 4); /* three replicas, and the secret one */
	CHECK_INT(pairs, 1);
	table_free(&hosts);
}

/* Free capacity in sum would do, 2 + 2 + 2 for a VM of 6, and no single host can take it. */
static void test_sums_do_not_survive(void)
{
	static const char *const fleet[] = { "vm=big|count=3|class=kv|cpu=6|memory=1|io=1", NULL };
	static const char *const three[] = { "host=box|available=3|cores=8|memory=64|io=100|cost=1", NULL };
	static const char *const four[] = { "host=box|available=4|cores=8|memory=64|io=100|cost=1", NULL };
	const char *policy = "growth_buffer = 0\nspare_hosts = 1\n";
	struct table risks = plan_with(fleet, three, policy, &schema_plan_risks), plan;

	CHECK_STR(table_text_of(&risks, 0, "host"), "box-1");
	CHECK_STR(table_text_of(&risks, 0, "survives"), "no");
	CHECK_STR(table_text_of(&risks, 0, "homeless"), "1");
	CHECK_STR(table_text_of(&risks, 0, "vm"), "big");
	table_free(&risks);
	risks = plan_with(fleet, four, policy, &schema_plan_risks); /* now there is a spare one */
	CHECK_STR(table_text_of(&risks, 0, "survives"), "yes");
	CHECK_STR(table_text_of(&risks, 3, "host"), "box-4");
	table_free(&risks);
	plan = plan_with(fleet, four, policy, &schema_plan_summary);
	CHECK_NEAR(figure(&plan, "native", "hosts"), 4, 0);
	CHECK_NEAR(figure(&plan, "native", "hardware_cost"), 4, 0);
	table_free(&plan);
}

static void test_small_vms_survive_without_spares(void)
{
	static const char *const fleet[] = { "vm=web|count=14|class=kv|cpu=1|memory=1|io=1", NULL };
	struct table plan =
		plan_with(fleet, one_host, "growth_buffer = 0\nspare_hosts = 1\n", &schema_plan_summary);

	CHECK_NEAR(figure(&plan, "native", "hosts"), 3, 0); /* 8 + 6, and one that may fail */
	table_free(&plan);
}

/* A POLICY must be refused at WHERE on HOSTS, saying WHAT, and nothing written. */
static void refuse_on(const char *const *hosts, const char *policy, const char *where, const char *what)
{
	static const char *const fleet[] = { "vm=a|count=5|class=kv|cpu=1|memory=20|io=1|group=five",
					     "vm=b|count=1|class=kv|cpu=1|memory=1|io=1|group=one",
					     "vm=c|count=2|class=kv|cpu=1|memory=1|io=1|group=two", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	const char *directory = prepare(fleet, hosts, &options);

	put("policy.ini", policy);
	options.policy = "policy.ini";
	CHECK(model_plan_write(&options, &error) < 0);
	CHECK_STR(error.where, where);
	if (!strstr(error.what, what))
		CHECK_STR(error.what, what);
	CHECK(error.mend[0]);
	CHECK(tables_slurp(directory, "plan/summary.csv") == NULL);
}

static void refuse(const char *policy, const char *where, const char *what)
{
	static const char *const hosts[] = { "host=box|available=1|cores=8|memory=64|io=100|cost=1", NULL };

	refuse_on(hosts, policy, where, what);
}

static void test_bad_policies_are_refused(void)
{
	refuse("growth_bufer = 0.2\n", "policy.ini:1:growth_bufer", "no key");
	refuse("\ngrowth_buffer = much\n", "policy.ini:2:growth_buffer", "a share below 1");
	refuse("spare_hosts = 1.5\n", "policy.ini:1:spare_hosts", "a whole number");
	refuse("cpu_headroom = 100%\n", "policy.ini:1:cpu_headroom", "a share below 1");
	refuse("reserved_cores = nan\n", "policy.ini:1:reserved_cores", "a number");
	refuse("nonsense\n", "policy.ini:1", "neither key nor section");
	refuse("[rack one]\nfence = yes\n", "policy.ini:2", "no section");
	refuse("[group none]\nfence = yes\n", "policy.ini:2", "no VM is of group none");
	refuse("[group five]\ntogether = maybe\n", "policy.ini:2:together", "yes or no");
}

static void test_contradictions_name_the_rules(void)
{
	static const char *const one[] = { "host=box|available=1|cores=8|memory=64|cost=1", NULL };
	static const char *const three[] = { "host=box|available=3|cores=8|memory=128|cost=1", NULL };
	static const char *const many[] = { "host=box|cores=8|memory=128|cost=1", NULL };

	refuse_on(one, "[group five]\ntogether = yes\n", "policy.ini:2",
		  "together = yes (group five) cannot be kept: its 5 VMs need more memory than any host has");
	refuse_on(one, "[group five]\nspread = 1\n", "policy.ini:2",
		  "spread = 1 (group five) cannot be kept, with 1 host there may be");
	refuse_on(many, "[group one]\nfence = yes\n[group five]\ntogether = yes\nspread = 2\n",
		  "policy.ini:4",
		  "together = yes (group five), spread = 2 (group five) contradict each other");
	/* five needs three hosts and one another; that two stay together does not matter */
	refuse_on(three, "[group two]\ntogether = yes\n[group one]\nfence = yes\n[group five]\nspread = 2\n",
		  "policy.ini:6",
		  "fence = yes (group one), spread = 2 (group five) contradict each other, with 3 hosts "
		  "there may be");
	refuse_on(one, "[group five]\nfence = yes\n[group one]\nspread = 1\n", "policy.ini:2",
		  "fence = yes (group five) cannot be kept, with 1 host there may be");
	refuse_on(
		three,
		"[group five]\nfence = yes\nspread = 3\n[group one]\nfence = yes\n[group two]\nspread = 1\n",
		"policy.ini:5",
		"fence = yes (group five), spread = 3 (group five), fence = yes (group one) contradict each "
		"other");
}

int main(void)
{
	CHECK_RUN(test_room_is_kept);
	CHECK_RUN(test_groups_are_kept_apart_and_together);
	CHECK_RUN(test_sums_do_not_survive);
	CHECK_RUN(test_small_vms_survive_without_spares);
	CHECK_RUN(test_bad_policies_are_refused);
	CHECK_RUN(test_contradictions_name_the_rules);
	return check_done();
}
