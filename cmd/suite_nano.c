/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/nano_priv.h"
#include "cmd/run_priv.h"

/* Events as rows of a suite. */
#define NONE "none" /* the native equivalent of what only a virtual machine does */

static int copy(char **to, const char *from, struct error *error)
{
	if (from[0] == '\0')
		return 0;
	*to = strdup(from);
	return *to ? 0 : suite_no_memory(error);
}

/* Applies each of the blank-separated assignments. */
static int assign(const char *assignments, struct vmm_config *config, struct error *error)
{
	char *words = strdup(assignments), *rest = words, *word;
	int code = words ? 0 : suite_no_memory(error);

	while (code == 0 && (word = strsep(&rest, " ")) != NULL)
		if (*word)
			code = vmm_config_set(config, word, error);
	free(words);
	return code;
}

/* Whether kind:stage+stage names both. */
static int check_stage(const char *stage, struct error *error)
{
	const char *colon = strchr(stage, ':');

	if (stage[0] == '\0' || (colon && colon > stage && colon[1]))
		return 0;
	return error_fail(error, 0, "write kind:stage+stage, as in pread64:transport-in+monitor-in",
			  "%.100s names no stages of a request", stage);
}

/* What only events have, where there is no event. */
static int refuse(const struct table *table, size_t row, const char **column, struct error *error)
{
	static const char *const columns[] = { "guest", "set", "stage", NULL };

	for (int i = 0; columns[i]; i++)
		if (*table_text_of(table, row, *column = columns[i]))
			return error_fail(error, 0, "leave it empty, or make the class nano",
					  "only events have it");
	return 0;
}

int nano_take_row(struct workload *workload, const struct table *table, size_t row, const char **column,
		  struct error *error)
{
	struct vmm_config any;
	int code;

	workload->nano = strcmp(workload->class, SUITE_NANO) == 0;
	if (!workload->nano)
		return refuse(table, row, column, error);
	code = copy(&workload->guest, table_text_of(table, row, *column = "guest"), error);
	if (code == 0)
		code = copy(&workload->set, table_text_of(table, row, *column = "set"), error);
	if (code == 0)
		code = vmm_config_preset(&any, "hosted", error);
	if (code == 0 && workload->set)
		code = assign(workload->set, &any, error);
	if (code == 0)
		code = check_stage(table_text_of(table, row, *column = "stage"), error);
	workload->staged = *table_text_of(table, row, "stage");
	workload->virtual_only = strncmp(table_text_of(table, row, "native"), NONE, strlen(NONE)) == 0;
	return code;
}

bool nano_runs_under(const struct workload *workload, const struct vmm_config *config)
{
	if (config->native && workload->virtual_only)
		return false;
	return workload->argv || (workload->guest && !config->native);
}

void nano_configure(const struct workload *workload, struct vmm_config *config)
{
	struct vmm_config changed = *config;
	struct error error;

	if (config->native || !workload->set || assign(workload->set, &changed, &error))
		return; /* read without fault, it applies without */
	memcpy(config->value, changed.value, sizeof(config->value));
}

static bool any_is(const struct suite *suite)
{
	for (size_t w = 0; w < suite->count; w++)
		if (suite->workload[w].nano)
			return true;
	return false;
}

bool nano_all(const struct suite *suite)
{
	for (size_t w = 0; w < suite->count; w++)
		if (!suite->workload[w].nano)
			return false;
	return suite->count > 0;
}

int nano_check(const struct suite *suite, const struct run_options *options, struct error *error)
{
	if (!any_is(suite))
		return 0;
	if (run_options_ablate(options)) {
		error_fail(error, 0, "vmtax run --suite nano --set KNOB=VALUE changes a knob",
			   "events have costs, and no run time to take apart");
		return error_at(error, "--suite");
	}
	if (options->vms > 1) {
		error_fail(error, 0, "leave it out", "an event is measured in one VM at a time");
		return error_at(error, "--vms");
	}
	return 0;
}

static bool has(const struct suite *suite, const char *name)
{
	for (size_t w = 0; w < suite->count; w++)
		if (suite->workload[w].nano && strcmp(suite->workload[w].name, name) == 0)
			return true;
	return false;
}

static int keep_rows(const struct suite *suite, const char *path, struct table_writer *out,
		     struct error *error)
{
	struct table table = { 0 };
	int code = table_read(&table, path, &schema_suite, error);

	for (size_t row = 0; code == 0 && row < table.rows; row++) {
		if (!has(suite, table_text_of(&table, row, "name")))
			continue;
		for (size_t c = 0; c < table.columns; c++)
			table_put_text(out,
				       table_missing(&table, row, c) ? NULL : table_text(&table, row, c));
		code = table_end_row(out, error);
	}
	table_free(&table);
	return code;
}

int nano_keep(const struct suite *suite, const char *directory, struct error *error)
{
	struct table_writer out;
	char kept[4200];
	int code;

	if (!any_is(suite))
		return 0;
	snprintf(kept, sizeof(kept), "%s/%s", directory, schema_suite.name);
	code = table_create(&out, kept, &schema_suite, error);
	if (code)
		return code;
	for (size_t i = 0; code == 0 && i < suite->files; i++)
		code = keep_rows(suite, suite->file[i], &out, error);
	return table_writer_end(&out, code, error);
}
