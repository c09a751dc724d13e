/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"
#include "model/model_priv.h"

/* host-footprint.csv: what the host spends for a virtual machine, the program's own work among it. */

/* One thing: a column of runs.csv, in ns of CPU time, or rows of counters.csv. */
static const struct item {
	const char *resource, *name, *scope;
	const char *column;		   /* of runs.csv; NULL: from counters.csv: */
	const char *probe, *layer, *event; /* event NULL: the sum of all there are */
	bool native, virtual_;		   /* under which configurations it means anything */
} items[] = {
	{ "memory", "guest", "vm", NULL, "host", "process", "guest_proportional", false, true },
	{ "memory", "process", "vm", NULL, "rusage", "process", "max_resident", true, false },
	{ "memory", "monitor", "vm", NULL, "host", "process", "monitor_proportional", false, true },
	{ "memory", "page-tables", "vm", NULL, "host", "process", "page_tables", false, true },
	{ "memory", "kvm-page-tables", "host", NULL, "host-memory", "host", "kvm_page_tables", false, true },
	{ "memory", "all-page-tables", "host", NULL, "host-memory", "host", "page_tables", true, true },
	{ "memory", "slab", "host", NULL, "host-memory", "host", "slab", true, true },
	{ "memory", "kernel-stacks", "host", NULL, "host-memory", "host", "kernel_stacks", true, true },
	{ "memory", "page-cache", "host", NULL, "host-memory", "host", "page_cache", true, true },
	{ "cpu", "program", "vm", "cpu_vcpu_ns", NULL, NULL, NULL, true, true },
	{ "cpu", "monitor", "vm", "cpu_monitor_ns", NULL, NULL, NULL, false, true },
	{ "cpu", "driver", "vm", "cpu_driver_busy_ns", NULL, NULL, NULL, false, true },
	{ "cpu", "driver-polling", "vm", "cpu_driver_spin_ns", NULL, NULL, NULL, false, true },
	{ "cpu", "vcpu-polling", "vm", "cpu_vcpu_spin_ns", NULL, NULL, NULL, false, true },
	{ "cpu", "kernel-threads", "vm", "cpu_kthread_ns", NULL, NULL, NULL, false, true },
	{ "cpu", "host-kernel-threads", "host", NULL, "kthreads", "host", NULL, true, true },
	{ "cpu", "recorder", "observer", NULL, "trace", "recorder", "cpu", true, true },
	{ "io", "disk-read", "vm", NULL, "host", "process", "disk_read", true, true },
	{ "io", "disk-written", "vm", NULL, "host", "process", "disk_written", true, true },
	{ "size-in-memory", "monitor", "shared", NULL, "layer", "memory", "monitor", false, true },
	{ "size-in-memory", "libraries", "shared", NULL, "layer", "memory", "libraries", false, true },
	{ "size-in-memory", "guest-kernel", "vm", NULL, "layer", "memory", "guest-kernel", false, true },
	{ "size-in-memory", "kvm-modules", "shared", NULL, "layer", "memory", "kvm-modules", false, true },
	{ "size-on-disk", "monitor", "shared", NULL, "layer", "disk", "monitor", false, true },
	{ "size-on-disk", "libraries", "shared", NULL, "layer", "disk", "libraries", false, true },
	{ "size-on-disk", "guest-kernel", "shared", NULL, "layer", "disk", "guest-kernel", false, true },
};

#define ITEMS (sizeof(items) / sizeof(items[0]))

struct footprint {
	struct cells cells;
	double *value;	/* ITEMS x rows of runs.csv, row-major: what counters.csv says; NaN: nothing; owned */
	double *sample; /* of one cell; owned */
	struct table_writer out;
};

static double *value_at(const struct footprint *f, size_t item, size_t row)
{
	return &f->value[item * f->cells.runs.rows + row];
}

/* The row of runs.csv that bears NUMBER, looked for from HINT on: both tables are in order of time. */
static size_t find_run(const struct table *runs, double number, size_t hint)
{
	size_t column = table_column(runs, "run");

	for (size_t step = 0; step < runs->rows; step++) {
		size_t row = (hint + step) % runs->rows;

		if (table_number(runs, row, column) == number)
			return row;
	}
	return runs->rows;
}

static bool is_of(const struct item *item, const char *probe, const char *layer, const char *event)
{
	return item->probe && strcmp(item->probe, probe) == 0 && strcmp(item->layer, layer) == 0 &&
	       (item->event == NULL || strcmp(item->event, event) == 0);
}

static void take_counters(struct footprint *f, const struct table *counters)
{
	size_t run = table_column(counters, "run"), probe = table_column(counters, "probe");
	size_t layer = table_column(counters, "layer"), event = table_column(counters, "event");
	size_t value = table_column(counters, "value"), at = 0;

	for (size_t row = 0; row < counters->rows; row++)
		for (size_t i = 0; i < ITEMS; i++) {
			double *cell;

			if (!is_of(&items[i], table_text(counters, row, probe),
				   table_text(counters, row, layer), table_text(counters, row, event)))
				continue;
			at = find_run(&f->cells.runs, table_number(counters, row, run), at);
			if (at == f->cells.runs.rows) {
				at = 0;
				continue;
			}
			cell = value_at(f, i, at);
			*cell = (isnan(*cell) ? 0 : *cell) + table_number(counters, row, value);
		}
}

/* What ROW of runs.csv says of ITEM; CPU time by time. */
static double measured(const struct footprint *f, size_t item, size_t row)
{
	double value = items[item].column ? cells_number(&f->cells, row, items[item].column)
					  : *value_at(f, item, row);

	return strcmp(items[item].resource, "cpu") == 0 ? value / cells_number(&f->cells, row, "wall_ns")
							: value;
}

static int put_item(struct footprint *f, size_t w, size_t c, size_t item, struct error *error)
{
	const struct cell *cell = cells_at(&f->cells, w, c);
	struct stats_estimate median;
	bool observed = strcmp(items[item].scope, "observer") == 0;
	const size_t *rows = observed ? cell->observed : cell->block;
	size_t all = observed ? cell->observations : cell->blocks;
	size_t count = 0, last = cell->block[cell->blocks - 1];

	for (size_t i = 0; i < all; i++) {
		double value = measured(f, item, rows[i]);

		if (isfinite(value))
			f->sample[count++] = value;
	}
	if (count == 0)
		return 0;
	median = stats_median(f->sample, count, MODEL_LEVEL);
	stats_sort(f->sample, count);
	table_put_text(&f->out, f->cells.workloads.name[w]);
	table_put_text(&f->out, cells_text(&f->cells, last, "class"));
	table_put_text(&f->out, f->cells.configs.name[c]);
	table_put_text(&f->out, cells_text(&f->cells, last, "label"));
	table_put_number(&f->out, cells_number(&f->cells, last, "vms"));
	table_put_text(&f->out, items[item].resource);
	table_put_text(&f->out, items[item].name);
	table_put_text(&f->out, items[item].scope);
	table_put_text(&f->out, strcmp(items[item].resource, "cpu") == 0 ? "cores" : "bytes");
	table_put_number(&f->out, stats_quantile(f->sample, count, 0.5));
	table_put_number(&f->out, median.low);
	table_put_number(&f->out, median.high);
	table_put_integer(&f->out, (int64_t)count);
	return table_end_row(&f->out, error);
}

static int put_all(struct footprint *f, struct error *error)
{
	int code = 0;

	for (size_t w = 0; w < f->cells.workloads.count; w++)
		for (size_t c = 0; c < f->cells.configs.count; c++) {
			bool native = strncmp(f->cells.configs.name[c], "native", strlen("native")) == 0;

			if (cells_at(&f->cells, w, c)->blocks == 0)
				continue;
			for (size_t i = 0; code == 0 && i < ITEMS; i++)
				if (native ? items[i].native : items[i].virtual_)
					code = put_item(f, w, c, i, error);
		}
	return code;
}

static int allocate(struct footprint *f)
{
	size_t rows = f->cells.runs.rows;

	f->value = malloc((ITEMS * rows + 1) * sizeof(*f->value));
	f->sample = malloc((rows + 1) * sizeof(*f->sample));
	for (size_t i = 0; f->value && i < ITEMS * rows; i++)
		f->value[i] = NAN;
	return f->value && f->sample ? 0 : -ENOMEM;
}

int model_footprint_write(const char *directory, struct error *error)
{
	struct footprint f = { 0 };
	struct table counters = { 0 };
	char path[4096];
	int code = cells_read(&f.cells, directory, error);

	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_counters.name);
	code = table_read_optional(&counters, path, &schema_counters, error);
	if (code == 0 && allocate(&f) < 0)
		code = error_set(error, ENOMEM, "cannot work out what the host spends");
	snprintf(path, sizeof(path), "%s/%s", directory, schema_footprint.name);
	if (code == 0)
		code = table_create(&f.out, path, &schema_footprint, error);
	if (code == 0) {
		take_counters(&f, &counters);
		code = put_all(&f, error);
		code = table_writer_end(&f.out, code, error);
	}
	free(f.value);
	free(f.sample);
	table_free(&counters);
	cells_free(&f.cells);
	return code;
}
