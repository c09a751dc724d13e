/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/schema.h"
#include "base/stats.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* Events that predictions are made from, beside those that were there: a right total of wrong parts shows
 * here. */

struct counts {
	struct table table;
	struct names events;
	double *room; /* rows; owned */
};

/* What stands together: the rows of one configuration, held out or not. */
struct group {
	const char *config, *held_out;
};

static bool in_group(const struct counts *c, size_t row, const struct group *g)
{
	return table_is(&c->table, row, "config", g->config) &&
	       table_is(&c->table, row, "held_out", g->held_out);
}

/* By how much the profile is off of what was counted there, where any was. */
static void put_errors(const struct text_page *page, const struct counts *c, const struct group *g,
		       const char *event)
{
	size_t n = 0;

	for (size_t row = 0; row < c->table.rows; row++) {
		double measured = table_number_of(&c->table, row, "measured");

		if (in_group(c, row, g) && table_is(&c->table, row, "event", event) && measured > 0)
			c->room[n++] =
				fabs(table_number_of(&c->table, row, "profiled") - measured) / measured;
	}
	stats_sort(c->room, n);
	text_put_errors(page->out, event, c->room, n);
}

#define NAME 18
#define CELL 40

/* The event's count natively and there. */
static char *print_pair(const struct table *t, size_t row, char text[CELL])
{
	snprintf(text, CELL, isnan(table_number_of(t, row, "measured")) ? "%.0f/-" : "%.0f/%.0f",
		 table_number_of(t, row, "profiled"), table_number_of(t, row, "measured"));
	return text;
}

static size_t width_of(const struct counts *c, const struct group *g, size_t event)
{
	size_t width = text_width(c->events.name[event]);
	char text[CELL];

	for (size_t row = 0; row < c->table.rows; row++)
		if (in_group(c, row, g) && table_is(&c->table, row, "event", c->events.name[event])) {
			size_t this = strlen(print_pair(&c->table, row, text));

			width = this > width ? this : width;
		}
	return width;
}

/* A program a line, the events from FIRST to END; a program's rows follow each other. */
static void put_part(const struct text_page *page, const struct counts *c, const struct group *g,
		     size_t first, size_t end)
{
	const char *program = "";

	fprintf(page->out, "  %-*s", NAME, "natively/there");
	for (size_t i = first; i < end; i++)
		fprintf(page->out, " %*s", (int)width_of(c, g, i), c->events.name[i]);
	for (size_t row = 0; row < c->table.rows; row++) {
		size_t event = names_find(&c->events, table_text_of(&c->table, row, "event"));
		char text[CELL];

		if (!in_group(c, row, g))
			continue;
		if (!table_is(&c->table, row, "program", program)) {
			program = table_text_of(&c->table, row, "program");
			fputs("\n  ", page->out);
			text_put_name(page->out, program, NAME);
		}
		if (event >= first && event < end)
			fprintf(page->out, " %*s", (int)width_of(c, g, event),
				print_pair(&c->table, row, text));
	}
	fputc('\n', page->out);
}

/* In as many parts as the page's width makes. */
static void put_programs(const struct text_page *page, const struct counts *c, const struct group *g)
{
	size_t used = 2 + NAME, first = 0;

	for (size_t i = 0; i < c->events.count; i++) {
		size_t width = 1 + width_of(c, g, i);

		if (i > first && used + width > page->width) {
			put_part(page, c, g, first, i);
			first = i;
			used = 2 + NAME;
		}
		used += width;
	}
	put_part(page, c, g, first, c->events.count);
}

static void put_group(const struct text_page *page, const struct counts *c, const struct group *g)
{
	bool list = strcmp(g->held_out, "list") == 0;
	char title[80];

	snprintf(title, sizeof(title), "%.40s, events", g->config);
	text_put_title(page, title, list ? "of programs no fit has seen" : "of programs left out in turn");
	fprintf(page->out, "  %-34s %4s %10s %10s %10s\n", "counted natively, by those there", "n", "median",
		"P90", "max");
	for (size_t i = 0; i < c->events.count; i++)
		put_errors(page, c, g, c->events.name[i]);
	if (list)
		put_programs(page, c, g);
	text_put_wrapped(
		page, ' ',
		"(there, page faults and waits are of the whole process: the monitor's own are among them)");
}

static bool is_first(const struct counts *c, size_t row)
{
	const struct group g = { table_text_of(&c->table, row, "config"),
				 table_text_of(&c->table, row, "held_out") };

	for (size_t before = 0; before < row; before++)
		if (in_group(c, before, &g))
			return false;
	return true;
}

int text_counts_put(const struct text_page *page, const char *path, struct error *error)
{
	struct counts c = { 0 };
	int code = table_read(&c.table, path, &schema_event_counts, error);

	if (code)
		return code;
	code = names_collect(&c.events, &c.table, "event");
	c.room = calloc(c.table.rows + 1, sizeof(*c.room));
	if (!c.room)
		code = -ENOMEM;
	for (size_t row = 0; code == 0 && row < c.table.rows; row++)
		if (is_first(&c, row))
			put_group(page, &c,
				  &(struct group){ table_text_of(&c.table, row, "config"),
						   table_text_of(&c.table, row, "held_out") });
	free(c.room);
	names_free(&c.events);
	table_free(&c.table);
	return code;
}
