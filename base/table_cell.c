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

/* How many MARKs part the digits of TEXT into groups of three; 0: that is not what they do. */
static size_t count_groups(const char *text, char mark)
{
	static const char digits[] = "0123456789";
	const char *group = text + (*text == '-' || *text == '+');
	size_t first = strspn(group, digits), count = 0;

	if (first < 1 || first > 3 || *group == '0')
		return 0;
	for (group += first; *group == mark; group += 4, count++)
		if (strspn(group + 1, digits) != 3)
			return 0;
	return *group && *group != (mark == ',' ? '.' : ',') ? 0 : count;
}

/* Takes what parts groups out of TEXT, so that DECIMAL, where it has one, becomes a point. */
static void rewrite(char *text, char decimal)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from == decimal)
			*to++ = '.';
		else if (*from != '.' && *from != ',')
			*to++ = *from;
	*to = '\0';
}

/* What TEXT, which has commas or points, has before its decimals; '\0': that cannot be told of it alone. */
static char decimal_of(const char *text)
{
	const char *comma = strrchr(text, ','), *point = strrchr(text, '.');
	char mark = comma ? ',' : '.', other = comma ? '.' : ',';

	if (comma && point)
		return comma > point ? ',' : '.';
	switch (count_groups(text, mark)) {
	case 0:
		return mark;
	case 1:
		return '\0';
	default:
		return other;
	}
}

bool table_cell_rewrite(char *text, enum table_type type, struct table_marks *marks, size_t line)
{
	char decimal;

	if (!strpbrk(text, ",."))
		return true;
	if (marks->delimiter == ',' || type == TABLE_INTEGER) {
		if (count_groups(text, ','))
			rewrite(text, '.');
		else if (marks->delimiter != ',' && count_groups(text, '.'))
			rewrite(text, ',');
		return true;
	}
	decimal = decimal_of(text);
	if (decimal && marks->decimal != decimal)
		marks->decimal = marks->decimal ? TABLE_BOTH : decimal;
	if (!decimal && !marks->decimal &&
	    strchr(text, '.')) { /* as programs write it, until a comma tells */
		marks->guess = marks->guess ? marks->guess : line;
		return true;
	}
	if (!decimal)
		decimal = marks->decimal;
	if (!decimal || decimal == TABLE_BOTH || (decimal == ',' && marks->guess))
		return false;
	rewrite(text, decimal);
	return true;
}
