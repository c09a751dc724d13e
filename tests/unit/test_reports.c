/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <jansson.h>
#include <math.h>

#include "base/error.h"
#include "reports/reports.h"
#include "reports/reports_priv.h"
#include "tests/check.h"
#include "tests/report_tables.h"
#include "tests/report_text.h"

/* Summary, grids, JSON and data package of small tables whose answers are plain. */

static const char *const runs[] = {
	"run=1|workload=kv|config=native|label=native|status=ok",
	"run=2|workload=kv|config=bare-metal|label=bare-metal*|status=ok|reason=memory=lazy4k: no huge pages",
	"run=3|workload=kv|config=hosted|label=hosted|status=ok|flags=steal drift",
	"run=4|workload=log|config=native|label=native|status=ok",
	"run=5|workload=log|config=hosted|label=hosted|status=timeout|reason=no end in 60 s",
	NULL,
};

static const char *const overhead[] = {
	"workload=kv|config=hosted|baseline=native|metric=time|blocks=10|ratio=5.25|low=5.1|high=5.444|"
	"baseline_ns=268000000",
	"workload=kv|config=bare-metal|label=bare-metal*|baseline=native|metric=time|blocks=3|ratio=1.5",
	"workload=kv|config=hosted|baseline=native|metric=cpu|blocks=10|ratio=6|low=5.9|high=6.1",
	"workload=log|config=bare-metal|baseline=native|metric=time|blocks=10|ratio=120|low=98.1|high=130",
	NULL,
};

static const char *make_results(void)
{
	const char *directory = tables_directory();

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_overhead, overhead);
	return directory;
}

static void test_text_has_rows_notes_and_missing(void)
{
	char *text = print_text(make_results(), false);

	CHECK(strstr(text, "\nworkload    native hosted            bare-metal*\n"));
	CHECK(strstr(text, "\nkv          268 ms 5.25 [5.10, 5.44] 1.50 [NA]\n"));
	CHECK(strstr(text, "\nlog             NA   NA               120 [98.1, 130]\n"));
	CHECK(strstr(text, "\nmedian             5.25              60.8\n"));
	CHECK(strstr(text, "\n* bare-metal*: memory=lazy4k: no huge pages (1 run of kv)\n"));
	CHECK(strstr(text, "\n! hosted timeout: no end in 60 s (1 run of log)\n"));
	CHECK(strstr(text,
		     "\n! flagged steal: others took over 1 % of the CPU time meanwhile (1 run of kv)\n"));
	CHECK(strstr(text, "still runs on Linux/KVM"));
	CHECK(!strchr(text, '\033'));
	free(text);
}

static void test_text_is_coloured_only_when_asked(void)
{
	char *text = print_text(make_results(), true);

	CHECK(strstr(text, "\033[1mTime\033[0m"));
	free(text);
}

/* Many configurations with long names: the table is split, no line is wider than the page. */
static void test_text_fits_the_page(void)
{
	static const char *const many[] = {
		"run=1|workload=a-workload-whose-name-is-much-too-long|config=one-long-configuration-name|"
		"status=ok",
		"run=2|workload=b|config=two|status=ok",
		"run=3|workload=b|config=three|status=ok",
		"run=4|workload=b|config=four|status=ok",
		"run=5|workload=b|config=five|status=ok",
		"run=6|workload=b|config=six|status=ok",
		NULL,
	};
	const char *directory = tables_directory();
	char *text, *rest = NULL;

	tables_write(directory, &schema_runs, many);
	text = print_text(directory, false);
	CHECK(strstr(text, " two\n"));
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		CHECK(strlen(line) <= 80);
	free(text);
}

/* Where no other configuration could run, the native times are still shown. */
static void test_text_shows_times_where_nothing_compares(void)
{
	static const char *const alone[] = {
		"run=1|workload=kv|config=native|label=native|status=ok|roi_ns=2000000|wall_ns=9000000",
		"run=2|workload=kv|config=native|label=native|status=ok|roi_ns=4000000",
		"run=3|workload=kv|config=native|label=native|status=failed|roi_ns=90000000",
		"run=4|workload=kv|config=hosted|label=hosted|status=skipped|reason=no /dev/kvm",
		"run=5|workload=log|config=native|label=native|status=ok|life_ns=7000000|wall_ns=5000000",
		NULL,
	};
	const char *directory = tables_directory();
	char *text;

	tables_write(directory, &schema_runs, alone);
	text = print_text(directory, false);
	CHECK(strstr(text, "Nothing could be compared with native."));
	CHECK(strstr(text,
		     "\nTime in milliseconds, median\n")); /* one block: no interval, and no word of any */
	CHECK(strstr(text, "\nkv       3.00     NA\n"));
	CHECK(strstr(text, "\nlog      7.00     NA\n")); /* start-up is part of its life */
	CHECK(strstr(text, "\n! hosted skipped: no /dev/kvm (1 run of kv)\n"));
	free(text);
}

static void test_text_disarms_control_bytes(void)
{
	static const char *const hostile[] = {
		"run=1|workload=\033[2Jx|config=native|status=failed|reason=a\033]b", NULL
	};
	const char *directory = tables_directory();
	char *text;

	tables_write(directory, &schema_runs, hostile);
	text = print_text(directory, false);
	CHECK(strstr(text, "\n?[2Jx "));
	CHECK(strstr(text, "a?]b"));
	CHECK(!strchr(text, '\033'));
	free(text);
}

static void test_missing_results_say_where(void)
{
	struct error error = { 0 };

	CHECK_INT(report_text_print(report_page_of(stdout), "nowhere", true, &error), -ENOENT);
	CHECK_STR(error.where, "nowhere/runs.csv");
	CHECK(*error.mend);
}

static void test_ragged_table_names_its_line(void)
{
	const char *directory = make_results();
	struct error error = { 0 };
	char path[64];
	FILE *out;

	snprintf(path, sizeof(path), "%s/runs.csv", directory);
	out = fopen(path, "a");
	fputs("6,too,short\n", out);
	fclose(out);
	CHECK(report_html_write(directory, &error) < 0);
	CHECK(strstr(error.where, "runs.csv:7"));
	CHECK(!tables_slurp(directory, "report.html"));
}

static void test_numbers_keep_three_digits(void)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = { { 1, "1.00" },	   { 9.994, "9.99" },	 { 9.996, "10.0" },	 { 99.96, "100" },
		      { 1234.4, "1234" },  { 0.05, "0.050" },	 { 0, "0.00" },		 { NAN, "NA" },
		      { -3.456, "-3.46" }, { 0.0004, "0.0004" }, { 0.000099, "9.9e-05" } };
	char text[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK_STR(format_number(cases[i].value, text), cases[i].text);
	CHECK_STR(format_interval((struct interval){ 1.5, NAN, NAN }, text), "1.50 [NA]");
	CHECK_STR(format_interval((struct interval){ NAN, 1, 2 }, text), "NA");
}

static void test_layers_close_at_hundred(void)
{
	static const char *const layers[] = {
		"run=3|thread=vcpu0|layer=guest-user|ns=60",
		"run=3|thread=vcpu0|layer=hypervisor|ns=50",
		"run=3|thread=vcpu0|layer=unattributed|ns=-10",
		"run=3|thread=driver0|layer=spin|ns=90",
		"run=3|thread=driver0|layer=brand-new|ns=10",
		"run=5|thread=vcpu0|layer=guest-user|ns=1000",
		NULL,
	};
	const char *directory = make_results();
	struct result result;
	struct grid grid;
	double sum = 0;

	tables_write(directory, &schema_layers, layers);
	CHECK_INT(result_load(&result, directory, NULL), 0);
	CHECK_INT(grid_layers(&grid, &result, "hosted"), 0);
	for (size_t column = 0; column < grid.column_count; column++)
		if (!isnan(grid_cell(&grid, 0, column)->value))
			sum += grid_cell(&grid, 0, column)->value;
	CHECK_NEAR(sum, 100, 1e-9);
	CHECK_NEAR(grid_cell(&grid, 0, 0)->value, 30, 1e-9);
	CHECK_NEAR(grid_cell(&grid, 0, 9)->value, -5, 1e-9); /* unattributed stays signed */
	CHECK_NEAR(grid_cell(&grid, 0, 10)->value, 5, 1e-9); /* an unknown layer is "other" */
	CHECK(isnan(grid_cell(&grid, 1, 0)->value));	     /* log timed out */
	grid_free(&grid);
	result_free(&result);
}

static json_t *print_json(const char *directory, const struct table_schema *schema)
{
	char *text = NULL, path[64];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	json_t *json;

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	CHECK_INT(report_table_json(out, path, schema, NULL), 0);
	fclose(out);
	json = json_loads(text, 0, NULL);
	free(text);
	return json;
}

static void test_json_has_numbers_and_nulls(void)
{
	json_t *rows = print_json(make_results(), &schema_overhead), *row = json_array_get(rows, 1);

	CHECK_INT(json_array_size(rows), 4);
	CHECK_INT(json_integer_value(json_object_get(row, "blocks")), 3);
	CHECK_NEAR(json_real_value(json_object_get(row, "ratio")), 1.5, 0);
	CHECK(json_is_null(json_object_get(row, "low")));
	CHECK_STR(json_string_value(json_object_get(row, "label")), "bare-metal*");
	CHECK_INT(json_object_size(row), 13);
	json_decref(rows);
}

static void test_json_survives_bytes_that_are_not_utf8(void)
{
	static const char *const facts[] = { "fact=command|value=\xff\"x\\", NULL };
	const char *directory = tables_directory();
	json_t *rows;

	tables_write(directory, &schema_machine, facts);
	rows = print_json(directory, &schema_machine);
	CHECK_STR(json_string_value(json_object_get(json_array_get(rows, 0), "value")), "?\"x\\");
	json_decref(rows);
}

static void test_package_describes_what_is_there(void)
{
	const char *directory = make_results();
	json_t *package, *resources, *fields;

	CHECK_INT(report_package_write(directory, NULL), 0);
	char *text = tables_slurp(directory, "datapackage.json");
	package = json_loads(text, 0, NULL);
	resources = json_object_get(package, "resources");
	CHECK_INT(json_array_size(resources), 2);
	CHECK_STR(json_string_value(json_object_get(json_array_get(resources, 0), "path")), "runs.csv");
	fields = json_object_get(json_object_get(json_array_get(resources, 1), "schema"), "fields");
	CHECK_STR(json_string_value(json_object_get(json_array_get(fields, 7), "name")), "ratio");
	CHECK_STR(json_string_value(json_object_get(json_array_get(fields, 7), "type")), "number");
	CHECK_STR(json_string_value(json_object_get(json_array_get(fields, 10), "unit")), "ns");
	json_decref(package);
	free(text);
}

int main(void)
{
	CHECK_RUN(test_text_has_rows_notes_and_missing);
	CHECK_RUN(test_text_is_coloured_only_when_asked);
	CHECK_RUN(test_text_fits_the_page);
	CHECK_RUN(test_text_shows_times_where_nothing_compares);
	CHECK_RUN(test_text_disarms_control_bytes);
	CHECK_RUN(test_missing_results_say_where);
	CHECK_RUN(test_ragged_table_names_its_line);
	CHECK_RUN(test_numbers_keep_three_digits);
	CHECK_RUN(test_layers_close_at_hundred);
	CHECK_RUN(test_json_has_numbers_and_nulls);
	CHECK_RUN(test_json_survives_bytes_that_are_not_utf8);
	CHECK_RUN(test_package_describes_what_is_there);
	return check_done();
}
