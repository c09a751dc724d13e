/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/sets_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

/* The file of an event set. */
#define BLANKS	  " \t\r\n"
#define LINE_MOST 1024

static int check_name(const struct event_set *set, const char *name, struct error *error)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	if (length == 0 || name[length] || (*name >= '0' && *name <= '9') || *name == '-')
		return error_fail(error, 0, "a name begins with a letter, and has letters, digits, - and _",
				  "%.40s is no name", name);
	if (length >= SET_NAME)
		return error_fail(error, 0, "a name has up to 31 letters", "%.40s is too long a name", name);
	for (size_t i = 0; i < set->events; i++)
		if (strcmp(set->event[i].name, name) == 0)
			return error_fail(error, 0, "leave one out", "%s is there twice", name);
	for (size_t i = 0; i < set->formulas; i++)
		if (strcmp(set->formula[i].name, name) == 0)
			return error_fail(error, 0, "leave one out", "%s is there twice", name);
	return 0;
}

static int copy(char *to, size_t size, const char *text, const char *what, struct error *error)
{
	if (strlen(text) >= size)
		return error_fail(error, 0, "write it shorter", "%.40s... is too long a %s", text, what);
	strcpy(to, text);
	return 0;
}

/* "NAME UNIT EVENT...", of which NAME is taken off TEXT. */
static int take_event(struct event_set *set, const char *name, char *text, struct error *error)
{
	struct set_event *event = &set->event[set->events];
	char *unit = strtok_r(text, BLANKS, &text), *word;
	int code = check_name(set, name, error);

	if (code)
		return code;
	if (set->events == SET_EVENTS)
		return error_fail(error, 0, "make two sets of it", "more than %d events", SET_EVENTS);
	*event = (struct set_event){ 0 };
	strcpy(event->name, name);
	if (unit == NULL)
		return error_fail(error, 0, "write NAME UNIT EVENT..., as in cycles cycles cycles",
				  "%s has no unit", name);
	code = copy(event->unit, sizeof(event->unit), unit, "unit", error);
	while (code == 0 && (word = strtok_r(text, BLANKS, &text)) != NULL) {
		if (event->alternatives == SET_ALTERNATIVES)
			return error_fail(error, 0, "leave some out", "%s has more than %d alternatives",
					  name, SET_ALTERNATIVES);
		code = copy(event->alternative[event->alternatives++], SET_EVENT, word, "event", error);
	}
	if (code == 0 && event->alternatives == 0)
		return error_fail(error, 0, "write NAME UNIT EVENT..., as in cycles cycles cycles",
				  "%s names no event", name);
	set->events += code == 0;
	return code;
}

/* Every event is worth 1 while a set is read: what counts is whether it is there. */
static int is_there(void *context, const char *name, double *value, struct error *error)
{
	const struct event_set *set = context;
	const char *names[SET_EVENTS + 1] = { NULL }, *near;

	*value = 1;
	for (size_t i = 0; i < set->events; i++) {
		names[i] = set->event[i].name;
		if (strcmp(names[i], name) == 0)
			return 0;
	}
	near = units_nearest(name, names);
	error_set(error, 0, "the set has no event %s so far", name);
	return near ? error_mend(error, "did you mean %s?", near)
		    : error_mend(error, "a formula comes after its events");
}

/* "NAME = EXPRESSION : UNIT", of which "NAME =" is taken off TEXT. */
static int take_formula(struct event_set *set, const char *name, char *text, struct error *error)
{
	struct set_formula *formula = &set->formula[set->formulas];
	char *colon = strrchr(text, ':'), *unit = colon ? strtok(colon + 1, BLANKS) : NULL;
	int code = check_name(set, name, error);
	double value;

	if (code)
		return code;
	if (set->formulas == SET_FORMULAS)
		return error_fail(error, 0, "make two sets of it", "more than %d formulas", SET_FORMULAS);
	if (unit == NULL || strtok(NULL, BLANKS))
		return error_fail(error, 0, "write NAME = EXPRESSION : UNIT, the unit of a plain number is 1",
				  "%s has no unit", name);
	*colon = '\0';
	while (colon > text && strchr(BLANKS, colon[-1]))
		*--colon = '\0';
	text += strspn(text, BLANKS);
	code = copy(formula->unit, sizeof(formula->unit), unit, "unit", error);
	if (code == 0)
		code = copy(formula->text, sizeof(formula->text), text, "formula", error);
	if (code == 0)
		code = formula_evaluate(text, is_there, set, &value, error);
	strcpy(formula->name, name);
	set->formulas += code == 0;
	return code;
}

/* "# NAME: TEXT" says what the set NAME is for. */
static void take_comment(struct event_set *set, const char *text)
{
	size_t length = strlen(set->name);

	text += strspn(text, BLANKS);
	if (set->summary[0] || strncmp(text, set->name, length) != 0 || text[length] != ':')
		return;
	text += length + 1 + strspn(text + length + 1, BLANKS);
	snprintf(set->summary, sizeof(set->summary), "%.*s", (int)strcspn(text, "\r\n"), text);
}

static int take_line(struct event_set *set, char *line, struct error *error)
{
	char *name, *rest = line;

	if (*line == '#') {
		take_comment(set, line + 1);
		return 0;
	}
	name = strtok_r(line, BLANKS, &rest);
	if (name == NULL)
		return 0;
	rest += strspn(rest, BLANKS);
	return *rest == '=' ? take_formula(set, name, rest + 1, error) : take_event(set, name, rest, error);
}

static int take_lines(struct event_set *set, FILE *file, const char *path, struct error *error)
{
	char line[LINE_MOST];

	for (size_t number = 1; fgets(line, sizeof(line), file); number++) {
		int code = strchr(line, '\n') || feof(file)
				   ? take_line(set, line, error)
				   : error_fail(error, 0, "write it shorter", "a line is too long");

		if (code)
			return error_at(error, "%.200s:%zu", path, number);
	}
	if (ferror(file)) {
		error_fail(error, errno, "give a file of its own, or a name of vmtax list counters",
			   "cannot read the event set");
		return error_at(error, "%.200s", path);
	}
	if (set->events == 0) {
		error_fail(error, 0, "write NAME UNIT EVENT..., as in cycles cycles cycles",
			   "the set has no event");
		return error_at(error, "%.200s", path);
	}
	return 0;
}

int event_set_read(struct event_set *set, const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
	FILE *file = fopen(path, "re");
	int code;

	*set = (struct event_set){ 0 };
	snprintf(set->name, sizeof(set->name), "%.*s", dot ? (int)(dot - base) : SET_NAME, base);
	if (file == NULL) {
		error_set(error, errno, "cannot open the event set");
		return error_at(error, "%.200s", path);
	}
	code = take_lines(set, file, path, error);
	fclose(file);
	return code;
}

static int none(const struct set_event *event, struct error *error)
{
	char names[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < event->alternatives && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
					 event->alternative[i]);
	return error_fail(error, 0, "for a CPU newer than libpfm4, update it, or give raw codes",
			  "this CPU has none of %s", names);
}

int set_event_encode(const struct set_event *event, struct perf_event_attr *attribute, const char **chosen,
		     struct error *error)
{
	int code = -EINVAL;

	for (size_t i = 0; code && i < event->alternatives; i++) {
		*chosen = event->alternative[i];
		code = probe_encode(*chosen, attribute, error);
	}
	return code && event->alternatives > 1 ? none(event, error) : code;
}

int set_event_describe(const struct set_event *event, char *text, size_t size, struct error *error)
{
	struct perf_event_attr attribute;
	const char *chosen;
	int code = set_event_encode(event, &attribute, &chosen, error);

	if (code == 0)
		snprintf(text, size, "%s (type %u, config %#llx)", chosen, attribute.type,
			 (unsigned long long)attribute.config);
	return code;
}
