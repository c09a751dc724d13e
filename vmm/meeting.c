/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <sched.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/*
 * Where KVM does not say how far the guest's clock is from the host's, a thread answers what the guest kernel
 * asks it as it starts (vmm/guest/meeting.c): a driver that has a core to itself, or else one of its own, on
 * another core than the vCPU's: the guest has gone on long before the scheduler would move it there. Requests
 * bound the offset as well, but no better than by the quickest way a request has gone.
 */
#define PATIENCE 100 /* of a second: the guest has long given up */

static void answer(const struct monitor *m, struct abi_meeting *t)
{
	uint64_t start = clock_tsc();
	uint32_t next = 1, asked;

	while (clock_tsc() - start < m->tsc_hz / PATIENCE && !loop_ending(m)) {
		asked = __atomic_load_n(&t->asked, __ATOMIC_ACQUIRE);
		if (asked == ABI_MEETING_OVER)
			return;
		if (asked != next) {
			__builtin_ia32_pause();
			continue;
		}
		__builtin_ia32_lfence(); /* it has been asked for by now */
		t->host = clock_tsc();
		__atomic_store_n(&t->answered, next++, __ATOMIC_RELEASE);
	}
}

void meeting_hold(const struct monitor *m)
{
	if (m->boot->meets && !m->meeting)
		answer(m, &m->main->channel->meeting);
}

static void *hold(void *argument)
{
	struct monitor *m = argument;

	answer(m, &m->main->channel->meeting);
	m->meeter_ns = clock_thread_cpu_ns();
	return NULL;
}

void meeting_open(struct monitor *m)
{
	bool driver = m->drivers && m->config.value[VMM_SCHEDULING] != VMM_SCHEDULING_SHARED;
	cpu_set_t others = m->all;
	pthread_attr_t attributes;
	int here = sched_getcpu();

	m->boot->meets = !m->report->tsc_read && m->options->role == VMM_FIRST && m->first &&
			 !m->options->bench && !m->options->event && CPU_COUNT(&m->all) > 1;
	if (!m->boot->meets || driver)
		return;
	if (here >= 0)
		CPU_CLR((size_t)here, &others);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(others), &others);
	m->boot->meets = m->meeting = pthread_create(&m->meeter, &attributes, hold, m) == 0;
	pthread_attr_destroy(&attributes);
}

void meeting_close(struct monitor *m)
{
	const struct abi_meeting *t = &m->main->channel->meeting;

	if (m->meeting && pthread_join(m->meeter, NULL) == 0)
		m->report->cpu_go_ns += m->meeter_ns; /* it is set-up's */
	m->meeting = false;
	if (!m->boot->meets)
		return;
	m->boot->meets = 0;
	if (t->times)
		stamps_bound(m->report, t->there, t->back);
}
