/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports_priv.h"

bool names_contain(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

int names_add(struct names *names, const char *name)
{
	const char **grown;

	if (names_contain(names, name))
		return 0;
	grown = realloc(names->name, (names->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[names->count++] = name;
	names->name = grown;
	return 0;
}

int names_collect(struct names *names, const struct table *table, const char *column)
{
	size_t at = table_column(table, column);

	for (size_t row = 0; row < table->rows; row++)
		if (!table_missing(table, row, at) && names_add(names, table_text(table, row, at)) < 0)
			return -ENOMEM;
	return 0;
}

void names_order_configs(struct names *names)
{
	static const char *const presets[] = { "native",	 "native-tuned",  "hosted",
					       "hosted-classic", "hosted-modern", "bare-metal" };
	size_t placed = 0;

	for (size_t p = 0; p < sizeof(presets) / sizeof(*presets); p++)
		for (size_t i = placed; i < names->count; i++)
			if (strcmp(names->name[i], presets[p]) == 0) {
				const char *found = names->name[i];

				memmove(names->name + placed + 1, names->name + placed,
					(i - placed) * sizeof(*names->name));
				names->name[placed++] = found;
				break;
			}
}

void names_free(struct names *names)
{
	free(names->name);
	*names = (struct names){ 0 };
}
