/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/nano_priv.h"

/* What repetitions of events tell: runs.csv, events.csv and requests.csv put together. */

const char *events_text(const struct events *n, size_t row, const char *column)
{
	return table_text_of(&n->runs, row, column);
}

bool events_disturbed(const struct events *n, size_t row)
{
	const char *flags = events_text(n, row, "flags");

	return flags_have(flags, "steal") || flags_have(flags, "drift");
}

/* The first row of TABLE that OF has for the repetition in ROW of runs.csv; its number of rows: none. */
static size_t find(const struct events *n, const struct table *table, const size_t *of, size_t row)
{
	double run = table_number_of(&n->runs, row, "run");

	return run >= 0 && run <= (double)n->last_run ? of[(size_t)run] : table->rows;
}

double events_figure(const struct events *n, size_t row, const char *column)
{
	size_t event = find(n, &n->found, n->event_of, row);

	return event < n->found.rows ? table_number_of(&n->found, event, column) : NAN;
}

/* The median of one stage; those of a repetition stand together. */
static double stage(const struct events *n, size_t row, const char *kind, size_t kind_length,
		    const char *name, size_t length)
{
	const struct table *r = &n->requests;
	double run = table_number_of(&n->runs, row, "run");

	for (size_t i = find(n, r, n->request_of, row); i < r->rows && table_number_of(r, i, "run") == run;
	     i++) {
		const char *this = table_text_of(r, i, "kind"), *at = table_text_of(r, i, "stage");

		if (strlen(this) == kind_length && strncmp(this, kind, kind_length) == 0 &&
		    strlen(at) == length && strncmp(at, name, length) == 0)
			return table_number_of(r, i, "p50_ns");
	}
	return NAN;
}

double events_stages(const struct events *n, size_t row, const char *stages)
{
	size_t kind = strcspn(stages, ":");
	const char *name = stages + kind;
	double sum = 0;

	while (*name) {
		size_t length = strcspn(++name, "+");

		sum += stage(n, row, stages, kind, name, length);
		name += length;
	}
	return sum;
}

/* For each number of a run its first row in TABLE. NULL where memory is short. */
static size_t *index_runs(const struct table *table, size_t last_run)
{
	size_t *of = malloc((last_run + 1) * sizeof(*of));

	for (size_t run = 0; of && run <= last_run; run++)
		of[run] = table->rows;
	for (size_t row = table->rows; of && row-- > 0;) {
		double run = table_number_of(table, row, "run");

		if (run >= 0 && run <= (double)last_run)
			of[(size_t)run] = row;
	}
	return of;
}

/* Numbers of runs are about as many as its rows: others are not ours. */
static int index_all(struct events *n)
{
	int code = 0;

	for (size_t row = 0; row < n->runs.rows && code == 0; row++) {
		double run = table_number_of(&n->runs, row, "run");

		if (run > (double)n->last_run && run < 1e9)
			n->last_run = (size_t)run;
		if (strcmp(events_text(n, row, "class"), NANO) == 0)
			code = names_add(&n->configs, events_text(n, row, "config"));
	}
	if (code == 0)
		code = names_add(&n->configs, "native");
	names_order_configs(&n->configs);
	n->event_of = index_runs(&n->found, n->last_run);
	n->request_of = index_runs(&n->requests, n->last_run);
	return code || !n->event_of || !n->request_of ? -ENOMEM : 0;
}

static int read_one(struct table *table, const char *directory, const struct table_schema *schema,
		    struct error *error)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	return table_read_optional(table, path, schema, error);
}

int events_read(struct events *n, const char *directory, struct error *error)
{
	int code;

	*n = (struct events){ 0 };
	code = read_one(&n->suite, directory, &schema_suite, error);
	if (code || n->suite.rows == 0)
		return code;
	code = read_one(&n->runs, directory, &schema_runs, error);
	if (code == 0)
		code = read_one(&n->found, directory, &schema_events, error);
	if (code == 0)
		code = read_one(&n->requests, directory, &schema_requests, error);
	if (code == 0 && index_all(n) < 0)
		code = error_set(error, ENOMEM, "cannot tell what events cost");
	if (code)
		events_free(n);
	return code;
}

void events_free(struct events *n)
{
	free(n->event_of);
	free(n->request_of);
	names_free(&n->configs);
	table_free(&n->suite);
	table_free(&n->runs);
	table_free(&n->found);
	table_free(&n->requests);
	*n = (struct events){ 0 };
}
