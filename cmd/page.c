/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/page_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/units.h"

#define USUAL 100
#define LEAST 60  /* narrower, words of mends would stand alone */
#define MOST  100 /* longer lines are hard to read */
#define WORDS 20  /* less room for text, and it is better left whole */

size_t page_width(void)
{
	const char *columns = getenv("COLUMNS");
	uint64_t width = 0;
	struct winsize window;

	if (columns == NULL || units_parse_count(columns, 10000, &width, NULL) != 0 || width == 0)
		width = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0
				? window.ws_col
				: 0;
	if (width == 0)
		return USUAL;
	return width < LEAST ? LEAST : width > MOST ? MOST : (size_t)width;
}

bool page_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(fileno(out)) && !(no_colour && *no_colour) &&
	       !(terminal && strcmp(terminal, "dumb") == 0);
}

void page_fill(FILE *out, const char *text, size_t indent, size_t width)
{
	size_t at = indent;

	if (indent + WORDS > width) {
		fputs(text, out);
		return;
	}
	while (*(text += strspn(text, " "))) {
		size_t length = strcspn(text, " ");

		if (at > indent && at + 1 + length > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			putc(' ', out);
			at++;
		}
		fwrite(text, 1, length, out);
		at += length;
		text += length;
	}
}
