/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <ini.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"
#include "model/model.h"
#include "model/plan_priv.h"

/* What a user asks of a plan: a file of keys, and of rules by group. The one file that includes inih. */

static int take_share(const char *text, double *value)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || !isfinite(number) || number < 0)
		return -EINVAL;
	if (strcmp(end, "%") == 0)
		number /= 100;
	else if (*end)
		return -EINVAL;
	*value = number;
	return number < 1 ? 0 : -EINVAL;
}

static int take_amount(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end == text || *end || !isfinite(*value) || *value < 0 ? -EINVAL : 0;
}

static int take_count(const char *text, double *value)
{
	return take_amount(text, value) < 0 || *value != floor(*value) || *value > 1e6 ? -EINVAL : 0;
}

static int take_yes(const char *text, double *value)
{
	*value = strcmp(text, "yes") == 0;
	return *value > 0 || strcmp(text, "no") == 0 ? 0 : -EINVAL;
}

#define EXPECT_SHARE  "a share below 1, such as 0.2 or 20%"
#define EXPECT_AMOUNT "a number of 0 or more"
#define EXPECT_COUNT  "a whole number of 0 or more"
#define EXPECT_YES    "yes or no"

/* Keys before any section. */
static const struct key {
	struct model_policy_key key;
	int (*take)(const char *text, double *value);
	const char *expected;
	size_t offset; /* in the policy */
} keys[] = {
	{ { "growth_buffer", "20%", "how much more than today's demand each host must have room for" },
	  take_share,
	  EXPECT_SHARE,
	  offsetof(struct plan_policy, growth_buffer) },
	{ { "cpu_headroom", "0%", "share of each host's cores kept free" },
	  take_share,
	  EXPECT_SHARE,
	  offsetof(struct plan_policy, cpu_headroom) },
	{ { "memory_headroom", "0%", "share of each host's memory kept free" },
	  take_share,
	  EXPECT_SHARE,
	  offsetof(struct plan_policy, memory_headroom) },
	{ { "reserved_cores", "0", "cores that the host OS or the hypervisor keeps of each host" },
	  take_amount,
	  EXPECT_AMOUNT,
	  offsetof(struct plan_policy, reserved_cores) },
	{ { "reserved_memory_gib", "0", "memory that it keeps of each host" },
	  take_amount,
	  EXPECT_AMOUNT,
	  offsetof(struct plan_policy, reserved_memory) },
	{ { "spare_hosts", "0",
	    "hosts that may fail at once; each is taken away in turn, with the fullest others" },
	  take_count,
	  EXPECT_COUNT,
	  offsetof(struct plan_policy, spare_hosts) },
	{ { NULL, NULL, NULL }, NULL, NULL, 0 },
};

/* Keys of a section [group NAME]. */
static const struct key group_keys[] = {
	{ { "together", "no", "whether all VMs of the group share one host" },
	  take_yes,
	  EXPECT_YES,
	  offsetof(struct plan_group, together) },
	{ { "fence", "no", "whether their hosts hold nobody else" },
	  take_yes,
	  EXPECT_YES,
	  offsetof(struct plan_group, fence) },
	{ { "spread", "0", "how many of them a host holds at most; 0: as many as fit" },
	  take_count,
	  EXPECT_COUNT,
	  offsetof(struct plan_group, spread) },
	{ { NULL, NULL, NULL }, NULL, NULL, 0 },
};

const struct model_policy_key *model_policy_key(size_t i, bool group)
{
	return group ? (i < sizeof(group_keys) / sizeof(*group_keys) - 1 ? &group_keys[i].key : NULL)
		     : (i < sizeof(keys) / sizeof(*keys) - 1 ? &keys[i].key : NULL);
}

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

/* The group of SECTION, new where it is not there yet; NULL: SECTION names none, and the error says so. */
static struct plan_group *find_group(struct reader *r, const char *section)
{
	struct plan_policy *policy = r->policy;
	const char *name = section + strspn(section, "group");
	struct plan_group *grown;

	if (strncmp(section, "group ", 6) != 0 || !section[6] || strlen(section) > 60) {
		error_fail(r->error, 0, "write [group NAME]", "[%.60s] is no section of a policy", section);
		return NULL;
	}
	name = section + 6;
	for (size_t i = 0; i < policy->groups; i++)
		if (strcmp(policy->group[i].name, name) == 0)
			return &policy->group[i];
	grown = realloc(policy->group, (policy->groups + 1) * sizeof(*grown));
	if (!grown) {
		error_set(r->error, ENOMEM, "cannot plan");
		return NULL;
	}
	policy->group = grown;
	grown = &policy->group[policy->groups++];
	*grown = (struct plan_group){ .line = r->line };
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	return grown;
}

static int take_key(void *user, const char *section, const char *name, const char *text)
{
	struct reader *r = user;
	struct plan_group *group = *section ? find_group(r, section) : NULL;
	const struct key *key = *section ? group_keys : keys;
	const char *names[sizeof(keys) / sizeof(*keys) + 1] = { NULL }, *near;

	if (*section && !group)
		return fail(r, "");
	for (size_t i = 0; key[i].key.name; i++)
		names[i] = key[i].key.name;
	while (key->key.name && strcmp(key->key.name, name) != 0)
		key++;
	if (!key->key.name) {
		near = units_nearest(name, names);
		error_set(r->error, 0, "a policy has no key %.60s%s", name, *section ? " for groups" : "");
		if (near)
			error_mend(r->error, "did you mean %s?", near);
		else
			error_mend(r->error, "vmtax plan --help names them all");
		return fail(r, name);
	}
	if (key->take(text, (double *)((char *)(group ? (void *)group : (void *)r->policy) + key->offset)) ==
	    0)
		return 1;
	error_set(r->error, 0, "expected %s, not \"%.40s\"", key->expected, text);
	error_mend(r->error, "mend the value");
	return fail(r, name);
}

int plan_policy_read(struct plan_policy *policy, const char *path, struct error *error)
{
	struct reader r = { .policy = policy, .path = path, .error = error };
	int line;

	*policy = (struct plan_policy){ .path = path };
	if (!path)
		return 0;
	policy->growth_buffer = 0.2;
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
	*policy = (struct plan_policy){ 0 };
}
