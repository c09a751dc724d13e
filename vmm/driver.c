/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/events_priv.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/* The lives of the driver threads. */
#define PARK_SPIN_US 200  /* how long parking is awaited without sleeping */
#define PARK_TRIES   1000 /* milliseconds until a driver counts as stuck */

/* Sleeps until PHASE. */
static void rest(const struct driver *d, enum driver_phase phase)
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
	rest(d, DRIVER_SERVING);
	cpu_ns = clock_thread_cpu_ns();
	driver_serve(d);
	d->thread->cpu_ns += clock_thread_cpu_ns() - cpu_ns;
	atomic_store(&d->parked, true);
	rest(d, DRIVER_ENDING);
	return NULL;
}

void driver_adopt(struct vcpu *v)
{
	unsigned count = driver_count(v->monitor); /* or will be, of which some may sleep already */

	if (count == 0)
		return;
	v->channel->driver = v->id % count;
	v->channel->driver_asleep = 1;
}

unsigned driver_count(const struct monitor *m)
{
	if (m->config.value[VMM_TRANSPORT] == VMM_TRANSPORT_EXIT ||
	    (m->options->event && !event_needs(m, ABI_EVENT_DRIVER)))
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
	snprintf(d->thread->name, sizeof(d->thread->name), "driver%u", id % VMM_DRIVERS);
	error = pthread_create(&d->host, NULL, drive, d);
	if (error) {
		close(d->doorbell);
		return error_set(m->error, error, "cannot start a driver thread");
	}
	while (!atomic_load(&d->ready))
		usleep(10);
	return 0;
}

int driver_start(struct monitor *m)
{
	unsigned count = driver_count(m);
	int error = count ? interrupt_open(m) : 0;

	atomic_store(&m->rings, 0);
	/* Before there are any: in a program that runs they begin to serve, and may fall asleep, at once. */
	for (unsigned i = 0, n = atomic_load(&m->vcpus); count && i < n; i++) {
		m->vcpu[i]->channel->driver = m->vcpu[i]->id % count;
		m->vcpu[i]->channel->driver_asleep = !driver_polls(m);
	}
	for (unsigned i = 0; error == 0 && i < count; i++) {
		error = start(m, i);
		m->drivers += error == 0;
	}
	m->boot->ring = error == 0 && count; /* vCPUs may send requests this way, while there is room */
	m->report->drivers = m->drivers;
	m->report->threads = 1 + m->drivers;
	return error;
}

/* Moves the drivers on, and wakes those that sleep. */
static void enter(struct monitor *m, enum driver_phase phase)
{
	atomic_store(&m->driver_phase, (int)phase);
	for (unsigned i = 0; i < m->drivers; i++)
		doorbell_ring(&m->driver[i]);
}

void driver_bare(struct monitor *m, bool bare)
{
	enter(m, bare ? DRIVER_BARE : DRIVER_SERVING);
}

void driver_go(struct monitor *m)
{
	enter(m, DRIVER_SERVING);
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

	enter(m, DRIVER_PARKING);
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
	atomic_store(&m->driver_phase, DRIVER_WAITING);
	m->main->channel->driver_asleep = 0;
}

bool driver_wanted(const struct monitor *m)
{
	return atomic_load(&m->driver_phase) < DRIVER_PARKING;
}

void driver_stop(struct monitor *m)
{
	if (m->driver_stuck)
		return;
	enter(m, DRIVER_ENDING);
	for (unsigned i = 0; i < m->drivers; i++)
		pthread_join(m->driver[i].host, NULL);
	m->drivers = 0;
}
