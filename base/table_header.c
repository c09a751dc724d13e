/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>
#include <strings.h>

#include "base/table_priv.h"

/* What the first line of a table says. */

const char *table_header_named(const struct table_column *column, const char *name)
{
	if (strcasecmp(column->name, name) == 0)
		return column->name;
	for (const char *const *alias = column->aliases; alias && *alias; alias++)
		if (strcasecmp(*alias, name) == 0)
			return *alias;
	return NULL;
}

size_t table_header_find(const struct table_schema *schema, const char *name)
{
	for (size_t i = 0; schema->columns[i].name; i++)
		if (table_header_named(&schema->columns[i], name))
			return i;
	return SIZE_MAX;
}

unsigned char table_header_delimiter(const char *text, size_t size)
{
	const char *end = memchr(text, '\n', size);

	size = end ? (size_t)(end - text) : size;
	return memchr(text, ';', size) && !memchr(text, ',', size) ? ';' : ',';
}
