/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * The driver threads of transport=ring. Each polls the rings of its share of the vCPUs for a bounded time,
 * then sleeps on an eventfd that the guest's doorbell writes without leaving the kernel (ioeventfd). They
 * sleep before the program runs, and after, so that a harness can read what they used while they are still
 * there.
 */
enum phase { WAITING, SERVING, PARKING, ENDING };

#define PARK_SPIN_US 200  /* how long parking is awaited without sleeping */
#define PARK_TRIES   1000 /* milliseconds until a driver counts as stuck */
#define CROWDED	     50	  /* so much shorter it polls where threads of the program want its core */

static bool serving(const struct monitor *m)
{
	return atomic_load(&m->driver_phase) == SERVING;
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

static void tell_asleep(const struct driver *d, uint32_t asleep)
{
	const struct vcpu *v;

	for (unsigned i = d->id; (v = share(d, i)); i += d->monitor->drivers)
		__atomic_store_n(&v->channel->driver_asleep, asleep, __ATOMIC_SEQ_CST);
}

/* Waits for the doorbell. The flag is up before the last look, so that a request is seen or rings. */
static void nap(struct driver *d)
{
	uint64_t rings;

	tell_asleep(d, 1);
	while (!any_submitted(d) && serving(d->monitor))
		if (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			break;
	tell_asleep(d, 0);
}

/* What the guest says of its threads is its own loss where it is not so. */
static uint64_t patience(const struct monitor *m)
{
	uint32_t running = __atomic_load_n(&m->boot->running, __ATOMIC_RELAXED);

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

	if (c->driver_asleep) /* so a vCPU begins, that the driver may have gone to sleep without */
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

/* Sleeps until PHASE. */
static void rest(const struct driver *d, enum phase phase)
{
	uint64_t rings;

	while (atomic_load(&d->monitor->driver_phase) < (int)phase)
		if (read(d->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			return;
}

static void *drive(void *argument)
{
	struct driver *d = argument;
	uint64_t cpu_ns;

	signals_shut();
	d->thread->tid = (int32_t)syscall(SYS_gettid);
	atomic_store(&d->ready, true);
	rest(d, SERVING);
	cpu_ns = clock_thread_cpu_ns();
	serve_rings(d);
	d->thread->cpu_ns += clock_thread_cpu_ns() - cpu_ns;
	atomic_store(&d->parked, true);
	rest(d, ENDING);
	return NULL;
}

void driver_adopt(struct vcpu *v)
{
	if (v->monitor->drivers == 0)
		return;
	v->channel->driver = v->id % v->monitor->drivers;
	v->channel->driver_asleep = 1;
}

unsigned driver_count(const struct monitor *m)
{
	if (m->config.value[VMM_TRANSPORT] != VMM_TRANSPORT_RING)
		return 0;
	return m->options->drivers ? m->options->drivers : 1;
}

static int start(struct monitor *m, unsigned id)
{
	struct driver *d = &m->driver[id];
	int error;

	*d = (struct driver){ .monitor = m, .id = id, .thread = &m->report->thread[1 + id] };
	error = doorbell_open(d);
	if (error)
		return error;
	snprintf(d->thread->name, sizeof(d->thread->name), "driver%u", id);
	error = pthread_create(&d->host, NULL, drive, d);
	if (error)
		return error_set(m->error, error, "cannot start a driver thread");
	while (!atomic_load(&d->ready))
		usleep(10);
	return 0;
}

int driver_start(struct monitor *m)
{
	unsigned count = driver_count(m);
	int error = count ? interrupt_open(m) : 0;

	atomic_store(&m->rings, 0);
	for (unsigned i = 0; error == 0 && i < count; i++) {
		error = start(m, i);
		m->drivers += error == 0;
	}
	for (unsigned i = 0, n = atomic_load(&m->vcpus); m->drivers && i < n; i++)
		m->vcpu[i]->channel->driver = m->vcpu[i]->id % m->drivers;
	m->boot->ring = error == 0 && count; /* vCPUs may send requests this way from now on */
	m->report->drivers = m->drivers;
	m->report->threads = 1 + m->drivers;
	return error;
}

/* Moves the drivers on, and wakes those that sleep. */
static void enter(struct monitor *m, enum phase phase)
{
	atomic_store(&m->driver_phase, (int)phase);
	for (unsigned i = 0; i < m->drivers; i++)
		doorbell_ring(&m->driver[i]);
}

void driver_go(struct monitor *m)
{
	enter(m, SERVING);
}

/*
 * One that is in a host call for the program (a hostile guest can have it block) is told by a signal; one
 * that does not come back is left to the end of the process.
 */
static bool parks(struct driver *d, uint64_t until)
{
	while (!atomic_load(&d->parked) && clock_tsc() < until)
		__builtin_ia32_pause();
	for (int i = 0; !atomic_load(&d->parked) && i < PARK_TRIES; i++) {
		pthread_kill(d->host, SIGNAL_KICK);
		usleep(1000);
	}
	return atomic_load(&d->parked);
}

/* The program has ended. */
void driver_park(struct monitor *m)
{
	uint64_t until = clock_tsc() + m->tsc_hz / 1000000 * PARK_SPIN_US;

	enter(m, PARKING);
	for (unsigned i = 0; i < m->drivers; i++)
		m->driver_stuck |= !parks(&m->driver[i], until);
}

void driver_count_cpu(struct monitor *m)
{
	for (unsigned i = 0; i < m->drivers; i++) {
		struct timespec t = { 0, 0 };
		clockid_t clock;

		if (pthread_getcpuclockid(m->driver[i].host, &clock) == 0)
			clock_gettime(clock, &t);
		m->driver[i].thread->cpu_ns += (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
	}
}

void driver_forget(struct monitor *m)
{
	for (unsigned i = 0; i < m->drivers; i++)
		close(m->driver[i].doorbell);
	m->drivers = 0;
	m->driver_stuck = false;
	m->boot->ring = 0;
	atomic_store(&m->driver_phase, WAITING);
	m->main->channel->driver_asleep = 0;
}

bool driver_wanted(const struct monitor *m)
{
	return atomic_load(&m->driver_phase) <= SERVING;
}

void driver_stop(struct monitor *m)
{
	if (m->driver_stuck)
		return;
	enter(m, ENDING);
	for (unsigned i = 0; i < m->drivers; i++)
		pthread_join(m->driver[i].host, NULL);
	m->drivers = 0;
}
