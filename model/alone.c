/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/alone_priv.h"

/* What runs would take on free cores, by their accounts of time. */

/* What counts of a row of layers.csv, and where it goes. */
static void take_row(const struct table *t, size_t row, struct alone_run *run)
{
	const char *thread = table_text_of(t, row, "thread");
	const char *layer = table_text_of(t, row, "layer");
	double ns = fmax(table_number_of(t, row, "ns"), 0);
	bool first = strcmp(thread, "program") == 0 || strcmp(thread, "vcpu0") == 0;
	bool driver = strcmp(thread, "driver0") == 0;

	run->several |= !first && !driver;
	if (first && strcmp(layer, "wait-cpu") == 0)
		run->waited_ns += ns;
	if (driver && strcmp(layer, "wait-cpu") == 0)
		run->driver_waited_ns += ns;
	if (driver && (strcmp(layer, "host-kernel") == 0 || strcmp(layer, "monitor") == 0 ||
		       strcmp(layer, "wait-io") == 0))
		run->served_ns += ns;
}

int alone_read(struct alone *alone, const char *directory, struct error *error)
{
	struct table t;
	char path[4300];
	int code;

	*alone = (struct alone){ 0 };
	snprintf(path, sizeof(path), "%s/%s", directory, schema_layers.name);
	code = table_read_optional(&t, path, &schema_layers, error);
	if (code)
		return code;
	for (size_t row = 0; row < t.rows; row++)
		alone->runs = (size_t)fmax((double)alone->runs, table_number(&t, row, 0) + 1);
	alone->run = calloc(alone->runs + 1, sizeof(*alone->run));
	for (size_t row = 0; alone->run && row < t.rows; row++)
		take_row(&t, row, &alone->run[(size_t)table_number(&t, row, 0)]);
	table_free(&t);
	return alone->run ? 0 : error_set(error, ENOMEM, "cannot read layers");
}

double alone_ns(const struct alone *alone, const struct cells *cells, size_t row)
{
	double number = cells_number(cells, row, "run"), wall = cells_number(cells, row, "wall_ns");
	const struct alone_run *run;
	double polled;

	if (!(number < (double)alone->runs))
		return wall;
	run = &alone->run[(size_t)number];
	/* Of several that run side by side, one waits while another goes on. */
	if (run->several)
		return wall;
	polled = cells_number(cells, row, "cpu_vcpu_spin_ns");
	if (isnan(polled))
		return wall - run->waited_ns;
	return wall - run->waited_ns - fmin(run->driver_waited_ns, fmax(polled - run->served_ns, 0));
}

void alone_free(struct alone *alone)
{
	free(alone->run);
	*alone = (struct alone){ 0 };
}
