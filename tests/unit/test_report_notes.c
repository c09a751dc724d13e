/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/error.h"
#include "reports/reports.h"
#include "reports/reports_priv.h"
#include "tests/check.h"
#include "tests/report_tables.h"
#include "tests/report_text.h"

/* In what order reports show configurations, and what they say of them. */

/* Whatever order chance ran them in. */
static void test_configurations_have_an_order(void)
{
	static const char *const mixed[] = {
		"run=1|workload=kv|config=hosted+idle=poll|status=ok|life_ns=1000000",
		"run=2|workload=kv|config=bare-metal|status=ok|life_ns=1000000",
		"run=3|workload=kv|config=bare-metal+idle=exit|status=ok|life_ns=1000000",
		"run=4|workload=kv|config=native|status=ok|life_ns=1000000",
		NULL,
	};
	struct error error = { 0 };
	struct result result;
	const char *directory = tables_directory();

	tables_write(directory, &schema_runs, mixed);
	CHECK_INT(result_load(&result, directory, &error), 0);
	CHECK_STR(result.configs.name[0], "native");
	CHECK_STR(result.configs.name[1], "bare-metal");
	CHECK_STR(result.configs.name[2], "bare-metal+idle=exit");
	CHECK_STR(result.configs.name[3], "hosted+idle=poll");
	result_free(&result);
}

/* Each is said where there are figures it is about. */
static void test_notes_need_their_figures(void)
{
	static const char *const skipped[] = {
		"run=1|workload=kv|config=native|status=ok|block=1|life_ns=1000000",
		"run=2|workload=kv|config=bare-metal|status=skipped|reason=no KVM",
		NULL,
	};
	static const char *const measured[] = {
		"run=1|workload=kv|config=native|status=ok|block=1|life_ns=1000000",
		"run=2|workload=kv|config=bare-metal|status=ok|block=1|life_ns=1000000",
		NULL,
	};
	static const char *const observed[] = {
		"workload=a|config=native|baseline=native|metric=observer|ratio=1.5",
		"workload=b|config=native|baseline=native|metric=observer|ratio=1.5",
		"workload=c|config=native|baseline=native|metric=observer|ratio=1.5",
		"workload=d|config=native|baseline=native|metric=observer|ratio=1.5",
		"workload=e|config=native|baseline=native|metric=observer|ratio=1.5",
		NULL,
		NULL,
	};
	static const char *const spent[] = {
		"workload=a|config=native|resource=cpu|item=recorder|scope=observer|unit=cores|value=0.25|n="
		"1",
		NULL,
	};
	const char *six[7];
	const char *directory = tables_directory();
	char *text;

	tables_write(directory, &schema_runs, skipped);
	tables_write(directory, &schema_overhead, observed);
	text = print_text(directory, false);
	CHECK(!strstr(text, "a style, not a product"));
	CHECK(!strstr(text, "tracing and counting by perf"));
	free(text);
	memcpy(six, observed, sizeof(six));
	six[5] = "workload=f|config=native|baseline=native|metric=observer|ratio=1.5";
	tables_write(directory, &schema_overhead, six);
	tables_write(directory, &schema_runs, measured);
	tables_write(directory, &schema_footprint, spent);
	text = print_text(directory, false);
	CHECK(strstr(text, "a style, not a product"));
	CHECK(strstr(text, "tracing and counting by perf"));
	CHECK(strstr(text, "recording traces kept 0.25 of a core busy"));
	free(text);
}

/* Populating memory moves its cost out of the time: that is said below the times, in text and page alike. */
static void test_populated_memory_is_told(void)
{
	static const char *const runs[] = {
		"run=1|workload=kv|config=native|status=ok|block=1|memory=lazy4k|setup_ns=900000|roi_ns="
		"1000000",
		"run=2|workload=kv|config=hosted|status=ok|block=1|memory=lazy4k|transport=exit|setup_ns="
		"3000000|"
		"roi_ns=1000000",
		"run=3|workload=kv|config=bare-metal|status=ok|block=1|memory=locked-huge|transport=ring|"
		"setup_ns=70000000|roi_ns=1000000",
		"run=4|workload=kv|config=bare-metal|status=ok|block=2|memory=locked-huge|transport=ring|"
		"setup_ns=60000000|roi_ns=1000000",
		"run=5|workload=kv|config=bare-metal|status=ok|memory=locked-huge|transport=ring|setup_ns="
		"900000000|"
		"roi_ns=1000000|flags=observed",
		NULL,
	};
	static const char *const overhead[] = {
		"workload=kv|config=bare-metal|baseline=native|metric=time|ratio=0.5",
		NULL,
	};
	static const char said[] =
		"bare-metal: memory populated in set-up: 65.0 ms (hosted, which populates none: "
		"3.00 ms), not in the time";
	const char *directory = tables_directory(), *some[5];
	struct error error = { 0 };
	char *text;

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_overhead, overhead);
	text = print_text(directory, false);
	CHECK(strstr(text, " 0.50\n- bare-metal: memory populated in set-up: 65.0 ms"));
	free(text);
	CHECK_INT(report_html_write(directory, &error), 0);
	text = tables_slurp(directory, "report.html");
	CHECK(text && strstr(text, said));
	CHECK(text && strstr(text, "<td>0.50</td>") && !strstr(text, "[NA]"));
	free(text);

	memcpy(some, runs, 2 * sizeof(*some)); /* nothing of it where nothing is populated */
	some[2] = NULL;
	tables_write(directory, &schema_runs, some);
	text = print_text(directory, false);
	CHECK(!strstr(text, "memory populated"));
	free(text);

	some[2] = "run=3|workload=kv|config=bare-metal|status=ok|block=1|memory=locked4k|transport=ring|"
		  "setup_ns=70000000|life_ns=80000000";
	some[3] = NULL;
	tables_write(directory, &schema_runs, some);
	text = print_text(directory, false);
	CHECK(strstr(text, "as no region of"));
	some[3] = "run=4|workload=log|config=bare-metal|status=ok|block=1|memory=locked4k|transport=ring|"
		  "setup_ns=70000000|roi_ns=8000";
	some[4] = NULL;
	free(text);
	tables_write(directory, &schema_runs, some);
	text = print_text(directory, false);
	CHECK(strstr(text, "time where a region"));
	free(text);
}

/* Large numbers stay apart, and what the plan rests on is said. */
static void test_plans_are_read_easily(void)
{
	static const char *const some[] = { "run=1|workload=kv|config=native|status=ok|block=1", NULL };
	static const char *const plan[] = {
		"config=hosted|label=hosted|hosts=12345678|vms=123456789|unplaced=0|total_cost=1234567890123|"
		"flags=few-blocks",
		"config=native|label=native|hosts=1|vms=2|unplaced=3|total_cost=4|"
		"unplaced_vms=a:1:cpu+io b:2:available",
		NULL,
	};
	const char *directory = tables_directory();
	char *text, path[64];

	snprintf(path, sizeof(path), "%s/plan", directory);
	CHECK_INT(mkdir(path, 0777), 0);
	tables_write(directory, &schema_runs, some);
	tables_write(directory, &schema_plan_summary, plan);
	text = print_text(directory, false);
	CHECK(strstr(text, "\nnative                 1          2  "));
	CHECK(strstr(text, "\nhosted          12345678  123456789  "));
	CHECK(strstr(text, "  1234567890123\n"));
	CHECK(strstr(text,
		     "! 3 VMs fit on no host of the list under native: 1 of a (more of several things"));
	CHECK(strstr(text, "2 of b (the"));
	CHECK(strstr(text, "! ratios the plan uses are flagged: hosted (few-blocks)\n"));
	free(text);
}

int main(void)
{
	CHECK_RUN(test_plans_are_read_easily);
	CHECK_RUN(test_populated_memory_is_told);
	CHECK_RUN(test_configurations_have_an_order);
	CHECK_RUN(test_notes_need_their_figures);
	return check_done();
}
