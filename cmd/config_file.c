/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/config_file_priv.h"

/* Reads a file of configurations. */
#define NAME_MOST 40 /* so that every knob fits behind it */
#define LINE_MOST 400

/* Where the reader is. */
struct reader {
	struct config_file *file;
	struct vmm_config *config; /* the section; NULL: none yet */
	bool based;		   /* it has its base */
	bool set[VMM_KNOBS];	   /* knobs it has named */
	char name[NAME_MOST + 1];
};

/* TEXT without the blanks around it. */
static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

static const struct vmm_config *find(const struct config_file *file, const char *name, size_t length)
{
	for (size_t i = 0; i < file->count; i++)
		if (strlen(file->config[i].name) == length && memcmp(file->config[i].name, name, length) == 0)
			return &file->config[i];
	return NULL;
}

int config_file_find(const struct config_file *file, const char *name, struct vmm_config *config,
		     struct error *error)
{
	size_t length = strcspn(name, "+");
	const struct vmm_config *own = find(file, name, length);
	const char *names[CONFIG_FILE_MOST + 1] = { NULL }, *near;
	int code;

	if (own) {
		*config = *own;
		return name[length] ? vmm_config_add(config, name + length + 1, error) : 0;
	}
	code = vmm_config_preset(config, name, error);
	for (size_t i = 0; i < file->count; i++)
		names[i] = file->config[i].name;
	near = code ? units_nearest(name, names) : NULL;
	return near ? error_mend(error, "did you mean %s?", near) : code;
}

/* The section that ends here becomes a configuration. */
static int end_section(struct reader *r, struct error *error)
{
	if (r->config == NULL)
		return 0;
	if (!r->based) {
		error_set(error, 0, "%s has no base", r->name);
		return error_mend(error, "begin it with: base = hosted");
	}
	vmm_config_rename(r->config, r->name);
	r->file->count++;
	return 0;
}

static int check_name(const struct reader *r, const char *name, struct error *error)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	struct vmm_config preset;

	if (*name == '\0' || strlen(name) > NAME_MOST || name[strspn(name, characters)]) {
		error_set(error, 0, "%.60s is no name of a configuration", *name ? name : "nothing");
		return error_mend(error, "use letters, digits, - _ and ., at most %d", NAME_MOST);
	}
	if (find(r->file, name, strlen(name)) || vmm_config_preset(&preset, name, NULL) == 0)
		return error_fail(error, 0, "give it another name", "there is a %s already", name);
	return 0;
}

static int begin_section(struct reader *r, char *line, struct error *error)
{
	char *end = strchr(line, ']'), *name;
	int code = end_section(r, error);

	if (code)
		return code;
	if (end == NULL || trim(end + 1)[0])
		return error_fail(error, 0, "write it as [name]", "%.60s names no configuration", line);
	*end = '\0';
	name = trim(line + 1);
	code = check_name(r, name, error);
	if (code)
		return code;
	if (r->file->count == CONFIG_FILE_MOST)
		return error_set(error, 0, "more than %d configurations", CONFIG_FILE_MOST);
	r->config = &r->file->config[r->file->count];
	r->based = false;
	memset(r->set, 0, sizeof(r->set));
	snprintf(r->name, sizeof(r->name), "%s", name);
	return 0;
}

static int take_knob(struct reader *r, const char *key, const char *value, struct error *error)
{
	char assignment[LINE_MOST];
	int code;

	for (int id = 0; id < VMM_KNOBS; id++)
		if (strcmp(vmm_knobs[id].name, key) == 0) {
			if (r->set[id])
				return error_fail(error, 0, "leave one out", "%s is set twice in %s", key,
						  r->name);
			r->set[id] = true;
		}
	snprintf(assignment, sizeof(assignment), "%s=%s", key, value);
	code = strchr(assignment, '+') ? error_set(error, 0, "%s is no knob and value", assignment)
				       : vmm_config_add(r->config, assignment, error);
	return code;
}

static int take_line(struct reader *r, char *line, struct error *error)
{
	char *equals = strchr(line, '='), *key, *value;

	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;
	if (*line == '[')
		return begin_section(r, line, error);
	if (equals == NULL)
		return error_fail(error, 0, "write knob = value, or [name]", "%.60s is neither knob nor name",
				  line);
	if (r->config == NULL)
		return error_fail(error, 0, "begin with [name]", "%.60s belongs to no configuration", line);
	*equals = '\0';
	key = trim(line);
	value = trim(equals + 1);
	if (strcmp(key, "base") != 0)
		return r->based ? take_knob(r, key, value, error)
				: error_fail(error, 0, "base = hosted comes first", "%s has no base yet",
					     r->name);
	if (r->based)
		return error_fail(error, 0, "leave one out", "base is set twice in %s", r->name);
	r->based = true;
	return config_file_find(r->file, value, r->config, error);
}

int config_file_read(struct config_file *file, const char *path, struct error *error)
{
	struct reader reader = { .file = file };
	FILE *stream = path ? fopen(path, "re") : NULL;
	char line[LINE_MOST];
	unsigned number = 0;
	int code = 0;

	*file = (struct config_file){ 0 };
	if (path == NULL)
		return 0;
	if (stream == NULL) {
		error_fail(error, errno, "check the path of --config-file", "cannot open it");
		return error_at(error, "%.200s", path);
	}
	while (code == 0 && fgets(line, sizeof(line), stream)) {
		number++;
		if (strchr(line, '\n') == NULL && !feof(stream))
			code = error_set(error, 0, "a line of more than %d characters", LINE_MOST - 2);
		else
			code = take_line(&reader, trim(line), error);
	}
	if (code == 0 && ferror(stream))
		code = error_set(error, EISDIR, "cannot read it");
	if (code == 0)
		code = end_section(&reader, error);
	if (code == 0 && file->count == 0)
		code = error_fail(error, 0, "write one: [name], base = hosted, transport = ring",
				  "there is no configuration in it");
	fclose(stream);
	return code ? error_at(error, "%.200s:%u", path, number) : 0;
}
