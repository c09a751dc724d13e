/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "base/random.h"
#include "model/plan/forecast_priv.h"
#include "tests/check.h"
#include "tests/plan_bed.h"

/* Lines whose future is known, and when plans are full of it. */

static const double week[7] = { 0, 3, 1, 0, 0, -2, -5 };

static void test_a_line(void)
{
	struct forecast f;
	double value[60], low, high;

	for (size_t i = 0; i < 60; i++)
		value[i] = 10 + 0.5 * (double)i;
	CHECK_INT(forecast_fit(&f, value, 60), 0);
	CHECK_NEAR(f.line.slope, 0.5, 1e-12);
	CHECK_NEAR(forecast_at(&f, 0), 39.5, 1e-9);
	CHECK_NEAR(forecast_at(&f, 100), 89.5, 1e-9);
	forecast_bounds(&f, 100, &low, &high);
	CHECK_NEAR(low, 89.5, 1e-9);
	CHECK_NEAR(high, 89.5, 1e-9);
}

/* The week neither bends the line nor is lost; days that are missing or mad change nothing. */
static void test_a_line_with_a_week(void)
{
	struct forecast f;
	double value[70], low, high;

	for (size_t i = 0; i < 70; i++)
		value[i] = 10 + 0.5 * (double)i + week[i % 7];
	value[11] = value[12] = NAN;
	value[40] = 500;
	CHECK_INT(forecast_fit(&f, value, 70), 0);
	CHECK_NEAR(f.line.slope, 0.5, 1e-12);
	CHECK_NEAR(forecast_at(&f, 7), 10 + 0.5 * 76 + 3, 1e-9); /* on the weekday when it is highest */
	for (size_t w = 1; w < 7; w++)
		CHECK_NEAR(f.week[w] - f.week[0], week[(69 - w) % 7] - week[69 % 7], 1e-9);
	forecast_bounds(&f, 7, &low, &high);
	CHECK(low <= 51 + 1e-9 && high >= 51 - 1e-9);
}

/* Of many noisy lines nearly as many as promised are within their bounds a month on. */
static void test_bounds_hold(void)
{
	enum { LINES = 60, DAYS = 56 };
	uint64_t state = 3;
	size_t within = 0;

	for (size_t i = 0; i < LINES; i++) {
		struct forecast f;
		double value[DAYS], low, high, noise = 0, then;

		for (size_t d = 0; d <= DAYS; d++) {
			noise = 0;
			for (size_t k = 0; k < 12; k++)
				noise += random_unit(&state) - 0.5; /* nearly normal, with a deviation of 1 */
			if (d < DAYS)
				value[d] = 20 + 0.1 * (double)d + week[d % 7] + noise;
		}
		then = 20 + 0.1 * (DAYS - 1 + 30) + 3 + noise;
		CHECK_INT(forecast_fit(&f, value, DAYS), 0);
		forecast_bounds(&f, 30, &low, &high);
		within += then >= low && then <= high;
		CHECK(high - low < 20);
	}
	CHECK(within >= LINES * 80 / 100);
}

static void test_too_little_to_tell(void)
{
	struct forecast f;
	double value[20];

	for (size_t i = 0; i < 20; i++)
		value[i] = i % 2 ? 1 : NAN;
	CHECK_INT(forecast_fit(&f, value, 13), -ENODATA);
	CHECK_INT(forecast_fit(&f, value, 20), -ENODATA); /* ten days */
	CHECK_INT(forecast_fit(&f, value, 0), -ENODATA);
}

/* The cell of COLUMN in the row of CONFIG and RESOURCE. */
static const char *cell(const struct table *table, const char *config, const char *resource,
			const char *column)
{
	for (size_t row = 0; row < table->rows; row++)
		if (table_is(table, row, "config", config) && table_is(table, row, "resource", resource))
			return table_text_of(table, row, column);
	return "none";
}

static void put_policy(const char *text)
{
	FILE *out = fopen("policy.ini", "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

static void test_growth_by_policy(void)
{
	/* 4 of 8 cores: full when 1.1 to the power of months is above 2: after 7.27 months, 222 days */
	static const char *const fleet[] = { "vm=web|count=4|class=kv|cpu=1|memory=1|io=0", NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table table;
	const char *directory = prepare(fleet, one_host, &options);

	put_policy("growth_buffer = 0\ngrowth_month = 10%\nstart = 2030-01-01\nlead_time_days = 22\n");
	options.policy = "policy.ini";
	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_headroom);
	CHECK_STR(cell(&table, "native", "cpu", "source"), "policy");
	CHECK_STR(cell(&table, "native", "cpu", "demand"), "4");
	CHECK_STR(cell(&table, "native", "cpu", "growth"), "0.4");
	CHECK_STR(cell(&table, "native", "cpu", "ends"), "2030-08-11");
	CHECK_STR(cell(&table, "native", "cpu", "ends_earliest"), "");
	CHECK_STR(cell(&table, "native", "cpu", "order_by"), "2030-07-20");
	CHECK_STR(cell(&table, "native", "cpu", "host"), "box");
	/* 16 cores: above 4: 14.55 months, 443 days */
	CHECK_STR(cell(&table, "native", "cpu", "host_ends"), "2031-03-20");
	CHECK_STR(cell(&table, "native", "cpu", "host_days"), "221");
	CHECK_STR(cell(&table, "native", "memory", "ends"), "2032-06-05"); /* above 16: 29.1 months */
	table_free(&table);
	table = read_plan(directory, &schema_plan_forecast);
	CHECK_STR(cell(&table, "native", "cpu", "date"), "2030-01-01");
	CHECK_STR(cell(&table, "native", "cpu", "capacity"), "8");
	CHECK_STR(cell(&table, "native", "cpu", "low"), "");
	table_free(&table);
	put_policy("growth_month = 10%\nhorizon_months = 3\nstart = 2030-01-01\n");
	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_headroom);
	CHECK_STR(cell(&table, "native", "cpu", "ends"), "");
	table_free(&table);
	put_policy("growth_buffer = 0\n");
	CHECK_INT(model_plan_write(&options, &error), 0);
	table = read_plan(directory, &schema_plan_headroom);
	CHECK_INT(table.rows, 0); /* nobody says that it grows */
	table_free(&table);
}

/* A VM that uses 1 core more each ten days on a host of 8, 5.05 on the last one. */
static void test_growth_by_series(void)
{
	static const char *const fleet[] = { "vm=web|count=1|class=kv|cpu=1|memory=1|io=0", NULL };
	const char *paths[3] = { NULL };
	struct model_plan_options options;
	struct error error = { 0 };
	struct table table;
	const char *directory = prepare(fleet, one_host, &options);
	FILE *out = fopen("series.csv", "w");

	if (!out)
		abort();
	fputs("timestamp,vm,cpu\n", out);
	for (int day = 0; day < 41; day++)
		for (int hour = 0; hour < 24; hour++)
			fprintf(out, "%d,web,%.2f\n", 1893456000 + 86400 * day + 3600 * hour,
				1.05 + 0.1 * day);
	fclose(out);
	put_policy("growth_buffer = 0\n");
	paths[0] = options.fleet[0];
	paths[1] = "series.csv";
	options.fleet = paths;
	options.policy = "policy.ini";
	CHECK_INT(model_plan_write(&options, &error), 0);
	CHECK_STR(error.what, "");
	table = read_plan(directory, &schema_plan_headroom);
	CHECK_STR(cell(&table, "native", "cpu", "source"), "series");
	CHECK_STR(cell(&table, "native", "cpu", "date"), "2030-02-10");
	CHECK_NEAR(atof(cell(&table, "native", "cpu", "demand")), 5.05, 1e-3);
	CHECK_NEAR(atof(cell(&table, "native", "cpu", "growth")), 0.1 * 365.2425 / 12, 1e-3);
	CHECK_STR(cell(&table, "native", "cpu", "ends"), "2030-03-12"); /* 30 days on it is 8.05 */
	CHECK_STR(cell(&table, "native", "cpu", "order_by"), "2030-02-10");
	CHECK_STR(cell(&table, "native", "cpu", "host_days"), "80"); /* 8 cores at 0.1 a day */
	table_free(&table);
}

int main(void)
{
	CHECK_RUN(test_a_line);
	CHECK_RUN(test_a_line_with_a_week);
	CHECK_RUN(test_bounds_hold);
	CHECK_RUN(test_too_little_to_tell);
	CHECK_RUN(test_growth_by_policy);
	CHECK_RUN(test_growth_by_series);
	return check_done();
}
