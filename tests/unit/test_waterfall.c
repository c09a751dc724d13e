/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/error.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/run_tables.h"

/* waterfall.csv of small results whose answers are known. */

static void test_costs_are_medians_of_runs(void)
{
	static const char *const requests[] = {
		"run=1|kind=read|stage=total|count=10|p50_ns=100|bound_ns=150", /* from -50 to 250 */
		"run=1|kind=read|stage=host|count=10|p50_ns=60|bound_ns=NA",
		"run=2|kind=read|stage=total|count=30|p50_ns=300|bound_ns=30", /* from 270 to 330 */
		"run=3|kind=read|stage=total|count=2|p50_ns=200|bound_ns=NA",  /* from anywhere to anywhere */
		"run=4|kind=read|stage=total|count=5|p50_ns=9000",	       /* a run outside of blocks */
		"run=77|kind=read|stage=total|count=5|p50_ns=9000",	       /* a run nobody knows */
		NULL,
	};
	struct error error = { 0 };
	struct table waterfall = { 0 };
	char path[64];

	begin();
	for (int i = 1; i <= 3; i++)
		add("kv", "hosted", i, 1000, "|transport=exit");
	rows[count++] =
		strdup("run=4|workload=kv|config=hosted|label=hosted|status=ok|block=NA|flags=observed");
	tables_write(directory, &schema_runs, rows);
	tables_write(directory, &schema_requests, requests);
	CHECK_INT(model_waterfall_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/waterfall.csv", directory);
	CHECK_INT(table_read(&waterfall, path, &schema_waterfall, &error), 0);
	CHECK_INT(waterfall.rows, 2);
	CHECK_STR(table_text_of(&waterfall, 0, "stage"), "total");
	CHECK_STR(table_text_of(&waterfall, 0, "transport"), "exit");
	CHECK_STR(table_text_of(&waterfall, 0, "workload"), "kv");
	CHECK_NEAR(table_number_of(&waterfall, 0, "cost_ns"), 200, 0);
	CHECK_NEAR(table_number_of(&waterfall, 0, "count"), 42, 0);
	CHECK_NEAR(table_number_of(&waterfall, 0, "runs"), 3, 0);
	CHECK_NEAR(table_number_of(&waterfall, 0, "bound_ns"), 250, 0); /* the median, from -50 to 330 */
	CHECK(table_missing_of(&waterfall, 1, "bound_ns"));
	CHECK(table_missing_of(&waterfall, 0, "low_ns")); /* three runs have no interval */
	table_free(&waterfall);
	free_rows();
}

static void test_costs_without_requests_are_an_empty_table(void)
{
	struct error error = { 0 };
	struct table waterfall = { 0 };
	char path[64];

	begin();
	add("kv", "native", 1, 1000, "");
	tables_write(directory, &schema_runs, rows);
	CHECK_INT(model_waterfall_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/waterfall.csv", directory);
	CHECK_INT(table_read(&waterfall, path, &schema_waterfall, &error), 0);
	CHECK_INT(waterfall.rows, 0);
	table_free(&waterfall);
	free_rows();
}

int main(void)
{
	CHECK_RUN(test_costs_are_medians_of_runs);
	CHECK_RUN(test_costs_without_requests_are_an_empty_table);
	return check_done();
}
