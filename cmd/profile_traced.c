/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "cmd/profile_priv.h"
#include "vmm/vmm.h"

/* What a trace told of a program, as rows; and which of its calls would become requests. */

void profile_requests(enum trace_request request[TRACE_CALLS])
{
	static const enum trace_request by_how[] = { REQUEST_RING, REQUEST_FILES, REQUEST_EXIT };

	for (int i = 0; i < TRACE_CALLS; i++) {
		const char *served, *refused;

		vmm_syscall(i, &served, &refused);
		request[i] = strstr(served, "host") && i != SYS_futex && i != SYS_clock_gettime
				     ? by_how[vmm_syscall_blocks(i) + 1]
				     : REQUEST_NONE;
	}
}

/* Of what a trace told. */
static const char *source_of(const struct profile *p)
{
	return p->followed ? "ptrace" : "trace";
}

/* Waiting and page faults are told by the kernel's events alone. */
static int put_counts(struct profile_tables *t, const struct profile *p, struct error *error)
{
	const struct trace_profile *trace = &p->trace;
	bool seen = !p->followed, pages = trace->pages;
	const struct {
		const char *event, *group;
		uint64_t value;
		bool known;
		struct trace_share share;
	} counts[] = {
		{ "wake-ups", "thread", trace->wakes, seen, { 0 } },
		{ "waits", "thread", trace->waits, seen, trace->waits_share },
		{ "preempted", "thread", trace->preempted, seen, { 0 } },
		{ "threads-started", "thread", trace->tasks, true, { 0 } },
		{ "new-threads", "thread", trace->threads, true, trace->threads_share },
		{ "forks", "thread", trace->forks, true, trace->forks_share },
		{ "births", "thread", trace->births, true, trace->births_share },
		{ "cross-cpu-wake-ups", "thread", trace->cross_wakes, seen, { 0 } },
		{ "timer-expiries", "thread", trace->timeouts, seen, { 0 } },
		{ "undriven", "thread", trace->undriven, seen, { 0 } },
		{ "lost", "thread", trace->lost, true, { 0 } },
		{ "loaded", "memory", trace->loaded, pages, trace->loaded_share },
		{ "faults-fresh", "memory", trace->touched[TOUCH_FRESH], pages,
		  trace->touched_share[TOUCH_FRESH] },
		{ "faults-large", "memory", trace->touched[TOUCH_LARGE], pages,
		  trace->touched_share[TOUCH_LARGE] },
		{ "faults-file", "memory", trace->touched[TOUCH_FILE], pages,
		  trace->touched_share[TOUCH_FILE] },
		{ "faults-shared", "memory", trace->touched[TOUCH_SHARED], pages,
		  trace->touched_share[TOUCH_SHARED] },
		{ "faults-copied", "memory", trace->touched[TOUCH_COPIED], pages,
		  trace->touched_share[TOUCH_COPIED] },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(counts) / sizeof(counts[0]); i++)
		if (counts[i].known)
			code = profile_tables_put_row(t, p,
						      &(struct profile_row){ .event = counts[i].event,
									     .group = counts[i].group,
									     .unit = "1",
									     .source = source_of(p),
									     .value = (double)counts[i].value,
									     .share = counts[i].share },
						      error);
	return code;
}

static int put_arrivals(struct profile_tables *t, const struct profile *p, const char *event,
			const struct hist *gap, struct error *error)
{
	struct table_writer *w = &t->arrivals;
	int code = 0;

	for (unsigned i = 0; code == 0 && i < HIST_BUCKETS; i++) {
		uint64_t low, high;

		if (gap->bucket[i] == 0)
			continue;
		hist_bounds(i, &low, &high);
		table_put_text(w, p->program);
		table_put_text(w, event);
		table_put_integer(w, (int64_t)low);
		table_put_integer(w, (int64_t)high);
		table_put_integer(w, gap->bucket[i]);
		code = table_end_row(w, error);
	}
	return code;
}

static int put_calls(struct profile_tables *t, const struct profile *p, struct error *error)
{
	static const char *const blocks[] = { "no", "files", "yes" };
	enum trace_request request[TRACE_CALLS];
	int code = 0;

	profile_requests(request);
	for (int i = 0; code == 0 && i < TRACE_CALLS; i++) {
		const char *served, *refused, *name = vmm_syscall(i, &served, &refused);
		char number[24];

		if (!p->trace.call[i])
			continue;
		snprintf(number, sizeof(number), "call-%d", i);
		code = profile_tables_put_row(
			t, p,
			&(struct profile_row){
				.event = name ? name : number,
				.group = "call",
				.served = served,
				.blocks = strstr(served, "host") ? blocks[vmm_syscall_blocks(i) + 1] : NULL,
				.unit = "1",
				.source = source_of(p),
				.value = (double)p->trace.call[i]->count,
				.call = p->trace.call[i],
				.request = request[i],
				.share = p->followed ? (struct trace_share){ 0 } : p->trace.call[i]->share },
			error);
		if (code == 0)
			code = put_arrivals(t, p, name ? name : number, &p->trace.call[i]->gap, error);
	}
	return code;
}

int profile_tables_put_traced(struct profile_tables *t, const struct profile *p, struct error *error)
{
	int code = put_counts(t, p, error);

	return code ? code : put_calls(t, p, error);
}
