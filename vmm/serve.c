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

enum mark { MARK_NONE, MARK_BEGIN, MARK_END };

/* What REQUEST says of the program's region of interest: its marks are lines it writes to stderr. */
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

/*
 * The region begins when the program goes on after its first mark and ends when it writes the second: what
 * the way of these requests costs is not part of it. Stamps a guest cannot have made are not believed.
 */
static void note_end(struct monitor *m, uint64_t ended, uint64_t seen)
{
	uint64_t begun = m->report->tsc_roi_begin;

	m->report->tsc_roi_end = ended > begun && ended <= seen ? ended : seen;
}

static void add_stages(struct vmm_report *report, const struct served *last, const char *name)
{
	const uint64_t *t = last->stamp;
	uint64_t *used = &report->requests_used[last->call / 64], bit = 1ull << last->call % 64;

	if (!(*used & bit))
		strncpy(report->request[last->call].name, name, sizeof(report->request[0].name) - 1);
	*used |= bit;
	for (int i = 0; i < VMM_STAGE_TOTAL; i++)
		hist_add(&report->request[last->call].stage[i], t[i + 1] - t[i]);
	hist_add(&report->request[last->call].stage[VMM_STAGE_TOTAL], t[STAMP_RESUMED] - t[STAMP_SUBMITTED]);
	if (last->by_exit)
		report->exit_transport_tsc +=
			t[STAMP_SEEN] - t[STAMP_SUBMITTED] + t[STAMP_RESUMED] - t[STAMP_COMPLETED];
}

/* From a stamp of one clock to one of the other that came later. */
static void bound(uint32_t *seen, uint32_t way, int64_t *least, uint64_t from, uint64_t to)
{
	int64_t ticks = (int64_t)(to - from);

	if (!(*seen & way) || ticks < *least)
		*least = ticks;
	*seen |= way;
}

/*
 * What bounds the offset between the two clocks: by exit a request is submitted before it is seen, and
 * however it goes, completed before the guest resumes; and that is before its NEXT is seen (0: not known).
 */
static void bound_offset(struct vmm_report *r, const struct served *last, uint64_t next)
{
	const uint64_t *t = last->stamp;

	if (last->by_exit)
		bound(&r->tsc_seen, 1, &r->tsc_there, t[STAMP_SUBMITTED], t[STAMP_SEEN]);
	if (next)
		bound(&r->tsc_seen, 1, &r->tsc_there, t[STAMP_RESUMED], next);
	if (last->call != ABI_CALL_ahead)
		bound(&r->tsc_seen, 2, &r->tsc_back, t[STAMP_COMPLETED], t[STAMP_RESUMED]);
}

/* Stages of LAST into the report: the guest has made its stamps by now. */
static void record(struct monitor *m, struct served *last, uint64_t next)
{
	const struct abi_call *row = call_row(last->call);
	uint64_t *t = last->stamp;

	if (last->request == NULL || row == NULL)
		return;
	t[STAMP_RESUMED] = __atomic_load_n(&last->request->resumed, __ATOMIC_RELAXED);
	if (last->call == ABI_CALL_ahead) /* nobody waited for it */
		t[STAMP_RESUMED] = t[STAMP_COMPLETED];
	if (!last->by_exit) { /* made when it was on its way: a guest that is interrupted there makes it late
			       */
		t[STAMP_SUBMITTED] = __atomic_load_n(&last->request->submitted, __ATOMIC_RELAXED);
		if (t[STAMP_SUBMITTED] > t[STAMP_SEEN] && t[STAMP_SUBMITTED] <= t[STAMP_RESUMED])
			t[STAMP_SUBMITTED] = t[STAMP_SEEN];
	}
	for (int i = 1; i < STAMPS; i++)
		if (t[i] < t[i - 1]) { /* the guest wrote nonsense, or its TSC is not ours */
			__atomic_fetch_add(&m->report->requests_contradictory, 1, __ATOMIC_RELAXED);
			return;
		}
	if (last->mark == MARK_BEGIN)
		m->report->tsc_roi_begin = t[STAMP_RESUMED];
	if (last->mark == MARK_END && !last->by_exit)
		note_end(m, t[STAMP_SUBMITTED], t[STAMP_SEEN]);
	pthread_mutex_lock(&m->counting);
	bound_offset(m->report, last, next);
	add_stages(m->report, last, row->name);
	pthread_mutex_unlock(&m->counting);
}

static void flush_before(struct vcpu *v, uint64_t next)
{
	record(v->monitor, &v->last, next);
	v->last.request = NULL;
}

void serve_flush(struct vcpu *v)
{
	flush_before(v, 0);
}

void serve_completed(struct vcpu *v, uint64_t tsc)
{
	if (v->last.by_exit && v->last.stamp[STAMP_COMPLETED] == 0)
		v->last.stamp[STAMP_COMPLETED] = tsc;
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
		note_end(m, note->by_exit ? note->stamp[STAMP_SUBMITTED] : 0, note->stamp[STAMP_SEEN]);
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
	struct served note = { .request = request, .by_exit = true, .stamp = { [STAMP_SEEN] = clock_tsc() } };
	struct abi_request asked;
	int place = v->monitor->place;
	bool waits;

	/* A vCPU waits for one answer before it asks again; one that does not has gone mad. */
	if (atomic_flag_test_and_set(&v->serving)) {
		request->result = -EBUSY;
		return;
	}
	flush_before(v, note.stamp[STAMP_SEEN]);
	settle_asked(v);
	copy_request(&asked, request);
	note.stamp[STAMP_SUBMITTED] = __atomic_load_n(&request->submitted, __ATOMIC_RELAXED);
	waits = may_wait(&asked);
	if (waits)
		crowd_tell(v->monitor, v->monitor->boot->running);
	request->result = serve(v->monitor, &asked, thread, &note);
	if (waits)
		crowd_tell(v->monitor, v->monitor->boot->running + 1);
	request->regular = asked.regular;
	if (place != v->monitor->place) /* a fork's child: the request was its parent's */
		note.request = NULL;
	v->last = note;
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
	const struct abi_channel *c = v->channel;
	const struct abi_request *slot = &c->slot[v->answered % ABI_SLOTS];
	struct served note = { .request = slot, .stamp = { [STAMP_SEEN] = seen } }, before;
	struct abi_request asked;
	int64_t result;

	if (atomic_flag_test_and_set(&v->serving)) {
		answer(v, -EBUSY, 0);
		return;
	}
	copy_asked(&asked, &c->asked[v->answered % ABI_SLOTS], slot);
	result = serve(v->monitor, &asked, thread, &note);
	/* Nothing lies between the end of the call and the answer: the account of the request before comes
	 * later. */
	note.stamp[STAMP_COMPLETED] = note.stamp[STAMP_ENDED];
	before = v->last;
	v->last = note;
	atomic_flag_clear_explicit(&v->serving, memory_order_release);
	answer(v, result, asked.regular);
	record(v->monitor, &before, seen);
}
