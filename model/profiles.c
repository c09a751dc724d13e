/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"

/* Profiles as fits and predictions use them: how many events of each term a program makes. */

/* Events of each term, and for now of SERIAL and WATCHED, how many of them do. */
static void take_events(struct profile *p, const struct table *t, size_t row)
{
	double value = table_number_of(t, row, "value"), part = table_number_of(t, row, "serial") / value,
	       watched = table_number_of(t, row, "watched") / value;

	for (size_t j = 0; j < terms_count; j++) {
		double events = term_events(&terms[j], t, row);

		p->count[j] += events;
		if (events > 0)
			p->serial[j] += events * part;
		if (events > 0 && !terms[j].share && watched > 0)
			p->watched[j] += events * watched;
	}
}

/* Of calls on several kinds of descriptors as many waits as may block; on regular files they are for devices.
 */
static void take_waits(struct profile *p, const struct table *t, size_t row)
{
	double waits = table_number_of(t, row, "waits"), value = table_number_of(t, row, "value");

	if (isnan(waits) || !(value > 0))
		return;
	if (isnan(p->waits))
		p->waits = 0;
	p->waits += waits * term_events(&terms[TERM_BLOCKING], t, row) / value;
	if (table_is(t, row, "event", "futex"))
		p->futex_waits += waits;
}

/* Rows that are a figure of their own. */
static const struct {
	const char *group, *event;
	size_t at;
} figures[] = {
	{ "time", "alone", offsetof(struct profile, wall_ns) },
	{ "time", "cpu", offsetof(struct profile, cpu_ns) },
	{ "time", "cpu-small", offsetof(struct profile, small_ns) },
	{ "time", "cpu-huge", offsetof(struct profile, huge_ns) },
	{ "memory", "page-faults", offsetof(struct profile, faults) },
	{ "memory", "page-faults-huge", offsetof(struct profile, huge_faults) },
	{ "memory", "faults-large", offsetof(struct profile, large) },
	{ "thread", "undriven", offsetof(struct profile, undriven) },
	{ "thread", "forks", offsetof(struct profile, forks) },
	{ "thread", "births", offsetof(struct profile, births) },
	{ "call", "exit_group", offsetof(struct profile, ends) },
	{ "work", "ops", offsetof(struct profile, ops) },
};

/* One row of a profile, into its program's figures. */
static void take_row(struct profile *p, const struct table *t, size_t row)
{
	double value = table_number_of(t, row, "value");

	take_events(p, t, row);
	take_waits(p, t, row);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (table_is(t, row, "event", figures[i].event) &&
		    table_is(t, row, "group", figures[i].group))
			*(double *)((char *)p + figures[i].at) = value;
	if (table_is(t, row, "group", "call"))
		p->counted[COUNT_CALL] += value;
	if (table_is(t, row, "group", "thread") && table_is(t, row, "event", "threads-started"))
		p->alone = !(value > 0);
	if (table_is(t, row, "source", "trace") || table_is(t, row, "source", "ptrace"))
		p->coarse = false;
}

/* Counts and times are not below nought. */
static int check_amounts(const struct table *t, struct error *error)
{
	static const char *const columns[] = { "value",	 "bytes",  "files",   "late",  "sockets",
					       "serial", "inside", "watched", "waits", NULL };

	return table_amounts(t, columns, 0, "profile it anew", error);
}

static bool is_no_hardware(const struct table *t, size_t row)
{
	return !table_is(t, row, "group", "hardware");
}

/* Each event once, but the hardware's. */
static int check_once(struct table *t, struct error *error)
{
	static const char *const event[] = { "program", "event", "group", NULL };
	size_t first, again;

	if (table_twice(t, event, is_no_hardware, &first, &again))
		return error_set(error, ENOMEM, "cannot read a profile");
	if (again == t->rows)
		return 0;
	error_fail(error, 0, "profile it anew", "it stands in line %zu, too", t->lines[first]);
	return error_at(error, "%.200s:%zu:event", t->path, t->lines[again]);
}

/* The number of ROW's program; AT is that of the row before. */
static size_t find_program(const struct profiles *p, const struct table *t, size_t row, size_t at)
{
	return row && table_alike(t, row - 1, row, "program")
		       ? at
		       : names_find(&p->program, table_text_of(t, row, "program"));
}

static int take_table(struct profiles *p, struct table *t, struct error *error)
{
	size_t first = p->program.count, column = table_column(t, "program"), at = 0;
	struct profile *grown = realloc(p->at, (first + t->rows + 1) * sizeof(*grown));
	int code;

	if (grown == NULL)
		return error_set(error, ENOMEM, "cannot read a profile");
	p->at = grown;
	code = check_amounts(t, error);
	if (code == 0)
		code = check_once(t, error);
	if (code)
		return code;
	for (size_t row = 0; row < t->rows; row++) {
		at = find_program(p, t, row, at);
		if (at < first) {
			error_fail(error, 0, "give each program once",
				   "the program %.100s has another profile", table_text(t, row, column));
			return error_at(error, "%.200s:%zu:program", t->path, t->lines[row]);
		}
		if (at == p->program.count) {
			if (names_add(&p->program, table_text(t, row, column)))
				return error_set(error, ENOMEM, "cannot read a profile");
			p->at[at] = (struct profile){ .table = p->tables,
						      .first = row,
						      .wall_ns = NAN,
						      .cpu_ns = NAN,
						      .small_ns = NAN,
						      .huge_ns = NAN,
						      .large = NAN,
						      .forks = NAN,
						      .births = NAN,
						      .ops = NAN,
						      .undriven = NAN,
						      .waits = NAN,
						      .coarse = true };
		}
		take_row(&p->at[at], t, row);
		p->at[at].next = row + 1;
	}
	for (at = first; at < p->program.count; at++)
		profile_settle(&p->at[at]);
	return 0;
}

int profiles_add(struct profiles *p, const char *directory, bool optional, struct error *error)
{
	struct table *grown = realloc(p->table, (p->tables + 1) * sizeof(*grown));
	struct stat status;
	char path[4300];
	int code;

	if (grown == NULL)
		return error_set(error, ENOMEM, "cannot read a profile");
	p->table = grown;
	if (stat(directory, &status) == 0 && !S_ISDIR(status.st_mode))
		snprintf(path, sizeof(path), "%s", directory);
	else
		snprintf(path, sizeof(path), "%s/%s", directory, schema_profile.name);
	code = optional ? table_read_optional(&p->table[p->tables], path, &schema_profile, error)
			: table_read(&p->table[p->tables], path, &schema_profile, error);
	if (code == -ENOENT)
		error_mend(error, "name what vmtax profile --out wrote");
	if (code)
		return code;
	code = take_table(p, &p->table[p->tables], error);
	p->tables++;
	return code;
}

void profiles_free(struct profiles *p)
{
	for (size_t i = 0; i < p->tables; i++)
		table_free(&p->table[i]);
	free(p->table);
	free(p->at);
	names_free(&p->program);
	*p = (struct profiles){ 0 };
}

struct fit_work profile_work(const struct profile *p, int metric, double native_ns)
{
	double beside = metric == METRIC_TIME && !p->alone ? p->cpu_ns / p->wall_ns : 1;

	return (struct fit_work){ .profile = p,
				  .native_ns = native_ns,
				  .beside = beside > 1 && isfinite(beside) ? beside : 1,
				  .spread = metric == METRIC_TIME,
				  .kind = p->alone ? FIT_ONE : FIT_SEVERAL };
}

double profile_serial(const struct fit_work *work, size_t term)
{
	double known = work->profile->serial[term];

	return work->spread && !isnan(known) ? known : 1 / work->beside;
}
