/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/stats.h"
#include "reports/spent_priv.h"

/* What the host spends for each virtual machine: host-footprint.csv as grids, configurations x parts. */

/* Parts in the order they are stacked; an asterisk: of the whole host. */
struct part {
	const char *resource, *item, *label, *colour;
};

/* Paul Tol's "muted" scheme, as for layers: what layer and part have in common has the same colour. */
static const struct part memory[] = {
	{ "memory", "monitor", "monitor", "#882255" },
	{ "memory", "page-tables", "page tables", "#332288" },
	{ "memory", "kvm-page-tables", "KVM's tables*", "#cc6677" },
	{ "memory", "kernel-stacks", "kernel stacks*", "#ddcc77" },
	{ "memory", "slab", "slab*", "#999933" },
	{ NULL },
};
static const struct part own[] = {
	{ "memory", "process", "process", "#000000" },
	{ "memory", "guest", "guest", "#88ccee" },
	{ "memory", "page-cache", "page cache*", "#dddddd" },
	{ NULL },
};
static const struct part cpu[] = {
	{ "cpu", "program", "program", "#88ccee" },
	{ "cpu", "monitor", "monitor", "#882255" },
	{ "cpu", "driver", "driver", "#44aa99" },
	{ "cpu", "driver-polling", "driver polling", "#aa4499" },
	{ "cpu", "vcpu-polling", "vCPU polling", "#332288" },
	{ "cpu", "kernel-threads", "kernel threads", "#ddcc77" },
	{ "cpu", "host-kernel-threads", "others'*", "#999933" },
	{ NULL },
};
static const struct part size[] = {
	{ "size-on-disk", "monitor", "monitor, disk", "#882255" },
	{ "size-in-memory", "monitor", "monitor, memory", "#cc6677" },
	{ "size-on-disk", "libraries", "libraries, disk", "#332288" },
	{ "size-in-memory", "libraries", "libraries, memory", "#88ccee" },
	{ "size-on-disk", "guest-kernel", "kernel, disk", "#117733" },
	{ "size-in-memory", "guest-kernel", "kernel, memory", "#44aa99" },
	{ "size-in-memory", "kvm-modules", "KVM's modules", "#ddcc77" },
	{ NULL },
};

static const struct {
	const char *title, *axis;
	const struct part *parts;
	double unit;
} figures[FOOTPRINT_FIGURES] = {
	[FOOTPRINT_MEMORY] = { "Memory beyond the guest's own", "MiB", memory, 1 << 20 },
	[FOOTPRINT_CPU] = { "CPU while the program runs", "cores", cpu, 1 },
	[FOOTPRINT_OWN] = { "Memory of the program itself", "MiB", own, 1 << 20 },
	[FOOTPRINT_SIZE] = { "Size of the virtualization layer", "KiB", size, 1024 },
};

static bool is_row(const struct table *t, size_t row, const char *config, const struct part *part)
{
	return table_is(t, row, "config", config) && table_is(t, row, "resource", part->resource) &&
	       table_is(t, row, "item", part->item);
}

/* Median over workloads of PART under CONFIG. */
static double median_of(const struct table *t, const char *config, const struct part *part, double *values)
{
	size_t count = 0;

	for (size_t row = 0; row < t->rows; row++)
		if (is_row(t, row, config, part))
			values[count++] = table_number_of(t, row, "value");
	stats_sort(values, count);
	return stats_quantile(values, count, 0.5);
}

/* The parts that some configuration has. */
static size_t choose(const struct table *t, const struct part *parts, const struct part *chosen[])
{
	size_t count = 0;

	for (; parts->resource; parts++)
		for (size_t row = 0; row < t->rows; row++)
			if (is_row(t, row, table_text_of(t, row, "config"), parts)) {
				chosen[count++] = parts;
				break;
			}
	return count;
}

/* Rows are configurations that have any of the COUNT parts CHOSEN; CONFIG takes their names. 0 or -ENOMEM. */
static int collect_rows(struct grid *grid, const struct result *result, const struct part *const *chosen,
			size_t count, const char **config)
{
	const struct table *t = &result->footprint;

	for (size_t i = 0; i < result->configs.count; i++) {
		const char *name = result->configs.name[i];
		bool has = false;

		for (size_t row = 0; !has && row < t->rows; row++)
			for (size_t p = 0; !has && p < count; p++)
				has = is_row(t, row, name, chosen[p]);
		config[grid->rows.count] = name;
		if (has && names_add(&grid->rows, result_label(result, name)) < 0)
			return -ENOMEM;
	}
	return grid_allocate(grid, count);
}

static int fill(struct grid *grid, const struct result *result, enum footprint_figure figure)
{
	const struct table *t = &result->footprint;
	const struct part *chosen[PARTS_MOST];
	size_t count = choose(t, figures[figure].parts, chosen);
	double *values = malloc((t->rows + 1) * sizeof(*values));
	const char **config = calloc(result->configs.count + 1, sizeof(const char *));
	int code = values && config ? collect_rows(grid, result, chosen, count, config) : -ENOMEM;

	for (size_t p = 0; code == 0 && p < count; p++) {
		grid->columns[p] = (struct series){ .name = chosen[p]->item,
						    .label = chosen[p]->label,
						    .colour = chosen[p]->colour };
		for (size_t row = 0; row < grid->rows.count; row++)
			grid_cell(grid, row, p)->value =
				median_of(t, config[row], chosen[p], values) / figures[figure].unit;
	}
	free(values);
	free(config);
	return code;
}

int grid_footprint(struct grid *grid, const struct result *result, enum footprint_figure figure)
{
	*grid = (struct grid){ .title = figures[figure].title,
			       .corner = "config",
			       .axis = figures[figure].axis,
			       .points = true };
	if (fill(grid, result, figure) == 0)
		return 0;
	grid_free(grid);
	return -ENOMEM;
}
