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
#include "vmm/vmm.h"

/* The workloads of a suite: rows of suite.csv, or a program of the user's own. */

static int no_memory(struct error *error)
{
	error_set(error, ENOMEM, "cannot read the suite");
	return -ENOMEM;
}

static int bad_file(const char *text, struct error *error)
{
	return error_fail(error, 0, "write name:size, as in input.txt:16M, the name without /",
			  "%.100s is not a file and its size", text);
}

/* "name:size" into FILE. */
static int take_file(struct suite_file *file, const char *text, struct error *error)
{
	const char *colon = strrchr(text, ':');
	struct error inner;

	if (colon == NULL || colon == text || strchr(text, '/') || text[0] == '.')
		return bad_file(text, error);
	if (units_parse_bytes(colon + 1, &file->bytes, &inner))
		return bad_file(text, error);
	file->name = strndup(text, (size_t)(colon - text));
	return file->name ? 0 : no_memory(error);
}

static int take_files(struct workload *workload, const char *text, struct error *error)
{
	char *copy = strdup(text), *rest = copy, *word;
	int code = copy ? 0 : no_memory(error);

	workload->file = calloc(strlen(text) / 2 + 1, sizeof(*workload->file));
	if (workload->file == NULL)
		code = no_memory(error);
	while (code == 0 && (word = strsep(&rest, " ")) != NULL)
		if (*word)
			code = take_file(&workload->file[workload->files++], word, error);
	free(copy);
	return code;
}

/* Replaces argv[0] by the program's path. Its absence is the workload's misfortune, not the suite's. */
static int find_program(struct workload *workload, const char *directory, struct error *error)
{
	struct error absent = { 0 };
	char *path;

	if (command_find(workload->argv[0], directory, true, &path, &absent)) {
		error_text(&absent, workload->absent, sizeof(workload->absent));
		return 0;
	}
	free(workload->argv[0]);
	workload->argv[0] = path;
	return digest_path(path, workload->sha256, error);
}

/* A cell's text, which must not be missing. */
static int need(const struct table *table, size_t row, const char *column, char **text, struct error *error)
{
	if (table_missing(table, row, table_column(table, column)))
		return error_fail(error, 0, "fill in the cell", "a workload needs a %s", column);
	*text = strdup(table_text(table, row, table_column(table, column)));
	return *text ? 0 : no_memory(error);
}

/* How many run at once, and how much memory each has. */
static int take_machines(struct workload *workload, const struct table *table, size_t row,
			 const char **column, struct error *error)
{
	size_t vms = table_column(table, *column = "vms"), memory = table_column(table, "memory");
	double count = table_missing(table, row, vms) ? 0 : table_number(table, row, vms);

	if (!(count >= 0 && count <= SUITE_VMS))
		return error_fail(error, 0, "give a whole number from 1 to 1024", "%s is no number of VMs",
				  table_text(table, row, vms));
	workload->vms = (uint64_t)count;
	if (table_missing(table, row, memory))
		return 0;
	*column = "memory";
	return suite_memory(table_text(table, row, memory), &workload->memory_bytes, error);
}

int suite_memory(const char *text, uint64_t *bytes, struct error *error)
{
	int code = units_parse_bytes(text, bytes, error);

	if (code == 0 && (*bytes < VMM_MEMORY_MIN || *bytes > VMM_MEMORY_MAX))
		code = error_fail(error, 0, "the default is 256M",
				  "guest memory must be between 16M and 3G, not %.100s", text);
	return code;
}

static int take_row(struct workload *workload, const struct table *table, size_t row, const char *directory,
		    const char **column, struct error *error)
{
	char *command = NULL;
	int code;

	*column = "name";
	code = need(table, row, *column, &workload->name, error);
	if (code == 0)
		code = need(table, row, *column = "class", &workload->class, error);
	if (code == 0)
		code = need(table, row, *column = "command", &command, error);
	if (code == 0)
		code = command_split(command, &workload->argv, error);
	if (code == 0)
		code = find_program(workload, directory, error);
	if (code == 0 && !table_missing(table, row, table_column(table, *column = "data")))
		code = take_files(workload, table_text(table, row, table_column(table, "data")), error);
	if (code == 0)
		code = take_machines(workload, table, row, column, error);
	if (code == 0)
		workload->lives = strcmp(workload->class, SUITE_LIVES) == 0;
	free(command);
	return code;
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
		names[row] = table_text(table, row, table_column(table, "name"));
	near = names ? units_nearest(name, names) : NULL;
	error_set(error, 0, "the suite has no workload %.100s", name);
	if (near)
		error_mend(error, "did you mean %s?", near);
	else
		error_mend(error, "vmtax list workloads shows the default suite's");
	free(names);
	return -EINVAL;
}

static int check_only(const char *only, const struct table *table, struct error *error)
{
	char *copy = strdup(only), *rest = copy, *name;
	int code = copy ? 0 : no_memory(error);

	while (code == 0 && (name = strsep(&rest, ",")) != NULL) {
		size_t row = 0;

		while (row < table->rows &&
		       strcmp(table_text(table, row, table_column(table, "name")), name) != 0)
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
	int code = copy ? 0 : no_memory(error);

	suite->workload = calloc(table->rows + 1, sizeof(*suite->workload));
	if (suite->workload == NULL)
		code = no_memory(error);
	for (size_t row = 0; code == 0 && row < table->rows; row++) {
		const char *column = "name";

		if (!listed(only, table_text(table, row, table_column(table, "name"))))
			continue;
		code = take_row(&suite->workload[suite->count++], table, row, directory, &column, error);
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
		return no_memory(error);
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
		command_free(workload->argv);
	}
	free(suite->workload);
	*suite = (struct suite){ 0 };
}
