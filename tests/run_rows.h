/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_RUN_ROWS_H
#define TESTS_RUN_ROWS_H

/* What tests of run ask of the tables it left. */
#include "base/schema.h"
#include "tests/check.h"
#include "tests/mock_launch.h"

static inline void read_runs(struct table *runs, const char *directory)
{
	char path[128];
	struct error error;

	snprintf(path, sizeof(path), "%s/runs.csv", directory);
	CHECK_INT(table_read(runs, path, &schema_runs, &error), 0);
}

/* Rows where COLUMN is WANT, and WORKLOAD and BLOCK are these (NULL: any). */
static inline size_t count(const struct table *runs, const char *workload, const char *block,
			   const char *column, const char *want)
{
	size_t n = 0;

	for (size_t row = 0; row < runs->rows; row++)
		n += (!workload || table_is(runs, row, "workload", workload)) &&
		     (!block || table_is(runs, row, "block", block)) && table_is(runs, row, column, want);
	return n;
}

static inline void begin(struct mock_run *run)
{
	memset(&mock, 0, sizeof(mock));
	memset(run, 0, sizeof(*run));
}

#endif
