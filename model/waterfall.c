/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/model.h"
#include "model/model_priv.h"

/*
 * waterfall.csv: what one request costs, from the medians of each repetition. A kind of request is measured
 * in the workload that makes most of them: elsewhere it may be another thing, as writing to a console is.
 */

#define FORMER_NAME "costs.csv"
#define NOT_KNOWN   1e18 /* ns: a bound, longer than anything is */

/* One stage of one kind of request under one configuration. */
struct cost {
	double *p50;   /* runs: the medians of its repetitions, ns; owned */
	double *bound; /* runs: how far each may be off; owned */
	size_t runs;
	double count; /* requests in all of them */
};

/* What a repetition stands for; beyond the last configuration where it does not count. */
struct run {
	size_t workload, config;
};

struct waterfall {
	struct cells cells;
	struct table requests;
	struct run *run; /* by its number, to last_run; owned */
	size_t *row;	 /* configs: the last counted row of runs.csv of each; owned */
	size_t last_run;
	struct names kinds, stages;
	size_t *workload;  /* kinds: where it is measured; owned */
	struct cost *cost; /* configs x kinds x stages, row-major; owned */
};

static struct cost *cost_at(const struct waterfall *waterfall, size_t config, size_t kind, size_t stage)
{
	return &waterfall->cost[(config * waterfall->kinds.count + kind) * waterfall->stages.count + stage];
}

static void count_run(struct waterfall *waterfall, size_t row, size_t workload, size_t config)
{
	double run = cells_number(&waterfall->cells, row, "run");

	if (run >= 0 && run <= (double)waterfall->last_run)
		waterfall->run[(size_t)run] = (struct run){ workload, config };
	waterfall->row[config] = row;
}

/* Which cell each run belongs to. Numbers of runs are about as many as its rows: others are not ours. */
static int index_runs(struct waterfall *waterfall)
{
	const struct cells *cells = &waterfall->cells;
	size_t configs = cells->configs.count;

	for (size_t row = 0; row < cells->runs.rows; row++) {
		double run = cells_number(cells, row, "run");

		if (run > (double)waterfall->last_run && run < 1e9)
			waterfall->last_run = (size_t)run;
	}
	waterfall->run = malloc((waterfall->last_run + 1) * sizeof(*waterfall->run));
	waterfall->row = calloc(configs + 1, sizeof(*waterfall->row));
	if (!waterfall->run || !waterfall->row)
		return -ENOMEM;
	for (size_t run = 0; run <= waterfall->last_run; run++)
		waterfall->run[run] = (struct run){ 0, configs };
	for (size_t w = 0; w < cells->workloads.count; w++)
		for (size_t c = 0; c < configs; c++)
			for (size_t i = 0; i < cells_at(cells, w, c)->blocks; i++)
				count_run(waterfall, cells_at(cells, w, c)->block[i], w, c);
	return 0;
}

/* A row of requests.csv. */
struct request {
	struct run run;
	size_t kind, stage;
	double p50, count, bound;
};

/* Reads ROW; false where it does not count. */
static bool read_request(const struct waterfall *waterfall, size_t row, struct request *request)
{
	const struct table *requests = &waterfall->requests;
	double run = table_number_of(requests, row, "run");

	if (!(run >= 0 && run <= (double)waterfall->last_run))
		return false;
	*request = (struct request){
		.run = waterfall->run[(size_t)run],
		.kind = names_find(&waterfall->kinds, table_text_of(requests, row, "kind")),
		.stage = names_find(&waterfall->stages, table_text_of(requests, row, "stage")),
		.p50 = table_number_of(requests, row, "p50_ns"),
		.count = table_number_of(requests, row, "count"),
		.bound = table_number_of(requests, row, "bound_ns"),
	};
	return request->run.config < waterfall->cells.configs.count &&
	       request->kind < waterfall->kinds.count && request->stage < waterfall->stages.count &&
	       !isnan(request->p50) && !isnan(request->count);
}

/* Finds the workload that makes most requests of each kind. */
static int choose_workloads(struct waterfall *waterfall)
{
	size_t workloads = waterfall->cells.workloads.count;
	double *made = calloc(waterfall->kinds.count * workloads + 1, sizeof(*made));
	struct request request;

	waterfall->workload = calloc(waterfall->kinds.count + 1, sizeof(*waterfall->workload));
	if (!made || !waterfall->workload) {
		free(made);
		return -ENOMEM;
	}
	for (size_t row = 0; row < waterfall->requests.rows; row++)
		if (read_request(waterfall, row, &request))
			made[request.kind * workloads + request.run.workload] += request.count;
	for (size_t kind = 0; kind < waterfall->kinds.count; kind++)
		for (size_t w = 1; w < workloads; w++)
			if (made[kind * workloads + w] > made[kind * workloads + waterfall->workload[kind]])
				waterfall->workload[kind] = w;
	free(made);
	return 0;
}

/* VALUE behind the COUNT numbers of *NUMBERS; false: out of memory. */
static bool add_number(double **numbers, size_t count, double value)
{
	double *grown = realloc(*numbers, (count + 1) * sizeof(*grown));

	if (!grown)
		return false;
	grown[count] = value;
	*numbers = grown;
	return true;
}

static int add_request(struct waterfall *waterfall, const struct request *request)
{
	struct cost *cost = cost_at(waterfall, request->run.config, request->kind, request->stage);

	if (request->run.workload != waterfall->workload[request->kind])
		return 0;
	if (!add_number(&cost->p50, cost->runs, request->p50) ||
	    !add_number(&cost->bound, cost->runs, isnan(request->bound) ? NOT_KNOWN : request->bound))
		return -ENOMEM;
	cost->runs++;
	cost->count += request->count;
	return 0;
}

static int sort_requests(struct waterfall *waterfall)
{
	struct request request;

	if (index_runs(waterfall) < 0 || names_collect(&waterfall->kinds, &waterfall->requests, "kind") < 0 ||
	    names_collect(&waterfall->stages, &waterfall->requests, "stage") < 0 ||
	    choose_workloads(waterfall) < 0)
		return -ENOMEM;
	waterfall->cost =
		calloc(waterfall->cells.configs.count * waterfall->kinds.count * waterfall->stages.count + 1,
		       sizeof(*waterfall->cost));
	if (!waterfall->cost)
		return -ENOMEM;
	for (size_t row = 0; row < waterfall->requests.rows; row++)
		if (read_request(waterfall, row, &request) && add_request(waterfall, &request) < 0)
			return -ENOMEM;
	return 0;
}

/* How far the median may be off: the true one lies between the medians of all less their bounds, which are
 * not needed any more, and of all with them. NAN: not known. */
static double bound_of_median(struct cost *cost, double median)
{
	double below, above;

	for (size_t i = 0; i < cost->runs; i++)
		cost->bound[i] = cost->p50[i] - cost->bound[i];
	below = stats_median(cost->bound, cost->runs, MODEL_LEVEL).value;
	for (size_t i = 0; i < cost->runs; i++)
		cost->bound[i] = 2 * cost->p50[i] - cost->bound[i];
	above = stats_median(cost->bound, cost->runs, MODEL_LEVEL).value;
	return above - below < NOT_KNOWN / 2 ? fmax(above - median, median - below) : NAN;
}

static int put_cost(struct waterfall *waterfall, struct table_writer *out, size_t config, size_t kind,
		    size_t stage, struct error *error)
{
	struct cost *cost = cost_at(waterfall, config, kind, stage);
	struct stats_estimate median = stats_median(cost->p50, cost->runs, MODEL_LEVEL);

	if (cost->runs == 0)
		return 0;
	table_put_text(out, waterfall->cells.configs.name[config]);
	table_put_text(out, cells_text(&waterfall->cells, waterfall->row[config], "label"));
	table_put_text(out, cells_text(&waterfall->cells, waterfall->row[config], "transport"));
	table_put_text(out, waterfall->kinds.name[kind]);
	table_put_text(out, waterfall->stages.name[stage]);
	table_put_text(out, waterfall->cells.workloads.name[waterfall->workload[kind]]);
	table_put_integer(out, (int64_t)cost->runs);
	table_put_integer(out, (int64_t)cost->count);
	table_put_number(out, median.value);
	table_put_number(out, median.low);
	table_put_number(out, median.high);
	table_put_number(out, bound_of_median(cost, median.value));
	return table_end_row(out, error);
}

static int put_all(struct waterfall *waterfall, struct table_writer *out, struct error *error)
{
	int code = 0;

	for (size_t config = 0; config < waterfall->cells.configs.count; config++)
		for (size_t kind = 0; kind < waterfall->kinds.count; kind++)
			for (size_t stage = 0; code == 0 && stage < waterfall->stages.count; stage++)
				code = put_cost(waterfall, out, config, kind, stage, error);
	return code;
}

static int write_all(struct waterfall *waterfall, const char *directory, struct error *error)
{
	struct table_writer out;
	char path[4096];
	int code;

	if (sort_requests(waterfall) < 0)
		return error_set(error, ENOMEM, "cannot work out costs");
	snprintf(path, sizeof(path), "%s/%s", directory, schema_waterfall.name);
	code = table_create(&out, path, &schema_waterfall, error);
	if (code)
		return code;
	code = put_all(waterfall, &out, error);
	if (code) {
		table_writer_abandon(&out);
		return code;
	}
	return table_writer_close(&out, error);
}

static void waterfall_free(struct waterfall *waterfall)
{
	size_t all = waterfall->cost ? waterfall->cells.configs.count * waterfall->kinds.count *
					       waterfall->stages.count
				     : 0;

	for (size_t i = 0; i < all; i++) {
		free(waterfall->cost[i].p50);
		free(waterfall->cost[i].bound);
	}
	free(waterfall->cost);
	free(waterfall->run);
	free(waterfall->workload);
	free(waterfall->row);
	names_free(&waterfall->kinds);
	names_free(&waterfall->stages);
	table_free(&waterfall->requests);
	cells_free(&waterfall->cells);
}

/* Older versions called this table costs.csv, which now is another one: left there it would be taken for
 * that. */
static void drop_former(const char *directory)
{
	struct error error;
	struct table former = { 0 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, FORMER_NAME);
	if (table_read(&former, path, &schema_waterfall, &error) == 0)
		unlink(path);
	table_free(&former);
}

int model_waterfall_write(const char *directory, struct error *error)
{
	struct waterfall waterfall = { 0 };
	char path[4096];
	int code = cells_read(&waterfall.cells, directory, error);

	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_requests.name);
	code = table_read_optional(&waterfall.requests, path, &schema_requests, error);
	if (code == 0)
		code = write_all(&waterfall, directory, error);
	if (code == 0)
		drop_former(directory);
	waterfall_free(&waterfall);
	return code;
}
