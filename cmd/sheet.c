/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/sheet_priv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "reports/reports.h"

static size_t width(const struct sheet *sheet)
{
	size_t columns = 0;

	while (columns < SHEET_COLUMNS && sheet->columns[columns])
		columns++;
	return columns;
}

void sheet_put(struct sheet *sheet, const char *text)
{
	/* The program can do nothing better without memory for a page of text than to say so and end. */
	if ((sheet->count & (sheet->count - 1)) == 0)
		sheet->cells = realloc(sheet->cells, (sheet->count ? 2 * sheet->count : 1) * sizeof(char *));
	if (sheet->cells == NULL || (sheet->cells[sheet->count++] = strdup(text)) == NULL)
		abort();
}

void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->count; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
	sheet->cells = NULL;
	sheet->count = 0;
}

static void put_csv(FILE *out, const char *text)
{
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void put_json(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if ((unsigned char)*text < ' ') {
			fprintf(out, "\\u%04x", *text);
			continue;
		}
		if (*text == '"' || *text == '\\')
			putc('\\', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void print_csv(const struct sheet *sheet, FILE *out)
{
	size_t columns = width(sheet);

	for (size_t i = 0; i < columns; i++) {
		put_csv(out, sheet->columns[i]);
		putc(i + 1 < columns ? ',' : '\n', out);
	}
	for (size_t i = 0; columns && i < sheet->count; i++) {
		put_csv(out, sheet->cells[i]);
		putc((i + 1) % columns ? ',' : '\n', out);
	}
}

static void print_json(const struct sheet *sheet, FILE *out)
{
	size_t columns = width(sheet);

	putc('[', out);
	for (size_t i = 0; i < sheet->count; i++) {
		if (i % columns == 0)
			fputs(i ? ",\n{" : "\n{", out);
		put_json(out, sheet->columns[i % columns]);
		putc(':', out);
		put_json(out, sheet->cells[i]);
		putc((i + 1) % columns ? ',' : '}', out);
	}
	fputs("\n]\n", out);
}

/* "transport: how a request leaves the guest (hosted: exit, bare-metal: ring)" */
static void print_heading(const struct sheet *sheet, char *const *row, FILE *out, size_t page)
{
	char text[500];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s: %s", row[0], row[1]);

	for (size_t i = 2; i < sheet->headings && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s: %s%s", i == 2 ? " (" : ", ",
					 sheet->columns[i], row[i], i + 1 == sheet->headings ? ")" : "");
	report_page_fill(out, text, 0, page);
	putc('\n', out);
}

#define GAP	   2  /* blanks between columns */
#define LAST_LEAST 20 /* columns of the last one */

/* The columns as text: how wide each is, so that all fit the page. */
struct layout {
	size_t first, columns; /* those below headings are from FIRST on */
	size_t width[SHEET_COLUMNS], page;
};

static size_t longest_word(const char *text)
{
	size_t longest = 0;

	while (*(text += strspn(text, " "))) {
		size_t length = strcspn(text, " ");

		longest = length > longest ? length : longest;
		text += length;
	}
	return longest;
}

/* As wide as the widest cell of COLUMN, or as the longest word of any where BROKEN. */
static size_t column_width(const struct sheet *sheet, size_t column, bool broken)
{
	size_t columns = width(sheet), widest = sheet->headings ? 0 : strlen(sheet->columns[column]);

	for (size_t i = column; i < sheet->count; i += columns) {
		size_t this = broken ? longest_word(sheet->cells[i]) : strlen(sheet->cells[i]);

		widest = this > widest ? this : widest;
	}
	return widest;
}

/* The widest column that can be narrower; past the last: none. */
static size_t widest_column(const struct layout *layout, const size_t *least)
{
	size_t widest = layout->columns;

	for (size_t i = layout->first; i < layout->columns; i++)
		if (layout->width[i] > least[i] &&
		    (widest == layout->columns || layout->width[i] > layout->width[widest]))
			widest = i;
	return widest;
}

/* The widest columns give way until all fit; the last breaks long words, too, where they can be. */
static struct layout lay_out(const struct sheet *sheet, FILE *out)
{
	struct layout layout = { .first = sheet->headings,
				 .columns = width(sheet),
				 .page = report_page_of(out).width };
	size_t least[SHEET_COLUMNS], used = sheet->headings ? GAP : 0, widest;

	for (size_t i = layout.first; i < layout.columns; i++) {
		layout.width[i] = column_width(sheet, i, false);
		least[i] = i + 1 < layout.columns ? column_width(sheet, i, true) : LAST_LEAST;
		used += layout.width[i] + (i > layout.first && layout.width[i] ? GAP : 0);
	}
	while (used > layout.page && (widest = widest_column(&layout, least)) < layout.columns) {
		layout.width[widest]--;
		used--;
	}
	return layout;
}

/* The next line of cells: what is left of each, which moves on. Without blanks at its end. */
static void print_line(const struct layout *layout, const char **left, FILE *out)
{
	size_t blanks = layout->first ? GAP : 0;

	for (size_t i = layout->first; i < layout->columns; i++) {
		size_t length = report_page_break(left[i], layout->width[i]);

		if (length)
			fprintf(out, "%*s%.*s", (int)blanks, "", (int)length, left[i]);
		blanks = (length ? 0 : blanks) + GAP +
			 (layout->width[i] > length ? layout->width[i] - length : 0);
		left[i] += length;
		left[i] += strspn(left[i], " ");
	}
	putc('\n', out);
}

static void print_row(const struct layout *layout, const char *const *row, FILE *out)
{
	const char *left[SHEET_COLUMNS];
	bool more = true;

	memcpy(left, row, layout->columns * sizeof(*row));
	while (more) {
		print_line(layout, left, out);
		more = false;
		for (size_t i = layout->first; i < layout->columns; i++)
			more |= left[i][0] != '\0';
	}
}

static void print_text(const struct sheet *sheet, FILE *out)
{
	const struct layout layout = lay_out(sheet, out);

	if (sheet->headings == 0)
		print_row(&layout, sheet->columns, out);
	for (size_t i = 0; i < sheet->count; i += layout.columns) {
		bool first = i == 0 || strcmp(sheet->cells[i], sheet->cells[i - layout.columns]) != 0;

		if (sheet->headings && first) {
			fputs(i ? "\n" : "", out);
			print_heading(sheet, sheet->cells + i, out, layout.page);
		}
		print_row(&layout, (const char *const *)sheet->cells + i, out);
	}
	if (sheet->note[0]) {
		putc('\n', out);
		report_page_fill(out, sheet->note, 0, layout.page);
		putc('\n', out);
	}
}

void sheet_print(const struct sheet *sheet, enum sheet_form form, FILE *out)
{
	static void (*const print[])(const struct sheet *, FILE *) = {
		[SHEET_TEXT] = print_text,
		[SHEET_CSV] = print_csv,
		[SHEET_JSON] = print_json,
	};

	print[form](sheet, out);
}
