/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_SERIES_BED_H
#define TESTS_SERIES_BED_H

/* Fleets with series, read from texts. */

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "model/plan/needs_priv.h"
#include "tests/check.h"

static inline void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

/* Reads FIRST and SECOND (NULL: none) as a fleet, and sizes it by the usual percentiles. */
static inline int read_all(struct fleet *fleet, struct error *error, const char *first, const char *second)
{
	const char *paths[] = { "a.csv", second ? "b.csv" : NULL, NULL };
	struct plan_policy policy;
	int code;

	put("a.csv", first);
	put("h.csv", "host,cores,memory,cost\nbox,8,64,1000\n");
	if (second)
		put("b.csv", second);
	code = fleet_read(fleet, paths, "h.csv", error);
	if (code)
		return code;
	CHECK_INT(plan_policy_read(&policy, NULL, error), 0);
	code = fleet_size(fleet, &policy, error);
	if (code)
		fleet_free(fleet);
	return code;
}

#endif
