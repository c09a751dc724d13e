/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/stats.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/overhead_table.h"

/* overhead.csv of small results whose answers are known. */

static void test_ratio_is_hodges_lehmann_of_paired_logs(void)
{
	/* native drifts by a factor of ten; the ratio within each block is 2, but for the last one's 4 */
	static const double native[] = { 100, 200, 300, 500, 700, 900, 1000 };
	double logs[7];
	struct stats_estimate want;
	struct table overhead;

	begin();
	for (int i = 0; i < 7; i++) {
		double ratio = i < 6 ? 2 : 4;

		add("kv", "native", i + 1, native[i] * 1000, "");
		add("kv", "hosted", i + 1, native[i] * 1000 * ratio, "");
		logs[i] = log(ratio);
	}
	overhead = estimate();
	want = stats_hodges_lehmann(logs, 7, 0.95);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), exp(want.value), 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), 2, 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "low"), exp(want.low), 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "high"), exp(want.high), 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "blocks"), 7, 0);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "baseline_ns"), 500e3, 0);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "median_ns"), 1000e3, 0);
	table_free(&overhead);
	free_rows();
}

static void test_blocks_pair_whatever_their_order(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 6; i++)
		add("kv", "native", i, i * 1000, "");
	for (int i = 6; i >= 1; i--)
		add("kv", "hosted", i, i * 3000, "");
	add("kv", "hosted", 7, 1, ""); /* without a native one beside it */
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), 3, 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "low"), 3, 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "blocks"), 6, 0);
	table_free(&overhead);
	free_rows();
}

/* Each VM is paired with the one of its number, and those of a block are one observation. */
static void test_vms_at_once(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 6; i++) {
		add("kv", "native", i, 1000, "|vms=2|vm=1");
		add("kv", "native", i, 4000, "|vms=2|vm=2");
		add("kv", "hosted", i, 32000, "|vms=2|vm=2"); /* 8 times */
		add("kv", "hosted", i, 2000, "|vms=2|vm=1");  /* twice */
	}
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), 4, 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "low"), 4, 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "blocks"), 6, 0);
	table_free(&overhead);
	free_rows();
}

static void test_only_equal_and_good_repetitions_count(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 6; i++) {
		add("kv", "native", i, 1000, "");
		add("kv", "hosted", i, 2000, "");
	}
	add("kv", "native", 7, 1000, "");
	add_row("run=14|workload=kv|config=hosted|label=hosted|cache=cold|status=ok|block=7|"
		"roi_ns=9000|cpu_vcpu_ns=9000");
	rows[count++] =
		strdup("run=15|workload=kv|config=hosted|label=hosted|cache=warm|status=failed|block=7|"
		       "roi_ns=9000|cpu_vcpu_ns=9000");
	add_row("run=16|workload=kv|config=hosted|label=hosted|cache=warm|status=ok|block=NA|"
		"roi_ns=9000|cpu_vcpu_ns=9000");
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), 2, 1e-12);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "blocks"), 6, 0);
	table_free(&overhead);
	free_rows();
}

static void test_disturbed_pairs_are_left_out_where_enough_remain(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 7; i++) {
		add("kv", "native", i, 1000, "");
		add("kv", "hosted", i, i == 3 ? 9000 : 2000, i == 3 ? "|flags=startup drift" : "");
	}
	for (int i = 1; i <= 6; i++) {
		add("log", "native", i, 1000, i == 2 ? "|flags=steal" : "");
		add("log", "hosted", i, 2000, "");
	}
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "hosted", "time", "blocks"), 6, 0);
	CHECK_NEAR(figure(&overhead, "hosted", "time", "high"), 2, 1e-12);
	CHECK_STR(table_text_of(&overhead, find(&overhead, "hosted", "native", "time"), "flags"), "");
	for (size_t row = 0; row < overhead.rows; row++)
		if (table_is(&overhead, row, "workload", "log") &&
		    table_is(&overhead, row, "metric", "time")) {
			CHECK_STR(table_text_of(&overhead, row, "flags"), "disturbed");
			CHECK_NEAR(table_number_of(&overhead, row, "blocks"), 6, 0);
		}
	table_free(&overhead);
	free_rows();
}

static void test_few_blocks_have_no_interval(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 5; i++) {
		add("kv", "native", i, 1000, "|flags=nondeterministic");
		add("kv", "hosted", i, 2000, "");
	}
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), 2, 1e-12);
	CHECK(isnan(figure(&overhead, "hosted", "time", "low")));
	CHECK_STR(table_text_of(&overhead, find(&overhead, "hosted", "native", "time"), "flags"),
		  "nondeterministic few-blocks");
	table_free(&overhead);
	free_rows();
}

static void test_cpu_counts_everything_and_plans_leave_drivers_out(void)
{
	static const char parts[] =
		"run=2|workload=kv|class=app|config=bare-metal|label=bare-metal*|cache=warm|"
		"status=ok|block=1|roi_ns=150|life_ns=400|cpu_vcpu_ns=110|"
		"cpu_vcpu_spin_ns=20|cpu_monitor_ns=30|cpu_driver_busy_ns=40|"
		"cpu_driver_spin_ns=200|cores_held=2";
	struct table overhead;

	begin();
	add("kv", "native", 1, 100, "");
	add_row(parts);
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "bare-metal", "time", "ratio"), 1.5, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "core", "ratio"), 3, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "cpu", "ratio"), 4, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "vm-cpu", "ratio"), 1.6, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "driver", "ratio"), 0.4, 1e-12);
	CHECK_STR(table_text_of(&overhead, find(&overhead, "bare-metal", "native", "time"), "label"),
		  "bare-metal*");
	table_free(&overhead);
	free_rows();
}

static void test_without_marks_the_whole_life_counts(void)
{
	struct table overhead;

	begin();
	for (int block = 1; block <= 2; block++) {
		char row[256];

		add("kv", "native", block, 100, "");
		snprintf(row, sizeof(row),
			 "run=9%d|workload=kv|class=app|config=hosted|label=hosted|cache=warm|status=ok|"
			 "block=%"
			 "d|"
			 "roi_ns=NA|life_ns=600|wall_ns=500",
			 block, block);
		add_row(row);
	}
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "hosted", "time", "ratio"), 2, 1e-12); /* 600 / 300 */
	CHECK(find(&overhead, "hosted", "native", "cpu") == overhead.rows); /* not measured: no row, not 0 */
	table_free(&overhead);
	free_rows();
}

static void test_observer_is_against_the_undisturbed(void)
{
	struct table overhead;
	size_t row;

	begin();
	for (int i = 1; i <= 3; i++)
		add("kv", "hosted", i, 1000 * i, "");
	add_row("run=4|workload=kv|class=app|config=hosted|label=hosted|cache=warm|status=ok|"
		"block=NA|roi_ns=3000|flags=observed");
	overhead = estimate();
	row = find(&overhead, "hosted", "hosted", "observer");
	CHECK_INT(overhead.rows, 1); /* without a baseline there is nothing else */
	CHECK_INT(row, 0);
	CHECK_NEAR(table_number_of(&overhead, 0, "ratio"), 3 / cbrt(6), 1e-12);
	CHECK(table_missing_of(&overhead, 0, "low")); /* one tells no interval */
	table_free(&overhead);
	add_row("run=5|workload=kv|class=app|config=hosted|label=hosted|cache=warm|status=ok|"
		"block=NA|roi_ns=3300|flags=drift observed");
	add_row("run=6|workload=kv|class=app|config=hosted|label=hosted|cache=warm|status=ok|"
		"block=NA|roi_ns=2700|flags=observed");
	overhead = estimate();
	CHECK_NEAR(table_number_of(&overhead, 0, "ratio"), cbrt(3.0 * 3.3 * 2.7 / 6), 1e-12);
	CHECK(table_number_of(&overhead, 0, "low") < 1 && table_number_of(&overhead, 0, "high") > 2);
	table_free(&overhead);
	free_rows();
}

static void test_a_missing_result_is_said(void)
{
	struct error error = { 0 };
	char all[1024];

	directory = tables_directory();
	CHECK(model_overhead_write(directory, &error) < 0);
	CHECK(strstr(error_text(&error, all, sizeof(all)), "runs.csv"));
	CHECK(strstr(error.mend, "vmtax run"));
	CHECK(tables_slurp(directory, "overhead.csv") == NULL);
}

int main(void)
{
	CHECK_RUN(test_ratio_is_hodges_lehmann_of_paired_logs);
	CHECK_RUN(test_blocks_pair_whatever_their_order);
	CHECK_RUN(test_vms_at_once);
	CHECK_RUN(test_only_equal_and_good_repetitions_count);
	CHECK_RUN(test_disturbed_pairs_are_left_out_where_enough_remain);
	CHECK_RUN(test_few_blocks_have_no_interval);
	CHECK_RUN(test_cpu_counts_everything_and_plans_leave_drivers_out);
	CHECK_RUN(test_without_marks_the_whole_life_counts);
	CHECK_RUN(test_observer_is_against_the_undisturbed);
	CHECK_RUN(test_a_missing_result_is_said);
	return check_done();
}
