/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/events_priv.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * Events whose cost the guest kernel measures itself. What one needs of the VM is built here; the guest does
 * it, writes what it took into its memory and ends.
 */
#define SPINS	 10000 /* of the helper, after which it lets others run */
#define DELAY_US 1000  /* in which a guest that halts falls asleep: KVM polls for it no longer than 200 us */

static const struct {
	const char *name;
	uint32_t needs;
} events[ABI_EVENT_COUNT] = {
#define EVENT(id, text, wants) [ABI_EVENT_##id] = { text, wants },
	ABI_EVENTS(EVENT)
#undef EVENT
};

uint32_t vmm_event_find(const char *name)
{
	for (uint32_t i = 1; i < ABI_EVENT_COUNT; i++)
		if (strcmp(events[i].name, name) == 0)
			return i;
	return 0;
}

const char *vmm_event_name(uint32_t event)
{
	return event > 0 && event < ABI_EVENT_COUNT ? events[event].name : NULL;
}

bool event_needs(const struct monitor *m, uint32_t what)
{
	return (events[m->options->event].needs & what) == what;
}

/* A transport that is measured must not have fallen back. */
static bool other_transport(const struct monitor *m, unsigned *wanted)
{
	static const uint8_t transports[ABI_EVENT_COUNT] = {
		[ABI_EVENT_null_exit] = VMM_TRANSPORT_EXIT,
		[ABI_EVENT_null_eventfd] = VMM_TRANSPORT_EVENTFD,
		[ABI_EVENT_null_ring] = VMM_TRANSPORT_RING,
		[ABI_EVENT_null_ring_asleep] = VMM_TRANSPORT_RING,
	};

	*wanted = transports[m->options->event];
	return event_needs(m, ABI_EVENT_DRIVER) && m->config.value[VMM_TRANSPORT] != *wanted;
}

static int unable(struct monitor *m)
{
	m->report->outcome = VMM_UNABLE;
	return -ENOTSUP;
}

int event_check(struct monitor *m)
{
	const char *name = vmm_event_name(m->options->event);
	unsigned transport;

	if (name == NULL)
		return 0;
	if (event_needs(m, ABI_EVENT_APIC) && m->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_KERNEL) {
		error_fail(m->error, 0, "use --set irqchip=kernel", "%s needs an interrupt controller in KVM",
			   name);
		return unable(m);
	}
	if (event_needs(m, ABI_EVENT_TWO) && CPU_COUNT(&m->all) < 2) {
		error_fail(m->error, 0, "give it a second core", "%s needs two cores", name);
		return unable(m);
	}
	if (other_transport(m, &transport)) {
		error_set(m->error, 0, "%s needs transport=%s", name,
			  vmm_knobs[VMM_TRANSPORT].values[transport].name);
		error_mend(m->error, "use --set transport=%s; vmtax doctor says why it may fall back",
			   vmm_knobs[VMM_TRANSPORT].values[transport].name);
		return unable(m);
	}
	return 0;
}

/* Writes that end in KVM: of a port, and of the second page of the device's memory. */
static int connect_doorbells(struct monitor *m)
{
	struct kvm_ioeventfd port = { .addr = ABI_PORT_KERNEL, .len = 1, .flags = KVM_IOEVENTFD_FLAG_PIO };
	struct kvm_ioeventfd memory = { .addr = ABI_DEVICE + 0x1000, .len = 4 };
	int fd = eventfd(0, EFD_CLOEXEC);

	port.fd = memory.fd = fd < 0 ? fd : fds_hide(m, fd);
	if (port.fd < 0 || ioctl(m->vm, KVM_IOEVENTFD, &port) || ioctl(m->vm, KVM_IOEVENTFD, &memory))
		return error_set(m->error, errno, "cannot connect a doorbell");
	return 0;
}

int event_open(struct monitor *m)
{
	int error = 0;

	if (m->options->event == 0)
		return 0;
	if (event_needs(m, ABI_EVENT_HUGE))
		madvise(m->memory, m->memory_bytes, MADV_HUGEPAGE);
	if (event_needs(m, ABI_EVENT_DOORBELL))
		error = connect_doorbells(m);
	if (error == 0 && event_needs(m, ABI_EVENT_HELPER))
		error = interrupt_open(m);
	return error;
}

/* --- The helper: raises an interrupt each time the guest asks for one --- */

static void raise_once(struct monitor *m, struct abi_samples *s)
{
	if (event_needs(m, ABI_EVENT_DELAYED))
		usleep(DELAY_US);
	s->raised_tsc = clock_tsc();
	interrupt_raise(m->main, event_needs(m, ABI_EVENT_BY_MSI));
}

/* Not on the core of a vCPU that is pinned to one. */
static void step_aside(const struct monitor *m)
{
	cpu_set_t taken, free;

	if (pthread_getaffinity_np(m->main->host, sizeof(taken), &taken) || CPU_COUNT(&taken) != 1)
		return;
	CPU_XOR(&free, &m->all, &taken);
	sched_setaffinity(0, sizeof(free), &free);
}

static void *help(void *argument)
{
	struct monitor *m = argument;
	struct abi_samples *s = m->samples;
	uint32_t spins = 0;

	signals_shut();
	step_aside(m);
	while (!atomic_load(&m->helper_ends)) {
		uint32_t asked = __atomic_load_n(&s->asked, __ATOMIC_ACQUIRE);

		if (asked == s->answered) {
			__builtin_ia32_pause();
			if (++spins % SPINS == 0)
				sched_yield();
			continue;
		}
		raise_once(m, s);
		__atomic_store_n(&s->answered, asked, __ATOMIC_RELEASE);
	}
	return NULL;
}

static enum next begin(struct monitor *m)
{
	uint64_t gpa = m->main->channel->account.samples;

	m->report->tsc_program = clock_tsc();
	m->samples = gpa % 64 ? NULL : memory_at(m, gpa, sizeof(*m->samples));
	if (m->samples == NULL)
		return GO_ON;
	m->helper_runs = event_needs(m, ABI_EVENT_HELPER) && pthread_create(&m->helper, NULL, help, m) == 0;
	return GO_ON;
}

void event_stop(struct monitor *m)
{
	if (!m->helper_runs)
		return;
	atomic_store(&m->helper_ends, true);
	pthread_join(m->helper, NULL);
	m->helper_runs = false;
}

/* --- What the guest says --- */

/* As its memory was when it was given to the VM: writes of what was read are counted from now on. */
static enum next forget_written(struct monitor *m)
{
	uint64_t bytes = m->memory_bytes / 4096 / 8;
	void *bitmap = calloc(1, bytes + 8);
	struct kvm_dirty_log log = { .dirty_bitmap = bitmap };

	if (bitmap)
		ioctl(m->vm, KVM_GET_DIRTY_LOG, &log);
	free(bitmap);
	return GO_ON;
}

static void take_samples(const struct monitor *m)
{
	struct vmm_samples *out = m->options->samples;

	for (out->count = 0; out->count < m->samples->count && out->count < VMM_SAMPLES; out->count++) {
		const struct abi_sample *s = &m->samples->sample[out->count];

		out->sample[out->count] = (struct vmm_sample){ s->empty != 0, s->ops, s->ticks };
	}
}

static enum next done(struct monitor *m)
{
	if (!loop_end(m))
		return ENDED;
	m->report->outcome = VMM_EXITED;
	if (m->samples && m->options->samples)
		take_samples(m);
	if (event_needs(m, ABI_EVENT_HUGE) && memory_huge(m) == 0) {
		unable(m);
		error_fail(m->error, 0, "echo madvise >/sys/kernel/mm/transparent_hugepage/enabled",
			   "the host has no 2 MiB pages for the guest");
	}
	return ENDED;
}

enum next event_said(struct vcpu *v, unsigned what)
{
	struct monitor *m = v->monitor;

	if (m->options->event == 0)
		return GO_ON;
	switch (what) {
	case ABI_EVENT_BEGIN:
		return m->samples ? GO_ON : begin(m);
	case ABI_EVENT_INJECT:
		interrupt_raise(v, true);
		return GO_ON;
	case ABI_EVENT_WRITTEN:
		return forget_written(m);
	case ABI_EVENT_DONE:
		return done(m);
	default:
		return GO_ON;
	}
}
