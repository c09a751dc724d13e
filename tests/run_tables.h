/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_RUN_TABLES_H
#define TESTS_RUN_TABLES_H

/* Makes runs.csv row by row for the tests of the model. */

#include <stdlib.h>

#include "tests/report_tables.h"

static const char *directory;
static const char *rows[512];
static size_t count;

/* Begins a result; free_rows ends it. */
static inline void begin(void)
{
	directory = tables_directory();
	count = 0;
}

/* Adds a repetition: NS in the region of interest, REST further columns ("|" first). */
static inline void add(const char *workload, const char *config, int block, double ns, const char *rest)
{
	char *row;

	if (asprintf(&row,
		     "run=%zu|workload=%s|class=app|config=%s|label=%s|cache=warm|status=ok|block=%d|roi_ns=%"
		     ".0f|"
		     "life_ns=%.0f|wall_ns=%.0f|cpu_vcpu_ns=%.0f|cpu_vcpu_spin_ns=0|cpu_monitor_ns=0|"
		     "cpu_driver_busy_ns=0|cpu_driver_spin_ns=0|cores_held=1%s",
		     count + 1, workload, config, config, block, ns, ns * 3, ns * 2, ns, rest) < 0)
		abort();
	rows[count++] = row;
	rows[count] = NULL;
}

static inline void free_rows(void)
{
	while (count)
		free((char *)rows[--count]);
}

/* Adds a repetition as its columns say. */
static inline void add_row(const char *pairs)
{
	rows[count++] = strdup(pairs);
	rows[count] = NULL;
}

#endif
