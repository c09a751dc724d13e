/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <glob.h>
#include <string.h>

#include "base/schema.h"
#include "reports/reports_priv.h"

/* What a directory holds that vmtax run did not write, for whoever looks for results there. */

static const struct {
	const struct table_schema *schema;
	const char *command; /* shows it, */
	const char *needs;   /* where these are, too; else it is printed as it stands */
} others[] = {
	{ &schema_profile, "vmtax predict DIR --costs COSTS", "profile.csv" },
	{ &schema_predictions, NULL, "" },
	{ &schema_scaling, "vmtax scale DIR", "vms*/runs.csv" },
	{ &schema_mixes, "vmtax scale DIR", "loads.csv" },
	{ &schema_coefficients, NULL, "" },
};

static bool holds(const char *directory, const char *pattern)
{
	char path[4300];
	glob_t found;

	snprintf(path, sizeof(path), "%s/%s", directory, pattern);
	if (glob(path, 0, NULL, &found) != 0)
		return false;
	globfree(&found);
	return true;
}

bool result_instead(const char *directory, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const char *name = others[i].schema->name;
		char as_is[64], one[160];

		if (!holds(directory, name))
			continue;
		snprintf(as_is, sizeof(as_is), "vmtax report --csv=%.*s DIR", (int)strcspn(name, "."), name);
		snprintf(one, sizeof(one), "%s%s is there: %s shows it", used ? "; " : "", name,
			 others[i].command && holds(directory, others[i].needs) ? others[i].command : as_is);
		if (used + strlen(one) >= size)
			break;
		used += (size_t)snprintf(text + used, size - used, "%s", one);
	}
	return used > 0;
}
