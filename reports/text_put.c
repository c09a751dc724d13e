/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdint.h>
#include <string.h>

#include "reports/text_priv.h"

#define ALARM "\033[33m"

struct text_page text_page_on(struct report_page on)
{
	return (struct text_page){ .out = on.out, .width = on.width, .colour = on.colour };
}

bool text_begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t text_width(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += text_begins_character(*text);
	return columns;
}

/* Names come from files: no control byte reaches the terminal. */
void text_put_bytes(FILE *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		fputc((unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i], out);
}

void text_put_cut(FILE *out, const char *text, size_t most, size_t width)
{
	size_t left = text_width(text), column = 0;

	for (; *text; text++) {
		if (text_begins_character(*text) && ++column == most && left > most) {
			fputc('~', out);
			break;
		}
		text_put_bytes(out, text, 1);
	}
	for (; column < width; column++)
		fputc(' ', out);
}

void text_put_name(FILE *out, const char *text, size_t width)
{
	text_put_cut(out, text, TEXT_NAME_MOST, width);
}

size_t text_name_width(const struct table *table, const char *column, const char *heading)
{
	size_t width = text_width(heading);

	for (size_t row = 0; row < table->rows; row++) {
		size_t this = text_width(table_text_of(table, row, column));

		width = this > width ? this : width;
	}
	return width < TEXT_NAME_MOST ? width : TEXT_NAME_MOST;
}

void text_put_wrapped(const struct text_page *page, char mark, const char *text)
{
	fprintf(page->out, "%c ", mark);
	report_page_fill(page->out, text, 2, page->width);
	fputc('\n', page->out);
}

void text_put_title(const struct text_page *page, const char *title, const char *rest)
{
	fprintf(page->out, "\n%s%s%s", page->colour ? "\033[1m" : "", title, page->colour ? "\033[0m" : "");
	if (*rest) {
		bool fits = text_width(title) + 1 + text_width(rest) <= page->width;

		fputs(fits ? " " : "\n  ", page->out);
		report_page_fill(page->out, rest, 2, fits ? SIZE_MAX : page->width);
	}
	fputc('\n', page->out);
}

char *text_print_cell(struct interval interval, char text[64])
{
	char plain[64];
	size_t value = strcspn(format_interval(interval, plain), " "), pad;

	pad = value < TEXT_VALUE ? TEXT_VALUE - value : 0;
	memset(text, ' ', pad);
	snprintf(text + pad, 64 - pad, "%s", plain);
	return text;
}

void text_put_cell(const struct text_page *page, struct interval interval, size_t width)
{
	bool alarm = page->colour && page->ratios && interval.low > 1;
	char text[64];
	size_t length = strlen(text_print_cell(interval, text)), pad = strspn(text, " ");

	fprintf(page->out, "%*s%s%s%s", (int)pad, "", alarm ? ALARM : "", text + pad, alarm ? "\033[0m" : "");
	if (length < width)
		fprintf(page->out, "%*s", (int)(width - length), "");
}
