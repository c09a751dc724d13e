/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/schema.h"
#include "base/stats.h"
#include "model/plan/needs_priv.h"
#include "model/plan/plan_priv.h"

/* What the host itself needs, by what was measured of it: once a host, and for each VM beside the VM's own.
 */

#define BYTES_PER_GIB (1024. * 1024 * 1024)

/* What rows of host-footprint.csv count as. The guest's own memory and a plain process's are demand, not
 * reserve, and the page cache gives way. */
static const struct {
	const char *resource, *item; /* item NULL: any */
	const char *scope;
	enum { A_HOST, A_VM } counts;
	size_t offset; /* in a load */
} kinds[] = {
	{ "size-in-memory", NULL, "shared", A_HOST, offsetof(struct plan_load, memory) },
	{ "size-in-memory", NULL, "vm", A_VM, offsetof(struct plan_load, memory) },
	{ "memory", "monitor", "vm", A_VM, offsetof(struct plan_load, memory) },
	{ "memory", "page-tables", "vm", A_VM, offsetof(struct plan_load, memory) },
	{ "memory", "kvm-page-tables", "host", A_VM, offsetof(struct plan_load, memory) },
	{ "memory", "slab", "host", A_VM, offsetof(struct plan_load, memory) },
	{ "memory", "kernel-stacks", "host", A_VM, offsetof(struct plan_load, memory) },
	{ "cpu", "host-kernel-threads", "host", A_HOST, offsetof(struct plan_load, cpu) },
};

/* The kind that ROW counts as; their number: as none. */
static size_t kind_of(const struct table *footprint, size_t row)
{
	size_t k = 0;

	while (k < sizeof(kinds) / sizeof(*kinds) &&
	       !(table_is(footprint, row, "resource", kinds[k].resource) &&
		 table_is(footprint, row, "scope", kinds[k].scope) &&
		 (!kinds[k].item || table_is(footprint, row, "item", kinds[k].item))))
		k++;
	return k;
}

/* What ROW says of one host or VM; what grew on the host while several ran is theirs in equal parts. */
static double value_of(const struct table *footprint, size_t row, size_t kind)
{
	double value = table_number_of(footprint, row, "value");
	double vms = fmax(table_number_of(footprint, row, "vms"), 1);

	return strcmp(kinds[kind].scope, "host") == 0 && kinds[kind].counts == A_VM ? value / vms : value;
}

/* The median of the item of ROW over the workloads under its configuration; VALUES has room for all rows. */
static double median(const struct table *footprint, size_t row, size_t kind, double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < footprint->rows; i++)
		if (kind_of(footprint, i) == kind && table_alike(footprint, i, row, "item") &&
		    table_alike(footprint, i, row, "config")) {
			double value = value_of(footprint, i, kind);

			if (!isnan(value))
				values[count++] = fmax(value, 0);
		}
	stats_sort(values, count);
	return count ? stats_quantile(values, count, 0.5) : 0;
}

/* Whether an earlier row has the same item under the same configuration. */
static bool seen(const struct table *footprint, size_t row, size_t kind)
{
	bool again = false;

	for (size_t i = 0; i < row && !again; i++)
		again = kind_of(footprint, i) == kind && table_alike(footprint, i, row, "item") &&
			table_alike(footprint, i, row, "config");
	return again;
}

int reserve_find(struct plan_config *config, const struct table *footprint)
{
	double *values = malloc((footprint->rows + 1) * sizeof(*values));

	if (!values)
		return -ENOMEM;
	for (size_t row = 0; row < footprint->rows; row++) {
		size_t kind = kind_of(footprint, row);
		struct plan_load *load;
		double value;

		if (kind == sizeof(kinds) / sizeof(*kinds) ||
		    !table_is(footprint, row, "config", config->name) || seen(footprint, row, kind))
			continue;
		load = kinds[kind].counts == A_HOST ? &config->host_needs : &config->vm_needs;
		value = median(footprint, row, kind, values);
		*(double *)((char *)load + kinds[kind].offset) +=
			table_is(footprint, row, "unit", "bytes") ? value / BYTES_PER_GIB : value;
	}
	free(values);
	return 0;
}

int reserve_read(struct table *footprint, const char *results, struct error *error)
{
	struct stat file;
	char path[4096];

	*footprint = (struct table){ .schema = &schema_footprint };
	if (!results || stat(results, &file) < 0 || !S_ISDIR(file.st_mode)) /* a table typed by hand */
		return 0;
	snprintf(path, sizeof(path), "%s/%s", results, schema_footprint.name);
	return table_read_optional(footprint, path, &schema_footprint, error);
}

struct plan_load reserve_of(const struct plan_config *config)
{
	const struct plan_policy *policy = config->policy;
	struct plan_load load = services_hosted(config);

	load.cpu +=
		policy && !isnan(policy->reserved_cores) ? policy->reserved_cores : config->host_needs.cpu;
	load.memory += policy && !isnan(policy->reserved_memory_gib) ? policy->reserved_memory_gib
								     : config->host_needs.memory;
	return load;
}
