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
#include "model/model.h"

/* The terms of the model, and how many of their events a program's profile holds. */

static bool is(const struct table *t, size_t row, const char *column, const char *text)
{
	return strcmp(table_text(t, row, table_column(t, column)), text) == 0;
}

static double number(const struct table *t, size_t row, const char *column)
{
	double value = table_number(t, row, table_column(t, column));

	return isnan(value) ? 0 : value;
}

/* Calls that the host serves; of a futex and of the clock the guest serves most itself. */
static bool is_request(const struct table *t, size_t row)
{
	return is(t, row, "group", "call") && !table_missing(t, row, table_column(t, "blocks")) &&
	       !is(t, row, "event", "futex") && !is(t, row, "event", "clock_gettime");
}

static bool any(const struct table *t, size_t row, const char *const *events)
{
	for (; *events; events++)
		if (is(t, row, "event", *events))
			return true;
	return false;
}

static bool is_memory(const struct table *t, size_t row)
{
	static const char *const calls[] = { "mprotect", "brk", NULL };

	return any(t, row, calls);
}

/* What the host maps for the guest, or takes back. */
static bool is_map(const struct table *t, size_t row)
{
	static const char *const calls[] = { "mmap", "munmap", "mremap", "madvise", NULL };

	return any(t, row, calls);
}

static bool is_process(const struct table *t, size_t row)
{
	static const char *const calls[] = {
		"clone", "clone3", "fork", "vfork", "execve", "exit_group", NULL
	};

	return any(t, row, calls);
}

/* On regular files, or calls that never block: by whatever the transport is. */
static double weigh_request(const struct table *t, size_t row)
{
	if (!is_request(t, row) || is_process(t, row))
		return 0;
	return is(t, row, "blocks", "no")      ? number(t, row, "value")
	       : is(t, row, "blocks", "files") ? number(t, row, "files")
					       : 0;
}

static double weigh_blocking(const struct table *t, size_t row)
{
	return is_request(t, row) && !is_process(t, row) ? number(t, row, "value") - weigh_request(t, row)
							 : 0;
}

static double weigh_kib(const struct table *t, size_t row)
{
	return is_request(t, row) ? number(t, row, "bytes") / 1024 : 0;
}

static double weigh_late(const struct table *t, size_t row)
{
	return is_request(t, row) ? number(t, row, "late") : 0;
}

static double weigh_guest(const struct table *t, size_t row)
{
	bool served = is(t, row, "group", "call") && !is_request(t, row) && !is(t, row, "event", "futex");

	return served && !is_memory(t, row) && !is_map(t, row) && !is_process(t, row)
		       ? number(t, row, "value")
		       : 0;
}

static double weigh_memory(const struct table *t, size_t row)
{
	return is_memory(t, row) ? number(t, row, "value") : 0;
}

static double weigh_map(const struct table *t, size_t row)
{
	return is_map(t, row) ? number(t, row, "value") : 0;
}

static double weigh_mapped(const struct table *t, size_t row)
{
	return is(t, row, "event", "mmap") ? number(t, row, "bytes") / 4096 : 0;
}

static double weigh_fault(const struct table *t, size_t row)
{
	return is(t, row, "event", "page-faults") ? number(t, row, "value") : 0;
}

static double weigh_wait(const struct table *t, size_t row)
{
	return is(t, row, "event", "waits") ? number(t, row, "value") : 0;
}

static double weigh_futex(const struct table *t, size_t row)
{
	return is(t, row, "event", "futex") ? number(t, row, "value") : 0;
}

static double weigh_fork(const struct table *t, size_t row)
{
	static const char *const calls[] = { "fork", "clone", NULL };

	return any(t, row, calls) ? number(t, row, "value") : 0;
}

static double weigh_exec(const struct table *t, size_t row)
{
	return is(t, row, "event", "execve") ? number(t, row, "value") : 0;
}

/* clang-format off */
const struct term terms[] = {
	[TERM_BASE] = { .name = "base", .direct = "loop", .divide = 1,
		.summary = "native time, less that of page faults: computing, and the host's own work for calls" },
	[TERM_FAULT] = { .name = "page-fault", .direct = "touch-4k", .divide = 1, .weight = weigh_fault,
		.summary = "a page touched first, or mapped: a fault of the guest's memory on the host" },
	{ .name = "request", .direct = "forwarded-call", .divide = 1, .weight = weigh_request,
		.summary = "a call that the host serves and that cannot block, by the configuration's transport" },
	{ .name = "blocking", .direct = "null-exit", .divide = 1, .weight = weigh_blocking,
		.summary = "a call that the host serves and that may block: an exit, whatever the transport" },
	{ .name = "kib", .direct = "read-64K", .less = "read-0", .divide = 64, .weight = weigh_kib,
		.summary = "1024 bytes moved by such calls" },
	{ .name = "late", .direct = "null-ring-asleep", .less = "null-ring", .divide = 1, .weight = weigh_late,
		.ring = true, .summary = "a call after a pause in which a polling driver falls asleep" },
	{ .name = "guest-call", .direct = "syscall", .divide = 1, .weight = weigh_guest,
		.summary = "a call that the guest kernel serves" },
	{ .name = "memory-call", .direct = "pte-change", .divide = 1, .weight = weigh_memory,
		.summary = "a change of the guest's own page tables: mprotect, brk" },
	{ .name = "map", .divide = 1, .weight = weigh_map,
		.summary = "memory mapped, or given back: mmap, munmap, mremap, madvise; some of it by the host" },
	{ .name = "mapped", .divide = 1, .weight = weigh_mapped,
		.summary = "a page of a file that is mapped as data: the host backs it, a fault each" },
	{ .name = "wait", .direct = "futex-wake", .divide = 1, .weight = weigh_wait,
		.summary = "a thread that leaves its core to wait, and is woken" },
	{ .name = "futex", .direct = "null-exit", .divide = 1, .weight = weigh_futex,
		.summary = "a call on a futex: to wait, or to wake who waits" },
	{ .name = "fork", .divide = 1, .weight = weigh_fork,
		.summary = "a process that begins as a copy: a VM is built anew, and pages are touched again" },
	{ .name = "exec", .divide = 1, .weight = weigh_exec,
		.summary = "a program that a process goes on as" },
	{ .name = NULL },
};
/* clang-format on */
const size_t terms_count = sizeof(terms) / sizeof(terms[0]) - 1;

double fit_requests_counted(const double *count)
{
	double sum = 0;

	for (size_t j = 0; j < terms_count; j++)
		if (terms[j].weight == weigh_request || terms[j].weight == weigh_blocking)
			sum += count[j];
	return sum;
}

bool model_term(size_t i, struct model_term *term)
{
	if (i >= terms_count)
		return false;
	*term = (struct model_term){ terms[i].name, terms[i].summary, terms[i].direct };
	return true;
}

/* One row of a profile, into its program's figures. */
static void take_row(struct profiles *p, const struct table *t, size_t row, size_t program)
{
	for (size_t j = 0; j < terms_count; j++)
		if (terms[j].weight)
			p->count[program][j] += terms[j].weight(t, row);
	if (is(t, row, "group", "time") && is(t, row, "event", "alone"))
		p->wall_ns[program] = number(t, row, "value");
	if (is(t, row, "group", "time") && is(t, row, "event", "cpu"))
		p->cpu_ns[program] = number(t, row, "value");
	p->coarse[program] |= is(t, row, "source", "sadf");
	if (is(t, row, "group", "work") && is(t, row, "event", "ops"))
		p->ops[program] = number(t, row, "value");
}

static int make_room(struct profiles *p, size_t more)
{
	size_t room = p->program.count + more + 1;
	void *count = realloc(p->count, room * sizeof(*p->count)), *wall, *cpu, *ops, *coarse;

	p->count = count ? count : p->count;
	wall = count ? realloc(p->wall_ns, room * sizeof(*p->wall_ns)) : NULL;
	p->wall_ns = wall ? wall : p->wall_ns;
	cpu = wall ? realloc(p->cpu_ns, room * sizeof(*p->cpu_ns)) : NULL;
	p->cpu_ns = cpu ? cpu : p->cpu_ns;
	ops = cpu ? realloc(p->ops, room * sizeof(*p->ops)) : NULL;
	p->ops = ops ? ops : p->ops;
	coarse = ops ? realloc(p->coarse, room * sizeof(*p->coarse)) : NULL;
	p->coarse = coarse ? coarse : p->coarse;
	return coarse ? 0 : -ENOMEM;
}

static int take_table(struct profiles *p, const struct table *t, struct error *error)
{
	size_t first = p->program.count, column = table_column(t, "program");

	if (make_room(p, t->rows))
		return error_set(error, ENOMEM, "cannot read a profile");
	for (size_t row = 0; row < t->rows; row++) {
		size_t at = names_find(&p->program, table_text(t, row, column));

		if (at < first) {
			error_fail(error, 0, "give each program once",
				   "the program %.100s has another profile", table_text(t, row, column));
			return error_at(error, "%.200s:%zu:program", t->path, t->lines[row]);
		}
		if (at == p->program.count) {
			if (names_add(&p->program, table_text(t, row, column)))
				return error_set(error, ENOMEM, "cannot read a profile");
			memset(p->count[at], 0, sizeof(p->count[at]));
			p->coarse[at] = false;
			p->wall_ns[at] = p->cpu_ns[at] = p->ops[at] = NAN;
		}
		take_row(p, t, row, at);
	}
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
	if (code)
		return code;
	return take_table(p, &p->table[p->tables++], error);
}

void profiles_free(struct profiles *p)
{
	for (size_t i = 0; i < p->tables; i++)
		table_free(&p->table[i]);
	free(p->table);
	free(p->count);
	free(p->wall_ns);
	free(p->cpu_ns);
	free(p->ops);
	free(p->coarse);
	names_free(&p->program);
	*p = (struct profiles){ 0 };
}
