/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/table_priv.h"

/* What the text of one cell may be. */

bool table_cell_missing(const char *text)
{
	return text[0] == '\0' || strcmp(text, "NA") == 0;
}

static bool is_string(const char *text)
{
	(void)text;
	return true;
}

static bool is_integer(const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');

	errno = 0;
	strtoll(text, NULL, 10);
	return *digits && digits[strspn(digits, "0123456789")] == '\0' && errno == 0;
}

/* A finite decimal number: not strtod's hexadecimal, infinities and NaN. */
static bool is_number(const char *text)
{
	char *end;

	return text[strspn(text, "+-.0123456789eE")] == '\0' && isfinite(strtod(text, &end)) && end != text &&
	       *end == '\0';
}

static const struct {
	bool (*holds)(const char *text);
	const char *expected;
} kinds[] = {
	[TABLE_STRING] = { is_string, "text" },
	[TABLE_INTEGER] = { is_integer, "a whole number such as 12" },
	[TABLE_NUMBER] = { is_number, "a number such as 1.5" },
};

const char *table_cell_expected(enum table_type type, const char *text)
{
	return table_cell_missing(text) || kinds[type].holds(text) ? NULL : kinds[type].expected;
}

void table_cell_ungroup(char *text)
{
	static const char digits[] = "0123456789";
	char *group = text + (*text == '-' || *text == '+'), *to;
	size_t first = strspn(group, digits);

	if (first < 1 || first > 3 || group[first] != ',')
		return;
	for (group += first; *group == ','; group += 4)
		if (strspn(group + 1, digits) != 3)
			return;
	if (*group && *group != '.')
		return;
	to = text;
	for (const char *from = text; *from; from++)
		if (*from != ',')
			*to++ = *from;
	*to = '\0';
}
