/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/units.h"
#include "cmd/nano_priv.h"
#include "cmd/suite_priv.h"
#include "vmm/vmm.h"

/* One row of a suite. */

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
	return file->name ? 0 : suite_no_memory(error);
}

static int take_files(struct workload *workload, const char *text, struct error *error)
{
	char *copy = strdup(text), *rest = copy, *word;
	int code = copy ? 0 : suite_no_memory(error);

	workload->file = calloc(strlen(text) / 2 + 1, sizeof(*workload->file));
	if (workload->file == NULL)
		code = suite_no_memory(error);
	while (workload->file && code == 0 && (word = strsep(&rest, " ")) != NULL)
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
	if (table_missing_of(table, row, column))
		return error_fail(error, 0, "fill in the cell", "a workload needs a %s", column);
	*text = strdup(table_text_of(table, row, column));
	return *text ? 0 : suite_no_memory(error);
}

static int take_command(struct workload *workload, const struct table *table, size_t row,
			const char *directory, const char **column, struct error *error)
{
	char *command = NULL;
	int code = need(table, row, *column = "command", &command, error);

	if (code == 0)
		code = command_split(command, &workload->argv, error);
	if (code == 0)
		code = find_program(workload, directory, error);
	free(command);
	return code;
}

static bool has(const struct table *table, size_t row, const char *column)
{
	return !table_missing_of(table, row, column);
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

int suite_take_row(struct workload *workload, const struct table *table, size_t row, const char *directory,
		   const char **column, struct error *error)
{
	int code;

	*column = "name";
	code = need(table, row, *column, &workload->name, error);
	if (code == 0)
		code = need(table, row, *column = "class", &workload->class, error);
	if (code == 0)
		code = nano_take_row(workload, table, row, column, error);
	if (code == 0 && (!workload->guest || has(table, row, "command")))
		code = take_command(workload, table, row, directory, column, error);
	if (code == 0 && !table_missing_of(table, row, *column = "data"))
		code = take_files(workload, table_text_of(table, row, "data"), error);
	if (code == 0)
		code = take_machines(workload, table, row, column, error);
	if (code == 0)
		workload->lives = strcmp(workload->class, SUITE_LIVES) == 0;
	return code;
}
