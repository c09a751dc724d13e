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

/*
 * costs.csv: what one request costs, from the medians of each repetition. A kind of request is measured in
 * the workload that makes most of them: elsewhere it may be another thing, as writing to a console is.
 */

/* One stage of one kind of request under one configuration. */
struct cost {
	double *p50; /* runs: the medians of its repetitions, ns; owned */
	size_t runs;
	double count; /* requests in all of them */
};

/* What a repetition stands for; beyond the last configuration where it does not count. */
struct run {
	size_t workload, config;
};

struct costs {
	struct cells cells;
	struct table requests;
	struct run *run; /* by its number, to last_run; owned */
	size_t *row;	 /* configs: the last counted row of runs.csv of each; owned */
	size_t last_run;
	struct names kinds, stages;
	size_t *workload;  /* kinds: where it is measured; owned */
	struct cost *cost; /* configs x kinds x stages, row-major; owned */
};

static struct cost *cost_at(const struct costs *costs, size_t config, size_t kind, size_t stage)
{
	return &costs->cost[(config * costs->kinds.count + kind) * costs->stages.count + stage];
}

static void count_run(struct costs *costs, size_t row, size_t workload, size_t config)
{
	double run = cells_number(&costs->cells, row, "run");

	if (run >= 0 && run <= (double)costs->last_run)
		costs->run[(size_t)run] = (struct run){ workload, config };
	costs->row[config] = row;
}

/* Which cell each run belongs to. Numbers of runs are about as many as its rows: others are not ours. */
static int index_runs(struct costs *costs)
{
	const struct cells *cells = &costs->cells;
	size_t configs = cells->configs.count;

	for (size_t row = 0; row < cells->runs.rows; row++) {
		double run = cells_number(cells, row, "run");

		if (run > (double)costs->last_run && run < 1e9)
			costs->last_run = (size_t)run;
	}
	costs->run = malloc((costs->last_run + 1) * sizeof(*costs->run));
	costs->row = calloc(configs + 1, sizeof(*costs->row));
	if (!costs->run || !costs->row)
		return -ENOMEM;
	for (size_t run = 0; run <= costs->last_run; run++)
		costs->run[run] = (struct run){ 0, configs };
	for (size_t w = 0; w < cells->workloads.count; w++)
		for (size_t c = 0; c < configs; c++)
			for (size_t i = 0; i < cells_at(cells, w, c)->blocks; i++)
				count_run(costs, cells_at(cells, w, c)->block[i], w, c);
	return 0;
}

/* A row of requests.csv. */
struct request {
	struct run run;
	size_t kind, stage;
	double p50, count;
};

/* Reads ROW; false where it does not count. */
static bool read_request(const struct costs *costs, size_t row, struct request *request)
{
	const struct table *requests = &costs->requests;
	double run = table_number(requests, row, table_column(requests, "run"));

	if (!(run >= 0 && run <= (double)costs->last_run))
		return false;
	*request = (struct request){
		.run = costs->run[(size_t)run],
		.kind = names_find(&costs->kinds, table_text(requests, row, table_column(requests, "kind"))),
		.stage = names_find(&costs->stages,
				    table_text(requests, row, table_column(requests, "stage"))),
		.p50 = table_number(requests, row, table_column(requests, "p50_ns")),
		.count = table_number(requests, row, table_column(requests, "count")),
	};
	return request->run.config < costs->cells.configs.count && request->kind < costs->kinds.count &&
	       request->stage < costs->stages.count && !isnan(request->p50) && !isnan(request->count);
}

/* Finds the workload that makes most requests of each kind. */
static int choose_workloads(struct costs *costs)
{
	size_t workloads = costs->cells.workloads.count;
	double *made = calloc(costs->kinds.count * workloads + 1, sizeof(*made));
	struct request request;

	costs->workload = calloc(costs->kinds.count + 1, sizeof(*costs->workload));
	if (!made || !costs->workload) {
		free(made);
		return -ENOMEM;
	}
	for (size_t row = 0; row < costs->requests.rows; row++)
		if (read_request(costs, row, &request))
			made[request.kind * workloads + request.run.workload] += request.count;
	for (size_t kind = 0; kind < costs->kinds.count; kind++)
		for (size_t w = 1; w < workloads; w++)
			if (made[kind * workloads + w] > made[kind * workloads + costs->workload[kind]])
				costs->workload[kind] = w;
	free(made);
	return 0;
}

static int add_request(struct costs *costs, const struct request *request)
{
	struct cost *cost = cost_at(costs, request->run.config, request->kind, request->stage);
	double *grown;

	if (request->run.workload != costs->workload[request->kind])
		return 0;
	grown = realloc(cost->p50, (cost->runs + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[cost->runs++] = request->p50;
	cost->p50 = grown;
	cost->count += request->count;
	return 0;
}

static int sort_requests(struct costs *costs)
{
	struct request request;

	if (index_runs(costs) < 0 || names_collect(&costs->kinds, &costs->requests, "kind") < 0 ||
	    names_collect(&costs->stages, &costs->requests, "stage") < 0 || choose_workloads(costs) < 0)
		return -ENOMEM;
	costs->cost = calloc(costs->cells.configs.count * costs->kinds.count * costs->stages.count + 1,
			     sizeof(*costs->cost));
	if (!costs->cost)
		return -ENOMEM;
	for (size_t row = 0; row < costs->requests.rows; row++)
		if (read_request(costs, row, &request) && add_request(costs, &request) < 0)
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
	table_put_text(out, costs->cells.workloads.name[costs->workload[kind]]);
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
	free(costs->run);
	free(costs->workload);
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
