/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/error.h"
#include "cmd/fit_priv.h"

/* Programs that no fit may see: those of result directories of their own, or of suites. */
#define EVALUATED                                                                                            \
	"evaluations" /* in a directory with such programs: a line each time a fit was judged by them        \
		       */

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The programs of what SUITE was read from. */
static int list_programs(struct fit_held_out *held, struct error *error)
{
	const char **grown = realloc(held->program, (held->suite.count + 1) * sizeof(*grown));

	if (grown == NULL)
		return suite_no_memory(error);
	held->program = grown;
	for (size_t i = 0; i < held->suite.count; i++)
		grown[i] = held->suite.workload[i].name;
	grown[held->suite.count] = NULL;
	return 0;
}

static int take_suites(struct fit_held_out *held, const char *names, struct error *error)
{
	int code;

	suite_free(&held->suite);
	code = suite_read(&held->suite, names, NULL, error);
	return code ? code : list_programs(held, error);
}

int fit_held_out_add(struct fit_held_out *held, char *list, struct error *error)
{
	size_t length = strcspn(list, ",");
	char *first = strndup(list, length);
	bool directories = first && is_directory(first);

	free(first);
	if (!directories)
		return take_suites(held, list, error);
	for (char *name; (name = strsep(&list, ",")) != NULL;) {
		if (held->directories == FIT_DIRECTORIES)
			return error_fail(error, 0, FIT_FEWER, "more than %d directories", FIT_DIRECTORIES);
		held->directory[held->directories++] = name;
	}
	return 0;
}

bool fit_held_out_any(const struct fit_held_out *held)
{
	return held->directories || held->suite.count;
}

static void count(const char *directory)
{
	char path[4300], when[64];
	time_t now = time(NULL);
	struct tm utc;
	unsigned times = 0;
	FILE *file;
	int c;

	snprintf(path, sizeof(path), "%s/" EVALUATED, directory);
	file = fopen(path, "a+e");
	if (file == NULL) {
		fprintf(stderr, "vmtax fit: cannot count evaluations in %s\n", directory);
		return;
	}
	strftime(when, sizeof(when), "%FT%TZ", gmtime_r(&now, &utc));
	fprintf(file, "%s vmtax fit --validate\n", when);
	fflush(file);
	rewind(file);
	while ((c = fgetc(file)) != EOF)
		times += c == '\n';
	fclose(file);
	fprintf(stderr, "%s: fits have been judged by it %u time%s\n", directory, times,
		times == 1 ? "" : "s");
}

void fit_held_out_count(const struct fit_held_out *held, const char *first)
{
	for (size_t i = 0; i < held->directories; i++)
		count(held->directory[i]);
	if (held->suite.count)
		count(first);
}

void fit_held_out_free(struct fit_held_out *held)
{
	suite_free(&held->suite);
	free(held->program);
	*held = (struct fit_held_out){ 0 };
}
