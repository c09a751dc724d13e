/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/* Serves one request and keeps its stamps. */
#define STDERR 2

_Static_assert(ABI_CALL_COUNT <= VMM_REQUEST_KINDS, "the report has a row for every kind of request");

/*
 * What a request asks is copied. The guest may write to it while it is served, in a ring above all, so what
 * is checked and what is used must be the same copy; the barriers keep the compiler from reading twice.
 */
static void copy_segments(struct abi_request *to, const struct abi_request *from)
{
	size_t segments = 0;

	__asm__ volatile("" : : : "memory");
	for (int i = 0; i < 6; i++)
		segments += to->segments[i];
	if (segments > ABI_SEGMENTS)
		segments = ABI_SEGMENTS;
	memcpy(to->segment, from->segment, segments * sizeof(to->segment[0]));
	__asm__ volatile("" : : : "memory");
}

static void copy_request(struct abi_request *to, const struct abi_request *from)
{
	memcpy(to, from, offsetof(struct abi_request, segment));
	copy_segments(to, from);
}

/* The same of one in the ring: of its slot no more is touched than it needs. */
static void copy_asked(struct abi_request *to, const struct abi_asked *asked, const struct abi_request *slot)
{
	to->call = asked->call;
	to->regular = asked->regular;
	memcpy(to->argument, asked->argument, sizeof(to->argument));
	memcpy(to->segments, asked->segments, sizeof(to->segments));
	copy_segments(to, slot);
}

static enum mark find_mark(struct monitor *m, const struct abi_request *request)
{
	static const char begin[] = "roi begin", end[] = "roi_ns=";
	const struct abi_segment *s = &request->segment[0];
	const char *text;

	if (request->call != ABI_CALL_write || request->argument[0] != STDERR || request->segments[1] != 1)
		return MARK_NONE;
	text = memory_at(m, s->gpa, s->bytes);
	if (text == NULL || s->bytes < sizeof(begin))
		return MARK_NONE;
	if (memcmp(text, begin, sizeof(begin) - 1) == 0)
		return MARK_BEGIN;
	return memcmp(text, end, sizeof(end) - 1) == 0 ? MARK_END : MARK_NONE;
}

void serve_flush(struct vcpu *v)
{
	if (atomic_flag_test_and_set(&v->serving)) /* it has gone mad, or has asked to be another program */
		return;
	stamps_flush(v->monitor, &v->kept, 0);
	atomic_flag_clear(&v->serving);
}

void serve_completed(struct vcpu *v, uint64_t tsc)
{
	struct served *last = stamps_last(&v->kept);

	if (last && last->by_exit && last->stamp[STAMP_COMPLETED] == 0)
		last->stamp[STAMP_COMPLETED] = tsc;
}

/*
 * VMTAX_TEST_DELAY=NS in the environment makes a slow monitor: it does nothing for so many nanoseconds before
 * it makes the host call of each request. That is there for tests, which look whether the account says so.
 */
void serve_delay(struct monitor *m)
{
	const char *ns = getenv("VMTAX_TEST_DELAY");

	m->delay_tsc = ns ? (uint64_t)(strtod(ns, NULL) * (double)m->tsc_hz / 1e9) : 0;
}

static void waste(uint64_t ticks)
{
	uint64_t begun = clock_tsc();

	while (clock_tsc() - begun < ticks)
		;
}

/* Makes the call that ASKED asks for and keeps in NOTE how that went. */
static int64_t serve(struct monitor *m, struct abi_request *asked, struct vmm_thread *thread,
		     struct served *note)
{
	int64_t result;

	note->call = asked->call;
	note->mark = find_mark(m, asked);
	if (note->mark == MARK_END)
		stamps_end_roi(m, note->by_exit ? note->stamp[STAMP_SUBMITTED] : 0, note->stamp[STAMP_SEEN]);
	if (m->delay_tsc)
		waste(m->delay_tsc);
	note->stamp[STAMP_BEGUN] = clock_tsc();
	result = call_make(m, asked);
	note->stamp[STAMP_ENDED] = clock_tsc();
	if (note->mark == MARK_BEGIN)
		m->report->tsc_roi_begin = note->stamp[STAMP_ENDED];
	thread->host_tsc += note->stamp[STAMP_ENDED] - note->stamp[STAMP_BEGUN];
	return result;
}

static bool may_wait(const struct abi_request *asked)
{
	const struct abi_call *row = call_row(asked->call);

	return row && (row->flags & ABI_BLOCKS || (row->flags & ABI_FILE && asked->regular != 2));
}

void serve_request(struct vcpu *v, struct abi_request *request, struct vmm_thread *thread)
{
	struct served note = { .stamps = &v->channel->exit_stamps,
			       .by_exit = true,
			       .stamp = { [STAMP_SEEN] = clock_tsc() } };
	struct served before;
	struct abi_request asked;
	int place = v->monitor->place;
	bool waits;

	/* A vCPU waits for one answer before it asks again; one that does not has gone mad. */
	if (atomic_flag_test_and_set(&v->serving)) {
		request->result = -EBUSY;
		return;
	}
	stamps_flush(v->monitor, &v->kept, note.stamp[STAMP_SEEN]);
	settle_asked(v);
	copy_request(&asked, request);
	note.stamp[STAMP_SUBMITTED] = __atomic_load_n(&note.stamps->submitted, __ATOMIC_RELAXED);
	waits = may_wait(&asked);
	if (waits)
		crowd_tell(v->monitor, v->monitor->boot->running);
	request->result = serve(v->monitor, &asked, thread, &note);
	if (waits)
		crowd_tell(v->monitor, v->monitor->boot->running + 1);
	request->regular = asked.regular;
	if (place == v->monitor->place) /* else a fork's child: the request was its parent's */
		stamps_keep(&v->kept, &note, &before);
	atomic_flag_clear(&v->serving);
}

/* The guest may go on from here. */
static void answer(struct vcpu *v, int64_t result, uint32_t regular)
{
	struct abi_answer *a = &v->channel->answer[v->answered % ABI_SLOTS];

	a->result = result;
	a->regular = regular;
	__atomic_store_n(&a->number, ++v->answered, __ATOMIC_RELEASE);
}

void serve_ring(struct vcpu *v, struct vmm_thread *thread, uint64_t seen)
{
	struct abi_channel *c = v->channel;
	struct served note = { .stamps = abi_ring_stamps(c, v->answered + 1),
			       .stamp = { [STAMP_SEEN] = seen } };
	struct served before;
	struct abi_request asked;
	int64_t result;
	bool due;

	if (!abi_take(c, v->answered + 1)) { /* the guest had it served itself meanwhile */
		__atomic_store_n(&c->passed, ++v->answered, __ATOMIC_RELEASE);
		__atomic_add_fetch(&v->monitor->report->recalled, 1, __ATOMIC_RELAXED);
		return;
	}
	if (atomic_flag_test_and_set(&v->serving)) {
		answer(v, -EBUSY, 0);
		return;
	}
	copy_asked(&asked, &c->asked[v->answered % ABI_SLOTS], &c->slot[v->answered % ABI_SLOTS]);
	result = serve(v->monitor, &asked, thread, &note);
	/* Nothing lies between the end of the call and the answer: the account of requests before comes
	 * later. */
	note.stamp[STAMP_COMPLETED] = note.stamp[STAMP_ENDED];
	due = stamps_keep(&v->kept, &note, &before);
	atomic_flag_clear_explicit(&v->serving, memory_order_release);
	answer(v, result, asked.regular);
	if (due)
		stamps_record(v->monitor, &before);
}
