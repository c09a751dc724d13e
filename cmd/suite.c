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

/* The workloads of a suite: rows of suite.csv, or a program of the user's own. */

int suite_no_memory(struct error *error)
{
	error_set(error, ENOMEM, "cannot read the suite");
	return -ENOMEM;
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

static int unknown_workload(const char *name, const struct table *table, struct error *error)
{
	const char **names = calloc(table->rows + 1, sizeof(*names)), *near;

	for (size_t row = 0; names && row < table->rows; row++)
		names[row] = table_text_of(table, row, "name");
	near = names ? units_nearest(name, names) : NULL;
	error_set(error, 0, "the suite has no workload %.100s", name);
	if (near)
		error_mend(error, "did you mean %s?", near);
	else
		error_mend(error,
			   "vmtax list workloads shows the default suite's, vmtax list nano the events");
	free(names);
	return -EINVAL;
}

static int check_only(const char *only, const struct table *table, struct error *error)
{
	char *copy = strdup(only), *rest = copy, *name;
	int code = copy ? 0 : suite_no_memory(error);

	while (code == 0 && (name = strsep(&rest, ",")) != NULL) {
		size_t row = 0;

		while (row < table->rows && !table_is(table, row, "name", name))
			row++;
		if (row == table->rows)
			code = unknown_workload(name, table, error);
	}
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
	int code = copy ? 0 : suite_no_memory(error);

	suite->workload = calloc(table->rows + 1, sizeof(*suite->workload));
	if (suite->workload == NULL)
		code = suite_no_memory(error);
	for (size_t row = 0; code == 0 && row < table->rows; row++) {
		const char *column = "name";

		if (!listed(only, table_text_of(table, row, "name")))
			continue;
		code = suite_take_row(&suite->workload[suite->count++], table, row, directory, &column,
				      error);
		if (code == 0 && (code = check_twice(suite, error)) != 0)
			column = "name";
		if (code)
			error_at(error, "%.150s:%zu:%s", table->path, table->lines[row], column);
	}
	free(copy);
	return code;
}

int suite_read(struct suite *suite, const char *path, const char *only, struct error *error)
{
	struct table table = { 0 };
	int code;

	*suite = (struct suite){ 0 };
	code = table_read(&table, path, &schema_suite, error);
	if (code)
		return code;
	if (table.rows == 0) {
		error_fail(error, 0, "vmtax list workloads --csv is one to start from", "the suite is empty");
		code = error_at(error, "%s", path);
	}
	if (code == 0 && only)
		code = check_only(only, &table, error);
	if (code == 0)
		code = take_rows(suite, &table, only, error);
	table_free(&table);
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
	*suite = (struct suite){ 0 };
}
