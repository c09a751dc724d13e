/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"

size_t names_find(const struct names *names, const char *name)
{
	size_t i = 0;

	while (i < names->count && strcmp(names->name[i], name) != 0)
		i++;
	return i;
}

bool names_contain(const struct names *names, const char *name)
{
	return names_find(names, name) < names->count;
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

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void names_order_configs(struct names *configs)
{
	static const char *const presets[] = { "native",	 "native-tuned",  "hosted",
					       "hosted-classic", "hosted-modern", "bare-metal" };
	size_t placed = 0;

	if (configs->count)
		qsort(configs->name, configs->count, sizeof(*configs->name), by_name);
	for (size_t p = 0; p < sizeof(presets) / sizeof(*presets); p++) {
		size_t at = names_find(configs, presets[p]);
		const char *found;

		if (at == configs->count)
			continue;
		found = configs->name[at];
		memmove(configs->name + placed + 1, configs->name + placed,
			(at - placed) * sizeof(*configs->name));
		configs->name[placed++] = found;
	}
}

void names_free(struct names *names)
{
	free(names->name);
	*names = (struct names){ 0 };
}
