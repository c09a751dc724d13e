/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "reports/reports_priv.h"

struct kind {
	const char *name;
	double count; /* requests of it under all configurations */
};

static double microseconds(const struct table *waterfall, size_t row, const char *column)
{
	return table_number_of(waterfall, row, column) / 1e3;
}

static bool is_total(const struct table *waterfall, size_t row)
{
	return table_is(waterfall, row, "stage", "total");
}

static int more_frequent_first(const void *left, const void *right)
{
	double a = ((const struct kind *)left)->count, b = ((const struct kind *)right)->count;

	return (a < b) - (a > b);
}

/* Every kind with its count, most frequent first; the caller frees. NULL when memory is short. */
static struct kind *count_kinds(const struct table *waterfall, const struct names *names)
{
	struct kind *kinds = calloc(names->count + 1, sizeof(*kinds));

	for (size_t i = 0; kinds && i < names->count; i++) {
		kinds[i].name = names->name[i];
		for (size_t row = 0; row < waterfall->rows; row++)
			if (is_total(waterfall, row) && table_is(waterfall, row, "kind", names->name[i]) &&
			    !table_missing_of(waterfall, row, "count"))
				kinds[i].count += table_number_of(waterfall, row, "count");
	}
	if (kinds)
		qsort(kinds, names->count, sizeof(*kinds), more_frequent_first);
	return kinds;
}

static int choose_rows(struct grid *grid, const struct table *waterfall, size_t most)
{
	struct names all = { 0 };
	struct kind *kinds = NULL;
	int status = names_collect(&all, waterfall, "kind");

	if (status == 0) {
		kinds = count_kinds(waterfall, &all);
		status = kinds ? 0 : -ENOMEM;
	}
	for (size_t i = 0; status == 0 && i < all.count && i < most; i++)
		status = names_add(&grid->rows, kinds[i].name);
	grid->left_out = all.count - grid->rows.count;
	free(kinds);
	names_free(&all);
	return status;
}

static int choose_columns(struct grid *grid, const struct result *result)
{
	struct names configs = { 0 };
	size_t columns = 0;

	if (names_collect(&configs, &result->waterfall, "config") < 0 ||
	    grid_allocate(grid, configs.count) < 0) {
		names_free(&configs);
		return -ENOMEM;
	}
	names_order_configs(&configs);
	for (size_t i = 0; i < configs.count; i++)
		if (result_shows(result, configs.name[i]))
			grid->columns[columns++] = grid_config(result, configs.name[i]);
	grid->column_count = columns;
	names_free(&configs);
	return 0;
}

static void fill(struct grid *grid, const struct table *waterfall)
{
	for (size_t row = 0; row < waterfall->rows; row++)
		for (size_t r = 0; is_total(waterfall, row) && r < grid->rows.count; r++)
			for (size_t c = 0; c < grid->column_count; c++)
				if (table_is(waterfall, row, "kind", grid->rows.name[r]) &&
				    table_is(waterfall, row, "config", grid->columns[c].name))
					*grid_cell(grid, r, c) = (struct interval){
						.value = microseconds(waterfall, row, "cost_ns"),
						.low = microseconds(waterfall, row, "low_ns"),
						.high = microseconds(waterfall, row, "high_ns")
					};
}

int grid_requests(struct grid *grid, const struct result *result, size_t most)
{
	*grid = (struct grid){ .title = "One request",
			       .corner = "request",
			       .axis = "time of one request, microseconds" };
	if (choose_rows(grid, &result->waterfall, most) < 0 || choose_columns(grid, result) < 0) {
		grid_free(grid);
		return -ENOMEM;
	}
	fill(grid, &result->waterfall);
	return 0;
}
