/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>

#include "base/units.h"
#include "reports/text_priv.h"

/* Tables of text, in parts where the page is too narrow for all columns. */

bool text_part_next(struct text_part *p)
{
	size_t used = p->indent, split = 0, i;

	for (i = 0; p->columns[i].heading; i++) {
		used += (size_t)abs(p->columns[i].width) + (i > 0);
		split = p->columns[i].splits ? i : split;
	}
	p->first = p->end;
	p->end = p->first < split && used > p->page->width ? split : i;
	return p->first < i;
}

static void put_cell(FILE *out, int width, const char *text)
{
	int used = (int)text_width(text);

	if (width > used)
		fprintf(out, "%*s", width - used, "");
	text_put_name(out, text, width < 0 ? (size_t)-width : 0);
}

static const char *show(const struct text_column *c, const struct table *t, size_t row, char into[64])
{
	if (c->show)
		return c->show(t, row, into);
	return c->print ? c->print(table_number_of(t, row, c->name), into) : table_text_of(t, row, c->name);
}

/* The heading where T is NULL. */
static void put_line(const struct text_part *p, const struct table *t, size_t row)
{
	fprintf(p->page->out, "%*s", (int)p->indent, "");
	for (size_t i = 0; i < p->end; i++) {
		const struct text_column *c = &p->columns[i];
		char into[64];

		if (!c->key && i < p->first)
			continue;
		fputs(i > 0 ? " " : "", p->page->out);
		put_cell(p->page->out, c->width, t ? show(c, t, row, into) : c->heading);
	}
	fputc('\n', p->page->out);
}

void text_part_head(const struct text_part *p)
{
	put_line(p, NULL, 0);
}

void text_part_row(const struct text_part *p, const struct table *t, size_t row)
{
	put_line(p, t, row);
}

const char *text_show_number(double value, char into[64])
{
	snprintf(into, 64, isnan(value) ? "-" : value < 1000 ? "%.3g" : "%.0f", value);
	return into;
}

const char *text_show_time(double ns, char into[64])
{
	return isnan(ns) ? "-" : units_print_time(ns, into, 64);
}

const char *text_show_bytes(double bytes, char into[64])
{
	return isnan(bytes) ? "-" : units_print_bytes(bytes, into, 64);
}
