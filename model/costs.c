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

/* costs.csv: what one request costs, from the medians of each repetition. */

/* One stage of one kind of request under one configuration. */
struct cost {
	double *p50; /* runs: the medians of its repetitions, ns; owned */
	size_t runs;
	double count; /* requests in all of them */
};

struct costs {
	struct cells cells;
	struct table requests;
	size_t *config; /* by the number of the run: its configuration; configs.count where it does not count
			 */
	size_t *row;	/* configs: the last counted row of runs.csv of each */
	size_t last_run;
	struct names kinds, stages;
	struct cost *cost; /* configs x kinds x stages, row-major; owned */
};

static struct cost *cost_at(const struct costs *costs, size_t config, size_t kind, size_t stage)
{
	return &costs->cost[(config * costs->kinds.count + kind) * costs->stages.count + stage];
}

static void count_run(struct costs *costs, size_t row, size_t config)
{
	double run = cells_number(&costs->cells, row, "run");

	if (run >= 0 && run <= (double)costs->last_run)
		costs->config[(size_t)run] = config;
	costs->row[config] = row;
}

/* Which configuration each run stands for. Numbers of runs are as few as its rows: others are not ours. */
static int index_runs(struct costs *costs)
{
	const struct cells *cells = &costs->cells;
	size_t configs = cells->configs.count;

	for (size_t row = 0; row < cells->runs.rows; row++) {
		double run = cells_number(cells, row, "run");

		if (run > (double)costs->last_run && run < 1e9)
			costs->last_run = (size_t)run;
	}
	costs->config = malloc((costs->last_run + 1) * sizeof(*costs->config));
	costs->row = calloc(configs + 1, sizeof(*costs->row));
	if (!costs->config || !costs->row)
		return -ENOMEM;
	for (size_t run = 0; run <= costs->last_run; run++)
		costs->config[run] = configs;
	for (size_t w = 0; w < cells->workloads.count; w++)
		for (size_t c = 0; c < configs; c++)
			for (size_t i = 0; i < cells_at(cells, w, c)->blocks; i++)
				count_run(costs, cells_at(cells, w, c)->block[i], c);
	return 0;
}

static double request(const struct costs *costs, size_t row, const char *column)
{
	return table_number(&costs->requests, row, table_column(&costs->requests, column));
}

static int add_request(struct costs *costs, size_t row)
{
	const struct table *requests = &costs->requests;
	double run = request(costs, row, "run"), p50 = request(costs, row, "p50_ns"),
	       count = request(costs, row, "count"), *grown;
	size_t config,
		kind = names_find(&costs->kinds, table_text(requests, row, table_column(requests, "kind"))),
		stage = names_find(&costs->stages,
				   table_text(requests, row, table_column(requests, "stage")));
	struct cost *cost;

	if (!(run >= 0 && run <= (double)costs->last_run) || isnan(p50) || isnan(count) ||
	    kind == costs->kinds.count || stage == costs->stages.count)
		return 0;
	config = costs->config[(size_t)run];
	if (config == costs->cells.configs.count)
		return 0;
	cost = cost_at(costs, config, kind, stage);
	grown = realloc(cost->p50, (cost->runs + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[cost->runs++] = p50;
	cost->p50 = grown;
	cost->count += count;
	return 0;
}

static int sort_requests(struct costs *costs)
{
	if (index_runs(costs) < 0 || names_collect(&costs->kinds, &costs->requests, "kind") < 0 ||
	    names_collect(&costs->stages, &costs->requests, "stage") < 0)
		return -ENOMEM;
	costs->cost = calloc(costs->cells.configs.count * costs->kinds.count * costs->stages.count + 1,
			     sizeof(*costs->cost));
	if (!costs->cost)
		return -ENOMEM;
	for (size_t row = 0; row < costs->requests.rows; row++)
		if (add_request(costs, row) < 0)
			return -ENOMEM;
	return 0;
}

static int put_cost(struct costs *costs, struct table_writer *out, size_t config, size_t kind, size_t stage,
		    struct error *error)
{
	const struct cost *cost = cost_at(costs, config, kind, stage);
	struct stats_estimate median = stats_median(cost->p50, cost->runs, MODEL_LEVEL);

	if (cost->runs == 0)
		return 0;
	table_put_text(out, costs->cells.configs.name[config]);
	table_put_text(out, cells_text(&costs->cells, costs->row[config], "label"));
	table_put_text(out, cells_text(&costs->cells, costs->row[config], "transport"));
	table_put_text(out, costs->kinds.name[kind]);
	table_put_text(out, costs->stages.name[stage]);
	table_put_integer(out, (int64_t)cost->runs);
	table_put_integer(out, (int64_t)cost->count);
	table_put_number(out, median.value);
	table_put_number(out, median.low);
	table_put_number(out, median.high);
	return table_end_row(out, error);
}

static int put_costs(struct costs *costs, struct table_writer *out, struct error *error)
{
	int code = 0;

	for (size_t config = 0; config < costs->cells.configs.count; config++)
		for (size_t kind = 0; kind < costs->kinds.count; kind++)
			for (size_t stage = 0; code == 0 && stage < costs->stages.count; stage++)
				code = put_cost(costs, out, config, kind, stage, error);
	return code;
}

static int write_costs(struct costs *costs, const char *directory, struct error *error)
{
	struct table_writer out;
	char path[4096];
	int code;

	if (sort_requests(costs) < 0)
		return error_set(error, ENOMEM, "cannot work out costs");
	snprintf(path, sizeof(path), "%s/%s", directory, schema_costs.name);
	code = table_create(&out, path, &schema_costs, error);
	if (code)
		return code;
	code = put_costs(costs, &out, error);
	if (code) {
		table_writer_abandon(&out);
		return code;
	}
	return table_writer_close(&out, error);
}

static void costs_free(struct costs *costs)
{
	size_t all = costs->cost ? costs->cells.configs.count * costs->kinds.count * costs->stages.count : 0;

	for (size_t i = 0; i < all; i++)
		free(costs->cost[i].p50);
	free(costs->cost);
	free(costs->config);
	free(costs->row);
	names_free(&costs->kinds);
	names_free(&costs->stages);
	table_free(&costs->requests);
	cells_free(&costs->cells);
}

int model_costs_write(const char *directory, struct error *error)
{
	struct costs costs = { 0 };
	char path[4096];
	int code = cells_read(&costs.cells, directory, error);

	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_requests.name);
	code = table_read_optional(&costs.requests, path, &schema_requests, error);
	if (code == 0)
		code = write_costs(&costs, directory, error);
	costs_free(&costs);
	return code;
}
