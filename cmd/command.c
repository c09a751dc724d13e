/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/suite_priv.h"

/* Commands as people write them: words, and where their program is. */
#define BLANKS " \t\r\n"

static bool is_program(const char *path)
{
	struct stat stat_;

	return stat(path, &stat_) == 0 && S_ISREG(stat_.st_mode) && access(path, X_OK) == 0;
}

/* Copies one word to WORD (as long as the rest of TEXT); returns where it ended, or NULL inside quotes. */
static const char *take_word(const char *text, char *word)
{
	char quote = '\0';

	for (; *text && (quote || strchr(BLANKS, *text) == NULL); text++) {
		if (quote ? *text == quote : *text == '"' || *text == '\'')
			quote = quote ? '\0' : *text;
		else if (*text == '\\' && quote != '\'' && text[1])
			*word++ = *++text;
		else
			*word++ = *text;
	}
	*word = '\0';
	return quote ? NULL : text;
}

int command_split(const char *command, char ***argv, struct error *error)
{
	size_t most = strlen(command) / 2 + 2, count = 0;
	char *word = malloc(strlen(command) + 1);

	*argv = calloc(most, sizeof(char *));
	if (word == NULL || *argv == NULL)
		goto no_memory;
	while (*(command += strspn(command, BLANKS))) {
		command = take_word(command, word);
		if (command == NULL)
			break;
		if (((*argv)[count++] = strdup(word)) == NULL)
			goto no_memory;
	}
	free(word);
	if (command && count)
		return 0;
	command_free(*argv);
	*argv = NULL;
	return command ? error_fail(error, 0, "write the program and its arguments", "the command is empty")
		       : error_fail(error, 0, "close the quotes", "the command ends within quotes");
no_memory:
	free(word);
	command_free(*argv);
	*argv = NULL;
	return error_set(error, ENOMEM, "cannot read the command");
}

void command_free(char **argv)
{
	for (char **word = argv; word && *word; word++)
		free(*word);
	free(argv);
}

/* DIRECTORY/NAME when a program is there, else NULL. The caller frees. */
static char *program_in(const char *directory, size_t length, const char *name)
{
	char *path;

	if (asprintf(&path, "%.*s/%s", (int)length, directory, name) < 0)
		return NULL;
	if (is_program(path))
		return path;
	free(path);
	return NULL;
}

static char *beside_workloads(const char *name)
{
	char part[512], path[4096];

	snprintf(part, sizeof(part), "workloads/%s", name);
	return cmd_find_part(part, path, sizeof(path), NULL) == 0 && is_program(path) ? strdup(path) : NULL;
}

static char *in_path(const char *name)
{
	const char *path = getenv("PATH");
	char *found = NULL;

	for (path = path ? path : "/usr/bin:/bin"; found == NULL && *path; path += *path == ':') {
		size_t length = strcspn(path, ":");

		found = length ? program_in(path, length, name) : program_in(".", 1, name);
		path += length;
	}
	return found;
}

static int not_found(const char *name, int number, struct error *error)
{
	if (number == EISDIR)
		return error_fail(error, EISDIR, "name a program in it", "cannot run %.180s", name);
	if (number == EACCES)
		return error_fail(error, EACCES, "make it executable: chmod +x", "cannot run %.180s", name);
	return error_fail(error, ENOENT, "check the spelling, or give its path",
			  "cannot find the program %.180s", name);
}

const char *command_refused(const char *path, char *mend, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[PATH_MAX] = "", *interpreter = line + 2;

	if (file == NULL)
		return NULL;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	interpreter += strspn(interpreter, " \t");
	interpreter[strcspn(interpreter, " \t\r\n")] = '\0';
	if (strncmp(line, "\177ELF", 4) == 0)
		snprintf(mend, size, "it is no program for this machine, or lacks its dynamic linker");
	else if (strncmp(line, "#!", 2) != 0)
		snprintf(mend, size, "begin it with a line such as #!/bin/sh");
	else if (access(interpreter, X_OK) != 0)
		snprintf(mend, size, "install %.200s, or name another in its first line", interpreter);
	else
		return NULL;
	return mend;
}

/* Why the path NAME is no program. */
static int why_not(const char *name)
{
	struct stat stat_;

	if (stat(name, &stat_))
		return ENOENT;
	return S_ISDIR(stat_.st_mode) ? EISDIR : EACCES;
}

int command_find(const char *name, const char *directory, bool absolute, char **path, struct error *error)
{
	if (strchr(name, '/')) {
		*path = absolute ? realpath(name, NULL) : strdup(name);
		if (*path && is_program(*path))
			return 0;
		free(*path);
		*path = NULL;
		return not_found(name, why_not(name), error);
	}
	*path = directory ? program_in(directory, strlen(directory), name) : NULL;
	if (*path == NULL && directory)
		*path = beside_workloads(name);
	if (*path == NULL)
		*path = in_path(name);
	return *path ? 0 : not_found(name, ENOENT, error);
}
