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
#define CROWDED 50 /* so much shorter it polls where threads of the program want its core */

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
	return __atomic_load_n(&v->channel->submitted, __ATOMIC_ACQUIRE) != v->answered;
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

void driver_tell_asleep(const struct driver *d, bool asleep)
{
	const struct vcpu *v;

	for (unsigned i = d->id; (v = share(d, i)); i += d->monitor->drivers)
		__atomic_store_n(&v->channel->driver_asleep, asleep, __ATOMIC_SEQ_CST);
}

/* Waits for the doorbell. The flag is up before the last look, so that a request is seen or rings. */
static void nap(struct driver *d)
{
	uint64_t rings;

	driver_tell_asleep(d, true);
	while (!any_submitted(d) && serving(d->monitor))
		if (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			break;
	if (driver_polls(d->monitor))
		driver_tell_asleep(d, false);
}

/* What the guest says of its threads is its own loss where it is not so. */
static uint64_t patience(const struct monitor *m)
{
	uint32_t running = __atomic_load_n(&m->boot->running, __ATOMIC_RELAXED);

	if (!driver_polls(m))
		return 0;
	return running <= (uint32_t)m->driven ? m->spin_ticks : m->spin_ticks / CROWDED;
}

static void await(struct driver *d)
{
	uint64_t start = clock_tsc(), now = start;

	while (!any_submitted(d) && serving(d->monitor)) {
		now = clock_tsc();
		if (now - start > patience(d->monitor)) {
			nap(d);
			d->thread->sleep_tsc += clock_tsc() - now;
			break;
		}
		__builtin_ia32_pause();
	}
	d->thread->spin_tsc += now - start;
}

static void serve_one(struct vcpu *v, struct vmm_thread *thread)
{
	struct abi_channel *c = v->channel;

	/* So a vCPU begins, that the driver may have gone to sleep without. */
	if (c->driver_asleep && driver_polls(v->monitor))
		__atomic_store_n(&c->driver_asleep, 0, __ATOMIC_SEQ_CST);
	serve_request(v, &c->slot[v->answered % ABI_SLOTS], thread, false);
	__atomic_store_n(&c->completed, ++v->answered, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&c->guest_asleep, __ATOMIC_SEQ_CST))
		interrupt_raise(v, false);
}

/* One request a vCPU and round, so that none waits for ever behind another that asks all the time. */
static void serve_rings(struct driver *d)
{
	struct vcpu *v;

	while (serving(d->monitor)) {
		await(d);
		for (unsigned i = d->id; serving(d->monitor) && (v = share(d, i)); i += d->monitor->drivers)
			if (submitted(v))
				serve_one(v, d->thread);
	}
}

/* The bench's baseline: a word in shared memory and back, by polling or a doorbell a time, and nothing else.
 */
static void serve_bare(const struct driver *d)
{
	const struct monitor *m = d->monitor;
	struct abi_channel *c = m->main->channel;
	uint64_t rings;

	while (atomic_load_explicit(&m->driver_phase, memory_order_relaxed) == DRIVER_BARE) {
		uint32_t asked = __atomic_load_n(&c->bare_asked, __ATOMIC_ACQUIRE);

		if (asked != c->bare_answered)
			__atomic_store_n(&c->bare_answered, asked, __ATOMIC_RELEASE);
		else if (driver_polls(m))
			__builtin_ia32_pause();
		else if (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			return;
	}
}

void driver_serve(struct driver *d)
{
	do {
		serve_rings(d);
		serve_bare(d);
	} while (atomic_load(&d->monitor->driver_phase) < DRIVER_PARKING);
}
