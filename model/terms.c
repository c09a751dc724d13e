/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/table.h"
#include "model/fit_priv.h"
#include "model/model.h"

/* The terms of the model, and how many of their events a row of a program's profile holds. */

static double number(const struct table *t, size_t row, const char *column)
{
	double value = table_number_of(t, row, column);

	return isnan(value) ? 0 : value;
}

/* Calls that the host serves; of a futex and of the clock the guest serves most itself. */
static bool is_request(const struct table *t, size_t row)
{
	return table_is(t, row, "group", "call") && !table_missing_of(t, row, "blocks") &&
	       !table_is(t, row, "event", "futex") && !table_is(t, row, "event", "clock_gettime");
}

static bool any(const struct table *t, size_t row, const char *const *events)
{
	for (; *events; events++)
		if (table_is(t, row, "event", *events))
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
	return table_is(t, row, "blocks", "no")	     ? number(t, row, "value")
	       : table_is(t, row, "blocks", "files") ? number(t, row, "files")
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

/* A file's data, and what is known of it, made durable. */
static double weigh_sync(const struct table *t, size_t row)
{
	static const char *const calls[] = { "fsync",  "fdatasync", "sync_file_range", "msync", "sync",
					     "syncfs", NULL };

	return any(t, row, calls) ? number(t, row, "value") : 0;
}

static double weigh_guest(const struct table *t, size_t row)
{
	bool served = table_is(t, row, "group", "call") && !is_request(t, row) &&
		      !table_is(t, row, "event", "futex");

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
	return table_is(t, row, "event", "mmap") ? number(t, row, "files") : 0;
}

static double weigh_mapped(const struct table *t, size_t row)
{
	return table_is(t, row, "event", "mmap") ? number(t, row, "bytes") / 4096 : 0;
}

static double weigh_fork(const struct table *t, size_t row)
{
	static const char *const calls[] = { "fork", "clone", NULL };

	return any(t, row, calls) ? number(t, row, "value") : 0;
}

/* Of calls on several kinds of descriptors as many as are by ring. */
static double weigh_answer(const struct table *t, size_t row)
{
	return number(t, row, "value") > 0
		       ? number(t, row, "inside") * weigh_request(t, row) / number(t, row, "value")
		       : 0;
}

/* Of a process that was watched for a while there is no such time. */
static double weigh_start(const struct table *t, size_t row)
{
	return table_is(t, row, "group", "time") && table_is(t, row, "event", "wall");
}

/* clang-format off */
const struct term terms[] = {
	[TERM_BASE] = { .name = "base", .direct = "loop", .divide = 1, .share = true,
		.summary = "native time, less that of page faults: computing, and the host's own work for calls" },
	[TERM_FAULT] = { .name = "page-fault", .direct = "touch-4k", .divide = 1, .whole = true, .event = "page-faults",
		.summary = "a page of the program's own touched first: a fault of the guest's memory on the host" },
	[TERM_WALK] = { .name = "walk", .direct = "loop", .divide = 1, .small = true, .share = true,
		.summary = "native time that huge pages save: walks of page tables, dearer where there are two" },
	[TERM_REQUEST] = { .name = "request", .direct = "forwarded-call", .divide = 1, .weight = weigh_request,
		.summary = "a call that the host serves and that cannot block, by the configuration's transport" },
	[TERM_AWAKE] = { .name = "awake", .divide = 1, .share = true, .event = "awake", .ring = true, .cpu = true,
		.summary = "native time between two calls, while a driver polls: for as long as its patience lasts" },
	[TERM_BLOCKING] = { .name = "blocking", .direct = "blocking-call", .divide = 1, .weight = weigh_blocking,
		.summary = "a call that the host serves and that might have blocked: an exit, whatever the transport" },
	[TERM_WAIT] = { .name = "wait", .direct = "vm-switch", .divide = 1, .kin = true, .event = "waits",
		.summary = "what it adds to a call that a thread waits in, leaving its core, and is woken" },
	{ .name = "kib", .direct = "read-64K", .less = "read-0", .divide = 64, .weight = weigh_kib,
		.summary = "1024 bytes moved by such calls" },
	{ .name = "late", .direct = "null-ring-asleep", .less = "null-ring", .divide = 1, .weight = weigh_late,
		.ring = true, .summary = "a call after a pause in which a polling driver falls asleep" },
	{ .name = "young", .direct = "null-exit", .less = "null-ring", .divide = 1, .ring = true,
		.summary = "a call of a process that has no driver: it was forked and has not made fifty, or gives way to others" },
	{ .name = "answer", .divide = 1, .share = true, .weight = weigh_answer, .ring = true, .cpu = true,
		.summary = "native time in such calls: the vCPU polls for the answer meanwhile" },
	{ .name = "asleep", .divide = 1, .share = true, .event = "asleep", .poll = true, .cpu = true,
		.summary = "time that threads sleep for, natively without a core: an idle guest polls" },
	{ .name = "sync", .divide = 1, .weight = weigh_sync,
		.summary = "data made durable, beyond the request: fsync, fdatasync" },
	{ .name = "guest-call", .direct = "syscall", .divide = 1, .weight = weigh_guest,
		.summary = "a call that the guest kernel serves" },
	{ .name = "memory-call", .direct = "pte-change", .divide = 1, .weight = weigh_memory,
		.summary = "a change of the guest's own page tables: mprotect, brk" },
	{ .name = "map", .direct = "map-file", .divide = 1, .weight = weigh_map,
		.summary = "a mapping of a file, by the host" },
	{ .name = "mapped", .divide = 1, .weight = weigh_mapped,
		.summary = "a page of a file that is mapped as data: the host backs it, a fault each" },
	{ .name = "file-fault", .divide = 1, .whole = true, .event = "faults-file",
		.summary = "a fault on a file's page, which natively brings its neighbours along: the host backs each" },
	{ .name = "large-fault", .direct = "touch-large", .divide = 1, .whole = true, .event = "faults-large",
		.summary = "a page of the program's own in a mapping of 2 MiB and more: there the guest may use larger pages" },
	{ .name = "shared-fault", .direct = "touch-shared", .divide = 1, .whole = true, .event = "faults-shared",
		.summary = "a fault on a page of a shared mapping: the host backs it" },
	{ .name = "copied-fault", .direct = "touch-copied", .divide = 1, .whole = true, .event = "faults-copied",
		.summary = "a fault on a page that the host copies, or finds: a file's that is written, or a forked process's" },
	{ .name = "futex-wait", .direct = "futex-wake", .less = "blocking-call", .divide = 1,
		.summary = "a thread that leaves its core to wait on a futex, and is woken" },
	{ .name = "futex", .direct = "blocking-call", .divide = 1, .event = "futex", .without = "futex-wait",
		.summary = "a call on a futex that does not wait: to wake who does, as a rule" },
	{ .name = "fork", .direct = "fork", .divide = 1, .kin = true, .core = true, .weight = weigh_fork,
		.summary = "a process that begins as a copy: a VM is built anew, and pages are touched again" },
	{ .name = "exec", .direct = "exec", .divide = 1, .kin = true, .core = true, .event = "execve",
		.summary = "a program that a process goes on as" },
	{ .name = "fork-wait", .direct = "fork", .divide = 1, .kin = true, .time = true, .event = "forks",
		.summary = "what a process that begins as a copy waits for, without a core, as the kernel makes its VM" },
	{ .name = "exec-wait", .direct = "exec", .divide = 1, .kin = true, .time = true, .event = "births",
		.summary = "and what a process that goes on as another program waits for" },
	{ .name = "loaded", .direct = "exec-large", .less = "exec", .divide = 1024, .event = "loaded",
		.summary = "a page of a program that is executed, or of its interpreter: the monitor reads it into memory" },
	{ .name = "thread", .direct = "thread", .divide = 1, .kin = true, .event = "new-threads",
		.summary = "a thread that begins: a vCPU of its own is made" },
	{ .name = "start", .divide = 1, .weight = weigh_start,
		.summary = "the program's own VM, from where the program begins: what is first needed; not making it, which comes before" },
	{ .name = NULL },
};
/* clang-format on */
const size_t terms_count = sizeof(terms) / sizeof(terms[0]) - 1;

double term_events(const struct term *term, const struct table *profile, size_t row)
{
	if (term->weight)
		return term->weight(profile, row);
	return term->event && table_is(profile, row, "event", term->event) ? number(profile, row, "value")
									   : 0;
}

bool model_term(size_t i, struct model_term *term)
{
	if (i >= terms_count)
		return false;
	*term = (struct model_term){ terms[i].name, terms[i].summary, terms[i].direct };
	return true;
}
