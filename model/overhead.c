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

/* overhead.csv: every cell against its baselines. */

#define OUTLIER_MADS 5 /* scaled MADs from the median; 5 is one in 1.7 million of a normal sample */
#define FLAGS_ROOM   256

static const char *const baselines[] = { "native", "native-tuned" };

/* An estimate in the making: room for as many pairs as any cell has. */
struct estimate {
	const struct cells *cells;
	size_t workload, config;
	const char *baseline;
	bool program_changed; /* the workload's repetitions are of more than one program */
	struct pair *pairs;   /* owned */
	size_t *rows;	      /* owned */
	double *ratios;	      /* owned */
	double *sorted;	      /* owned */
	unsigned char *far;   /* owned */
	size_t count;
	char flags[FLAGS_ROOM];
	struct table_writer out;
};

static void flag(struct estimate *e, const char *word)
{
	size_t used = strlen(e->flags);

	if (!flags_have(e->flags, word) && used + strlen(word) + 2 < sizeof(e->flags))
		snprintf(e->flags + used, sizeof(e->flags) - used, "%s%s", used ? " " : "", word);
}

/* Flags of repetitions that stay true of what is made of them. How blocks came to be is told in runs.csv. */
static void flag_rows(struct estimate *e)
{
	static const char *const lasting[] = { "roi-mismatch", "startup", "unserved", "nondeterministic" };

	for (size_t i = 0; i < e->count; i++)
		for (size_t word = 0; word < sizeof(lasting) / sizeof(*lasting); word++)
			if (flags_have(cells_text(e->cells, e->pairs[i].row, "flags"), lasting[word]) ||
			    flags_have(cells_text(e->cells, e->pairs[i].base, "flags"), lasting[word]))
				flag(e, lasting[word]);
}

/* Whether WORKLOAD's program was built anew, or replaced, between repetitions that count. */
static bool program_changed(const struct cells *cells, size_t workload)
{
	const char *first = "";

	for (size_t c = 0; c < cells->configs.count; c++) {
		const struct cell *cell = cells_at(cells, workload, c);

		for (size_t i = 0; i < cell->blocks; i++) {
			const char *this = cells_text(cells, cell->block[i], "program_sha256");

			if (*first && *this && strcmp(first, this) != 0)
				return true;
			first = *first ? first : this;
		}
	}
	return false;
}

/* Of the ratios made of e->rows. */
static void flag_outliers(struct estimate *e, size_t count)
{
	size_t near = 0; /* what is not far stands on the other side of what is */

	for (size_t i = 0; i < count; i++)
		e->sorted[i] = log(e->ratios[i]);
	stats_flag_outliers(e->sorted, count, OUTLIER_MADS, e->far);
	while (near < count && e->far[near])
		near++;
	for (size_t i = 0; i < count; i++) {
		bool first = cells_number(e->cells, e->rows[i], "block") <= 1;

		if (e->far[i])
			flag(e, first && e->sorted[i] > e->sorted[near] ? "slow-first" : "outlier");
	}
}

/* Median of VALUE over COUNT rows of runs.csv. */
static double median(struct estimate *e, metric_value *value, const size_t *rows, size_t count)
{
	size_t measured = 0;

	for (size_t i = 0; i < count; i++) {
		double v = value(e->cells, rows[i]);

		if (!isnan(v))
			e->sorted[measured++] = v;
	}
	stats_sort(e->sorted, measured);
	return stats_quantile(e->sorted, measured, 0.5);
}

/* The same over one side of the pairs. */
static double pairs_median(struct estimate *e, metric_value *value, bool base)
{
	for (size_t i = 0; i < e->count; i++)
		e->rows[i] = base ? e->pairs[i].base : e->pairs[i].row;
	return median(e, value, e->rows, e->count);
}

static void put_identity(struct estimate *e, const char *baseline, const char *metric)
{
	const struct cell *cell = cells_at(e->cells, e->workload, e->config);
	size_t row = cell->blocks ? cell->block[cell->blocks - 1] : cell->observed[0];

	table_put_text(&e->out, e->cells->workloads.name[e->workload]);
	table_put_text(&e->out, cells_text(e->cells, row, "class"));
	table_put_text(&e->out, e->cells->configs.name[e->config]);
	table_put_text(&e->out, cells_text(e->cells, row, "label"));
	table_put_text(&e->out, baseline);
	table_put_text(&e->out, metric);
}

static void put_estimate(struct estimate *e, struct stats_estimate ratio)
{
	table_put_integer(&e->out, (int64_t)ratio.n);
	table_put_number(&e->out, ratio.value);
	table_put_number(&e->out, ratio.low);
	table_put_number(&e->out, ratio.high);
}

/* VMs that ran at once shared the machine, so they are one observation: the mean over each block. *COUNT
 * ratios of e->rows, which ascend by block. */
static size_t merge_vms(struct estimate *e, bool additive, size_t count)
{
	size_t merged = 0;

	for (size_t i = 0, next; i < count; i = next) {
		double sum = 0, block = cells_number(e->cells, e->rows[i], "block");

		for (next = i; next < count && cells_number(e->cells, e->rows[next], "block") == block;
		     next++)
			sum += additive ? e->ratios[next] : log(e->ratios[next]);
		e->rows[merged] = e->rows[i];
		e->ratios[merged++] = additive ? sum / (double)(next - i) : exp(sum / (double)(next - i));
	}
	return merged;
}

static int put_metric(struct estimate *e, const struct metric *metric, bool disturbed, struct error *error)
{
	size_t choice = metric_choose(metric, e->cells, e->pairs, e->count), count = 0;

	for (size_t i = 0; i < e->count; i++) {
		double ratio = metric_ratio(metric, choice, e->cells, e->pairs[i]);

		if (isnan(ratio))
			continue;
		e->rows[count] = e->pairs[i].row;
		e->ratios[count++] = ratio;
	}
	if (count == 0)
		return 0;
	count = merge_vms(e, metric->additive, count);
	e->flags[0] = '\0';
	flag_rows(e);
	if (e->program_changed)
		flag(e, "program-changed");
	if (disturbed)
		flag(e, "disturbed");
	if (count < MODEL_PAIRS_LEAST)
		flag(e, "few-blocks");
	if (!metric->additive)
		flag_outliers(e, count);
	put_identity(e, e->baseline, metric->name);
	put_estimate(e, metric_estimate(metric, e->ratios, count));
	if (metric->sized) {
		table_put_number(&e->out, pairs_median(e, metric->value[choice], false));
		table_put_number(&e->out, pairs_median(e, metric_base(metric, choice), true));
	} else {
		table_put_missing(&e->out);
		table_put_missing(&e->out);
	}
	table_put_text(&e->out, e->flags[0] ? e->flags : NULL);
	return table_end_row(&e->out, error);
}

/* The cell against BASELINE, by every metric. */
static int put_cell(struct estimate *e, const char *baseline, struct error *error)
{
	size_t base = names_find(&e->cells->configs, baseline);
	bool disturbed;
	int code = 0;

	if (base == e->cells->configs.count || base == e->config)
		return 0;
	e->baseline = baseline;
	e->count = pairs_make(e->cells, cells_at(e->cells, e->workload, e->config),
			      cells_at(e->cells, e->workload, base), e->pairs, &disturbed);
	for (const struct metric *metric = model_metrics; metric->name && code == 0; metric++)
		code = put_metric(e, metric, disturbed, error);
	return code;
}

/* What probes cost. */
static int put_observer(struct estimate *e, struct error *error)
{
	const struct cell *cell = cells_at(e->cells, e->workload, e->config);
	struct stats_estimate ratio;
	metric_value *time;

	if (cell->blocks == 0 || cell->observations == 0)
		return 0;
	e->pairs[0] = (struct pair){ cell->observed[0], cell->block[0] };
	time = model_time->value[metric_choose(model_time, e->cells, e->pairs, 1)];
	ratio = observer_ratio(e->cells, cell, time, e->ratios, e->sorted);
	if (isnan(ratio.value))
		return 0;
	put_identity(e, e->cells->configs.name[e->config], "observer");
	put_estimate(e, ratio);
	table_put_number(&e->out, median(e, time, cell->observed, cell->observations));
	table_put_number(&e->out, median(e, time, cell->block, cell->blocks));
	table_put_missing(&e->out);
	return table_end_row(&e->out, error);
}

static int put_all(struct estimate *e, struct error *error)
{
	int code = 0;

	for (e->workload = 0; code == 0 && e->workload < e->cells->workloads.count; e->workload++) {
		e->program_changed = program_changed(e->cells, e->workload);
		for (e->config = 0; code == 0 && e->config < e->cells->configs.count; e->config++) {
			for (size_t i = 0; code == 0 && i < sizeof(baselines) / sizeof(*baselines); i++)
				code = put_cell(e, baselines[i], error);
			if (code == 0)
				code = put_observer(e, error);
		}
	}
	return code;
}

static int allocate(struct estimate *e)
{
	size_t room = e->cells->runs.rows + 1; /* no cell has more */

	e->pairs = malloc(room * sizeof(*e->pairs));
	e->rows = malloc(room * sizeof(*e->rows));
	e->ratios = malloc(room * sizeof(*e->ratios));
	e->sorted = malloc(room * sizeof(*e->sorted));
	e->far = malloc(room);
	return e->pairs && e->rows && e->ratios && e->sorted && e->far ? 0 : -ENOMEM;
}

int model_overhead_write(const char *directory, struct error *error)
{
	struct cells cells;
	struct estimate e = { .cells = &cells };
	char path[4096];
	int code = cells_read(&cells, directory, error);

	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_overhead.name);
	if (allocate(&e) < 0)
		code = error_set(error, ENOMEM, "cannot estimate overheads");
	if (code == 0)
		code = table_create(&e.out, path, &schema_overhead, error);
	if (code == 0) {
		code = put_all(&e, error);
		code = table_writer_end(&e.out, code, error);
	}
	free(e.pairs);
	free(e.rows);
	free(e.ratios);
	free(e.sorted);
	free(e.far);
	cells_free(&cells);
	return code;
}
