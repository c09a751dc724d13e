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

/* A program a line; its rows follow each other. */
static void put_programs(const struct text_page *page, const struct counts *c, const struct group *g)
{
	const char *program = "";

	fprintf(page->out, "  %-18s", "natively/there");
	for (size_t i = 0; i < c->events.count; i++)
		fprintf(page->out, " %14s", c->events.name[i]);
	for (size_t row = 0; row < c->table.rows; row++) {
		char cell[40];

		if (!in_group(c, row, g))
			continue;
		if (!table_is(&c->table, row, "program", program)) {
			program = table_text_of(&c->table, row, "program");
			fputs("\n  ", page->out);
			text_put_name(page->out, program, 18);
		}
		snprintf(cell, sizeof(cell),
			 isnan(table_number_of(&c->table, row, "measured")) ? "%.0f/-" : "%.0f/%.0f",
			 table_number_of(&c->table, row, "profiled"),
			 table_number_of(&c->table, row, "measured"));
		fprintf(page->out, " %14s", cell);
	}
	fputc('\n', page->out);
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
	fputs("  (there, page faults and waits are of the whole process: the monitor's own are among them)\n",
	      page->out);
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
