/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * The driver thread of transport=ring: polls the rings of all vCPUs for a bounded time, then sleeps on an
 * eventfd that the guest's doorbell writes without leaving the kernel (ioeventfd). It sleeps before the
 * program runs, and after, so that a harness can read what it used while it is still there.
 */
enum phase { WAITING, SERVING, PARKING, ENDING };

#define PARK_SPIN_US 200  /* how long parking is awaited without sleeping */
#define RINGS	     100  /* by exit, before the doorbell is connected */
#define PARK_TRIES   1000 /* milliseconds until a driver counts as stuck */

static bool serving(const struct monitor *m)
{
	return atomic_load(&m->driver_phase) == SERVING;
}

static bool submitted(const struct vcpu *v)
{
	return __atomic_load_n(&v->channel->submitted, __ATOMIC_ACQUIRE) != v->answered;
}

static bool any_submitted(const struct monitor *m)
{
	for (unsigned i = 0, n = atomic_load(&m->vcpus); i < n; i++)
		if (submitted(m->vcpu[i]))
			return true;
	return false;
}

static void tell_asleep(const struct monitor *m, uint32_t asleep)
{
	for (unsigned i = 0, n = atomic_load(&m->vcpus); i < n; i++)
		__atomic_store_n(&m->vcpu[i]->channel->driver_asleep, asleep, __ATOMIC_SEQ_CST);
}

/* Waits for the doorbell. The flag is up before the last look, so that a request is seen or rings. */
static void nap(struct monitor *m)
{
	uint64_t rings;

	tell_asleep(m, 1);
	while (!any_submitted(m) && serving(m))
		if (read(m->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			break;
	tell_asleep(m, 0);
}

static void await(struct monitor *m, struct vmm_thread *thread)
{
	uint64_t start = clock_tsc(), now = start;

	while (!any_submitted(m) && serving(m)) {
		now = clock_tsc();
		if (now - start > m->spin_ticks) {
			nap(m);
			thread->sleep_tsc += clock_tsc() - now;
			break;
		}
		__builtin_ia32_pause();
	}
	thread->spin_tsc += now - start;
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
static void serve_rings(struct monitor *m, struct vmm_thread *thread)
{
	for (;;) {
		await(m, thread);
		for (unsigned i = 0, n = atomic_load(&m->vcpus); i < n && serving(m); i++)
			if (submitted(m->vcpu[i]))
				serve_one(m->vcpu[i], thread);
		if (!serving(m))
			return;
	}
}

/* Sleeps until PHASE. */
static void rest(struct monitor *m, enum phase phase)
{
	uint64_t rings;

	while (atomic_load(&m->driver_phase) < (int)phase)
		if (read(m->doorbell, &rings, sizeof(rings)) < 0 && errno != EINTR)
			return;
}

static void *drive(void *argument)
{
	struct monitor *m = argument;
	struct vmm_thread *thread = &m->report->thread[1];
	uint64_t cpu_ns;

	signals_shut();
	thread->tid = (int32_t)syscall(SYS_gettid);
	atomic_store(&m->driver_ready, true);
	rest(m, SERVING);
	cpu_ns = clock_thread_cpu_ns();
	serve_rings(m, thread);
	thread->cpu_ns += clock_thread_cpu_ns() - cpu_ns;
	atomic_store(&m->driver_parked, true);
	rest(m, ENDING);
	return NULL;
}

/* The doorbell ends in the kernel from now on. */
static int connect_doorbell(struct monitor *m)
{
	struct kvm_ioeventfd ring = {
		.addr = ABI_PORT_DOORBELL, .len = 1, .fd = m->doorbell, .flags = KVM_IOEVENTFD_FLAG_PIO
	};

	return ioctl(m->vm, KVM_IOEVENTFD, &ring)
		       ? error_set(m->error, errno, "cannot connect the driver's doorbell")
		       : 0;
}

/*
 * A VM with such a doorbell takes 10 ms to close. A process that the program forked most often ends before
 * that has paid: there it rings by exit at first.
 */
static int open_doorbell(struct monitor *m)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	m->doorbell = fd < 0 ? fd : fds_hide(m, fd);
	atomic_store(&m->rings, 0);
	if (m->doorbell < 0)
		return error_set(m->error, errno, "cannot create the driver's doorbell");
	return m->first ? connect_doorbell(m) : 0;
}

void driver_ring(struct monitor *m)
{
	uint64_t one = 1;

	if (!m->driver_runs)
		return;
	while (write(m->doorbell, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	if (atomic_fetch_add(&m->rings, 1) == RINGS)
		connect_doorbell(m);
}

int driver_start(struct monitor *m)
{
	int error;

	if (m->config.value[VMM_TRANSPORT] != VMM_TRANSPORT_RING)
		return 0;
	error = interrupt_open(m);
	if (error == 0)
		error = open_doorbell(m);
	if (error)
		return error;
	strcpy(m->report->thread[1].name, "driver0");
	error = pthread_create(&m->driver, NULL, drive, m);
	if (error)
		return error_set(m->error, error, "cannot start the driver thread");
	m->driver_runs = true;
	m->report->threads = 2;
	while (!atomic_load(&m->driver_ready))
		usleep(10);
	m->boot->ring = 1; /* vCPUs may send requests this way from now on */
	return 0;
}

/* Moves the driver on, and wakes it if it sleeps. */
static void enter(struct monitor *m, enum phase phase)
{
	uint64_t one = 1;

	atomic_store(&m->driver_phase, (int)phase);
	while (write(m->doorbell, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void driver_go(struct monitor *m)
{
	if (m->driver_runs)
		enter(m, SERVING);
}

/*
 * The program has ended. A driver that is in a host call for it (a hostile guest can have it block) is told
 * by a signal; one that does not come back is left to the end of the process.
 */
void driver_park(struct monitor *m)
{
	uint64_t until = clock_tsc() + m->tsc_hz / 1000000 * PARK_SPIN_US;

	if (!m->driver_runs)
		return;
	enter(m, PARKING);
	while (!atomic_load(&m->driver_parked) && clock_tsc() < until)
		__builtin_ia32_pause();
	for (int i = 0; !atomic_load(&m->driver_parked) && i < PARK_TRIES; i++) {
		pthread_kill(m->driver, SIGNAL_KICK);
		usleep(1000);
	}
	m->driver_stuck = !atomic_load(&m->driver_parked);
}

uint64_t driver_cpu_ns(const struct monitor *m)
{
	struct timespec t = { 0, 0 };
	clockid_t clock;

	if (m->driver_runs && pthread_getcpuclockid(m->driver, &clock) == 0)
		clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void driver_forget(struct monitor *m)
{
	m->driver_runs = false;
	m->boot->ring = 0;
	atomic_store(&m->driver_ready, false);
	atomic_store(&m->driver_parked, false);
	atomic_store(&m->driver_phase, WAITING);
	m->main->channel->driver_asleep = 0;
}

bool driver_wanted(const struct monitor *m)
{
	return atomic_load(&m->driver_phase) <= SERVING;
}

void driver_stop(struct monitor *m)
{
	if (!m->driver_runs || m->driver_stuck)
		return;
	enter(m, ENDING);
	pthread_join(m->driver, NULL);
	m->driver_runs = false;
}
