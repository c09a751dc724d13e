/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <math.h>
#include <unistd.h>

#include "base/error.h"
#include "reports/chart_priv.h"
#include "reports/reports.h"
#include "tests/check.h"
#include "tests/report_tables.h"

/* report.html: what it must hold, and what it must never let through. */

static const char *const runs[] = {
	"run=1|workload=<script>alert('1')</script>|config=native|label=native|status=ok",
	"run=2|workload=<script>alert('1')</script>|config=hosted|label=hosted|status=ok|flags=<b>",
	"run=3|workload=it's `id` & \"co\"|config=native|label=native|status=ok",
	"run=4|workload=it's `id` & \"co\"|config=hosted|label=hosted|status=ok",
	NULL,
};

static const char *const overhead[] = {
	"workload=<script>alert('1')</"
	"script>|config=hosted|baseline=native|metric=time|blocks=9|ratio=3|low=2.5|"
	"high=3.25|baseline_ns=1000000",
	"workload=it's `id` & "
	"\"co\"|config=hosted|baseline=native|metric=time|blocks=10|ratio=100|low=90|high=120",
	"workload=it's `id` & "
	"\"co\"|config=hosted|baseline=native|metric=cpu|blocks=10|ratio=1.01|low=0.99|high=1.02",
	NULL,
};

static const char *const layers[] = {
	"run=2|thread=vcpu0|layer=guest-user|ns=60",
	"run=2|thread=vcpu0|layer=hypervisor|ns=50",
	"run=1|thread=program|layer=guest-user|ns=60",
	NULL,
};

static const char *const waterfall[] = {
	"config=hosted|transport=exit|kind=read|stage=total|count=5|cost_ns=31000|low_ns=30000|high_ns=32000",
	"config=bare-metal|transport=ring|kind=read|stage=total|count=5|cost_ns=400|low_ns=NA|high_ns=NA",
	"config=hosted|transport=exit|kind=write|stage=total|count=50|cost_ns=3000000|low_ns=30000|high_ns="
	"32000",
	NULL,
};

static const char *const plan[] = {
	"config=native|label=native|hosts=2|hardware_cost=1000|licence_cost=100",
	"config=hosted|label=hosted|hosts=4|hardware_cost=2000|licence_cost=200",
	NULL,
};

static const char *make_results(void)
{
	const char *directory = tables_directory();
	char path[64];

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_overhead, overhead);
	tables_write(directory, &schema_layers, layers);
	tables_write(directory, &schema_waterfall, waterfall);
	snprintf(path, sizeof(path), "%s/plan", directory);
	mkdir(path, 0777);
	tables_write(directory, &schema_plan_summary, plan);
	return directory;
}

static char *make_page(void)
{
	const char *directory = make_results();
	struct error error = { 0 };

	CHECK_INT(report_html_write(directory, &error), 0);
	return tables_slurp(directory, "report.html");
}

static bool gnuplot_runs(void)
{
	struct error error = { 0 };
	char *svg = NULL;
	int status = gnuplot_run("set terminal svg\nplot x\n", &svg, &error);

	free(svg);
	return status == 0;
}

static size_t count(const char *text, const char *what)
{
	size_t found = 0;

	while ((text = strstr(text, what)) != NULL) {
		found++;
		text += strlen(what);
	}
	return found;
}

static void test_page_escapes_what_tables_say(void)
{
	char *page = make_page();

	CHECK(page && !strstr(page, "<script"));
	CHECK(strstr(page, "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
	CHECK(!strstr(page, "<b>"));
	CHECK(strstr(page, "it&#39;s `id` &amp; &quot;co&quot;"));
	free(page);
}

static void test_page_loads_nothing(void)
{
	char *page = make_page();

	CHECK(!strstr(page, "http://") && !strstr(page, "https://"));
	CHECK(!strstr(page, "src=") && !strstr(page, "@import") && !strstr(page, "<link"));
	free(page);
}

static void test_page_has_every_part(void)
{
	char *page = make_page();

	CHECK(strstr(page, "<title>vmtax: results."));
	CHECK(strstr(page, "Hodges-Lehmann"));
	CHECK(strstr(page, "The estimates come from 9 to 10 blocks."));
	CHECK(strstr(page, "machine.csv is missing"));
	CHECK(strstr(page, "<a href=\"plan/summary.csv\">"));
	CHECK(strstr(page, "3.00 <span class=\"interval\">[2.50, 3.25]</span>"));
	CHECK(strstr(page, "<td>NA</td>"));
	CHECK(strstr(page, "</i>idle</li>") && !strstr(page, "</i>other</li>")); /* no layer is unknown */
	CHECK_INT(count(page, "<figure>"), 7); /* time, CPU, two panels of layers, requests, hosts, cost */
	free(page);
}

static void test_figures_are_drawn(void)
{
	char *page;

	if (!gnuplot_runs())
		CHECK_SKIP("gnuplot is not installed");
	page = make_page();
	CHECK_INT(count(page, "<svg viewBox="), 7);
	CHECK_INT(count(page, "could not be drawn"), 0);
	CHECK_INT(count(page, "<?xml"), 0);
	free(page);
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void test_ids_are_unique_in_the_page(void)
{
	char *ids[4096], *page, *at;
	size_t n = 0;

	if (!gnuplot_runs())
		CHECK_SKIP("gnuplot is not installed");
	page = at = make_page();
	while ((at = strstr(at, " id=")) != NULL && n < 4096) {
		char quote = at[4];

		ids[n] = at += 5;
		at = strchr(at, quote);
		*at++ = '\0';
		n++;
	}
	CHECK(n > 7);
	qsort(ids, n, sizeof(*ids), compare);
	for (size_t i = 1; i < n; i++)
		CHECK(strcmp(ids[i - 1], ids[i]) != 0);
	free(page);
}

static size_t count_files(const char *directory)
{
	DIR *open = opendir(directory);
	size_t files = 0;

	while (readdir(open))
		files++;
	closedir(open);
	return files;
}

/* With a PATH that holds nothing the page is whole but for its figures, and no temporary file stays. */
static void test_page_without_gnuplot(void)
{
	char *path = strdup(getenv("PATH")), *page;
	const char *directory = make_results();
	size_t before = count_files(directory);

	setenv("PATH", "/nonexistent", 1);
	CHECK_INT(report_html_write(directory, NULL), 0);
	setenv("PATH", path, 1);
	free(path);
	page = tables_slurp(directory, "report.html");
	CHECK_INT(count(page, "could not be drawn: gnuplot is not installed"), 5);
	CHECK(strstr(page, "</html>"));
	CHECK_INT(count_files(directory), before + 1);
	free(page);
}

static void test_gnuplot_failure_is_told(void)
{
	struct error error = { 0 };
	char *svg = NULL;

	if (!gnuplot_runs())
		CHECK_SKIP("gnuplot is not installed");
	CHECK(gnuplot_run("set terminal svg\nplot no_such_function(x)\n", &svg, &error) < 0);
	CHECK(strstr(error.what, "undefined function"));
	CHECK(!svg);
}

static void test_svg_keeps_ids_to_itself(void)
{
	static const char svg[] =
		"<?xml?><svg viewBox=\"0 0 4 2\" xmlns=\"n\"><g id=\"a\"><use xlink:href='#a'/>"
		"<text fill=\"url(#a)\"> id=\"a</text></g></svg>";
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CHECK_INT(svg_inline(out, svg, "k", "<l>"), 0);
	fclose(out);
	CHECK_STR(text, "<svg viewBox=\"0 0 4 2\" role=\"img\" aria-label=\"&lt;l&gt;\"><g id=\"k-a\"><use "
			"xlink:href='#k-a'/><text fill=\"url(#k-a)\"> id=\"a</text></g></svg>\n");
	free(text);
	CHECK(svg_inline(stdout, "no drawing", "k", "l") < 0);
}

static void test_nothing_to_draw_is_told(void)
{
	struct error error = { 0 };
	struct grid grid = { .axis = "time" };
	struct chart chart = { .kind = CHART_DOTS, .reference = NAN, .grid = &grid };

	CHECK_INT(grid_allocate(&grid, 2), 0);
	CHECK(chart_draw(stdout, &chart, &error) < 0);
	CHECK_STR(error.what, "there is nothing to draw");
	grid_free(&grid);
}

int main(void)
{
	CHECK_RUN(test_page_escapes_what_tables_say);
	CHECK_RUN(test_page_loads_nothing);
	CHECK_RUN(test_page_has_every_part);
	CHECK_RUN(test_figures_are_drawn);
	CHECK_RUN(test_ids_are_unique_in_the_page);
	CHECK_RUN(test_page_without_gnuplot);
	CHECK_RUN(test_gnuplot_failure_is_told);
	CHECK_RUN(test_svg_keeps_ids_to_itself);
	CHECK_RUN(test_nothing_to_draw_is_told);
	return check_done();
}
