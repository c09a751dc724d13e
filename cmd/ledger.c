/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/ledger_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"

int ledger_add(struct ledger *ledger, size_t workload, size_t config, uint64_t block, unsigned marks)
{
	if (ledger->count == ledger->capacity) {
		size_t capacity = ledger->capacity ? 2 * ledger->capacity : 256;
		struct ledger_row *grown = realloc(ledger->row, capacity * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		ledger->row = grown;
		ledger->capacity = capacity;
	}
	ledger->row[ledger->count++] = (struct ledger_row){ workload, config, block, marks };
	return 0;
}

bool ledger_has(const struct ledger *ledger, size_t workload, size_t config, uint64_t block)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->row[i].workload == workload && ledger->row[i].config == config &&
		    ledger->row[i].block == block)
			return true;
	return false;
}

bool ledger_has_block(const struct ledger *ledger, size_t workload, uint64_t block)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->row[i].workload == workload && ledger->row[i].block == block)
			return true;
	return false;
}

bool ledger_disturbed(const struct ledger *ledger, size_t workload, uint64_t block)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->row[i].workload == workload && ledger->row[i].block == block &&
		    ledger->row[i].marks & LEDGER_DISTURBED)
			return true;
	return false;
}

size_t ledger_observed(const struct ledger *ledger, size_t workload, size_t config)
{
	size_t count = 0;

	for (size_t i = 0; i < ledger->count; i++)
		count += ledger->row[i].workload == workload && ledger->row[i].config == config &&
			 ledger->row[i].block == LEDGER_OBSERVED;
	return count;
}

bool ledger_failed(const struct ledger *ledger, size_t workload, size_t config)
{
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->row[i].workload == workload && ledger->row[i].config == config &&
		    ledger->row[i].marks & LEDGER_FAILED)
			return true;
	return false;
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->row);
	*ledger = (struct ledger){ 0 };
}

static bool is_recorded(const struct table *runs, double run)
{
	size_t column = table_column(runs, "run");

	for (size_t row = 0; row < runs->rows; row++)
		if (table_number(runs, row, column) == run)
			return true;
	return false;
}

/* Writes the rows of TABLE anew that belong to a repetition of RUNS. */
static int keep_recorded(const struct table *table, const struct table *runs, struct error *error)
{
	struct table_writer writer;
	int code = table_create(&writer, table->path, table->schema, error);

	for (size_t row = 0; code == 0 && row < table->rows; row++) {
		if (!is_recorded(runs, table_number(table, row, 0)))
			continue;
		for (size_t column = 0; column < table->columns; column++)
			table_put_text(&writer, table_missing(table, row, column)
							? NULL
							: table_text(table, row, column));
		code = table_end_row(&writer, error);
		if (code)
			table_writer_abandon(&writer);
	}
	return code ? code : table_writer_close(&writer, error);
}

/* Drops what a repetition that was cut short left in one table. It stands at the end, if anywhere. */
static int prune(const char *directory, const struct table_schema *schema, const struct table *runs,
		 struct error *error)
{
	struct table table = { 0 };
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	code = table_read(&table, path, schema, error);
	if (code == 0 && table.rows > 0 && !is_recorded(runs, table_number(&table, table.rows - 1, 0)))
		code = keep_recorded(&table, runs, error);
	table_free(&table);
	return code;
}

static uint64_t block_of(double block, const char *flags)
{
	if (!isnan(block))
		return (uint64_t)block;
	return strstr(flags, "observed") ? LEDGER_OBSERVED : LEDGER_NO_BLOCK;
}

/* Rows at the end of runs.csv that are of copies run at once, not all of which were recorded. */
static size_t count_incomplete(const struct table *runs)
{
	double vms, vm;
	size_t last = runs->rows - 1;

	if (runs->rows == 0)
		return 0;
	vms = table_number_of(runs, last, "vms");
	vm = table_number_of(runs, last, "vm");
	if (!(vm < vms) || vm > (double)runs->rows)
		return 0;
	/* What failed when it was tried out is recorded once, for all copies. */
	return block_of(table_number_of(runs, last, "block"), table_text_of(runs, last, "flags")) ==
			       LEDGER_NO_BLOCK
		       ? 0
		       : (size_t)vm;
}

/* Drops these rows: the copies are run again, together. */
static int drop_incomplete(const char *path, struct error *error)
{
	struct table runs = { 0 }, whole;
	int code = table_read(&runs, path, &schema_runs, error);

	whole = runs;
	if (code == 0)
		whole.rows -= count_incomplete(&runs);
	if (code == 0 && whole.rows < runs.rows)
		code = keep_recorded(&runs, &whole, error);
	table_free(&runs);
	return code;
}

static size_t find_workload(const struct suite *suite, const char *name)
{
	size_t i = 0;

	while (i < suite->count && strcmp(suite->workload[i].name, name) != 0)
		i++;
	return i;
}

static size_t find_config(const struct vmm_config *config, size_t configs, const char *name)
{
	size_t i = 0;

	while (i < configs && strcmp(config[i].name, name) != 0)
		i++;
	return i;
}

/* A program that was built anew is another one: one estimate may not mix their figures. */
static bool is_other_program(const struct table *runs, size_t row, const struct workload *workload)
{
	const char *recorded = table_text_of(runs, row, "program_sha256");

	return recorded[0] && workload->sha256[0] && strcmp(recorded, workload->sha256) != 0;
}

static int take_row(struct ledger *ledger, const struct table *runs, size_t row, const struct suite *suite,
		    const struct vmm_config *config, size_t configs, struct error *error)
{
	size_t w = find_workload(suite, table_text_of(runs, row, "workload"));
	size_t c = find_config(config, configs, table_text_of(runs, row, "config"));
	const char *flags = table_text_of(runs, row, "flags");
	double block = table_number_of(runs, row, "block");
	double run = table_number_of(runs, row, "run");
	unsigned marks = 0;

	if (w == suite->count || c == configs) {
		error_fail(error, 0, "run it anew with --force",
			   "it is not a repetition of the recorded plan");
		return error_at(error, "%.200s:%zu", runs->path, runs->lines[row]);
	}
	if (is_other_program(runs, row, &suite->workload[w])) {
		error_fail(error, 0, "run it anew with --force", "%.180s has changed since",
			   suite->workload[w].argv[0]);
		return error_at(error, "%.200s:%zu", runs->path, runs->lines[row]);
	}
	if (run > (double)ledger->last_run)
		ledger->last_run = (uint64_t)run;
	if (strstr(flags, "drift") || strstr(flags, "steal"))
		marks |= LEDGER_DISTURBED;
	if (!table_is(runs, row, "status", "ok"))
		marks |= LEDGER_FAILED;
	if (ledger_add(ledger, w, c, block_of(block, flags), marks))
		return error_set(error, ENOMEM, "cannot read what is recorded");
	return 0;
}

int ledger_load(struct ledger *ledger, const char *directory, const struct suite *suite,
		const struct vmm_config *config, size_t configs, struct error *error)
{
	static const struct table_schema *const others[] = { &schema_layers,	    &schema_counters,
							     &schema_exits,	    &schema_requests,
							     &schema_lifecycle,	    &schema_events,
							     &schema_distributions, &schema_agreement };
	struct table runs = { 0 };
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_runs.name);
	code = drop_incomplete(path, error);
	if (code == 0)
		code = table_read(&runs, path, &schema_runs, error);
	if (code == 0)
		code = table_unique(&runs, "run", error);
	for (size_t i = 0; code == 0 && i < sizeof(others) / sizeof(others[0]); i++)
		code = prune(directory, others[i], &runs, error);
	for (size_t row = 0; code == 0 && row < runs.rows; row++)
		code = take_row(ledger, &runs, row, suite, config, configs, error);
	table_free(&runs);
	return code;
}
