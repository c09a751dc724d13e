/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#define BASE_ERROR_DEFINED_HERE
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int code_of(const struct error *error, int number)
{
	if (error)
		number = error->number;
	return number ? -number : -EINVAL;
}

static void format(struct error *error, int number, const char *what, va_list arguments)
{
	if (error == NULL)
		return;
	error->number = number;
	error->where[0] = error->mend[0] = '\0';
	vsnprintf(error->what, sizeof(error->what), what, arguments);
}

int error_set(struct error *error, int number, const char *what, ...)
{
	va_list arguments;

	va_start(arguments, what);
	format(error, number, what, arguments);
	va_end(arguments);
	return code_of(NULL, number);
}

int error_fail(struct error *error, int number, const char *mend, const char *what, ...)
{
	va_list arguments;

	va_start(arguments, what);
	format(error, number, what, arguments);
	va_end(arguments);
	if (error)
		snprintf(error->mend, sizeof(error->mend), "%s", mend);
	return code_of(NULL, number);
}

int error_at(struct error *error, const char *where, ...)
{
	va_list arguments;

	va_start(arguments, where);
	if (error)
		vsnprintf(error->where, sizeof(error->where), where, arguments);
	va_end(arguments);
	return code_of(error, 0);
}

int error_mend(struct error *error, const char *mend, ...)
{
	va_list arguments;

	va_start(arguments, mend);
	if (error)
		vsnprintf(error->mend, sizeof(error->mend), mend, arguments);
	va_end(arguments);
	return code_of(error, 0);
}

char *error_text(const struct error *error, char *text, unsigned long size)
{
	const char *parts[] = { error->where, error->number ? strerror(error->number) : "", error->mend };
	snprintf(text, size, "%s", error->what);
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		unsigned long used = strlen(text);

		if (parts[i][0])
			snprintf(text + used, size - used, ": %s", parts[i]);
	}
	return text;
}
