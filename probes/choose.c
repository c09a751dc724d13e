/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "probes/probes_priv.h"

/* Which probes a user wants, by name. */

static size_t find(const char *name)
{
	size_t i = 0;

	while (probes[i] && strcmp(probes[i]->name, name) != 0)
		i++;
	return i;
}

static int no_such_probe(const char *name, struct error *error)
{
	const char *names[PROBES_MOST + 1] = { NULL }, *near;

	for (size_t i = 0; probes[i]; i++)
		names[i] = probes[i]->name;
	if (strcmp(name, "none") == 0)
		return error_fail(error, 0, "give none alone, or leave it out",
				  "none and a probe exclude each other");
	near = units_nearest(name, names);
	error_set(error, 0, "there is no probe %.100s", name);
	return near ? error_mend(error, "did you mean %s?", near)
		    : error_mend(error, "vmtax list probes shows which there are; none and alternate are "
					"possible, too");
}

int probes_choose(const char *names, uint32_t *without, struct error *error)
{
	uint32_t chosen = 0;
	char copy[512], *rest = copy, *name;

	*without = UINT32_MAX;
	if (strcmp(names, "none") == 0)
		return 0;
	if (strlen(names) >= sizeof(copy))
		return error_fail(error, 0, "name fewer", "the names are too long");
	strcpy(copy, names);
	while ((name = strsep(&rest, ",")) != NULL) {
		size_t i = find(name);

		if (probes[i] == NULL)
			return no_such_probe(name, error);
		chosen |= 1u << i;
	}
	*without = ~chosen;
	return 0;
}

bool probes_have(uint32_t without, const char *name)
{
	size_t i = find(name);

	return probes[i] == NULL || !(without >> i & 1);
}
