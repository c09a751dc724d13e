/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/*
 * The interrupt of a completed request. With irqchip=kernel it is an MSI: by ioctl from the vCPU's own
 * thread, by irqfd from the driver (and there is none of these without it). With irqchip=user the monitor
 * injects it itself before it runs the vCPU again, and learns of its end by a port write, as a PIC does.
 */
#define GSI		24 /* the first beyond the I/O APIC's pins: the first vCPU's */
#define MSI_ADDRESS(id) (0xfee00000u | (id) << 12)

struct routing {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry entry[VCPUS];
};

static bool in_kernel(const struct monitor *m)
{
	return m->config.value[VMM_IRQCHIP] == VMM_IRQCHIP_KERNEL;
}

static int connect(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	struct kvm_irqfd irqfd = { .gsi = GSI + v->id };
	int fd = eventfd(0, EFD_CLOEXEC);

	v->wake = fd < 0 ? fd : fds_hide(m, fd);
	if (v->wake < 0)
		return error_set(m->error, errno, "cannot create the completion event");
	irqfd.fd = (uint32_t)v->wake;
	if (in_kernel(m) && ioctl(m->vm, KVM_IRQFD, &irqfd))
		return error_fail(m->error, errno, "use --set irqchip=user",
				  "cannot connect the completion interrupt");
	return 0;
}

/* A route for each vCPU there may be: setting them anew while the guest runs would stop it. */
static int route(struct monitor *m)
{
	struct routing route = { .head.nr = VCPUS };

	for (unsigned i = 0; i < VCPUS; i++)
		route.entry[i] = (struct kvm_irq_routing_entry){
			.gsi = GSI + i,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = { .address_lo = MSI_ADDRESS(i), .data = ABI_VECTOR_DONE },
		};
	if (ioctl(m->vm, KVM_SET_GSI_ROUTING, &route))
		return error_fail(m->error, errno, "use --set irqchip=user", "cannot route interrupts");
	return 0;
}

int interrupt_open(struct monitor *m)
{
	int error = 0;

	if (!in_kernel(m))
		return 0;
	pthread_mutex_lock(&m->starting);
	if (!m->routed)
		error = route(m);
	m->routed = error == 0;
	for (unsigned i = 0; error == 0 && i < atomic_load(&m->vcpus); i++)
		if (m->vcpu[i]->wake < 0)
			error = connect(m->vcpu[i]);
	pthread_mutex_unlock(&m->starting);
	return error;
}

int interrupt_connect(struct vcpu *v)
{
	return in_kernel(v->monitor) && !v->monitor->routed ? 0 : connect(v);
}

void interrupt_raise(struct vcpu *v, bool from_vcpu)
{
	struct kvm_msi msi = { .address_lo = MSI_ADDRESS(v->id), .data = ABI_VECTOR_DONE };
	struct monitor *m = v->monitor;
	uint64_t one = 1;

	__atomic_add_fetch(&m->report->interrupts, 1, __ATOMIC_RELAXED);
	if (in_kernel(m) && from_vcpu) {
		uint64_t begun = clock_tsc();

		ioctl(m->vm, KVM_SIGNAL_MSI, &msi);
		v->thread.host_tsc += clock_tsc() - begun;
		return;
	}
	atomic_store(&v->interrupted, true);
	if (from_vcpu)
		return;
	if (write(v->wake, &one, sizeof(one)) != sizeof(one))
		return;
	if (!in_kernel(m) && !atomic_load(&v->halted))
		pthread_kill(v->host, SIGNAL_INTERRUPT);
}

void interrupt_tick(struct vcpu *v)
{
	uint64_t one = 1;

	if (atomic_exchange(&v->ticked, true))
		return; /* signals of this kind queue up: one is enough until it is injected */
	if (!atomic_load(&v->halted))
		pthread_kill(v->host, SIGNAL_INTERRUPT);
	else if (write(v->wake, &one, sizeof(one)) != sizeof(one))
		return;
}

static bool pending(struct vcpu *v)
{
	return atomic_load(&v->interrupted) || atomic_load(&v->ticked);
}

/* irqchip=user: injects what is pending, or asks for an exit as soon as the guest can take it. */
int interrupt_before_run(struct vcpu *v)
{
	struct kvm_interrupt interrupt = { .irq = ABI_VECTOR_DONE };

	v->run->request_interrupt_window = 0;
	if (in_kernel(v->monitor) || v->in_service || !pending(v))
		return 0;
	if (!v->run->ready_for_interrupt_injection || !v->run->if_flag) {
		v->run->request_interrupt_window = 1;
		return 0;
	}
	if (!atomic_exchange(&v->interrupted, false)) {
		atomic_store(&v->ticked, false);
		interrupt.irq = ABI_VECTOR_TICK;
	}
	if (ioctl(v->fd, KVM_INTERRUPT, &interrupt))
		return error_set(v->monitor->error, errno, "cannot inject an interrupt");
	v->in_service = true;
	return 0;
}

/* irqchip=user: the guest has halted. Returns when an interrupt is pending or a signal came. */
void interrupt_await(struct vcpu *v)
{
	uint64_t count;

	atomic_store(&v->halted, true);
	while (!pending(v) && !v->run->immediate_exit)
		if (read(v->wake, &count, sizeof(count)) < 0)
			break;
	atomic_store(&v->halted, false);
}
