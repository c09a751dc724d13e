/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/schema.h"
#include "base/random.h"
#include "base/stats.h"
#include "model/model.h"
#include "tests/check.h"

/* Whether differences between sets of invocations are found, and none invented. */

/* --- Result directories --- */

static uint64_t state;

static double normal(void)
{
	return sqrt(-2 * log(random_unit(&state))) * cos(2 * M_PI * random_unit(&state));
}

#define WORKLOADS 10
#define BLOCKS	  5

/* One invocation: WORKLOADS of them, natively, each its own far from its usual time by SPREAD times a normal
 * number, and its repetitions hardly from that. SLOWER multiplies the times of those below SLOW. */
static void write_invocation(const char *directory, double spread, int slow, double slower)
{
	static int number;
	struct table_writer out;
	char path[128], text[64];
	int run = 0;

	mkdir(directory, 0777);
	snprintf(path, sizeof(path), "%s/runs.csv", directory);
	CHECK_INT(table_create(&out, path, &schema_runs, NULL), 0);
	number++;
	for (int w = 0; w < WORKLOADS; w++) {
		double ns = 1e7 * (w + 1) * exp(spread * normal()) * (w < slow ? slower : 1);

		for (int block = 1; block <= BLOCKS; block++) {
			run++;
			for (const struct table_column *c = schema_runs.columns; c->name; c++) {
				snprintf(text, sizeof(text), "w%d", w);
				if (strcmp(c->name, "run") == 0)
					table_put_integer(&out, run);
				else if (strcmp(c->name, "block") == 0)
					table_put_integer(&out, block);
				else if (strcmp(c->name, "life_ns") == 0)
					table_put_integer(&out, (int64_t)(ns * exp(0.0005 * normal())));
				else if (strcmp(c->name, "workload") == 0)
					table_put_text(&out, text);
				else if (strcmp(c->name, "invocation") == 0)
					table_put_text(&out,
						       (snprintf(text, sizeof(text), "i%d", number), text));
				else if (strcmp(c->name, "config") == 0 || strcmp(c->name, "label") == 0)
					table_put_text(&out, "native");
				else if (strcmp(c->name, "status") == 0)
					table_put_text(&out, "ok");
				else if (strcmp(c->name, "cache") == 0)
					table_put_text(&out, "warm");
				else
					table_put_missing(&out);
			}
			CHECK_INT(table_end_row(&out, NULL), 0);
		}
	}
	CHECK_INT(table_writer_close(&out, NULL), 0);
}

#define SIDE 5

static const char *const ours[] = { "a1", "a2", "a3", "a4", "a5", NULL };
static const char *const base[] = { "b1", "b2", "b3", "b4", "b5", NULL };
static const char *const one[] = { "a1", NULL }, *const other[] = { "b1", NULL };
static const char *const metric[] = { "time", NULL };

static void write_sides(double spread, int slow, double slower)
{
	for (int i = 0; i < SIDE; i++) {
		write_invocation(ours[i], spread, slow, slower);
		write_invocation(base[i], spread, 0, 1);
	}
}

static struct table compare(const char *const *a, const char *const *b, const char *variance)
{
	struct model_compare_options options = { a, b, metric, 0.02, variance, "comparison.csv" };
	struct error error = { 0 };
	struct table table = { 0 };

	CHECK_INT(model_compare_write(&options, &error), 0);
	CHECK_INT(table_read(&table, "comparison.csv", &schema_comparison, &error), 0);
	CHECK_INT(table.rows, WORKLOADS);
	return table;
}

/* How many of the rows up to END have VERDICT. */
static int verdicts(const struct table *table, size_t end, const char *verdict)
{
	int n = 0;

	for (size_t row = 0; row < end && row < table->rows; row++)
		n += table_is(table, row, "verdict", verdict);
	return n;
}

/* --- Tests --- */

static void test_t_distribution(void)
{
	CHECK_NEAR(stats_t_quantile(0.975, 10), 2.228139, 1e-6); /* any table of Student's t */
	CHECK_NEAR(stats_t_p(2.228139, 10), 0.05, 1e-6);
	CHECK_NEAR(stats_t_p(-2.228139, 10), 0.05, 1e-6);
	CHECK_NEAR(stats_t_quantile(0.975, INFINITY), 1.959964, 1e-6);
}

static void test_benjamini_hochberg(void)
{
	double p[] = { 0.01, NAN, 0.04, 0.03, 0.005 };

	stats_benjamini_hochberg(p, 5);
	CHECK_NEAR(p[0], 0.02, 1e-12); /* as R's p.adjust has it */
	CHECK(isnan(p[1]));
	CHECK_NEAR(p[2], 0.04, 1e-12);
	CHECK_NEAR(p[3], 0.04, 1e-12);
	CHECK_NEAR(p[4], 0.02, 1e-12);
}

/* Chi-squared variances around one value have it in common; those a thousandfold apart have little. */
static void test_variances_in_common(void)
{
	double variances[200], df[200], value, weight;

	for (int i = 0; i < 200; i++) {
		variances[i] = 0;
		for (int k = 0; k < 4; k++) {
			double x = normal();

			variances[i] += 9 * x * x / 4;
		}
		df[i] = 4;
	}
	stats_moderate(variances, df, 200, &value, &weight);
	CHECK_NEAR(value, 9, 1.5);
	CHECK(weight > 10);
	for (int i = 0; i < 200; i++)
		variances[i] *= i % 2 ? 1000 : 1;
	stats_moderate(variances, df, 200, &value, &weight);
	CHECK(weight > 0 && weight < 2);
	stats_moderate(variances, df, 2, &value, &weight);
	CHECK_NEAR(weight, 0, 0);
}

/* 200 comparisons of what is the same, and 100 of what is 3 % slower: as a user's gate would meet them. */
static void test_neither_invents_nor_misses(void)
{
	int invented = 0, found = 0, spoiled = 0;

	for (int i = 0; i < 20; i++) {
		struct table table;

		write_sides(0.02, 0, 1);
		table = compare(ours, base, NULL);
		invented += WORKLOADS - verdicts(&table, WORKLOADS, "~");
		table_free(&table);
		write_sides(0.008, 5, 1.03);
		table = compare(ours, base, NULL);
		found += verdicts(&table, 5, "worse");
		spoiled += verdicts(&table, WORKLOADS, "better");
		table_free(&table);
	}
	CHECK(invented <= 16);
	CHECK(found >= 90);
	CHECK(spoiled <= 8);
}

static void test_estimates_are_known(void)
{
	struct table table;

	write_sides(1e-4, 5, 1.5);
	table = compare(ours, base, NULL);
	CHECK_NEAR(table_number_of(&table, 0, "ratio"), 1.5, 0.002);
	CHECK(table_number_of(&table, 0, "low") > 1.49);
	CHECK_NEAR(table_number_of(&table, 0, "base_value"), 1e7, 2e4);
	CHECK_NEAR(table_number_of(&table, 9, "ratio"), 1, 0.002);
	CHECK_INT(table_number_of(&table, 9, "invocations"), SIDE);
	CHECK(table_missing_of(&table, 9, "need")); /* the interval lies within 2 % */
	table_free(&table);
}

/* A difference too small to matter is none, however sure. */
static void test_small_differences_do_not_matter(void)
{
	struct table table;

	write_sides(1e-4, WORKLOADS, 1.01);
	table = compare(ours, base, NULL);
	CHECK_INT(verdicts(&table, WORKLOADS, "~"), WORKLOADS);
	CHECK(table_number_of(&table, 0, "q") < 0.05);
	table_free(&table);
}

/* Repetitions within one invocation tell nothing of how far invocations lie apart. */
static void test_one_invocation_is_too_few(void)
{
	struct table table;

	write_sides(0.01, WORKLOADS, 1.5);
	table = compare(one, other, NULL);
	CHECK_INT(verdicts(&table, WORKLOADS, "few"), WORKLOADS);
	CHECK(table_missing_of(&table, 0, "low"));
	table_free(&table);
}

static void test_learnt_variance_serves_few(void)
{
	struct error error = { 0 };
	struct table table;

	write_sides(0.01, WORKLOADS, 1.5);
	CHECK_INT(model_variance_learn(base, "variance.csv", &error), 0);
	table = compare(one, other, "variance.csv");
	CHECK_INT(verdicts(&table, WORKLOADS, "worse"), WORKLOADS);
	CHECK(strstr(table_text_of(&table, 0, "flags"), "few-invocations"));
	table_free(&table);
	CHECK_INT(model_variance_learn(ours, "variance.csv", &error), 0); /* replaces, does not add */
	CHECK_INT(table_read(&table, "variance.csv", &schema_variance, &error), 0);
	CHECK_INT(table.rows, WORKLOADS);
	table_free(&table);
}

static void test_an_invocation_counts_once(void)
{
	struct model_compare_options options = { ours, ours, metric, 0.02, NULL, "twice.csv" };
	struct error error = { 0 };

	write_sides(0.01, 0, 1);
	CHECK(model_compare_write(&options, &error) < 0);
	CHECK_STR(error.where, "a1");
	CHECK(strstr(error.what, "was given before"));
	CHECK(fopen("twice.csv", "r") == NULL);
}

int main(void)
{
	CHECK_RUN(test_t_distribution);
	CHECK_RUN(test_benjamini_hochberg);
	CHECK_RUN(test_variances_in_common);
	CHECK_RUN(test_neither_invents_nor_misses);
	CHECK_RUN(test_estimates_are_known);
	CHECK_RUN(test_small_differences_do_not_matter);
	CHECK_RUN(test_one_invocation_is_too_few);
	CHECK_RUN(test_learnt_variance_serves_few);
	CHECK_RUN(test_an_invocation_counts_once);
	return check_done();
}
