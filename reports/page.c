/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/units.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* The page that text is printed on. */

#define LEAST 80  /* where nobody says, too; tables are made for it */
#define MOST  120 /* longer lines are hard to read */
#define WORDS 20  /* less room for text, and it is better left whole */

static size_t width_of(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	uint64_t width = 0;
	struct winsize window;

	if (columns == NULL || units_parse_count(columns, 10000, &width, NULL) != 0 || width == 0)
		width = isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &window) == 0 ? window.ws_col
											    : 0;
	return width < LEAST ? LEAST : width > MOST ? MOST : (size_t)width;
}

static bool takes_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) && !(no_colour && *no_colour) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

struct report_page report_page_of(FILE *out)
{
	return (struct report_page){ .out = out, .width = width_of(out), .colour = takes_colour(out) };
}

size_t report_page_break(const char *text, size_t room)
{
	size_t column = 0, blank = 0, colon = 0, i;

	for (i = 0; text[i]; i++) {
		if (text[i] == ' ')
			blank = i;
		if (text_begins_character(text[i]) && column++ == room)
			break;
		if (text[i] == ':')
			colon = i + 1;
	}
	if (text[i] == '\0')
		return i;
	return blank ? blank : colon ? colon : strcspn(text, " ");
}

void report_page_fill(FILE *out, const char *text, size_t indent, size_t width)
{
	size_t room = indent + WORDS <= width ? width - indent : SIZE_MAX;

	text += strspn(text, " ");
	while (*text) {
		size_t length = report_page_break(text, room);

		text_put_bytes(out, text, length);
		text += length;
		text += strspn(text, " ");
		if (*text)
			fprintf(out, "\n%*s", (int)indent, "");
	}
}
