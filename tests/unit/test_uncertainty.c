/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/plan_bed.h"

/* How firm plans are, and what that depends on. */

static const char *const fleet[] = { "vm=web|count=160|class=kv|cpu=0.25|memory=1|io=1|measured_on=native",
				     "vm=other|count=4|class=spin|cpu=1|memory=1|io=1|measured_on=native",
				     NULL };
static const char *const hosts[] = { "host=box|available=99|cores=8|memory=640|io=1000|cost=1000", NULL };

/* The plan with kv's ratio known to be from LOW to HIGH, and POLICY. */
static const char *plan(const char *low_and_high, const char *policy, struct model_plan_options *options)
{
	static char path[128];
	char kv[256];
	const char *const ratios[] = {
		kv,
		"workload=spin|class=cpu|config=hosted|label=hosted|baseline=native|metric=vm-cpu|ratio=1",
		NULL
	};
	const char *directory = prepare(fleet, hosts, options);
	struct error error = { 0 };
	FILE *file;

	snprintf(kv, sizeof(kv),
		 "workload=kv|class=app|config=hosted|label=hosted|baseline=native|metric=vm-cpu|ratio=2%s",
		 low_and_high);
	tables_write(directory, &schema_overhead, ratios);
	snprintf(path, sizeof(path), "%s/policy.ini", directory);
	file = fopen(path, "w");
	CHECK(file != NULL);
	fputs(policy, file);
	fclose(file);
	options->policy = path;
	CHECK_INT(model_plan_write(options, &error), 0);
	return directory;
}

/* Without intervals nothing varies: all percentiles are the plan itself. */
static void test_what_is_certain_does_not_vary(void)
{
	struct model_plan_options options;
	const char *directory = plan("", "growth_buffer = 0\n", &options);
	struct table table = read_plan(directory, &schema_plan_uncertainty), summary, inputs;

	summary = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&summary, "hosted", "hosts"), 11, 0); /* 80 + 4 cores */
	CHECK_NEAR(figure(&table, "hosted", "hosts_p5"), 11, 0);
	CHECK_NEAR(figure(&table, "hosted", "hosts_p95"), 11, 0);
	CHECK_NEAR(figure(&table, "hosted", "cost_p50"), figure(&summary, "hosted", "total_cost"), 1e-6);
	inputs = read_plan(directory, &schema_plan_sensitivity);
	CHECK_INT(inputs.rows, 0);
	table_free(&inputs);
	table_free(&summary);
	table_free(&table);
}

/* kv's ratio is from 1.5 to 2.67 with 95 %: P95 is 2 * exp(1.645 * log(1.778) / 3.92) = 2.55, 106 cores. */
static void test_a_ratio_varies_within_its_interval(void)
{
	struct model_plan_options options;
	const char *directory = plan("|low=1.5|high=2.667|n=10", "growth_buffer = 0\n", &options);
	struct table table = read_plan(directory, &schema_plan_uncertainty), inputs;

	CHECK(fabs(figure(&table, "hosted", "hosts_p50") - 11) <= 1);
	CHECK(fabs(figure(&table, "hosted", "hosts_p95") - 14) <= 1);
	CHECK(fabs(figure(&table, "hosted", "hosts_p5") - 9) <= 1);
	CHECK_NEAR(figure(&table, "native", "hosts_p95"), figure(&table, "native", "hosts_p5"), 0);
	inputs = read_plan(directory, &schema_plan_sensitivity);
	CHECK_INT(inputs.rows, 1);
	CHECK_STR(table_text_of(&inputs, 0, "input"), "kv");
	CHECK(figure(&inputs, "hosted", "share") > 0.9);
	CHECK_NEAR(figure(&inputs, "hosted", "high"), 2.55 / 2, 0.08);
	table_free(&inputs);
	table_free(&table);
}

static void test_demand_may_be_what_matters(void)
{
	struct model_plan_options options;
	const char *directory =
		plan("|low=1.98|high=2.02|n=10", "growth_buffer = 0\ndemand_error = 20%\n", &options);
	struct table inputs = read_plan(directory, &schema_plan_sensitivity);
	double demand = 0, kv = 0;

	for (size_t row = 0; row < inputs.rows; row++)
		if (table_is(&inputs, row, "config", "hosted"))
			*(table_is(&inputs, row, "input", "kv") ? &kv : &demand) =
				table_number_of(&inputs, row, "share");
	CHECK(demand > 0.7 && kv < 0.1);
	table_free(&inputs);
}

/* They cost what the others do on average, (40 * 2 + 40 * 1) / 80, and may be either: 40 VMs cost 40 to 80
 * cores. */
static void test_vms_of_no_known_class_are_of_some(void)
{
	static const char *const mixed[] = { "vm=web|count=40|class=kv|cpu=1|memory=1|measured_on=native",
					     "vm=sum|count=40|class=spin|cpu=1|memory=1|measured_on=native",
					     "vm=new|count=40|class=kw|cpu=1|memory=1|measured_on=native",
					     NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	const char *directory = prepare(mixed, hosts, &options);
	struct table table, inputs;

	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_summary);
	CHECK_NEAR(figure(&table, "hosted", "cpu_inflated"), 180, 1e-6);
	table_free(&table);
	table = read_plan(directory, &schema_plan_uncertainty);
	CHECK_NEAR(figure(&table, "hosted", "hosts_p5"), 20, 0.5);
	CHECK_NEAR(figure(&table, "hosted", "hosts_p95"), 25, 0.5);
	table_free(&table);
	inputs = read_plan(directory, &schema_plan_sensitivity);
	CHECK_INT(inputs.rows, 1);
	CHECK_STR(table_text_of(&inputs, 0, "input"), "unknown-class");
	CHECK_NEAR(figure(&inputs, "hosted", "low"), 2 / 3., 1e-6);
	CHECK_NEAR(figure(&inputs, "hosted", "high"), 4 / 3., 1e-6);
	CHECK(figure(&inputs, "hosted", "share") > 0.99);
	table_free(&inputs);
}

int main(void)
{
	CHECK_RUN(test_what_is_certain_does_not_vary);
	CHECK_RUN(test_a_ratio_varies_within_its_interval);
	CHECK_RUN(test_demand_may_be_what_matters);
	CHECK_RUN(test_vms_of_no_known_class_are_of_some);
	return check_done();
}
