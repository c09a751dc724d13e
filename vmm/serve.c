/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/* Serves one request and keeps its stamps. */
#define STDERR 2

_Static_assert(ABI_CALL_COUNT <= VMM_REQUEST_KINDS, "the report has a row for every kind of request");

/*
 * Copies what REQUEST asks. The guest may write to it while it is served, in a ring above all, so what is
 * checked and what is used must be the same copy; the barrier keeps the compiler from reading twice.
 */
static void copy_request(struct abi_request *to, const struct abi_request *from)
{
	size_t segments = 0;

	memcpy(to, from, offsetof(struct abi_request, segment));
	__asm__ volatile("" : : : "memory");
	for (int i = 0; i < 6; i++)
		segments += to->segments[i];
	if (segments > ABI_SEGMENTS)
		segments = ABI_SEGMENTS;
	memcpy(to->segment, from->segment, segments * sizeof(to->segment[0]));
	__asm__ volatile("" : : : "memory");
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
static void note_end(struct monitor *m, const struct abi_request *request, uint64_t seen)
{
	uint64_t begun = m->report->tsc_roi_begin, ended = request->submitted;

	m->report->tsc_roi_end = ended > begun && ended <= seen ? ended : seen;
}

/* Adds the stages of the request served before this one, whose last stamp the guest has made by now. */
void serve_flush(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	struct served *last = &v->last;
	const struct abi_call *row = call_row(last->call);
	const uint64_t *t = last->stamp;

	if (last->request == NULL || row == NULL)
		return;
	last->stamp[STAMP_RESUMED] = __atomic_load_n(&last->request->resumed, __ATOMIC_RELAXED);
	if (last->call == ABI_CALL_ahead) /* nobody waited for it */
		last->stamp[STAMP_RESUMED] = last->stamp[STAMP_COMPLETED];
	last->request = NULL;
	for (int i = 1; i < STAMPS; i++)
		if (t[i] < t[i - 1])
			return; /* the guest wrote nonsense, or its TSC is not ours */
	if (last->mark == MARK_BEGIN)
		m->report->tsc_roi_begin = t[STAMP_RESUMED];
	pthread_mutex_lock(&m->counting);
	m->report->requests_used[last->call / 64] |= 1ull << last->call % 64;
	strncpy(m->report->request[last->call].name, row->name, sizeof(m->report->request[0].name) - 1);
	for (int i = 0; i < VMM_STAGE_TOTAL; i++)
		hist_add(&m->report->request[last->call].stage[i], t[i + 1] - t[i]);
	hist_add(&m->report->request[last->call].stage[VMM_STAGE_TOTAL],
		 t[STAMP_RESUMED] - t[STAMP_SUBMITTED]);
	if (last->by_exit)
		m->report->exit_transport_tsc +=
			t[STAMP_SEEN] - t[STAMP_SUBMITTED] + t[STAMP_RESUMED] - t[STAMP_COMPLETED];
	pthread_mutex_unlock(&m->counting);
}

void serve_completed(struct vcpu *v, uint64_t tsc)
{
	if (v->last.by_exit && v->last.stamp[STAMP_COMPLETED] == 0)
		v->last.stamp[STAMP_COMPLETED] = tsc;
}

void serve_request(struct vcpu *v, struct abi_request *request, struct vmm_thread *thread, bool by_exit)
{
	struct monitor *m = v->monitor;
	struct abi_request asked;
	uint64_t seen = clock_tsc(), begun, ended;
	enum mark mark;

	/* A vCPU waits for one answer before it asks again; one that does not has gone mad. */
	if (atomic_flag_test_and_set(&v->serving)) {
		request->result = -EBUSY;
		return;
	}
	serve_flush(v);
	if (by_exit)
		settle_asked(v);
	copy_request(&asked, request);
	mark = find_mark(m, &asked);
	if (mark == MARK_END)
		note_end(m, &asked, seen);
	begun = clock_tsc();
	request->result = call_make(m, &asked);
	ended = clock_tsc();
	if (mark == MARK_BEGIN)
		m->report->tsc_roi_begin = ended;
	request->regular = asked.regular;
	thread->host_tsc += ended - begun;
	v->last = (struct served){
		.request = request,
		.call = asked.call,
		.by_exit = by_exit,
		.mark = mark,
		.stamp = { [STAMP_SUBMITTED] = asked.submitted,
			   [STAMP_SEEN] = seen,
			   [STAMP_BEGUN] = begun,
			   [STAMP_ENDED] = ended,
			   [STAMP_COMPLETED] = by_exit ? 0 : clock_tsc() },
	};
	atomic_flag_clear(&v->serving);
}
