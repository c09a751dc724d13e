/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/*
 * The interrupt of a completed request. With irqchip=kernel it is an MSI: by ioctl from the vCPU's own
 * thread, by irqfd from the driver. With irqchip=user the monitor injects it itself before it runs the vCPU
 * again.
 */
#define GSI	    24 /* the first beyond the I/O APIC's pins */
#define MSI_ADDRESS 0xfee00000u

struct routing {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry entry[1];
};

static bool in_kernel(const struct monitor *m)
{
	return m->config.value[VMM_IRQCHIP] == VMM_IRQCHIP_KERNEL;
}

int interrupt_open(struct monitor *m)
{
	struct routing route = {
		.head.nr = 1,
		.entry[0] = { .gsi = GSI,
			      .type = KVM_IRQ_ROUTING_MSI,
			      .u.msi = { .address_lo = MSI_ADDRESS, .data = ABI_VECTOR_DONE } },
	};
	struct kvm_irqfd irqfd = { .gsi = GSI };
	int fd = eventfd(0, EFD_CLOEXEC);

	m->wake = fd < 0 ? fd : fds_hide(m, fd);
	if (m->wake < 0)
		return error_set(m->error, errno, "cannot create the completion event");
	irqfd.fd = (uint32_t)m->wake;
	if (in_kernel(m) && (ioctl(m->vm, KVM_SET_GSI_ROUTING, &route) || ioctl(m->vm, KVM_IRQFD, &irqfd)))
		return error_fail(m->error, errno, "use --set irqchip=user",
				  "cannot connect the completion interrupt");
	return 0;
}

void interrupt_raise(struct monitor *m, bool from_vcpu)
{
	struct kvm_msi msi = { .address_lo = MSI_ADDRESS, .data = ABI_VECTOR_DONE };
	uint64_t one = 1;

	__atomic_add_fetch(&m->report->interrupts, 1, __ATOMIC_RELAXED);
	if (in_kernel(m) && from_vcpu) {
		ioctl(m->vm, KVM_SIGNAL_MSI, &msi);
		return;
	}
	atomic_store(&m->interrupt_pending, true);
	if (from_vcpu)
		return;
	if (write(m->wake, &one, sizeof(one)) != sizeof(one))
		return;
	if (!in_kernel(m) && !atomic_load(&m->halted))
		pthread_kill(m->vcpu_thread, SIGUSR1);
}

/* irqchip=user: injects what is pending, or asks for an exit as soon as the guest can take it. */
int interrupt_before_run(struct monitor *m)
{
	struct kvm_interrupt interrupt = { .irq = ABI_VECTOR_DONE };

	m->run->request_interrupt_window = 0;
	if (in_kernel(m) || !atomic_load(&m->interrupt_pending))
		return 0;
	if (!m->run->ready_for_interrupt_injection || !m->run->if_flag) {
		m->run->request_interrupt_window = 1;
		return 0;
	}
	atomic_store(&m->interrupt_pending, false);
	if (ioctl(m->vcpu, KVM_INTERRUPT, &interrupt))
		return error_set(m->error, errno, "cannot inject the completion interrupt");
	return 0;
}

/* irqchip=user: the guest has halted. Returns when an interrupt is pending or a signal came. */
void interrupt_await(struct monitor *m)
{
	uint64_t count;

	atomic_store(&m->halted, true);
	while (!atomic_load(&m->interrupt_pending) && !m->run->immediate_exit)
		if (read(m->wake, &count, sizeof(count)) < 0)
			break;
	atomic_store(&m->halted, false);
}
