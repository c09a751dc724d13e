/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_POLICY_BED_H
#define TESTS_POLICY_BED_H

/* Plans under a policy. */

#include "tests/plan_bed.h"

static inline void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

/* The plan of FLEET on HOSTS under POLICY, its table SCHEMA. */
static inline struct table plan_with(const char *const *fleet, const char *const *hosts, const char *policy,
				     const struct table_schema *schema)
{
	struct model_plan_options options;
	struct error error = { 0 };
	const char *directory = prepare(fleet, hosts, &options);

	put("policy.ini", policy);
	options.policy = "policy.ini";
	CHECK_INT(model_plan_write(&options, &error), 0);
	CHECK_STR(error.what, "");
	return read_plan(directory, schema);
}

#endif
