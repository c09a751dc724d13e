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
		CHECK_STR(table_text(&table, i, table_column(&table, "what")), what[i]);
		if (!isnan(value[i]))
			CHECK_NEAR(table_number(&table, i, table_column(&table, "value")), value[i], 1e-6);
	}
	CHECK_STR(table_text(&table, 1, table_column(&table, "below")), "bare-metal");
	CHECK_STR(table_text(&table, 2, table_column(&table, "below")), "hosted");
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

int main(void)
{
	CHECK_RUN(test_licences_at_which_both_cost_the_same);
	CHECK_RUN(test_energy_counts_over_the_horizon);
	return check_done();
}
