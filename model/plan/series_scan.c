/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/series_priv.h"

/* Series as plain tables: a row a VM and time. */

static const struct {
	const char *column;
	enum series_metric metric;
} columns[] = {
	{ "cpu", SERIES_CPU },	 { "memory", SERIES_MEMORY }, { "io", SERIES_IO },
	{ "iops", SERIES_IOPS }, { "net_mb_s", SERIES_NET },
};

#define COLUMNS (sizeof(columns) / sizeof(*columns))

struct scan {
	const char *path; /* the caller's, who outlives the table */
	sample_take *take;
	void *user;
	size_t vm, timestamp, percent, value[COLUMNS]; /* columns of the table */
};

static int refuse(const struct table *row, const char *column, const char *mend, const char *what,
		  struct error *error)
{
	error_fail(error, 0, mend, what, table_text_of(row, 0, column));
	return error_at(error, "%s:%zu:%s", row->path, row->lines[0], column);
}

static int take_row(void *user, struct table *row, struct error *error)
{
	const struct scan *scan = user;
	struct sample sample = { .vm = table_text(row, 0, scan->vm),
				 .path = scan->path,
				 .line = row->lines[0],
				 .time = series_time(table_text(row, 0, scan->timestamp)) };

	series_clean(row->cells[scan->vm]);
	if (!*sample.vm)
		return refuse(row, "vm", "give a name", "a name is missing%s", error);
	if (isnan(sample.time))
		return refuse(row, "timestamp", "write 2030-01-31 12:00:00, or seconds since 1970",
			      "\"%.40s\" is no time", error);
	for (size_t i = 0; i < COLUMNS; i++) {
		sample.value[columns[i].metric] = table_number(row, 0, scan->value[i]);
		if (sample.value[columns[i].metric] < 0)
			return refuse(row, columns[i].column, "give 0 or a number above it",
				      "%.40s is too small", error);
	}
	if (isnan(sample.value[SERIES_CPU]) && !table_missing(row, 0, scan->percent)) {
		sample.value[SERIES_CPU] = table_number(row, 0, scan->percent) / 100;
		sample.share = true;
		if (sample.value[SERIES_CPU] < 0)
			return refuse(row, "cpu_percent", "give 0 or a number above it", "%.40s is too small",
				      error);
	}
	return scan->take(scan->user, &sample, error);
}

static size_t column(const char *name)
{
	return table_column(&(struct table){ .schema = &schema_series, .columns = SIZE_MAX }, name);
}

int series_scan(const char *path, sample_take *take, void *user, struct error *error)
{
	struct scan scan = { .path = path,
			     .take = take,
			     .user = user,
			     .vm = column("vm"),
			     .timestamp = column("timestamp"),
			     .percent = column("cpu_percent") };
	struct table table;
	int code;

	if (series_is_sadf(path))
		return series_scan_sadf(path, take, user, error);
	for (size_t i = 0; i < COLUMNS; i++)
		scan.value[i] = column(columns[i].column);
	code = table_stream(path, &schema_series, &table, take_row, &scan, error);
	if (code == 0)
		table_free(&table);
	return code;
}

/* The first line of PATH, "" where it has none. */
static void first_line(const char *path, char *line, int size)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(line, size, file))
		line[0] = '\0';
	if (file)
		fclose(file);
}

/* Whether NAME is one of COLUMN's. */
static bool is_column(const struct table_column *column, const char *name)
{
	bool is = strcasecmp(column->name, name) == 0;

	for (const char *const *alias = column->aliases; alias && *alias; alias++)
		is |= strcasecmp(*alias, name) == 0;
	return is;
}

bool series_is_plain(const char *path)
{
	char header[4096], *rest = header;
	bool timed = false;

	first_line(path, header, sizeof(header));
	if (strncmp(header, "\xef\xbb\xbf", 3) == 0) /* a byte-order mark */
		rest += 3;
	for (char *name; (name = strsep(&rest, ",;\r\n")) != NULL;) {
		name += strspn(name, " \"");
		name[strcspn(name, "\"")] = '\0';
		timed |= is_column(&schema_series.columns[0], name);
	}
	return timed && !series_is_sadf(path);
}

bool series_is_sadf(const char *path)
{
	char header[4096];

	first_line(path, header, sizeof(header));
	return strncmp(header, "# hostname;", 11) == 0 || strstr(header, "LINUX-RESTART");
}
