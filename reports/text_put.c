/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "reports/text_priv.h"

#define ALARM "\033[33m"

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80; /* not a later byte of UTF-8 */
}

size_t text_width(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += begins_character(*text);
	return columns;
}

/* Names come from files: no control byte reaches the terminal. */
static void put_byte(FILE *out, char c)
{
	fputc((unsigned char)c < 0x20 || c == 0x7f ? '?' : c, out);
}

void text_put_name(FILE *out, const char *text, size_t width)
{
	size_t left = text_width(text), column = 0;

	for (; *text; text++) {
		if (begins_character(*text) && ++column == TEXT_NAME_MOST && left > TEXT_NAME_MOST) {
			fputc('~', out);
			break;
		}
		put_byte(out, *text);
	}
	for (; column < width; column++)
		fputc(' ', out);
}

void text_put_wrapped(FILE *out, char mark, const char *text)
{
	size_t column = 1;

	fputc(mark, out);
	while (*(text += strspn(text, " "))) {
		size_t length = strcspn(text, " ");

		if (column > 1 && column + 1 + length > TEXT_PAGE) {
			fputs("\n ", out);
			column = 1;
		}
		fputc(' ', out);
		for (size_t i = 0; i < length; i++)
			put_byte(out, text[i]);
		column += 1 + length;
		text += length;
	}
	fputc('\n', out);
}

void text_put_title(const struct text_page *page, const char *title, const char *rest)
{
	fprintf(page->out, "\n%s%s%s %s\n", page->colour ? "\033[1m" : "", title,
		page->colour ? "\033[0m" : "", rest);
}

void text_put_cell(const struct text_page *page, struct interval interval, bool last)
{
	bool alarm = page->colour && page->ratios && interval.low > 1;
	char text[64];
	int length = (int)strlen(format_interval(interval, text));
	int pad = TEXT_VALUE - (int)strcspn(text, " ");

	if (pad < 0)
		pad = 0;
	fprintf(page->out, "%*s%s%s%s", pad, "", alarm ? ALARM : "", text, alarm ? "\033[0m" : "");
	if (!last && pad + length < (int)page->cell_width)
		fprintf(page->out, "%*s", (int)page->cell_width - pad - length, "");
	else if (!last)
		fputc(' ', page->out);
}
