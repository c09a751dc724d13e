/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/stats.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/report_tables.h"

/* overhead.csv and costs.csv of small results whose answers are known. */

static const char *directory;
static const char *rows[512];
static size_t count;

/* Begins a result; free_rows ends it. */
static void begin(void)
{
	directory = tables_directory();
	count = 0;
}

/* Adds a repetition: NS in the region of interest, REST further columns ("|" first). */
static void add(const char *workload, const char *config, int block, double ns, const char *rest)
{
	char *row;

	if (asprintf(&row,
		     "run=%zu|workload=%s|class=app|config=%s|label=%s|cache=warm|status=ok|block=%d|roi_ns=%"
		     ".0f|"
		     "life_ns=%.0f|wall_ns=%.0f|cpu_vcpu_ns=%.0f|cpu_vcpu_spin_ns=0|cpu_monitor_ns=0|"
		     "cpu_driver_busy_ns=0|cpu_driver_spin_ns=0|cores_held=1%s",
		     count + 1, workload, config, config, block, ns, ns * 3, ns * 2, ns, rest) < 0)
		abort();
	rows[count++] = row;
	rows[count] = NULL;
}

static void free_rows(void)
{
	while (count)
		free((char *)rows[--count]);
}

/* Writes runs.csv, lets the model at it and reads what it made. */
static struct table estimate(void)
{
	struct error error = { 0 };
	struct table overhead = { 0 };
	char path[64];

	tables_write(directory, &schema_runs, rows);
	CHECK_INT(model_overhead_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/overhead.csv", directory);
	CHECK_INT(table_read(&overhead, path, &schema_overhead, &error), 0);
	return overhead;
}

static const char *text(const struct table *table, size_t row, const char *column)
{
	return table_text(table, row, table_column(table, column));
}

static size_t find(const struct table *overhead, const char *config, const char *baseline, const char *metric)
{
	size_t row = 0;

	while (row < overhead->rows && (strcmp(text(overhead, row, "config"), config) != 0 ||
					strcmp(text(overhead, row, "baseline"), baseline) != 0 ||
					strcmp(text(overhead, row, "metric"), metric) != 0))
		row++;
	return row;
}

/* A number of the estimate, or NaN where there is no such row. */
static double figure(const struct table *overhead, const char *config, const char *metric, const char *column)
{
	size_t row = find(overhead, config, "native", metric);

	return row < overhead->rows ? table_number(overhead, row, table_column(overhead, column)) : NAN;
}

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

static void test_only_equal_and_good_repetitions_count(void)
{
	struct table overhead;

	begin();
	for (int i = 1; i <= 6; i++) {
		add("kv", "native", i, 1000, "");
		add("kv", "hosted", i, 2000, "");
	}
	add("kv", "native", 7, 1000, "");
	rows[count++] = strdup("run=14|workload=kv|config=hosted|label=hosted|cache=cold|status=ok|block=7|"
			       "roi_ns=9000|cpu_vcpu_ns=9000");
	rows[count++] =
		strdup("run=15|workload=kv|config=hosted|label=hosted|cache=warm|status=failed|block=7|"
		       "roi_ns=9000|cpu_vcpu_ns=9000");
	rows[count++] = strdup("run=16|workload=kv|config=hosted|label=hosted|cache=warm|status=ok|block=NA|"
			       "roi_ns=9000|cpu_vcpu_ns=9000");
	rows[count] = NULL;
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
	CHECK_STR(text(&overhead, find(&overhead, "hosted", "native", "time"), "flags"), "");
	for (size_t row = 0; row < overhead.rows; row++)
		if (strcmp(text(&overhead, row, "workload"), "log") == 0 &&
		    strcmp(text(&overhead, row, "metric"), "time") == 0) {
			CHECK_STR(text(&overhead, row, "flags"), "disturbed");
			CHECK_NEAR(table_number(&overhead, row, table_column(&overhead, "blocks")), 6, 0);
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
	CHECK_STR(text(&overhead, find(&overhead, "hosted", "native", "time"), "flags"),
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
	rows[count++] = strdup(parts);
	rows[count] = NULL;
	overhead = estimate();
	CHECK_NEAR(figure(&overhead, "bare-metal", "time", "ratio"), 1.5, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "core", "ratio"), 3, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "cpu", "ratio"), 4, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "vm-cpu", "ratio"), 1.6, 1e-12);
	CHECK_NEAR(figure(&overhead, "bare-metal", "driver", "ratio"), 0.4, 1e-12);
	CHECK_STR(text(&overhead, find(&overhead, "bare-metal", "native", "time"), "label"), "bare-metal*");
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
			 "run=9|workload=kv|class=app|config=hosted|label=hosted|cache=warm|status=ok|block=%"
			 "d|"
			 "roi_ns=NA|life_ns=600|wall_ns=500",
			 block);
		rows[count++] = strdup(row);
		rows[count] = NULL;
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
	rows[count++] = strdup("run=4|workload=kv|class=app|config=hosted|label=hosted|cache=warm|status=ok|"
			       "block=NA|roi_ns=3000|flags=observed");
	rows[count] = NULL;
	overhead = estimate();
	row = find(&overhead, "hosted", "hosted", "observer");
	CHECK_INT(overhead.rows, 1); /* without a baseline there is nothing else */
	CHECK_INT(row, 0);
	CHECK_NEAR(table_number(&overhead, 0, table_column(&overhead, "ratio")), 1.5, 1e-12);
	table_free(&overhead);
	free_rows();
}

static void test_outliers_are_flagged(void)
{
	static const double ratios[] = { 9, 2.0, 2.01, 1.99, 2.02, 1.98, 2.0, 2.01 };
	struct table overhead;

	begin();
	for (int i = 0; i < 8; i++) {
		add("kv", "native", i + 1, 100000, "");
		add("kv", "hosted", i + 1, 100000 * ratios[i], "");
	}
	overhead = estimate();
	CHECK_STR(text(&overhead, find(&overhead, "hosted", "native", "time"), "flags"), "slow-first");
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

static void test_costs_are_medians_of_runs(void)
{
	static const char *const requests[] = {
		"run=1|kind=read|stage=total|count=10|p50_ns=100",
		"run=1|kind=read|stage=host|count=10|p50_ns=60",
		"run=2|kind=read|stage=total|count=30|p50_ns=300",
		"run=3|kind=read|stage=total|count=2|p50_ns=200",
		"run=4|kind=read|stage=total|count=5|p50_ns=9000",  /* a run outside of blocks */
		"run=77|kind=read|stage=total|count=5|p50_ns=9000", /* a run nobody knows */
		NULL,
	};
	struct error error = { 0 };
	struct table costs = { 0 };
	char path[64];

	begin();
	for (int i = 1; i <= 3; i++)
		add("kv", "hosted", i, 1000, "|transport=exit");
	rows[count++] =
		strdup("run=4|workload=kv|config=hosted|label=hosted|status=ok|block=NA|flags=observed");
	rows[count] = NULL;
	tables_write(directory, &schema_runs, rows);
	tables_write(directory, &schema_requests, requests);
	CHECK_INT(model_costs_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/costs.csv", directory);
	CHECK_INT(table_read(&costs, path, &schema_costs, &error), 0);
	CHECK_INT(costs.rows, 2);
	CHECK_STR(text(&costs, 0, "stage"), "total");
	CHECK_STR(text(&costs, 0, "transport"), "exit");
	CHECK_NEAR(table_number(&costs, 0, table_column(&costs, "cost_ns")), 200, 0);
	CHECK_NEAR(table_number(&costs, 0, table_column(&costs, "count")), 42, 0);
	CHECK_NEAR(table_number(&costs, 0, table_column(&costs, "runs")), 3, 0);
	CHECK(table_missing(&costs, 0, table_column(&costs, "low_ns"))); /* three runs have no interval */
	table_free(&costs);
	free_rows();
}

static void test_costs_without_requests_are_an_empty_table(void)
{
	struct error error = { 0 };
	struct table costs = { 0 };
	char path[64];

	begin();
	add("kv", "native", 1, 1000, "");
	tables_write(directory, &schema_runs, rows);
	CHECK_INT(model_costs_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/costs.csv", directory);
	CHECK_INT(table_read(&costs, path, &schema_costs, &error), 0);
	CHECK_INT(costs.rows, 0);
	table_free(&costs);
	free_rows();
}

int main(void)
{
	CHECK_RUN(test_ratio_is_hodges_lehmann_of_paired_logs);
	CHECK_RUN(test_blocks_pair_whatever_their_order);
	CHECK_RUN(test_only_equal_and_good_repetitions_count);
	CHECK_RUN(test_disturbed_pairs_are_left_out_where_enough_remain);
	CHECK_RUN(test_few_blocks_have_no_interval);
	CHECK_RUN(test_cpu_counts_everything_and_plans_leave_drivers_out);
	CHECK_RUN(test_without_marks_the_whole_life_counts);
	CHECK_RUN(test_observer_is_against_the_undisturbed);
	CHECK_RUN(test_outliers_are_flagged);
	CHECK_RUN(test_a_missing_result_is_said);
	CHECK_RUN(test_costs_are_medians_of_runs);
	CHECK_RUN(test_costs_without_requests_are_an_empty_table);
	return check_done();
}
