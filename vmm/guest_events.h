/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_EVENTS_H
#define VMM_GUEST_EVENTS_H

#include <stdint.h>

/* The events whose cost the guest kernel measures itself, and how it tells the monitor what they took. */

/* What an event needs of the monitor. */
#define ABI_EVENT_APIC	   1u	 /* irqchip=kernel */
#define ABI_EVENT_TWO	   2u	 /* two cores: of a second vCPU, or a thread of the monitor's */
#define ABI_EVENT_HELPER   4u	 /* that thread: it raises the interrupts the guest asks for */
#define ABI_EVENT_DRIVER   8u	 /* what the transport has for requests */
#define ABI_EVENT_PIC	   16u	 /* an 8259 in KVM, whose ports can be read */
#define ABI_EVENT_DIRTY	   32u	 /* a log of pages written */
#define ABI_EVENT_HUGE	   64u	 /* 2 MiB pages of the host's */
#define ABI_EVENT_TIMER	   128u	 /* the APIC's TSC-deadline mode */
#define ABI_EVENT_DELAYED  256u	 /* the helper lets the guest fall asleep first */
#define ABI_EVENT_DOORBELL 1024u /* writes that end in KVM */
#define ABI_EVENT_BY_MSI   512u	 /* it uses KVM_SIGNAL_MSI rather than an irqfd */

#define ABI_EVENT_INTERRUPT (ABI_EVENT_APIC | ABI_EVENT_TWO | ABI_EVENT_HELPER)

/* X(identifier, name, needs) */
#define ABI_EVENTS(X)                                                                                        \
	X(rdmsr, "rdmsr", 0)                                                                                 \
	X(wrmsr, "wrmsr", 0)                                                                                 \
	X(cr0, "cr0", 0)                                                                                     \
	X(cr3, "cr3", 0)                                                                                     \
	X(cr4, "cr4", 0)                                                                                     \
	X(cr8, "cr8", 0)                                                                                     \
	X(debug_register, "debug-register", 0)                                                               \
	X(invlpg, "invlpg", 0)                                                                               \
	X(wbinvd, "wbinvd", 0)                                                                               \
	X(hypercall, "hypercall", 0)                                                                         \
	X(divide, "divide", 0)                                                                               \
	X(undefined, "undefined", 0)                                                                         \
	X(breakpoint, "breakpoint", 0)                                                                       \
	X(hlt_wake, "hlt-wake", ABI_EVENT_INTERRUPT | ABI_EVENT_DELAYED)                                     \
	X(port_write_monitor, "port-write-monitor", 0)                                                       \
	X(port_read_monitor, "port-read-monitor", 0)                                                         \
	X(port_write_kernel, "port-write-kernel", ABI_EVENT_DOORBELL)                                        \
	X(port_read_kernel, "port-read-kernel", ABI_EVENT_APIC | ABI_EVENT_PIC)                              \
	X(mmio_write_monitor, "mmio-write-monitor", 0)                                                       \
	X(mmio_read_monitor, "mmio-read-monitor", 0)                                                         \
	X(mmio_write_kernel, "mmio-write-kernel", ABI_EVENT_DOORBELL)                                        \
	X(mmio_read_kernel, "mmio-read-kernel", ABI_EVENT_APIC)                                              \
	X(null_exit, "null-exit", ABI_EVENT_DRIVER)                                                          \
	X(null_eventfd, "null-eventfd", ABI_EVENT_DRIVER)                                                    \
	X(null_ring, "null-ring", ABI_EVENT_DRIVER)                                                          \
	X(null_ring_asleep, "null-ring-asleep", ABI_EVENT_DRIVER)                                            \
	X(self_ipi, "self-ipi", ABI_EVENT_APIC)                                                              \
	X(ipi, "ipi", ABI_EVENT_APIC | ABI_EVENT_TWO)                                                        \
	X(ipi_halted, "ipi-halted", ABI_EVENT_APIC | ABI_EVENT_TWO)                                          \
	X(inject_monitor, "inject-monitor", ABI_EVENT_APIC)                                                  \
	X(inject_irqfd, "inject-irqfd", ABI_EVENT_INTERRUPT)                                                 \
	X(inject_msi, "inject-msi", ABI_EVENT_INTERRUPT | ABI_EVENT_BY_MSI)                                  \
	X(eoi, "eoi", ABI_EVENT_APIC)                                                                        \
	X(interrupt_complete, "interrupt-complete", ABI_EVENT_APIC)                                          \
	X(timer, "timer", ABI_EVENT_APIC | ABI_EVENT_TIMER)                                                  \
	X(page_fault, "page-fault", 0)                                                                       \
	X(pte_change, "pte-change", 0)                                                                       \
	X(tlb_shootdown, "tlb-shootdown", ABI_EVENT_APIC | ABI_EVENT_TWO)                                    \
	X(touch_2m, "touch-2m", ABI_EVENT_HUGE)                                                              \
	X(dirty_log, "dirty-log", ABI_EVENT_DIRTY)                                                           \
	X(unasked, "unasked", 0)

/* Numbered from 1, so that 0 is none. */
enum abi_event_id {
	ABI_EVENT_NONE,
#define ABI_EVENT_ID(id, name, needs) ABI_EVENT_##id,
	ABI_EVENTS(ABI_EVENT_ID)
#undef ABI_EVENT_ID
		ABI_EVENT_COUNT
};

/* Bytes written to ABI_PORT_EVENT. */
enum abi_event_say {
	ABI_EVENT_DONE,	   /* all samples are there: the end */
	ABI_EVENT_BEGIN,   /* abi_account.samples says where they will be; the helper may start */
	ABI_EVENT_INJECT,  /* raise ABI_VECTOR_DONE */
	ABI_EVENT_WRITTEN, /* forget which pages were written */
};

#define ABI_SAMPLES 1600

struct abi_sample {
	uint32_t empty; /* of the loop without the operation */
	uint32_t ops;
	uint64_t ticks;
};

/* What guest and monitor share while an event is measured: in guest memory. */
struct abi_samples {
	uint32_t count;
	_Alignas(64) uint32_t asked;	/* guest: interrupts it wants of the helper */
	_Alignas(64) uint32_t answered; /* helper: interrupts it has raised */
	uint64_t raised_tsc;		/* just before the last of them */
	_Alignas(64) struct abi_sample sample[ABI_SAMPLES];
};

#endif
