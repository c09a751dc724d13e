/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/counters_priv.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "probes/probes.h"

/* Where event sets are: files of vmtax, or the user's own. */
#define ENDING ".set"

/* The files of all sets that come with vmtax, sorted; the caller frees with globfree in either case. */
static int find_all(glob_t *found, struct error *error)
{
	char path[4096], pattern[4096 + 16];
	int code = cmd_find_part("sets", path, sizeof(path), error);

	*found = (glob_t){ 0 };
	if (code)
		return code;
	snprintf(pattern, sizeof(pattern), "%s/*" ENDING, path);
	if (glob(pattern, 0, NULL, found) == 0)
		return 0;
	error_fail(error, ENOENT, "run make, or make install", "there is no event set");
	return error_at(error, "%.250s", path);
}

int counters_read_all(struct event_sets *sets, struct error *error)
{
	glob_t found;
	int code = find_all(&found, error);

	sets->count = 0;
	for (size_t i = 0; code == 0 && i < found.gl_pathc && sets->count < SETS_MOST; i++)
		code = event_set_read(&sets->set[sets->count++], found.gl_pathv[i], error);
	globfree(&found);
	return code;
}

static int no_such_set(const char *name, struct error *error)
{
	char bare[SETS_MOST][SET_NAME];
	const char *names[SETS_MOST + 1] = { NULL }, *near;
	glob_t found;

	if (find_all(&found, error) == 0)
		for (size_t i = 0; i < found.gl_pathc && i < SETS_MOST; i++) {
			const char *base = strrchr(found.gl_pathv[i], '/') + 1;

			snprintf(bare[i], SET_NAME, "%.*s", (int)(strlen(base) - strlen(ENDING)), base);
			names[i] = bare[i];
		}
	globfree(&found);
	near = units_nearest(name, names);
	error_set(error, 0, "there is no event set %.100s", name);
	return near ? error_mend(error, "did you mean %s?", near)
		    : error_mend(error, "vmtax list counters shows which there are; a file of yours has a /");
}

static int read_one(struct event_set *set, const char *name, struct error *error)
{
	char part[128], path[4096];
	struct error absent;

	if (strchr(name, '/'))
		return event_set_read(set, name, error);
	snprintf(part, sizeof(part), "sets/%.100s" ENDING, name);
	if (*name == '\0' || cmd_find_part(part, path, sizeof(path), &absent))
		return no_such_set(name, error);
	return event_set_read(set, path, error);
}

bool counters_work(struct error *error)
{
	for (int i = 0; probes[i]; i++)
		if (strcmp(probes[i]->name, "counters") == 0)
			return probes[i]->available(error);
	return false;
}

static void say_set(const struct event_set *set)
{
	char text[800];

	for (size_t i = 0; i < set->events; i++) {
		struct error error = { 0 };

		if (set_event_describe(&set->event[i], text, sizeof(text), &error))
			fprintf(stderr, "vmtax: %s/%s is NA: %s\n", set->name, set->event[i].name,
				error_text(&error, text, sizeof(text)));
	}
}

void counters_say(const struct event_sets *sets, bool chosen, bool observed)
{
	struct error error = { 0 };
	char text[800];
	bool work = counters_work(&error);

	if (!chosen || !observed) {
		fprintf(stderr, "vmtax run: no event set is counted: %s\n",
			!chosen ? "--probes leaves counters out"
			: work	? "nothing is observed: vmtax doctor says why"
				: error_text(&error, text, sizeof(text)));
		return;
	}
	if (!work)
		fprintf(stderr, "vmtax: hardware events are NA: %s\n",
			error_text(&error, text, sizeof(text)));
	for (size_t i = 0; i < sets->count; i++)
		say_set(&sets->set[i]);
}

int counters_read(struct event_sets *sets, const char *names, struct error *error)
{
	char copy[4096], *rest = copy, *name;
	int code = 0;

	sets->count = 0;
	if ((size_t)snprintf(copy, sizeof(copy), "%s", names) >= sizeof(copy))
		return error_fail(error, 0, "name fewer", "the names are too long");
	while (code == 0 && (name = strsep(&rest, ",")) != NULL) {
		if (sets->count == SETS_MOST)
			return error_fail(error, 0, "each is counted part of the time anyway",
					  "more than %d event sets", SETS_MOST);
		code = read_one(&sets->set[sets->count], name, error);
		for (size_t i = 0; code == 0 && i < sets->count; i++)
			if (strcmp(sets->set[i].name, sets->set[sets->count].name) == 0)
				return error_fail(error, 0, "name it once", "two event sets are called %s",
						  sets->set[i].name);
		sets->count++;
	}
	return code;
}
