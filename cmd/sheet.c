/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/sheet_priv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/page_priv.h"

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
static void print_heading(const struct sheet *sheet, char *const *row, FILE *out)
{
	fprintf(out, "%s: %s", row[0], row[1]);
	for (size_t i = 2; i < sheet->headings; i++)
		fprintf(out, "%s%s: %s%s", i == 2 ? " (" : ", ", sheet->columns[i], row[i],
			i + 1 == sheet->headings ? ")" : "");
	putc('\n', out);
}

static size_t column_width(const struct sheet *sheet, size_t columns, size_t column)
{
	size_t widest = sheet->headings ? 0 : strlen(sheet->columns[column]);

	for (size_t i = column; i < sheet->count; i += columns)
		if (strlen(sheet->cells[i]) > widest)
			widest = strlen(sheet->cells[i]);
	return widest;
}

/* One line of columns FROM to the last that is not empty, without blanks at its end. */
static void print_line(const struct sheet *sheet, const char *const *row, FILE *out)
{
	size_t columns = width(sheet), last = columns, indent = 0;

	while (last > sheet->headings && row[last - 1][0] == '\0')
		last--;
	for (size_t i = sheet->headings; i + 1 < last; i++) {
		int wide = (int)column_width(sheet, columns, i);

		indent += (size_t)fprintf(out, "%s%-*s", i || sheet->headings ? "  " : "", wide, row[i]);
	}
	if (last > sheet->headings + 1 || sheet->headings)
		indent += (size_t)fprintf(out, "  ");
	if (last > sheet->headings)
		page_fill(out, row[last - 1], indent, page_width());
	putc('\n', out);
}

static void print_text(const struct sheet *sheet, FILE *out)
{
	size_t columns = width(sheet);

	if (sheet->headings == 0)
		print_line(sheet, sheet->columns, out);
	for (size_t i = 0; i < sheet->count; i += columns) {
		bool first = i == 0 || strcmp(sheet->cells[i], sheet->cells[i - columns]) != 0;

		if (sheet->headings && first) {
			fputs(i ? "\n" : "", out);
			print_heading(sheet, sheet->cells + i, out);
		}
		print_line(sheet, (const char *const *)sheet->cells + i, out);
	}
	if (sheet->note[0]) {
		putc('\n', out);
		page_fill(out, sheet->note, 0, page_width());
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
