/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/schema.h"
#include "base/stats.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/run_tables.h"

/* ablation.csv of small results whose answers are known. */
#define BLOCKS 7

/* Three knobs and the time with each set of them flipped: t and b help each other, m works alone. */
static const struct set {
	const char *config;
	double us;
	const char *knobs;
} sets[] = {
	{ "A", 100, "|transport=exit|memory=lazy4k|backend=buffered" },
	{ "A+t", 50, "|transport=ring|memory=lazy4k|backend=buffered" },
	{ "A+m", 90, "|transport=exit|memory=huge|backend=buffered" },
	{ "A+b", 95, "|transport=exit|memory=lazy4k|backend=uring" },
	{ "B-b", 45, "|transport=ring|memory=huge|backend=buffered" },
	{ "B-m", 50, "|transport=ring|memory=lazy4k|backend=uring" },
	{ "B-t", 85, "|transport=exit|memory=huge|backend=uring" },
	{ "B", 20, "|transport=ring|memory=huge|backend=uring" },
};
#define SETS (sizeof(sets) / sizeof(*sets))

#define T "knob=transport|from=exit|to=ring"
#define M "knob=memory|from=lazy4k|to=huge"
#define K "knob=backend|from=buffered|to=uring"

/* Without the last three, the two orders, it is an ablation by single flips. */
static const char *const single[] = {
	"method=single|" T "|before=A|after=A+t|cost=a core",
	"method=single|" T "|before=B-t|after=B|cost=a core",
	"method=single|" M "|before=A|after=A+m",
	"method=single|" M "|before=B-m|after=B",
	"method=single|" K "|before=A|after=A+b",
	"method=single|" K "|before=B-b|after=B",
	"method=single|knob=guest-pages|from=4k|to=2m|note=not built",
	NULL,
};
static const char *const orders[] = {
	"method=single|" T "|before=A|after=A+t|cost=a core",
	"method=single|" T "|before=B-t|after=B|cost=a core",
	"method=single|" M "|before=A|after=A+m",
	"method=single|" M "|before=B-m|after=B",
	"method=single|" K "|before=A|after=A+b",
	"method=single|" K "|before=B-b|after=B",
	"method=shapley|order=1|step=1|" T "|before=A|after=A+t",
	"method=shapley|order=1|step=2|" M "|before=A+t|after=B-b",
	"method=shapley|order=1|step=3|" K "|before=B-b|after=B",
	"method=shapley|order=2|step=1|" K "|before=A|after=A+b",
	"method=shapley|order=2|step=2|" M "|before=A+b|after=B-t",
	"method=shapley|order=2|step=3|" T "|before=B-t|after=B",
	NULL,
};

/* Adds blocks of all sets, each block slower than the last, but for what SKIP names; and blocks of the ends
 * alone, in which they differ by 82. */
static void add_blocks(const char *skip)
{
	for (int i = 0; i < BLOCKS; i++) {
		for (size_t s = 0; s < SETS; s++)
			if (strcmp(sets[s].config, skip) != 0)
				add("kv", sets[s].config, 2 * i + 1, (sets[s].us + i) * 1000, sets[s].knobs);
		add("kv", "A", 2 * i + 2, (101 + i) * 1000, sets[0].knobs);
		add("kv", "B", 2 * i + 2, (19 + i) * 1000, sets[SETS - 1].knobs);
		add("kv", "native", 2 * i + 2, 1000, "");
	}
}

static struct table ablate(const char *const *flips)
{
	struct error error = { 0 };
	struct table table = { 0 };
	char path[64];

	tables_write(directory, &schema_runs, rows);
	tables_write(directory, &schema_flips, (const char **)flips);
	CHECK_INT(model_ablation_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/ablation.csv", directory);
	CHECK_INT(table_read(&table, path, &schema_ablation, &error), 0);
	return table;
}

static size_t find(const struct table *table, const char *knob)
{
	size_t row = 0;

	while (row < table->rows && !table_is(table, row, "knob", knob))
		row++;
	CHECK(row < table->rows);
	return row < table->rows ? row : 0;
}

static double figure(const struct table *table, const char *knob, const char *column)
{
	return table_number_of(table, find(table, knob), column);
}

static void test_single_flips(void)
{
	struct table table;

	begin();
	add_blocks("");
	table = ablate(single);
	CHECK_NEAR(figure(&table, "transport", "delta_ns"), -57500, 1e-6);
	CHECK_NEAR(figure(&table, "memory", "delta_ns"), -20000, 1e-6);
	CHECK_NEAR(figure(&table, "backend", "delta_ns"), -15000, 1e-6);
	CHECK_NEAR(figure(&table, "interaction", "delta_ns"), 12500, 1e-6);
	CHECK_NEAR(figure(&table, "interaction", "low_ns"), 12500, 1e-6); /* drift is no noise */
	CHECK_NEAR(figure(&table, "total", "delta_ns"), -82000, 1e-6);	  /* not -80000: of other blocks */
	CHECK_NEAR(figure(&table, "total", "begin_ns"), 104000, 1e-6);
	CHECK_NEAR(figure(&table, "transport", "begin_ns"), 103000, 1e-6);
	CHECK_NEAR(figure(&table, "transport", "end_ns"), 45500, 1e-6);
	CHECK_NEAR(figure(&table, "interaction", "end_ns"), 23000, 1e-6);
	CHECK_NEAR(figure(&table, "transport", "blocks"), BLOCKS, 0);
	CHECK_STR(table_text_of(&table, find(&table, "transport"), "method"), "single");
	CHECK_STR(table_text_of(&table, find(&table, "transport"), "cost"), "a core");
	CHECK_STR(table_text_of(&table, find(&table, "total"), "from"), "A");
	CHECK_STR(table_text_of(&table, find(&table, "total"), "to"), "B");
	CHECK_INT(table.rows, 6);
	CHECK_INT(find(&table, "transport"), 0); /* what saves most is first */
	CHECK_INT(find(&table, "interaction"), 4);
	CHECK_INT(find(&table, "total"), 5);
	CHECK(isnan(figure(&table, "guest-pages", "delta_ns")));
	CHECK_STR(table_text_of(&table, find(&table, "guest-pages"), "note"), "not built");
	table_free(&table);
	free_rows();
}

/* Then all blocks hold the same two configurations, and still the total is of blocks that no bar uses. */
static void test_ends_that_differ_in_one_knob(void)
{
	static const char *const flip[] = { "method=single|" T "|before=A|after=A+t", NULL };
	struct table table;

	begin();
	for (int i = 0; i < BLOCKS; i++) {
		add("kv", "A", 2 * i + 1, (100 + i) * 1000, sets[0].knobs);
		add("kv", "A+t", 2 * i + 1, (50 + i) * 1000, sets[1].knobs);
		add("kv", "A", 2 * i + 2, (101 + i) * 1000, sets[0].knobs);
		add("kv", "A+t", 2 * i + 2, (49 + i) * 1000, sets[1].knobs);
		add("kv", "native", 2 * i + 2, 1000, "");
	}
	table = ablate(flip);
	CHECK_NEAR(figure(&table, "transport", "delta_ns"), -50000, 1e-6);
	CHECK_NEAR(figure(&table, "transport", "blocks"), BLOCKS, 0);
	CHECK_NEAR(figure(&table, "interaction", "delta_ns"), 0, 1e-6);
	CHECK_NEAR(figure(&table, "total", "delta_ns"), -52000, 1e-6);
	CHECK_NEAR(figure(&table, "total", "blocks"), BLOCKS, 0);
	table_free(&table);
	free_rows();
}

static void test_shapley_leaves_nothing_over(void)
{
	struct table table;

	begin();
	add_blocks("");
	table = ablate(orders);
	CHECK_NEAR(figure(&table, "transport", "delta_ns"), -57500, 1e-6);
	CHECK_NEAR(figure(&table, "memory", "delta_ns"), -7500, 1e-6);
	CHECK_NEAR(figure(&table, "backend", "delta_ns"), -15000, 1e-6);
	CHECK_NEAR(figure(&table, "interaction", "delta_ns"), 0, 1e-6);
	CHECK_NEAR(figure(&table, "interaction", "end_ns"), 23000, 1e-6);
	CHECK_STR(table_text_of(&table, find(&table, "memory"), "method"), "shapley");
	table_free(&table);
	free_rows();
}

/* An order that needs a configuration which never ran is of no use; the other one alone is no balance, but
 * sums. */
static void test_order_that_does_not_run(void)
{
	struct table table;

	begin();
	add_blocks("A+b");
	table = ablate(orders);
	CHECK_NEAR(figure(&table, "transport", "delta_ns"), -50000, 1e-6);
	CHECK_NEAR(figure(&table, "memory", "delta_ns"), -5000, 1e-6);
	CHECK_NEAR(figure(&table, "backend", "delta_ns"), -25000, 1e-6);
	table_free(&table);
	free_rows();
}

static void test_flip_that_does_not_run(void)
{
	struct table table;

	begin();
	add_blocks("B-m");
	add_row("run=900|workload=kv|config=B-m|label=B-m|cache=warm|status=crashed|reason=no such luck");
	table = ablate(single);
	CHECK_NEAR(figure(&table, "memory", "delta_ns"), -10000, 1e-6);
	CHECK_STR(table_text_of(&table, find(&table, "memory"), "note"), "from one end only: no such luck");
	CHECK_NEAR(figure(&table, "interaction", "delta_ns"), 2500, 1e-6);
	table_free(&table);
	free_rows();
}

/* A knob that fell back at run time was not flipped, whatever was asked for. */
static void test_knob_that_fell_back(void)
{
	struct table table;

	begin();
	for (int i = 0; i < BLOCKS; i++) {
		add("kv", "A", i + 1, 100, "|memory=lazy4k");
		add("kv", "A+m", i + 1, 90, "|memory=lazy4k|reason=cannot lock");
		add("kv", "B-m", i + 1, 80, "|memory=lazy4k");
		add("kv", "B", i + 1, 70, "|memory=lazy4k|reason=cannot lock");
	}
	table = ablate((const char *const[]){ "method=single|" M "|before=A|after=A+m",
					      "method=single|" M "|before=B-m|after=B", NULL });
	CHECK(isnan(figure(&table, "memory", "delta_ns")));
	CHECK_STR(table_text_of(&table, find(&table, "memory"), "note"), "cannot lock");
	CHECK_NEAR(figure(&table, "interaction", "delta_ns"), -30, 1e-6);
	CHECK(isnan(figure(&table, "total", "delta_ns"))); /* no block of the ends alone */
	table_free(&table);
	free_rows();
}

static void test_no_flips_no_table(void)
{
	struct error error = { 0 };
	char path[64];
	FILE *file;

	begin();
	add("kv", "native", 1, 100, "");
	tables_write(directory, &schema_runs, rows);
	CHECK_INT(model_ablation_write(directory, &error), 0);
	snprintf(path, sizeof(path), "%s/ablation.csv", directory);
	file = fopen(path, "re");
	CHECK(file == NULL);
	if (file)
		fclose(file);
	free_rows();
}

static void test_combinations_sum_and_cover(void)
{
	static const double weights[] = { -1, 1, 0, 0, -1, 1, -1, 0, 1 };
	struct stats_estimate e[3];
	double values[10 * 3];
	int covered = 0;

	CHECK_NEAR(stats_trimmed_mean((const double[]){ 0, 1, 2, 3, 1000 }, 5), 2, 0);
	srand48(7);
	for (int trial = 0; trial < 200; trial++) {
		for (int i = 0; i < 10; i++) {
			double drift = 100 * drand48();

			for (int j = 0; j < 3; j++)
				values[3 * i + j] = 10 * j + drift + drand48() + drand48() + drand48();
		}
		CHECK_INT(stats_combine(values, 10, 3, weights, 3, 0.95, e), 0);
		CHECK_NEAR(e[0].value + e[1].value, e[2].value, 1e-9);
		covered += e[2].low <= 20 && 20 <= e[2].high;
	}
	CHECK(covered >= 170); /* drift of 100 and noise of 1: pairing by block must not be lost */
	CHECK(e[2].high - e[2].low < 60);
	CHECK_INT(stats_combine(values, 5, 3, weights, 3, 0.95, e), 0);
	CHECK(isnan(e[0].low) && !isnan(e[0].value));
}

int main(void)
{
	CHECK_RUN(test_single_flips);
	CHECK_RUN(test_ends_that_differ_in_one_knob);
	CHECK_RUN(test_shapley_leaves_nothing_over);
	CHECK_RUN(test_order_that_does_not_run);
	CHECK_RUN(test_flip_that_does_not_run);
	CHECK_RUN(test_knob_that_fell_back);
	CHECK_RUN(test_no_flips_no_table);
	CHECK_RUN(test_combinations_sum_and_cover);
	return check_done();
}
