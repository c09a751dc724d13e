/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"

/* What a program's profile counts natively, and its runs in a virtual machine count, too. */

/* Calls the host served, but for those that have a term of their own, or that the guest kernel makes by
 * itself. */
static bool is_request(const char *kind)
{
	static const char *const others[] = { "map", "unmap", "discard", "futex", "futex_wait", "futex_pi" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(kind, others[i]) == 0)
			return false;
	return true;
}

static bool is_map(const char *kind)
{
	return strcmp(kind, "map") == 0;
}

static bool is_call(const char *event)
{
	return strcmp(event, "syscalls") == 0;
}

static bool is_fault(const char *event)
{
	return strcmp(event, "minor_faults") == 0;
}

static bool is_wait(const char *event)
{
	return strcmp(event, "voluntary_switches") == 0;
}

/* Rows of requests.csv where PROBE is NULL, else of counters.csv. */
static const struct counted {
	const char *name, *probe;
	bool (*is)(const char *text);
} counted[COUNTED] = {
	[COUNT_REQUEST] = { "request", NULL, is_request },
	[COUNT_CALL] = { "call", "stamps", is_call },
	[COUNT_MAP] = { "map", NULL, is_map },
	[COUNT_FAULT] = { "page-fault", "rusage", is_fault },
	[COUNT_WAIT] = { "wait", "rusage", is_wait },
};

const char *fit_counted_name(size_t i)
{
	return counted[i].name;
}

static int make_room(struct fit_counts *counts, size_t runs)
{
	double *grown =
		runs > counts->runs ? realloc(counts->at, runs * COUNTED * sizeof(*grown)) : counts->at;

	if (grown == NULL)
		return -ENOMEM;
	for (size_t i = counts->runs * COUNTED; i < runs * COUNTED; i++)
		grown[i] = NAN;
	counts->at = grown;
	counts->runs = runs > counts->runs ? runs : counts->runs;
	return 0;
}

/* Row of either table, whose figure is in COLUMN, to what it counts. */
static int take_row(struct fit_counts *counts, const struct table *t, size_t row, const char *probe,
		    const char *name, const char *column)
{
	double run = table_number_of(t, row, "run"), value = table_number_of(t, row, column);
	double *at;

	if (!(run >= 0) || isnan(value))
		return 0;
	if (make_room(counts, (size_t)run + 1))
		return -ENOMEM;
	at = &counts->at[(size_t)run * COUNTED];
	for (size_t i = 0; i < COUNTED; i++)
		if (!probe == !counted[i].probe && (!probe || strcmp(probe, counted[i].probe) == 0) &&
		    counted[i].is(name))
			at[i] = (isnan(at[i]) ? 0 : at[i]) + value;
	return 0;
}

static int read_one(struct fit_counts *counts, const char *directory, const struct table_schema *schema,
		    struct error *error)
{
	struct table t;
	char path[4300];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	code = table_read_optional(&t, path, schema, error);
	if (code)
		return code;
	for (size_t row = 0; code == 0 && row < t.rows; row++)
		if (schema == &schema_counters)
			code = take_row(counts, &t, row, table_text_of(&t, row, "probe"),
					table_text_of(&t, row, "event"), "value");
		else if (table_is(&t, row, "stage", "total"))
			code = take_row(counts, &t, row, NULL, table_text_of(&t, row, "kind"), "count");
	table_free(&t);
	return code ? error_set(error, ENOMEM, "cannot read counts") : 0;
}

int fit_counts_read(struct fit_counts *counts, const char *directory, struct error *error)
{
	int code;

	*counts = (struct fit_counts){ 0 };
	code = read_one(counts, directory, &schema_requests, error);
	return code ? code : read_one(counts, directory, &schema_counters, error);
}

double fit_counts_of(const struct fit_counts *counts, double run, size_t i)
{
	return run >= 0 && run < (double)counts->runs ? counts->at[(size_t)run * COUNTED + i] : (double)NAN;
}

void fit_counts_free(struct fit_counts *counts)
{
	free(counts->at);
	*counts = (struct fit_counts){ 0 };
}
