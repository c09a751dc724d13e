/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <ini.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"
#include "model/plan/policy_priv.h"

/* What a user asks of a plan: a file of keys, and of rules by group. The one file that includes inih. */

struct reader {
	struct plan_policy *policy;
	const char *path;
	FILE *file;
	size_t line;
	struct error *error;
	int code;
};

/* fgets that counts lines, as inih does not tell which it is in. */
static char *next_line(char *text, int size, void *stream)
{
	struct reader *r = stream;

	r->line++;
	return fgets(text, size, r->file);
}

static int fail(struct reader *r, const char *key)
{
	r->code = error_at(r->error, "%s:%zu%s%s", r->path, r->line, *key ? ":" : "", key);
	return 0;
}

/* The row of the table of sections that [TEXT] belongs to, NULL: none. */
static const struct policy_section *find_section(const char *text)
{
	const struct policy_section *section = policy_sections;
	size_t length = strcspn(text, " ");

	while (section->word &&
	       (strlen(section->word) != length || strncmp(section->word, text, length) != 0))
		section++;
	return section->word ? section : NULL;
}

/* What [TEXT] is about, new where it is not there yet; NULL: it is about nothing, and the error says so. */
static void *find_subject(struct reader *r, const struct policy_section *section, const char *text)
{
	char **list = (char **)((char *)r->policy + section->list), *grown;
	size_t *count = (size_t *)((char *)r->policy + section->count);
	struct plan_section *subject;

	for (size_t i = 0; i < *count; i++) {
		subject = (struct plan_section *)(*list + i * section->size);
		if (strcmp(subject->name, text) == 0)
			return subject;
	}
	grown = realloc(*list, (*count + 1) * section->size);
	if (!grown) {
		error_set(r->error, ENOMEM, "cannot plan");
		return NULL;
	}
	*list = grown;
	subject = (struct plan_section *)(grown + (*count)++ * section->size);
	memset(subject, 0, section->size);
	subject->line = r->line;
	snprintf(subject->name, sizeof(subject->name), "%s", text);
	return subject;
}

static int fail_key(struct reader *r, const struct policy_section *section, const char *name)
{
	const char *names[32] = { NULL }, *near;

	for (size_t i = 0; section->keys[i].key.name && i < 31; i++)
		names[i] = section->keys[i].key.name;
	near = units_nearest(name, names);
	error_set(r->error, 0,
		  *section->word ? "a policy has no key %.60s in [%s NAME]" : "a policy has no key %.60s",
		  name, section->word);
	if (near)
		error_mend(r->error, "did you mean %s?", near);
	else
		error_mend(r->error, "vmtax plan --help names them all");
	return fail(r, name);
}

static int take_key(void *user, const char *text, const char *name, const char *value)
{
	struct reader *r = user;
	const struct policy_section *section = find_section(text);
	const struct policy_key *key;
	const char *its = section ? text + strlen(section->word) : "";
	void *subject = r->policy;

	if (!section || (*section->word && !its[strspn(its, " ")]) || strlen(its) > 60) {
		error_fail(r->error, 0, "write [group NAME], [class NAME], [guest NAME] or [service NAME]",
			   "[%.60s] is no section of a policy", text);
		return fail(r, "");
	}
	if (*section->word && !(subject = find_subject(r, section, its + strspn(its, " "))))
		return fail(r, "");
	for (key = section->keys; key->key.name && strcmp(key->key.name, name) != 0;)
		key++;
	if (!key->key.name)
		return fail_key(r, section, name);
	if (key->take(value, (char *)subject + key->offset) == 0) {
		if (!*section->word)
			snprintf(r->policy->said[key - section->keys], PLAN_NAME, "%s", value);
		return 1;
	}
	error_set(r->error, 0, "expected %s, not \"%.40s\"", key->expected, value);
	error_mend(r->error, "mend the value");
	return fail(r, name);
}

int plan_policy_read(struct plan_policy *policy, const char *path, struct error *error)
{
	struct reader r = { .policy = policy, .path = path, .error = error };
	int line;

	*policy = (struct plan_policy){ .path = path,
					.growth_buffer = 0.2,
					.cpu_percentile = 0.95,
					.memory_percentile = 0.99,
					.horizon_months = 36,
					.lead_time_days = 30,
					.reserved_cores = NAN,
					.reserved_memory_gib = NAN,
					.start = NAN };
	if (!path)
		return 0;
	r.file = fopen(path, "re");
	if (!r.file) {
		error_fail(error, 0, "check the path of --policy", "cannot open it: %s", strerror(errno));
		return error_at(error, "%s", path);
	}
	line = ini_parse_stream(next_line, &r, take_key, &r);
	fclose(r.file);
	if (r.code == 0 && line != 0) {
		error_fail(error, 0, "write key = value, or [group NAME]", "this is neither key nor section");
		r.code = error_at(error, "%s:%d", path, line);
	}
	if (r.code)
		plan_policy_free(policy);
	return r.code;
}

void plan_policy_free(struct plan_policy *policy)
{
	free(policy->group);
	free(policy->class);
	free(policy->guest);
	free(policy->service);
	*policy = (struct plan_policy){ 0 };
}
