/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/suite_priv.h"

/* The suites that come with vmtax. */
static const struct {
	const char *name, *part;
	const char *configs; /* it is run under, unless the user says */
} suites[] = {
	{ "default", "workloads/suite.csv", "native,native-tuned,hosted,hosted-modern,bare-metal" },
	{ "nano", "workloads/nano.csv", "native,hosted,hosted-modern,bare-metal" },
	{ "provisioning", "workloads/provisioning.csv",
	  "native,native-tuned,hosted,hosted-classic,hosted-modern,bare-metal" },
	{ "training", "workloads/training.csv", "native,hosted,bare-metal" },
	{ "held-out", "workloads/held-out.csv", "native,hosted,bare-metal" },
};

#define SUITES (sizeof(suites) / sizeof(suites[0]))

/* A name that is nearly one of ours, and no file. */
static const char *nearest(const char *name)
{
	const char *names[SUITES + 1] = { NULL };

	for (size_t i = 0; i < SUITES; i++)
		names[i] = suites[i].name;
	return access(name, F_OK) == 0 ? NULL : units_nearest(name, names);
}

/* Whether the first of LIST, separated by commas, is NAME. */
static bool begins(const char *list, const char *name)
{
	size_t length = strlen(name);

	return strncmp(list, name, length) == 0 && (list[length] == '\0' || list[length] == ',');
}

const char *suite_configs(const char *names)
{
	for (size_t i = 1; i < SUITES; i++)
		if (begins(names, suites[i].name))
			return suites[i].configs;
	return suites[0].configs;
}

/* The file of the suite NAME; 0 or negative errno. */
static int find(const char *name, char *path, size_t size, struct error *error)
{
	const char *near;

	for (size_t i = 0; i < SUITES; i++)
		if (strcmp(suites[i].name, name) == 0)
			return cmd_find_part(suites[i].part, path, size, error);
	near = nearest(name);
	if (near) {
		error_set(error, 0, "there is no suite %.100s, and no such file", name);
		return error_mend(error, "did you mean %s?", near);
	}
	if (access(name, F_OK) != 0) {
		error_set(error, errno, "cannot open %.200s", name);
		return error_mend(error, "give a file, or default, nano, provisioning, training or held-out");
	}
	snprintf(path, size, "%s", name);
	return 0;
}

static int add(char ***file, size_t *files, const char *path, struct error *error)
{
	char **grown = realloc(*file, (*files + 1) * sizeof(*grown));

	*file = grown ? grown : *file;
	if (grown)
		grown[*files] = strdup(path);
	if (!grown || !grown[*files])
		return suite_no_memory(error);
	++*files;
	return 0;
}

int suite_find(const char *names, char ***file, size_t *files, struct error *error)
{
	/* A file may have a comma in its name. */
	const char *separator = access(names, F_OK) == 0 ? "" : ",";
	char *copy = strdup(names), *rest = copy, *name, path[4096];
	int code = copy ? 0 : suite_no_memory(error);

	while (code == 0 && (name = strsep(&rest, separator)) != NULL) {
		code = find(name, path, sizeof(path), error);
		if (code == 0)
			code = add(file, files, path, error);
	}
	free(copy);
	return code;
}
