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
#include "model/nano_priv.h"

/* costs.csv: what each event costs under each configuration. */

/* One row in the making. */
struct estimate {
	const struct events *events;
	size_t event; /* row of suite.csv */
	const char *config;
	size_t *row; /* repetitions that tell: rows of runs.csv; room for all; owned */
	size_t count;
	double *values;	    /* room for all; owned */
	size_t failures;    /* and those that do not */
	const char *status; /* of the first of these */
	const char *reason;
	const char *label;
};

static const char *event_text(const struct estimate *e, const char *column)
{
	return table_text_of(&e->events->suite, e->event, column);
}

static bool is_native(const char *config)
{
	return strcmp(config, "native") == 0 || strncmp(config, "native-", strlen("native-")) == 0 ||
	       strncmp(config, "native+", strlen("native+")) == 0;
}

/* Whether a plain process has no such event. */
static bool is_virtual_only(const struct estimate *e)
{
	return strncmp(event_text(e, "native"), "none", strlen("none")) == 0;
}

/* The figure COLUMN of a repetition; that of an event told by stages is their sum, and has no other. */
static double figure(const struct estimate *e, size_t row, const char *column)
{
	const char *stage = event_text(e, "stage");

	if (!*stage || is_native(e->config))
		return events_figure(e->events, row, column);
	return strcmp(column, "median_ns") == 0 ? events_stages(e->events, row, stage) : NAN;
}

/* Notes how ROW went, and whether it tells. */
static bool take_run(struct estimate *e, size_t row)
{
	const char *status = events_text(e->events, row, "status");

	e->label = events_text(e->events, row, "label");
	if (strcmp(status, "ok") == 0)
		return !isnan(figure(e, row, "median_ns"));
	if (e->failures++ == 0) {
		e->status = status;
		e->reason = events_text(e->events, row, "reason");
	}
	return false;
}

/* Finds the repetitions that tell: those that drift or steal disturbed only where few remain. */
static void choose_runs(struct estimate *e)
{
	const struct events *n = e->events;
	const char *event = event_text(e, "name");
	size_t all = 0, calm = 0;

	e->failures = 0;
	e->label = NULL;
	for (size_t row = 0; row < n->runs.rows; row++)
		if (strcmp(events_text(n, row, "workload"), event) == 0 &&
		    strcmp(events_text(n, row, "config"), e->config) == 0 && take_run(e, row))
			e->row[all++] = row;
	for (size_t i = 0; i < all; i++)
		calm += !events_disturbed(n, e->row[i]);
	e->count = 0;
	for (size_t i = 0; i < all; i++)
		if (calm < MODEL_PAIRS_LEAST || !events_disturbed(n, e->row[i]))
			e->row[e->count++] = e->row[i];
}

/* How many repetitions have COLUMN, into e->values. */
static size_t collect(struct estimate *e, const char *column)
{
	size_t n = 0;

	for (size_t i = 0; i < e->count; i++) {
		double value = figure(e, e->row[i], column);

		if (!isnan(value))
			e->values[n++] = value;
	}
	return n;
}

static struct stats_estimate median(struct estimate *e, const char *column)
{
	size_t n = collect(e, column);
	struct stats_estimate m = stats_median(e->values, n, MODEL_LEVEL);

	if (n > 0 && isnan(m.value)) { /* too few for an interval */
		stats_sort(e->values, n);
		m.value = stats_quantile(e->values, n, 0.5);
	}
	return m;
}

static double greatest(struct estimate *e, const char *column)
{
	size_t n = collect(e, column);
	double most = NAN;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, e->values[i]);
	return most;
}

/* Status and reason: of what was measured, how much went wrong; of what was not, why. */
static void put_verdict(struct table_writer *out, const struct estimate *e)
{
	char reason[700];

	if (e->count == 0 && e->failures == 0) {
		bool none = is_native(e->config) && is_virtual_only(e);

		table_put_text(out, none ? "none" : "unsupported");
		table_put_text(out, none ? "a plain process has no such event"
					 : "its requests have no such stages");
		return;
	}
	if (e->count == 0) {
		table_put_text(out, strcmp(e->status, "failed") == 0 ? "failed" : "unsupported");
		table_put_text(out, e->reason);
		return;
	}
	snprintf(reason, sizeof(reason), "%zu repetition%s went wrong: %.600s", e->failures,
		 e->failures == 1 ? "" : "s", e->failures ? e->reason : "");
	table_put_text(out, "ok");
	table_put_text(out, e->failures ? reason : NULL);
}

/* Nothing where the event was not to be measured so, or has not been yet. */
static int put_row(struct table_writer *out, struct estimate *e, struct error *error)
{
	struct stats_estimate ns;

	choose_runs(e);
	if (!e->label && !(is_native(e->config) && is_virtual_only(e)))
		return 0;
	ns = median(e, "median_ns");
	table_put_text(out, event_text(e, "name"));
	table_put_text(out, e->config);
	table_put_text(out, e->label ? e->label : e->config);
	table_put_number(out, ns.value);
	table_put_number(out, ns.low);
	table_put_number(out, ns.high);
	table_put_number(out, median(e, "p90_ns").value);
	table_put_number(out, median(e, "p99_ns").value);
	table_put_number(out, greatest(e, "max_ns"));
	table_put_number(out, median(e, "tsc_ticks").value);
	table_put_integer(out, (int64_t)e->count);
	put_verdict(out, e);
	return table_end_row(out, error);
}

static int put_all(struct table_writer *out, struct estimate *e, struct error *error)
{
	const struct events *n = e->events;
	int code = 0;

	for (e->event = 0; code == 0 && e->event < n->suite.rows; e->event++)
		for (size_t c = 0; code == 0 && c < n->configs.count; c++) {
			e->config = n->configs.name[c];
			code = put_row(out, e, error);
		}
	return code;
}

static int write(const char *directory, const struct events *events, struct error *error)
{
	struct estimate e = {
		.events = events,
		.row = malloc((events->runs.rows + 1) * sizeof(*e.row)),
		.values = malloc((events->runs.rows + 1) * sizeof(*e.values)),
	};
	struct table_writer out;
	char path[4096];
	int code = e.row && e.values ? 0 : error_set(error, ENOMEM, "cannot tell what events cost");

	snprintf(path, sizeof(path), "%s/%s", directory, schema_costs.name);
	if (code == 0)
		code = table_create(&out, path, &schema_costs, error);
	if (code == 0) {
		code = put_all(&out, &e, error);
		code = table_writer_end(&out, code, error);
	}
	free(e.row);
	free(e.values);
	return code;
}

int model_costs_write(const char *directory, struct error *error)
{
	struct events events;
	int code = events_read(&events, directory, error);

	if (code)
		return code;
	if (events.suite.rows)
		code = write(directory, &events, error);
	events_free(&events);
	return code;
}
