/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "reports/reports_priv.h"

static const struct series costs[] = {
	{ .name = "hardware_cost", .label = "hardware", .colour = "#332288" },
	{ .name = "licence_cost", .label = "licences", .colour = "#ddcc77" },
};
static const struct series hosts[] = { { .name = "hosts", .label = "hosts", .colour = "#44aa99" } };

/* A number of the plan under the configuration printed as LABEL: the first row that bears it. */
static double plan_number(const struct table *plan, const char *label, const char *item)
{
	size_t row = 0;

	while (strcmp(table_text(plan, row, table_column(plan, "label")), label) != 0)
		row++;
	return table_number(plan, row, table_column(plan, item));
}

static int fill(struct grid *grid, const struct result *result, const struct series *items, size_t count)
{
	const struct table *plan = &result->plan_summary;

	if (names_collect(&grid->rows, plan, "label") < 0 || grid_allocate(grid, count) < 0) {
		grid_free(grid);
		return -ENOMEM;
	}
	for (size_t item = 0; item < count; item++) {
		grid->columns[item] = items[item];
		for (size_t row = 0; row < grid->rows.count; row++)
			grid_cell(grid, row, item)->value =
				plan_number(plan, grid->rows.name[row], items[item].name);
	}
	return 0;
}

int grid_plan_costs(struct grid *grid, const struct result *result)
{
	*grid = (struct grid){ .title = "Cost of the plan",
			       .corner = "configuration",
			       .axis = "cost, in the currency of the host list",
			       .points = true };
	return fill(grid, result, costs, sizeof(costs) / sizeof(*costs));
}

int grid_plan_hosts(struct grid *grid, const struct result *result)
{
	*grid = (struct grid){
		.title = "Hosts needed", .corner = "configuration", .axis = "hosts, number", .points = true
	};
	return fill(grid, result, hosts, sizeof(hosts) / sizeof(*hosts));
}
