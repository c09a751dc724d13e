/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "vmm/vmm_priv.h"

/* What the stamps of requests come to, once the guest has made its own: stages, the region of interest, and
 * how far its clock can be from ours. */
static void add_stages(struct vmm_report *report, const struct served *s, const char *name)
{
	const uint64_t *t = s->stamp;
	uint64_t *used = &report->requests_used[s->call / 64], bit = 1ull << s->call % 64;

	if (!(*used & bit))
		strncpy(report->request[s->call].name, name, sizeof(report->request[0].name) - 1);
	*used |= bit;
	for (int i = 0; i < VMM_STAGE_TOTAL; i++)
		hist_add(&report->request[s->call].stage[i], t[i + 1] - t[i]);
	hist_add(&report->request[s->call].stage[VMM_STAGE_TOTAL], t[STAMP_RESUMED] - t[STAMP_SUBMITTED]);
	if (s->by_exit)
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

void stamps_bound(struct vmm_report *report, int64_t there, int64_t back)
{
	bound(&report->tsc_seen, 1, &report->tsc_there, 0, (uint64_t)there);
	bound(&report->tsc_seen, 2, &report->tsc_back, 0, (uint64_t)back);
}

/*
 * What bounds the offset between the two clocks: by exit a request is submitted before it is seen, and
 * however it goes, completed before the guest resumes; and that is before the next is seen.
 */
static void bound_offset(struct vmm_report *r, const struct served *s)
{
	const uint64_t *t = s->stamp;

	if (s->call == ABI_CALL_ahead) /* the guest did not wait for it */
		return;
	if (s->by_exit)
		bound(&r->tsc_seen, 1, &r->tsc_there, t[STAMP_SUBMITTED], t[STAMP_SEEN]);
	if (s->next)
		bound(&r->tsc_seen, 1, &r->tsc_there, t[STAMP_RESUMED], s->next);
	bound(&r->tsc_seen, 2, &r->tsc_back, t[STAMP_COMPLETED], t[STAMP_RESUMED]);
}

/* The guest has made its stamps by now. False: it wrote nonsense, or its TSC is not ours. */
static bool complete(struct served *s)
{
	uint64_t *t = s->stamp;

	t[STAMP_RESUMED] = __atomic_load_n(&s->stamps->resumed, __ATOMIC_RELAXED);
	if (s->call == ABI_CALL_ahead) /* nobody waited for it */
		t[STAMP_RESUMED] = t[STAMP_COMPLETED];
	if (!s->by_exit) { /* made when it was on its way: a guest that is interrupted there makes it late */
		t[STAMP_SUBMITTED] = __atomic_load_n(&s->stamps->submitted, __ATOMIC_RELAXED);
		if (t[STAMP_SUBMITTED] > t[STAMP_SEEN] && t[STAMP_SUBMITTED] <= t[STAMP_RESUMED])
			t[STAMP_SUBMITTED] = t[STAMP_SEEN];
	}
	for (int i = 1; i < STAMPS; i++)
		if (t[i] < t[i - 1])
			return false;
	return true;
}

void stamps_end_roi(struct monitor *m, uint64_t ended, uint64_t seen)
{
	uint64_t begun = m->report->tsc_roi_begin;

	m->report->tsc_roi_end = ended > begun && ended <= seen ? ended : seen;
}

void stamps_record(struct monitor *m, struct served *s)
{
	const struct abi_call *row = call_row(s->call);

	if (row == NULL)
		return;
	if (!complete(s)) {
		__atomic_fetch_add(&m->report->requests_contradictory, 1, __ATOMIC_RELAXED);
		return;
	}
	if (s->mark == MARK_BEGIN)
		m->report->tsc_roi_begin = s->stamp[STAMP_RESUMED];
	if (s->mark == MARK_END && !s->by_exit)
		stamps_end_roi(m, s->stamp[STAMP_SUBMITTED], s->stamp[STAMP_SEEN]);
	pthread_mutex_lock(&m->counting);
	bound_offset(m->report, s);
	add_stages(m->report, s, row->name);
	pthread_mutex_unlock(&m->counting);
}

static struct served *kept_at(struct stamps_kept *kept, unsigned i)
{
	return &kept->served[(kept->first + i) % (sizeof(kept->served) / sizeof(kept->served[0]))];
}

struct served *stamps_last(struct stamps_kept *kept)
{
	return kept->count ? kept_at(kept, kept->count - 1) : NULL;
}

bool stamps_keep(struct stamps_kept *kept, const struct served *s, struct served *before)
{
	struct served *last = stamps_last(kept);

	if (last)
		last->next = s->stamp[STAMP_SEEN];
	*kept_at(kept, kept->count++) = *s;
	if (kept->count <= ABI_SLOTS)
		return false;
	*before = *kept_at(kept, 0);
	kept->first++;
	kept->count--;
	return true;
}

void stamps_flush(struct monitor *m, struct stamps_kept *kept, uint64_t next)
{
	struct served *last = stamps_last(kept);

	if (last)
		last->next = next;
	for (unsigned i = 0; i < kept->count; i++)
		stamps_record(m, kept_at(kept, i));
	kept->count = 0;
}
