/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/suite_priv.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/schema.h"
#include "base/units.h"

/* The workloads of suites: rows of suite.csv, or a program of the user's own. */

int suite_no_memory(struct error *error)
{
	error_set(error, ENOMEM, "cannot read the suite");
	return -ENOMEM;
}

bool suite_observes(const struct workload *workload)
{
	return !workload->lives && !workload->nano;
}

bool suite_observed(const struct suite *suite)
{
	bool any = false;

	for (size_t w = 0; w < suite->count; w++)
		any |= suite_observes(&suite->workload[w]);
	return any;
}

/* Whether the comma-separated LIST (NULL: everything) contains NAME. */
static bool listed(const char *list, const char *name)
{
	size_t length = strlen(name);

	if (list == NULL)
		return true;
	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (strncmp(list, name, length) == 0 && (list[length] == ',' || list[length] == '\0'))
			return true;
	return false;
}

/* The files of a suite, while they are read. */
struct tables {
	struct table *at; /* count; owned */
	size_t count;
};

/* Whether some row of TABLES is called NAME. */
static bool contain(const struct tables *tables, const char *name)
{
	for (size_t i = 0; i < tables->count; i++)
		for (size_t row = 0; row < tables->at[i].rows; row++)
			if (table_is(&tables->at[i], row, "name", name))
				return true;
	return false;
}

static int unknown_workload(const char *name, const struct tables *tables, struct error *error)
{
	const char *near = NULL;

	for (size_t i = 0; i < tables->count && !near; i++) {
		const struct table *table = &tables->at[i];
		const char **names = calloc(table->rows + 1, sizeof(*names));

		for (size_t row = 0; names && row < table->rows; row++)
			names[row] = table_text_of(table, row, "name");
		near = names ? units_nearest(name, names) : NULL;
		free(names);
	}
	error_set(error, 0, "the suite has no workload %.100s", name);
	if (near)
		error_mend(error, "did you mean %s?", near);
	else
		error_mend(error,
			   "vmtax list workloads shows the default suite's, vmtax list nano the events");
	return -EINVAL;
}

static int check_only(const char *only, const struct tables *tables, struct error *error)
{
	char *copy = strdup(only), *rest = copy, *name;
	int code = copy ? 0 : suite_no_memory(error);

	while (code == 0 && (name = strsep(&rest, ",")) != NULL)
		if (!contain(tables, name))
			code = unknown_workload(name, tables, error);
	free(copy);
	return code;
}

static int check_twice(const struct suite *suite, struct error *error)
{
	const struct workload *last = &suite->workload[suite->count - 1];

	for (size_t i = 0; i + 1 < suite->count; i++)
		if (strcmp(suite->workload[i].name, last->name) == 0)
			return error_fail(error, 0, "give each a name of its own",
					  "two workloads are named %s", last->name);
	return 0;
}

static int take_rows(struct suite *suite, const struct table *table, const char *only, struct error *error)
{
	char *copy = strdup(table->path), *directory = copy ? dirname(copy) : NULL;
	struct workload *grown = realloc(suite->workload, (suite->count + table->rows + 1) * sizeof(*grown));
	int code = copy && grown ? 0 : suite_no_memory(error);

	suite->workload = grown ? grown : suite->workload;
	for (size_t row = 0; code == 0 && row < table->rows; row++) {
		const char *column = "name";

		if (!listed(only, table_text_of(table, row, "name")))
			continue;
		grown[suite->count] = (struct workload){ 0 };
		code = suite_take_row(&grown[suite->count++], table, row, directory, &column, error);
		if (code == 0 && (code = check_twice(suite, error)) != 0)
			column = "name";
		if (code)
			error_at(error, "%.150s:%zu:%s", table->path, table->lines[row], column);
	}
	free(copy);
	return code;
}

static int read_file(struct tables *tables, const char *path, struct error *error)
{
	struct table *grown = realloc(tables->at, (tables->count + 1) * sizeof(*grown));
	int code;

	if (grown == NULL)
		return suite_no_memory(error);
	tables->at = grown;
	code = table_read(&grown[tables->count], path, &schema_suite, error);
	if (code)
		return code;
	if (grown[tables->count++].rows == 0) {
		error_fail(error, 0, "vmtax list workloads --csv is one to start from", "the suite is empty");
		code = error_at(error, "%s", path);
	}
	return code;
}

int suite_read(struct suite *suite, const char *names, const char *only, struct error *error)
{
	struct tables tables = { 0 };
	int code;

	*suite = (struct suite){ 0 };
	code = suite_find(names, &suite->file, &suite->files, error);
	for (size_t i = 0; code == 0 && i < suite->files; i++)
		code = read_file(&tables, suite->file[i], error);
	if (code == 0 && only)
		code = check_only(only, &tables, error);
	for (size_t i = 0; code == 0 && i < tables.count; i++)
		code = take_rows(suite, &tables.at[i], only, error);
	for (size_t i = 0; i < tables.count; i++)
		table_free(&tables.at[i]);
	free(tables.at);
	if (code)
		suite_free(suite);
	return code;
}

static char **copy_arguments(char *const *argv)
{
	size_t count = 0;
	char **copy;

	while (argv[count])
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < count; i++)
		copy[i] = strdup(argv[i]);
	return copy;
}

int suite_of_program(struct suite *suite, char *const *argv, struct error *error)
{
	const char *slash = strrchr(argv[0], '/');
	struct workload *workload = calloc(1, sizeof(*workload));
	char *path = NULL;
	int code;

	*suite = (struct suite){ .workload = workload, .count = workload != NULL };
	if (workload == NULL)
		return suite_no_memory(error);
	workload->own_directory = true;
	workload->name = strdup(slash && slash[1] ? slash + 1 : argv[0]);
	workload->argv = copy_arguments(argv);
	code = command_find(argv[0], NULL, false, &path, error);
	if (code == 0) {
		free(workload->argv[0]);
		workload->argv[0] = path;
		code = digest_path(path, workload->sha256, error);
	}
	if (code)
		suite_free(suite);
	return code;
}

void suite_free(struct suite *suite)
{
	for (size_t i = 0; i < suite->count; i++) {
		struct workload *workload = &suite->workload[i];

		for (size_t f = 0; f < workload->files; f++)
			free(workload->file[f].name);
		free(workload->file);
		free(workload->name);
		free(workload->class);
		free(workload->guest);
		free(workload->set);
		command_free(workload->argv);
	}
	free(suite->workload);
	for (size_t i = 0; i < suite->files; i++)
		free(suite->file[i]);
	free(suite->file);
	*suite = (struct suite){ 0 };
}
