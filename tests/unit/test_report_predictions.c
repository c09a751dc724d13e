/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/error.h"
#include "reports/reports.h"
#include "reports/reports_priv.h"
#include "reports/scatter_priv.h"
#include "tests/check.h"
#include "tests/report_tables.h"
#include "tests/report_text.h"

/* What reports say of predictions: panels, errors, costs and lines of small tables whose answers are plain.
 */

static const char *const runs[] = {
	"run=1|workload=kv|config=native|label=native|status=ok",
	"run=2|workload=kv|config=hosted|label=hosted|status=ok",
	"run=3|workload=kv|config=bare-metal|label=bare-metal|status=ok",
	NULL,
};

#define ROW(program, config, metric, held_out, measured, predicted)                                          \
	"program=" program "|config=" config "|metric=" metric "|held_out=" held_out                         \
	"|native_ns=1000000|measured_ns=" measured "|predicted_ns=" predicted                                \
	"|low_ns=1000000|high_ns=4000000|constant_ns=4000000|constant_low_ns=1000000|"                       \
	"constant_high_ns=8000000|cpu_only_ns=1000000"

static const char *const validation[] = {
	ROW("a<b", "hosted", "time", "list", "2000000", "2200000"),
	ROW("near", "hosted", "time", "list", "2000000", "2020000"),
	ROW("far", "hosted", "time", "list", "2000000", "1000000"),
	ROW("turn", "hosted", "time", "program", "2000000", "2100000"),
	ROW("nought", "hosted", "time", "program", "0", "2100000"),
	ROW("a<b", "hosted", "cpu", "list", "2000000", "2400000"),
	ROW("turn", "bare-metal", "time", "program", "2000000", "2500000"),
	ROW("gone", "bare-metal", "time", "program", "2000000", "NA"),
	NULL,
};

static const char *const coefficients[] = {
	"config=hosted|label=hosted|metric=time|term=request|unit=ns|cost=50000|low=49000|high=51000|direct="
	"50200|"
	"with=3",
	"config=hosted|label=hosted|metric=cpu|term=request|unit=ns|cost=40000|low=39000|high=41000|direct="
	"40200|"
	"with=3|merged=blocking",
	"config=hosted|label=hosted|metric=time|term=base|unit=1|cost=1|low=0.99|high=1.01|direct=1|with=3",
	"config=hosted|label=hosted|metric=time|term=futex|unit=ns|cost=0|low=0|high=0|with=0",
	NULL,
};

static const char *make_results(void)
{
	const char *directory = tables_directory();

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_validation, validation);
	tables_write(directory, &schema_coefficients, coefficients);
	return directory;
}

static char *make_page(const char *directory)
{
	CHECK_INT(report_html_write(directory, NULL), 0);
	return tables_slurp(directory, "report.html");
}

static size_t count(const char *text, const char *what)
{
	size_t found = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		found++;
	return found;
}

static void test_each_configuration_has_its_panels(void)
{
	char *page = make_page(make_results());

	CHECK_INT(count(page, "predicted against measured\">"), 3); /* of CPU there is none bare-metal */
	CHECK_INT(count(page, "aria-label=\"hosted, CPU seconds, predicted against measured\""), 1);
	CHECK_INT(count(page, "<circle cx=\"7\""), 1); /* the key: of bare-metal none is held out */
	CHECK(strstr(page, ">1 ms</text>") && strstr(page, ">2 ms</text>"));
	CHECK(!strstr(page, "Mnan") && !strstr(page, "=\"nan") && !strstr(page, "inf\""));
	free(page);
}

static void test_marks_tell_their_figures(void)
{
	char *page = make_page(make_results());

	CHECK(strstr(page,
		     "<title>a&lt;b: measured 2.00 ms, predicted 2.20 ms [1.00 ms, 4.00 ms], off by +10.0 %; "
		     "no fit has seen it</title>"));
	CHECK(strstr(page, "off by +5.0 %; left out in turn</title>"));
	CHECK(!strstr(page, "<title>nought") && !strstr(page, "<title>gone"));
	free(page);
}

static void test_the_farthest_off_are_named(void)
{
	char *page = make_page(make_results());

	CHECK_INT(count(page, ">far</text>"), 1);
	CHECK_INT(count(page, ">a&lt;b</text>"), 2); /* second of time, first of CPU seconds */
	CHECK_INT(count(page, ">near</text>"), 0);
	CHECK_INT(count(page, ">turn</text>"), 2);
	free(page);
}

/* Marks all in one place: no name lies on another, and none leaves the square. */
static void test_names_do_not_overlap(void)
{
	struct scatter_point point[] = { { "a-name-of-some-length", 2e6, 3e6, NAN, NAN, false },
					 { "another-of-that-length", 2e6, 3e6, NAN, NAN, false },
					 { "third-of-such-a-length", 2e6, 3e6, NAN, NAN, true },
					 { "and-one-that-is-far-too-long", 2e6, 3e6, NAN, NAN, true } };
	const struct scatter s = { .title = "t", .low = 1e6, .high = 1e7, .point = point, .count = 4 };
	char *text = NULL, *at;
	double last[4];
	size_t size, n = 0;
	FILE *out = open_memstream(&text, &size);

	scatter_put_labels(out, &s);
	fclose(out);
	for (at = text; (at = strstr(at, "<text x=")) != NULL; at++) {
		double x = 0, y = 0;

		CHECK_INT(sscanf(at, "<text x=\"%lf\" y=\"%lf\"", &x, &y), 2);
		CHECK(x > SCATTER_LEFT && x < SCATTER_WIDTH && y > SCATTER_TOP);
		for (size_t i = 0; i < n; i++)
			CHECK(fabs(y - last[i]) > 13);
		last[n++] = y;
	}
	CHECK_INT(n, 4);
	CHECK(strstr(text, ">and-one-that-is-far-too-&hellip;</text>"));
	free(text);
}

static void test_errors_are_tabled(void)
{
	char *page = make_page(make_results());

	CHECK(strstr(page,
		     "hosted, time</th><td class=\"words\">no fit has seen</td><td>3</td>"
		     "<td>10.0</td><td>42.0</td><td>50.0</td><td>100.0</td><td>100.0</td><td>100.0</td>"
		     "<td>50.0</td><td>50.0</td><td>50.0</td><td>100 %</td><td>1.39</td><td>2.08</td>"));
	CHECK(strstr(page,
		     "hosted, time</th><td class=\"words\">left out in turn</td><td>1</td><td>5.0</td>"));
	CHECK(strstr(
		page,
		"hosted, CPU seconds</th><td class=\"words\">no fit has seen</td><td>1</td><td>20.0</td>"));
	CHECK(strstr(
		page,
		"bare-metal, time</th><td class=\"words\">left out in turn</td><td>1</td><td>25.0</td>"));
	CHECK(!strstr(page, "bare-metal, CPU seconds</th>"));
	free(page);
}

static void test_costs_are_folded_away(void)
{
	char *page = make_page(make_results()),
	     *folded = strstr(page, "<details><summary>What each event costs");

	CHECK(folded);
	CHECK(strstr(
		folded,
		"request</th><td>50.0 us</td><td class=\"interval\">[49.0 us, 51.0 us]</td><td>50.2 us</td>"
		"<td>40.0 us</td><td class=\"interval\">[39.0 us, 41.0 us] one with blocking</td>"));
	CHECK(strstr(folded, "base</th><td>1.000</td><td class=\"interval\">[0.990, 1.010]</td><td>1.000</td>"
			     "<td></td><td></td><td></td><td>factor</td>"));
	CHECK(strstr(folded, "futex</th><td class=\"interval\">not seen</td><td></td><td>NA</td>"));
	free(page);
}

/* A fit that was not validated has costs alone. */
static void test_costs_without_validation(void)
{
	const char *directory = tables_directory();
	char *page;

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_coefficients, coefficients);
	page = make_page(directory);
	CHECK(strstr(page, "<h2>What predictions are made of</h2>\n<details>"));
	CHECK(!strstr(page, "Predicted and measured"));
	free(page);
}

static void test_summary_has_a_line_each(void)
{
	char *text = print_text(make_results(), false);

	CHECK(strstr(text, "\n- predictions of programs not fitted: hosted time off by 10.0 % (P90 42.0 %),\n"
			   "  CPU 20.0 % (20.0 %)\n"));
	CHECK(strstr(text,
		     "\n- predictions of programs left out in turn: bare-metal time off by 25.0 % (P90\n"
		     "  25.0 %)\n"));
	free(text);
}

int main(void)
{
	CHECK_RUN(test_each_configuration_has_its_panels);
	CHECK_RUN(test_marks_tell_their_figures);
	CHECK_RUN(test_the_farthest_off_are_named);
	CHECK_RUN(test_names_do_not_overlap);
	CHECK_RUN(test_errors_are_tabled);
	CHECK_RUN(test_costs_are_folded_away);
	CHECK_RUN(test_costs_without_validation);
	CHECK_RUN(test_summary_has_a_line_each);
	return check_done();
}
