/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <unistd.h>

#include "base/error.h"
#include "base/schema.h"
#include "cmd/profile_priv.h"
#include "tests/check.h"

/* What a profile makes of the hardware's counters, which most machines that test this do not have. */

static struct probe_sample counter(const char *layer, const char *event, double value, int64_t enabled,
				   int64_t running)
{
	struct probe_sample s = {
		.probe = "counters", .unit = "1", .value = value, .enabled_ns = enabled, .running_ns = running
	};

	snprintf(s.layer, sizeof(s.layer), "%s", layer);
	snprintf(s.event, sizeof(s.event), "%s", event);
	return s;
}

static double value_of(const struct table *t, const char *event, size_t *rows)
{
	double value = NAN;

	*rows = 0;
	for (size_t row = 0; row < t->rows; row++)
		if (table_is(t, row, "event", event)) {
			value = table_number_of(t, row, "value");
			++*rows;
		}
	return value;
}

static void test_hardware(void)
{
	struct probe_sample samples[] = {
		counter("program/user", "tlb/dtlb-walks", 100, 1000, 1000),
		counter("program/kernel", "tlb/dtlb-walks", 50, 1000, 500), /* took turns: stands for 100 */
		counter("program/user", "tlb/cycles", 7, 1000, 1000),
		counter("program/user", "tlb/itlb-walks", NAN, 1000, 0), /* never had one */
	};
	struct profile profile = { .program = "p",
				   .wall_ns = 1e9,
				   .cpu_ns = 1e9,
				   .alone_ns = 1e9,
				   .observed_ns = 1e9,
				   .ops = NAN,
				   .samples = { .sample = samples, .count = 4 } };
	struct profile_tables tables;
	struct error error = { 0 };
	struct table t;
	size_t rows;

	CHECK_INT(profile_tables_open(&tables, ".", &error), 0);
	CHECK_INT(profile_tables_put(&tables, &profile, &error), 0);
	CHECK_INT(profile_tables_close(&tables, true, &error), 0);
	CHECK_INT(table_read(&t, "profile.csv", &schema_profile, &error), 0);
	CHECK_NEAR(value_of(&t, "tlb/dtlb-walks", &rows), 200, 1e-9);
	CHECK_INT(rows, 1);
	CHECK_NEAR(value_of(&t, "tlb/cycles", &rows), 7, 1e-9);
	value_of(&t, "tlb/itlb-walks", &rows);
	CHECK_INT(rows, 0);
	value_of(&t, "ops", &rows);
	CHECK_INT(rows, 0);
	table_free(&t);
}

int main(void)
{
	CHECK_RUN(test_hardware);
	return check_done();
}
