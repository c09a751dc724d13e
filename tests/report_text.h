/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_REPORT_TEXT_H
#define TESTS_REPORT_TEXT_H

#include <stdio.h>

#include "base/error.h"
#include "reports/reports.h"
#include "tests/check.h"

/* The summary of DIRECTORY; the caller frees. */
static inline char *print_text(const char *directory, bool colour)
{
	struct error error = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	CHECK_INT(report_text_print((struct report_page){ .out = out, .width = 80, .colour = colour },
				    directory, true, &error),
		  0);
	fclose(out);
	return text;
}

#endif
