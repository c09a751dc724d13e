/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * The guest's timer interrupt. With irqchip=kernel it is the local APIC's timer, which KVM keeps (SDM volume
 * 3, 11.5.4). With irqchip=user a thread of the monitor keeps time, and each vCPU's thread injects what is
 * due, as a monitor does that emulates the timer itself. Nothing ticks before the guest kernel has its
 * vectors.
 */
#define APIC_LVT_TIMER 0x320
#define APIC_INITIAL   0x380
#define APIC_DIVIDE    0x3e0
#define PERIODIC       (1u << 17)
#define DIVIDE_BY_1    0xbu
#define BUS_HZ	       1000000000u /* of KVM's local APIC (KVM_CAP_X86_APIC_BUS_CYCLES_NS) */

static unsigned hertz(const struct monitor *m)
{
	static const unsigned hz[] = {
		[VMM_TICK_0] = 0, [VMM_TICK_100] = 100, [VMM_TICK_250] = 250, [VMM_TICK_1000] = 1000
	};

	return hz[m->config.value[VMM_TICK]];
}

static void put(struct kvm_lapic_state *apic, unsigned at, uint32_t value)
{
	memcpy(apic->regs + at, &value, sizeof(value));
}

void tick_program(const struct monitor *m, struct kvm_lapic_state *apic)
{
	if (hertz(m) == 0 || !atomic_load(&m->booted))
		return;
	put(apic, APIC_LVT_TIMER, PERIODIC | ABI_VECTOR_TICK);
	put(apic, APIC_DIVIDE, DIVIDE_BY_1);
	put(apic, APIC_INITIAL, BUS_HZ / hertz(m));
}

void tick_run(struct vcpu *v, bool run)
{
	struct monitor *m = v->monitor;
	struct kvm_lapic_state apic;

	atomic_store(&v->parked, !run);
	if (hertz(m) == 0 || m->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_KERNEL ||
	    ioctl(v->fd, KVM_GET_LAPIC, &apic))
		return;
	if (run)
		tick_program(m, &apic);
	else
		put(&apic, APIC_INITIAL, 0);
	ioctl(v->fd, KVM_SET_LAPIC, &apic);
}

void tick_begin(struct vcpu *v)
{
	if (!atomic_exchange(&v->monitor->booted, true))
		tick_run(v, true);
}

static void *keep_time(void *argument)
{
	struct monitor *m = argument;
	struct timespec next;

	signals_shut();
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!atomic_load(&m->tick_ends)) {
		next.tv_nsec += (long)(1000000000u / hertz(m));
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		for (unsigned i = 0, n = atomic_load(&m->vcpus); i < n && !atomic_load(&m->tick_ends); i++)
			if (atomic_load(&m->booted) && !atomic_load(&m->vcpu[i]->parked))
				interrupt_tick(m->vcpu[i]);
	}
	return NULL;
}

int tick_start(struct monitor *m)
{
	int error;

	m->tick_runs = false;
	atomic_store(&m->tick_ends, false);
	if (hertz(m) == 0 || m->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_USER)
		return 0;
	error = pthread_create(&m->tick, NULL, keep_time, m);
	if (error)
		return error_set(m->error, error, "cannot start the timer's thread");
	m->tick_runs = true;
	return 0;
}

void tick_stop(struct monitor *m)
{
	if (!m->tick_runs)
		return;
	atomic_store(&m->tick_ends, true);
	pthread_kill(m->tick, SIGNAL_KICK);
	pthread_join(m->tick, NULL);
	m->tick_runs = false;
}
