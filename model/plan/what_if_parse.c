/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"
#include "model/plan/policy_priv.h"
#include "model/plan/what_if_priv.h"

/* Scenarios as users write them. */

/* A share such as 5% or 0.05; NaN: TEXT is none. */
static double take_share(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || !isfinite(value) || value <= -1)
		return NAN;
	if (strcmp(end, "%") == 0)
		return value / 100 > -1 ? value / 100 : (double)NAN;
	return *end ? (double)NAN : value;
}

int what_if_fail(const struct scenario *s, struct error *error)
{
	return error_at(error, "--what-if %.100s", s->text);
}

/* A key of the policy, or demand. */
static int take_key(struct scenario *s, const char *name, const char *value, struct error *error)
{
	const struct policy_key *key = policy_sections[0].keys;
	const char *names[40] = { "demand", "growth" }, *near;
	double share = take_share(value);

	if (strcmp(name, "demand") == 0 && !isnan(share)) {
		s->demand = 1 + share;
		return 0;
	}
	if (strcmp(name, "growth") == 0)
		name = "growth_month";
	for (size_t i = 0; key[i].key.name && i < 37; i++)
		names[i + 2] = key[i].key.name;
	while (key->key.name && strcmp(key->key.name, name) != 0)
		key++;
	if (!key->key.name || strcmp(name, "demand") == 0) {
		near = units_nearest(name, names);
		error_set(error, 0,
			  strcmp(name, "demand") == 0 ? "expected a share such as 20%%, not \"%.40s\""
						      : "nothing is called \"%.40s\"",
			  strcmp(name, "demand") == 0 ? value : name);
		if (near && strcmp(near, name) != 0)
			error_mend(error, "did you mean %s?", near);
		else
			error_mend(error, "write demand=20%%, a key of the policy, or hosted:transport=ring");
		return what_if_fail(s, error);
	}
	if (key->take(value, (char *)&s->policy + key->offset) < 0) {
		error_fail(error, 0, "mend the value", "expected %s, not \"%.40s\"", key->expected, value);
		return what_if_fail(s, error);
	}
	s->later = strcmp(name, "growth_month") == 0 || strcmp(name, "horizon_months") == 0;
	if (strcmp(name, "growth_month") == 0) {
		s->growth.month = s->policy.growth_month;
		memset(s->growth.fitted, 0, sizeof(s->growth.fitted));
	}
	return 0;
}

int what_if_parse(struct scenario *s, const struct what_if *w, const char *text, struct error *error)
{
	const char *equals = strchr(text, '='), *colon = strchr(text, ':');
	char name[64];
	size_t i = 0;

	*s = (struct scenario){
		.text = text, .policy = *w->policy, .growth = *w->growth, .demand = 1, .basis = "policy"
	};
	if (!equals || equals[1] == '\0') {
		error_fail(error, 0, "write demand=20%, growth=5%, or hosted:transport=ring",
			   "this is no scenario");
		return what_if_fail(s, error);
	}
	if (!colon || colon > equals) {
		snprintf(name, sizeof(name), "%.*s", (int)(equals - text), text);
		return take_key(s, name, equals + 1, error);
	}
	snprintf(s->config, sizeof(s->config), "%.*s", (int)(colon - text), text);
	snprintf(s->knobs, sizeof(s->knobs), "%s", colon + 1);
	while (i < w->outcomes && strcmp(w->outcome[i].config.name, s->config) != 0)
		i++;
	if (i < w->outcomes && i > 0) /* the baseline has no knobs */
		return 0;
	error_fail(error, 0, "name one that the results have",
		   "no configuration \"%.60s\" with knobs was measured", s->config);
	return what_if_fail(s, error);
}
