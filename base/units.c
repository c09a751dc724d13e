/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/units.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

#define ROUNDS_UP 0.9995 /* of the next unit: printed in the smaller one it would have four digits */

struct unit {
	const char *name;
	double factor;
};

static const struct unit byte_units[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "K", 1024.0 },
	{ "M", 1048576.0 },
	{ "G", 1073741824.0 },
	{ "T", 1099511627776.0 },
	{ NULL, 0 },
};

static const struct unit time_units[] = {
	{ "", 1e9 }, { "s", 1e9 },  { "ms", 1e6 },   { "us", 1e3 },
	{ "ns", 1 }, { "m", 60e9 }, { "h", 3600e9 }, { NULL, 0 },
};

static const struct unit *find_unit(const struct unit *units, const char *name, size_t length)
{
	for (; units->name; units++)
		if (strlen(units->name) == length && strncasecmp(units->name, name, length) == 0)
			return units;
	return NULL;
}

/* Length of a unit's NAME without the "iB" or "B" that may follow K, M, G and T. */
static size_t stem(const char *name)
{
	if (name[0] && strchr("kKmMgGtT", name[0]) &&
	    (strcasecmp(name + 1, "ib") == 0 || strcasecmp(name + 1, "b") == 0))
		return 1;
	return strlen(name);
}

/* A plain decimal number, then a unit. Not strtod's hexadecimal, infinities or signs. */
static int parse(const char *text, const struct unit *units, bool binary, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789.");
	const struct unit *unit;
	double value;
	char *end;

	if (digits == 0 || (digits == 1 && text[0] == '.'))
		return -1;
	value = strtod(text, &end);
	if (end != text + digits)
		return -1;
	unit = find_unit(units, end, binary ? stem(end) : strlen(end));
	if (unit == NULL || value * unit->factor >= 0x1p63)
		return -1;
	*out = (uint64_t)(value * unit->factor + 0.5);
	return 0;
}

int units_parse_bytes(const char *text, uint64_t *bytes, struct error *error)
{
	if (parse(text, byte_units, true, bytes) == 0)
		return 0;
	return error_fail(error, 0, "write it like 4096, 64K, 512M or 1.5G", "%s is not a size", text);
}

int units_parse_time(const char *text, uint64_t *ns, struct error *error)
{
	if (parse(text, time_units, false, ns) == 0)
		return 0;
	return error_fail(error, 0, "write it like 30s, 1.5ms, 200us, 2m", "%s is not a time", text);
}

int units_parse_count(const char *text, uint64_t max, uint64_t *count, struct error *error)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = 0;

	for (size_t i = 0; i < digits; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			digits = 0;
	if (digits == 0 || text[digits] || value > max)
		return error_fail(error, 0, "give a whole number in range",
				  "%s is not a number from 0 to %llu", text, (unsigned long long)max);
	*count = value;
	return 0;
}

static char *print(double value, const struct unit *units, size_t count, char *text, size_t size)
{
	size_t i = 0;
	double scaled;

	while (i + 1 < count && fabs(value) >= ROUNDS_UP * units[i + 1].factor)
		i++;
	scaled = value / units[i].factor;
	snprintf(text, size, "%.*f %s",
		 fabs(scaled) >= 99.95	 ? 0
		 : fabs(scaled) >= 9.995 ? 1
					 : 2,
		 scaled, units[i].name);
	return text;
}

char *units_print_time(double ns, char *text, size_t size)
{
	static const struct unit units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };

	if (isnan(ns))
		snprintf(text, size, "NA");
	else
		print(ns, units, 4, text, size);
	return text;
}

char *units_print_bytes(double bytes, char *text, size_t size)
{
	static const struct unit units[] = { { "B", 1 },
					     { "KiB", 1024.0 },
					     { "MiB", 1048576.0 },
					     { "GiB", 1073741824.0 },
					     { "TiB", 1099511627776.0 } };

	if (isnan(bytes))
		snprintf(text, size, "NA");
	else
		print(bytes, units, 5, text, size);
	return text;
}

/* Levenshtein distance; names are short. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64], n = (unsigned)strlen(b);

	if (n >= 64)
		return 64;
	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned i = 0; a[i]; i++) {
		unsigned diagonal = row[0];

		row[0] = i + 1;
		for (unsigned j = 0; j < n; j++) {
			unsigned best =
				diagonal + (tolower((unsigned char)a[i]) != tolower((unsigned char)b[j]));

			diagonal = row[j + 1];
			if (row[j + 1] + 1 < best)
				best = row[j + 1] + 1;
			if (row[j] + 1 < best)
				best = row[j] + 1;
			row[j + 1] = best;
		}
	}
	return row[n];
}

/* A beginning is as near as can be: what was meant is plain. */
static unsigned apart(const char *text, const char *candidate)
{
	return strncmp(text, candidate, strlen(text)) == 0 ? 0 : distance(text, candidate);
}

const char *units_nearest(const char *text, const char *const *candidates)
{
	unsigned least = (unsigned)strlen(text) / 2 + 1;
	const char *nearest = NULL;

	for (; text[0] && *candidates; candidates++) {
		unsigned d = apart(text, *candidates);

		if (d < least) {
			least = d;
			nearest = *candidates;
		}
	}
	return nearest;
}
