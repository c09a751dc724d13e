/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_OVERHEAD_TABLE_H
#define TESTS_OVERHEAD_TABLE_H

#include <math.h>

#include "base/error.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/run_tables.h"

/* Writes runs.csv, lets the model at it and reads what it made. */
static inline struct table estimate(void)
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

static inline size_t find(const struct table *overhead, const char *config, const char *baseline,
			  const char *metric)
{
	size_t row = 0;

	while (row < overhead->rows &&
	       (!table_is(overhead, row, "config", config) ||
		!table_is(overhead, row, "baseline", baseline) || !table_is(overhead, row, "metric", metric)))
		row++;
	return row;
}

/* A number of the estimate, or NaN where there is no such row. */
static inline double figure(const struct table *overhead, const char *config, const char *metric,
			    const char *column)
{
	size_t row = find(overhead, config, "native", metric);

	return row < overhead->rows ? table_number_of(overhead, row, column) : NAN;
}

#endif
