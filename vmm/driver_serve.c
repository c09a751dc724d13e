/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/*
 * What a driver thread does while the program runs. With transport=ring each polls the rings of its share of
 * the vCPUs for a bounded time, then sleeps on an eventfd that the guest's doorbell writes without leaving
 * the kernel (ioeventfd). With transport=eventfd they never poll, and every request rings.
 */
#define POLLS 8 /* between two looks at the time */

static bool serving(const struct monitor *m)
{
	return atomic_load(&m->driver_phase) == DRIVER_SERVING;
}

bool driver_polls(const struct monitor *m)
{
	return m->config.value[VMM_TRANSPORT] == VMM_TRANSPORT_RING;
}

static bool submitted(const struct vcpu *v)
{
	const struct abi_asked *asked = &v->channel->asked[v->answered % ABI_SLOTS];

	/* Not only the next: one that is overrun is the loss of a guest that has gone mad, but no end. */
	return (int32_t)(__atomic_load_n(&asked->number, __ATOMIC_ACQUIRE) - v->answered) > 0;
}

/* The next vCPU of D's share after number AT, or NULL. The first is d->id: vCPUs are dealt round. */
static struct vcpu *share(const struct driver *d, unsigned at)
{
	const struct monitor *m = d->monitor;

	return at < atomic_load(&m->vcpus) ? m->vcpu[at] : NULL;
}

static bool any_submitted(const struct driver *d)
{
	const struct vcpu *v;

	for (unsigned i = d->id; (v = share(d, i)); i += d->monitor->drivers)
		if (submitted(v))
			return true;
	return false;
}

/* To its vCPUs, which then ring. */
static void tell_asleep(const struct driver *d, bool asleep)
{
	const struct vcpu *v;

	for (unsigned i = d->id; (v = share(d, i)); i += d->monitor->drivers)
		__atomic_store_n(&v->channel->driver_asleep, asleep, __ATOMIC_SEQ_CST);
}

/* Waits for the doorbell. The flag is up before the last look, so that a request is seen or rings. */
static void nap(struct driver *d)
{
	uint64_t rings;

	tell_asleep(d, true);
	while (!any_submitted(d) && serving(d->monitor))
		if (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			break;
	if (driver_polls(d->monitor))
		tell_asleep(d, false);
}

/* What the guest says of its threads is its own loss where it is not so. */
static uint64_t patience(struct monitor *m)
{
	uint32_t running = __atomic_load_n(&m->boot->running, __ATOMIC_RELAXED);

	if (crowd_gives_way(m))
		return 0;
	return running <= (uint32_t)m->driven ? m->spin_ticks : m->spin_ticks / VMM_CROWDED;
}

/* Adds the time between to SUM. What comes after the program's end, which may be long where a driver waits
 * for a core to see it, is in no account. */
static void count(const struct driver *d, uint64_t *sum, uint64_t from, uint64_t to)
{
	uint64_t end = __atomic_load_n(&d->monitor->report->tsc_end, __ATOMIC_RELAXED);

	to = end && end < to ? end : to;
	*sum += to > from ? to - from : 0;
}

/* Polls until a request is there, or sleeps where none comes. Returns when that was. */
static uint64_t await(struct driver *d)
{
	bool polls = driver_polls(d->monitor);
	uint64_t start = clock_tsc(), now;

	for (unsigned i = 1; !any_submitted(d); i++) {
		if (!serving(d->monitor)) {
			count(d, &d->thread->spin_tsc, start, clock_tsc());
			return start;
		}
		if (!polls || (i % POLLS == 0 && clock_tsc() - start > patience(d->monitor))) {
			now = clock_tsc();
			count(d, &d->thread->spin_tsc, start, now);
			nap(d);
			start = clock_tsc();
			count(d, &d->thread->sleep_tsc, now, start);
			return start;
		}
		__builtin_ia32_pause();
	}
	now = clock_tsc();
	count(d, &d->thread->spin_tsc, start, now);
	return now;
}

static void serve_one(struct vcpu *v, struct vmm_thread *thread, uint64_t seen)
{
	struct abi_channel *c = v->channel;

	/* So a vCPU begins, that the driver may have gone to sleep without. */
	if (c->driver_asleep && driver_polls(v->monitor))
		__atomic_store_n(&c->driver_asleep, 0, __ATOMIC_SEQ_CST);
	serve_ring(v, thread, seen);
	atomic_thread_fence(memory_order_seq_cst); /* between the answer and the look who sleeps until it */
	if (__atomic_load_n(&c->guest_asleep, __ATOMIC_RELAXED))
		interrupt_raise(v, false);
}

/* One request a vCPU and round, so that none waits for ever behind another that asks all the time. */
static void serve_rings(struct driver *d)
{
	struct vcpu *v;

	while (serving(d->monitor)) {
		uint64_t seen = await(d);

		for (unsigned i = d->id; serving(d->monitor) && (v = share(d, i)); i += d->monitor->drivers)
			if (submitted(v)) {
				serve_one(v, d->thread, seen);
				seen = clock_tsc();
			}
	}
}

/* The bench's baseline: a line in shared memory and another back, by polling or a doorbell a time, and
 * nothing else. */
static void serve_bare(const struct driver *d)
{
	const struct monitor *m = d->monitor;
	struct abi_channel *c = m->main->channel;
	uint32_t next = 1;
	uint64_t rings;

	for (int i = 0; i < ABI_SLOTS; i++) /* where it left off */
		next = c->bare_answer[i].number >= next ? c->bare_answer[i].number + 1 : next;
	while (atomic_load_explicit(&m->driver_phase, memory_order_relaxed) == DRIVER_BARE) {
		const struct abi_asked *asked = &c->bare_asked[(next - 1) % ABI_SLOTS];
		struct abi_answer *answer = &c->bare_answer[(next - 1) % ABI_SLOTS];
		uint64_t sum = 0;

		if (__atomic_load_n(&asked->number, __ATOMIC_ACQUIRE) == next) {
			for (int i = 0; i < 6; i++)
				sum += asked->argument[i];
			answer->result = (int64_t)sum;
			__atomic_store_n(&answer->number, next++, __ATOMIC_RELEASE);
		} else if (driver_polls(m)) {
			__builtin_ia32_pause();
		} else if (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR) {
			return;
		}
	}
}

void driver_serve(struct driver *d)
{
	uint64_t start = clock_tsc();

	if (d->id == 0)
		meeting_hold(d->monitor);
	d->thread->spin_tsc += clock_tsc() - start;
	do {
		serve_rings(d);
		serve_bare(d);
	} while (atomic_load(&d->monitor->driver_phase) < DRIVER_PARKING);
}
