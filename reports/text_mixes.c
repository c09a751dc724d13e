/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "base/stats.h"
#include "reports/reports.h"
#include "reports/text_priv.h"

/* VMs of unlike programs that ran at once, and VMs at a rate, as text. */

static bool same_load(const struct table *t, size_t a, size_t b)
{
	double x = table_number_of(t, a, "rate"), y = table_number_of(t, b, "rate");

	return table_alike(t, a, b, "config") && table_alike(t, a, b, "load") &&
	       (x == y || (isnan(x) && isnan(y)));
}

/* Whether all programs of the load that begins at ROW keep the goal, in words. */
static const char *say_goal(const struct table *t, size_t row)
{
	bool kept = true;

	if (!*table_text_of(t, row, "keeps"))
		return "";
	for (size_t i = row; i < t->rows && same_load(t, i, row); i++)
		kept &= table_is(t, i, "keeps", "yes");
	return kept ? ": keeps the goal" : ": does not keep the goal";
}

/* The load that begins at ROW, and how its runs come. */
static void put_head(const struct text_page *page, const struct table *t, size_t row)
{
	char rate[64], text[400], at[100] = "";

	if (!isnan(table_number_of(t, row, "rate")))
		snprintf(at, sizeof(at), ", %s runs due a second",
			 text_show_number(table_number_of(t, row, "rate"), rate));
	snprintf(text, sizeof(text), "%.200s%s%s%s%s", table_text_of(t, row, "load"), at,
		 strstr(table_text_of(t, row, "flags"), "over") ? ", oversubscribed" : "",
		 strstr(table_text_of(t, row, "flags"), "busy") ? ", others were busy" : "",
		 say_goal(t, row));
	text_put_wrapped(page, ' ', text);
}

static const char *show_off(const struct table *t, size_t row, char into[64])
{
	double off = table_number_of(t, row, "off");

	snprintf(into, 64, isnan(off) ? "" : "%+.1f %%", 100 * off);
	return into;
}

static const struct text_column columns[] = {
	{ "program", -12, .key = true, .name = "program" }, /* or as wide as the names are */
	{ "VMs", 3, .key = true, .name = "vms", .print = text_show_number },
	{ "runs/s", 7, .name = "throughput", .print = text_show_number },
	{ "forecast", 8, .name = "predicted", .print = text_show_number },
	{ "off", 8, .show = show_off },
	TEXT_RUN_COLUMNS,
	{ 0 },
};

/* What ran under one configuration, from row FIRST to END. */
static void put_loads(const struct text_page *page, const struct table *t, size_t first, size_t end)
{
	struct text_column own[sizeof(columns) / sizeof(*columns)];
	struct text_part part = { .page = page, .columns = own, .indent = 4 };

	memcpy(own, columns, sizeof(columns));
	own[0].width = -(int)text_name_width(t, "program", "program");
	while (text_part_next(&part)) {
		text_part_head(&part);
		for (size_t row = first; row < end; row++) {
			if (row == first || !same_load(t, row, row - 1))
				put_head(page, t, row);
			text_part_row(&part, t, row);
		}
	}
}

/* How far predictions are off under one configuration, from ROW on. */
static void put_error(const struct table *t, size_t row, double *room, FILE *out)
{
	const char *config = table_text_of(t, row, "config");
	size_t n = 0;

	for (; row < t->rows && table_is(t, row, "config", config); row++)
		if (!isnan(table_number_of(t, row, "off")))
			room[n++] = fabs(table_number_of(t, row, "off"));
	stats_sort(room, n);
	if (n)
		fprintf(out, "  throughput predicted: off by %.1f %% in the median, at most %.1f %%\n",
			100 * stats_quantile(room, n, 0.5), 100 * room[n - 1]);
}

/* The numbers of VMs that keep the goal at a rate under the configuration of ROW, by measurement or by
 * simulation: COLUMN. Few have too little hands, many get in each other's way. False: there is no goal. */
static bool put_keeping(const struct table *t, size_t row, const char *column, const char *how, FILE *out)
{
	bool goal = false, any = false;

	for (size_t i = 0; i < t->rows; i++) {
		if (!table_alike(t, i, row, "config") || isnan(table_number_of(t, i, "rate")) ||
		    !*table_text_of(t, i, column))
			continue;
		if (!goal)
			fprintf(out, "%s", how);
		goal = true;
		if (table_is(t, i, column, "yes")) {
			fprintf(out, "%s%.0f", any ? ", " : " ", table_number_of(t, i, "vms"));
			any = true;
		}
	}
	if (goal && !any)
		fputs(" no number of", out);
	return goal;
}

static int put_goal(const struct text_page *page, const struct table *t, size_t row)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return -ENOMEM;
	if (put_keeping(t, row, "keeps", "the goal is kept by", out)) {
		put_keeping(t, row, "sim_keeps", " VMs, by simulation by", out);
		fputs(" VMs", out);
	}
	if (fclose(out) == 0 && *text)
		text_put_wrapped(page, ' ', text);
	free(text);
	return 0;
}

int report_mixes_print(struct report_page on, const char *path, struct error *error)
{
	struct text_page page = text_page_on(on);
	struct table t;
	double *room;
	int code = table_read(&t, path, &schema_mixes, error);

	if (code)
		return code;
	room = calloc(t.rows + 1, sizeof(*room));
	code = room ? 0 : -ENOMEM;
	for (size_t row = 0, end; code == 0 && row < t.rows; row = end) {
		for (end = row; end < t.rows && table_alike(&t, end, row, "config"); end++)
			;
		text_put_title(&page, table_text_of(&t, row, "label"), "");
		put_loads(&page, &t, row, end);
		put_error(&t, row, room, page.out);
		code = put_goal(&page, &t, row);
	}
	free(room);
	table_free(&t);
	return code ? error_set(error, -code, "cannot print mixes") : 0;
}
