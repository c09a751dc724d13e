/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports_priv.h"

static const struct series costs[] = {
	{ .name = "hardware_cost", .label = "hardware", .colour = "#332288" },
	{ .name = "licence_cost", .label = "licences", .colour = "#ddcc77" },
};
static const struct series hosts[] = { { .name = "hosts", .label = "hosts", .colour = "#44aa99" } };

size_t *plan_rows(const struct table *plan)
{
	size_t *rows = calloc(plan->rows + 1, sizeof(*rows)), count = 0;
	size_t config = table_column(plan, "config");
	struct names configs = { 0 };

	if (!rows || names_collect(&configs, plan, "config") < 0) {
		names_free(&configs);
		free(rows);
		return NULL;
	}
	names_order_configs(&configs);
	for (size_t i = 0; i < configs.count; i++)
		for (size_t row = 0; row < plan->rows; row++)
			if (strcmp(table_text(plan, row, config), configs.name[i]) == 0)
				rows[count++] = row;
	names_free(&configs);
	for (size_t row = 0; row < plan->rows; row++) /* rows without a configuration come last */
		if (table_missing(plan, row, config))
			rows[count++] = row;
	return rows;
}

static int fill(struct grid *grid, const struct result *result, const struct series *items, size_t count)
{
	const struct table *plan = &result->plan_summary;
	size_t *rows = plan_rows(plan), label = table_column(plan, "label");
	int code = rows ? 0 : -ENOMEM;

	for (size_t i = 0; code == 0 && i < plan->rows; i++)
		code = names_add(&grid->rows, table_text(plan, rows[i], label));
	if (code == 0)
		code = grid_allocate(grid, count);
	for (size_t item = 0; code == 0 && item < count; item++) {
		grid->columns[item] = items[item];
		for (size_t i = 0; i < plan->rows; i++) {
			size_t at = names_find(&grid->rows, table_text(plan, rows[i], label));

			grid_cell(grid, at, item)->value =
				table_number(plan, rows[i], table_column(plan, items[item].name));
		}
	}
	free(rows);
	if (code)
		grid_free(grid);
	return code;
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
