/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"

#define YOUNG	   50 /* calls */
#define NEIGHBOURS 15 /* of 64 KiB: the kernel's fault_around_bytes */

/* Profiles as fits and predictions use them: how many events of each term a program makes. */

/* Events of each term, and for now of SERIAL and WATCHED, how many of them do. */
static void take_events(struct profile *p, const struct table *t, size_t row)
{
	double value = table_number_of(t, row, "value"), part = table_number_of(t, row, "serial") / value,
	       watched = table_number_of(t, row, "watched") / value;

	for (size_t j = 0; j < terms_count; j++) {
		double events = terms[j].weight ? terms[j].weight(t, row) : 0;

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
	p->waits += waits * terms[TERM_BLOCKING].weight(t, row) / value;
	if (table_is(t, row, "event", "futex"))
		p->futex_waits += waits;
}

/* One row of a profile, into its program's figures. */
static void take_row(struct profile *p, const struct table *t, size_t row)
{
	double value = table_number_of(t, row, "value");

	take_events(p, t, row);
	take_waits(p, t, row);
	if (table_is(t, row, "group", "call"))
		p->counted[COUNT_CALL] += value;
	if (table_is(t, row, "group", "time") && table_is(t, row, "event", "alone"))
		p->wall_ns = value;
	if (table_is(t, row, "group", "time") && table_is(t, row, "event", "cpu"))
		p->cpu_ns = value;
	if (table_is(t, row, "group", "time") && table_is(t, row, "event", "cpu-small"))
		p->small_ns = value;
	if (table_is(t, row, "group", "time") && table_is(t, row, "event", "cpu-huge"))
		p->huge_ns = value;
	if (table_is(t, row, "event", "page-faults"))
		p->faults = value;
	if (table_is(t, row, "group", "thread") && table_is(t, row, "event", "undriven"))
		p->undriven = value;
	if (table_is(t, row, "event", "page-faults-huge"))
		p->huge_faults = value;
	if (table_is(t, row, "group", "thread") && table_is(t, row, "event", "threads-started"))
		p->alone = !(value > 0);
	if (table_is(t, row, "source", "trace") || table_is(t, row, "source", "ptrace"))
		p->coarse = false;
	if (table_is(t, row, "group", "call") && table_is(t, row, "event", "exit_group"))
		p->ends = value;
	if (table_is(t, row, "group", "work") && table_is(t, row, "event", "ops"))
		p->ops = value;
}

static size_t find_term(const char *name)
{
	size_t j = 0;

	while (j < terms_count && strcmp(terms[j].name, name) != 0)
		j++;
	return j;
}

/* Who waits does so in a call that may block, or on a futex, or else for a device, as natively. Where it is
 * not known in which calls, then in those that may block, before futexes. */
static void settle_waits(struct profile *p)
{
	double all = p->count[TERM_WAIT], futexes = p->count[find_term("futex")];
	double wait = isnan(p->waits) ? fmin(all, p->count[TERM_BLOCKING]) : p->waits;

	p->count[TERM_WAIT] = wait;
	p->count[find_term("futex-wait")] = fmin(isnan(p->waits) ? all - wait : p->futex_waits, futexes);
}

/* Requests by ring, of those that find no driver; where none were counted, the first of each process but one.
 */
static double young(const struct profile *p)
{
	double all = isnan(p->undriven) ? YOUNG * fmax(p->ends - 1, 0) : p->undriven;

	return fmin(p->count[TERM_REQUEST], all);
}

/*
 * Every process ends once, and most execute one program: whoever looks for it along PATH makes calls that
 * fail. Each process but the first has no driver at first.
 */
static void settle_processes(struct profile *p)
{
	double *exec = &p->count[find_term("exec")], failed = fmax(*exec - fmax(p->ends, 1), 0);

	*exec -= failed;
	p->count[TERM_BLOCKING] += failed;
	p->count[find_term("young")] = young(p);
}

/* What is not known to be of another kind is of the program's own memory. */
static void settle_faults(struct profile *p)
{
	static const char *const others[] = { "large-fault", "file-fault", "shared-fault", "copied-fault" };

	p->count[TERM_FAULT] = p->faults;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		p->count[TERM_FAULT] -= p->count[find_term(others[i])];
	p->count[TERM_FAULT] = fmax(p->count[TERM_FAULT], 0);
}

/* Those that no row tells of are as the others that they are counted among. A driver that sleeps, or has no
 * process any more, does not poll. */
static void settle_shares(struct profile *p)
{
	for (size_t j = 0; j < terms_count; j++) {
		p->serial[j] /= p->count[j];
		p->watched[j] = p->count[j] > 0 ? p->watched[j] / p->count[j] : 0;
	}
	p->serial[find_term("young")] = p->serial[TERM_REQUEST];
	p->serial[find_term("futex-wait")] = p->serial[TERM_WAIT];
	p->serial[find_term("start")] = 1;
	p->watched[find_term("futex-wait")] = p->watched[TERM_WAIT];
	p->watched[find_term("late")] = p->watched[find_term("exec")] = p->watched[find_term("mapped")] = 0;
}

/* Of the pages of a mapped file each that faults by itself is an event of that kind; a fault that only reads
 * brings so many neighbours along, which hides theirs. */
static void settle_mapped(struct profile *p)
{
	double *mapped = &p->count[find_term("mapped")], shared = p->count[find_term("shared-fault")];

	*mapped = fmin(fmax(*mapped - shared, 0), NEIGHBOURS * (shared + p->count[find_term("file-fault")]));
}

/* Takes off each term, in their order, what counts as another's. */
static void settle(struct profile *p)
{
	double left[TERM_MOST];

	settle_shares(p);
	p->counted[COUNT_REQUEST] = p->count[find_term("request")] + p->count[TERM_BLOCKING];
	p->counted[COUNT_MAP] = p->count[find_term("map")];
	p->counted[COUNT_FAULT] = p->faults;
	settle_faults(p);
	settle_mapped(p);
	p->counted[COUNT_WAIT] = p->count[TERM_WAIT];
	p->small_ns = isnan(p->small_ns) ? p->cpu_ns : p->small_ns;
	p->count[TERM_WALK] =
		p->huge_faults < p->faults && p->huge_ns < p->small_ns ? p->small_ns - p->huge_ns : 0;
	settle_processes(p);
	settle_waits(p);
	memcpy(left, p->count, sizeof(left));
	for (size_t j = 0; j < terms_count; j++)
		if (terms[j].without) {
			double *other = &left[find_term(terms[j].without)], taken = fmin(p->count[j], *other);

			p->count[j] -= taken;
			*other -= taken;
		}
}

/* Counts and times are not below nought. */
static int check_row(const struct table *t, size_t row, struct error *error)
{
	static const char *const columns[] = { "value", "bytes", "files", "late" };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (table_number_of(t, row, columns[i]) < 0) {
			error_fail(error, 0, "profile it anew", "it is below nought");
			return error_at(error, "%.200s:%zu:%s", t->path, t->lines[row], columns[i]);
		}
	return 0;
}

/* Each event once, but the hardware's. A program's rows follow each other. */
static int check_once(const struct table *t, size_t row, struct error *error)
{
	for (size_t i = row; i-- > 0 && table_alike(t, i, row, "program");)
		if (table_alike(t, i, row, "event") && table_alike(t, i, row, "group") &&
		    !table_is(t, row, "group", "hardware")) {
			error_fail(error, 0, "profile it anew", "it stands in line %zu, too", t->lines[i]);
			return error_at(error, "%.200s:%zu:event", t->path, t->lines[row]);
		}
	return 0;
}

static int take_table(struct profiles *p, const struct table *t, struct error *error)
{
	size_t first = p->program.count, column = table_column(t, "program");

	struct profile *grown = realloc(p->at, (first + t->rows + 1) * sizeof(*grown));

	if (grown == NULL)
		return error_set(error, ENOMEM, "cannot read a profile");
	p->at = grown;
	for (size_t row = 0; row < t->rows; row++) {
		size_t at = names_find(&p->program, table_text(t, row, column));

		if (check_row(t, row, error) || check_once(t, row, error))
			return -EINVAL;
		if (at < first) {
			error_fail(error, 0, "give each program once",
				   "the program %.100s has another profile", table_text(t, row, column));
			return error_at(error, "%.200s:%zu:program", t->path, t->lines[row]);
		}
		if (at == p->program.count) {
			if (names_add(&p->program, table_text(t, row, column)))
				return error_set(error, ENOMEM, "cannot read a profile");
			p->at[at] = (struct profile){ .wall_ns = NAN,
						      .cpu_ns = NAN,
						      .small_ns = NAN,
						      .huge_ns = NAN,
						      .ops = NAN,
						      .undriven = NAN,
						      .waits = NAN,
						      .coarse = true };
		}
		take_row(&p->at[at], t, row);
	}
	for (size_t at = first; at < p->program.count; at++)
		settle(&p->at[at]);
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
	return take_table(p, &p->table[p->tables++], error);
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
