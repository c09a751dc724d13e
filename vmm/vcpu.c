/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/events_priv.h"
#include "vmm/vmm_priv.h"

/* Control registers and MSRs (Intel SDM volume 3, 2.2, 2.5; volume 4). */
#define CR0_FLAGS  0x80050033ull /* PG AM WP NE ET MP PE */
#define CR4_FLAGS  0x50620ull	 /* OSXSAVE FSGSBASE OSXMMEXCPT OSFXSR PAE */
#define EFER_FLAGS 0xd01ull	 /* NXE LMA LME SCE */
#define MSR_STAR   0xc0000081
#define MSR_LSTAR  0xc0000082
#define MSR_FMASK  0xc0000084
#define FMASK	   0x47700ull				 /* a system call clears AC NT IOPL DF IF TF */
#define XCR0_NOT   (1ull << 9 | 1ull << 17 | 1ull << 18) /* PKU and AMX need more than a bit */
#define INTERRUPTS 0x200ull
#define FLAGS	   (INTERRUPTS | 2)

#define CPUIDS 256

struct cpuid_table {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entry[CPUIDS];
};

struct msr_table {
	struct kvm_msrs head;
	struct kvm_msr_entry entry[4];
};

/* Bytes XSAVE writes for the components of MASK: leaf 0xD has the place of each (SDM volume 1, 13.4.3). */
static uint32_t save_bytes(const struct cpuid_table *table, uint64_t mask)
{
	uint32_t bytes = 576; /* legacy area and header */

	for (uint32_t i = 0; i < table->head.nent; i++) {
		const struct kvm_cpuid_entry2 *e = &table->entry[i];

		if (e->function == 0xd && e->index >= 2 && e->index < 64 && mask >> e->index & 1 &&
		    e->ebx + e->eax > bytes)
			bytes = e->ebx + e->eax;
	}
	return bytes;
}

/* The APIC's TSC-deadline timer, which KVM does not list among them (KVM_CAP_TSC_DEADLINE_TIMER). */
static void allow_deadline(const struct monitor *m)
{
	struct cpuid_table *table = m->cpuids;

	for (uint32_t i = 0; i < table->head.nent; i++)
		if (table->entry[i].function == 1 &&
		    ioctl(m->kvm, KVM_CHECK_EXTENSION, KVM_CAP_TSC_DEADLINE_TIMER) > 0)
			table->entry[i].ecx |= 1u << 24;
}

/* Features as KVM supports them, which it takes long to say; XCR0 from leaf 0xD. */
static int find_features(struct monitor *m)
{
	struct cpuid_table *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return error_set(m->error, ENOMEM, "cannot set the vCPU's features");
	table->head.nent = CPUIDS;
	m->cpuids = table;
	if (ioctl(m->kvm, KVM_GET_SUPPORTED_CPUID, table))
		return error_set(m->error, errno, "cannot set the vCPU's features");
	for (uint32_t i = 0; i < table->head.nent; i++)
		if (table->entry[i].function == 0xd && table->entry[i].index == 0)
			m->xsave_mask = table->entry[i].eax & ~XCR0_NOT;
	m->xsave_bytes = save_bytes(table, m->xsave_mask);
	if (event_needs(m, ABI_EVENT_TIMER))
		allow_deadline(m);
	return 0;
}

static int set_features(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	struct kvm_xcrs xcrs = { .nr_xcrs = 1 };
	int error = m->cpuids ? 0 : find_features(m);

	if (error)
		return error;
	if (ioctl(v->fd, KVM_SET_CPUID2, m->cpuids))
		return error_set(m->error, errno, "cannot set the vCPU's features");
	xcrs.xcrs[0].value = m->xsave_mask;
	if (xcrs.xcrs[0].value == 0)
		return 0;
	if (ioctl(v->fd, KVM_SET_XCRS, &xcrs))
		return error_set(m->error, errno, "cannot enable the vCPU's vector registers");
	return 0;
}

/*
 * Busy, as VMX demands; but AMD processors do not show the busy bit to a hypervisor, and QEMU's emulation of
 * one checks the I/O bitmap only of a TSS that is not busy.
 */
uint8_t vcpu_task_type(const struct monitor *m)
{
	return m->kvm_name && strcmp(m->kvm_name, "kvm_amd") == 0 ? 9 : 11;
}

/*
 * What a system call clears. In ring 0 interrupts are off until it returns. On a software backend it stays in
 * ring 3, which could not turn them on again, so that a timer would hardly ever interrupt: with a tick they
 * stay on. Without one they do not, for KVM may then take a touch beyond a file's end for slow I/O and halt.
 */
static uint64_t call_mask(const struct monitor *m)
{
	const char *name = vmm_backend_name(NULL);
	bool stays = name && strcmp(name, "kvm_pvm") == 0;

	return stays && m->config.value[VMM_TICK] != VMM_TICK_0 ? FMASK & ~INTERRUPTS : FMASK;
}

/* The vCPU starts in ring 3 of long mode, in the guest kernel. */
static int set_registers(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	struct kvm_segment code = { .limit = 0xffffffff,
				    .selector = ABI_USER_CS,
				    .type = 11,
				    .present = 1,
				    .dpl = 3,
				    .s = 1,
				    .l = 1,
				    .g = 1 };
	struct kvm_segment data = { .limit = 0xffffffff,
				    .selector = ABI_USER_SS,
				    .type = 3,
				    .present = 1,
				    .dpl = 3,
				    .s = 1,
				    .db = 1,
				    .g = 1 };
	struct kvm_regs registers = { .rip = m->kernel_entry,
				      .rsp = ABI_DIRECT + v->block + ABI_CALL_STACK,
				      .rflags = FLAGS };
	struct kvm_sregs s;

	if (ioctl(v->fd, KVM_GET_SREGS, &s))
		return error_set(m->error, errno, "cannot read the vCPU's registers");
	s.cr0 = CR0_FLAGS;
	s.cr3 = ABI_PML4;
	s.cr4 = CR4_FLAGS;
	s.efer = EFER_FLAGS;
	s.cs = code;
	s.ds = s.es = s.fs = s.gs = s.ss = data;
	s.gdt.base = ABI_KERNEL + ABI_GDT;
	s.gdt.limit = ABI_TR + 15;
	s.idt.base = ABI_KERNEL + ABI_IDT;
	s.idt.limit = 4095;
	s.tr = (struct kvm_segment){ .base = ABI_DIRECT + v->block + ABI_TSS,
				     .limit = VCPU_TSS_LIMIT,
				     .selector = ABI_TR,
				     .type = vcpu_task_type(m),
				     .present = 1 };
	if (ioctl(v->fd, KVM_SET_SREGS, &s) || ioctl(v->fd, KVM_SET_REGS, &registers))
		return error_set(m->error, errno, "cannot set the vCPU's registers");
	return 0;
}

/* Those of the system call entry, and last one that KVM may not have: it stops at that. */
static int set_msrs(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	struct msr_table table = {
		.head.nmsrs = 4,
		.entry = {
			{.index = MSR_STAR, .data = (uint64_t)ABI_KERNEL_CS << 32 | (uint64_t)(ABI_USER_CS - 16) << 48},
			{.index = MSR_LSTAR, .data = ABI_DIRECT + v->block},
			{.index = MSR_FMASK, .data = call_mask(v->monitor)},
			stolen_entry(v),
		},
	};
	int set = ioctl(v->fd, KVM_SET_MSRS, &table);

	if (set < 3)
		return error_set(m->error, errno, "cannot set the vCPU's system call entry");
	stolen_open(v, set > 3);
	return 0;
}

/*
 * Makes guest and host read one TSC, so that their stamps compare. Kernels before 5.16 cannot; where the
 * guest's TSC is not the host's anyway (as it is on kvm_pvm), its clock must then be the monitor's.
 */
static void set_tsc(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	uint64_t offset = 0;
	struct kvm_device_attr attribute = { .group = KVM_VCPU_TSC_CTRL,
					     .attr = KVM_VCPU_TSC_OFFSET,
					     .addr = (uintptr_t)&offset };
	int khz = ioctl(v->fd, KVM_GET_TSC_KHZ, 0);

	if (ioctl(v->fd, KVM_SET_DEVICE_ATTR, &attribute) &&
	    !(m->kvm_name && strcmp(m->kvm_name, "kvm_pvm") == 0) &&
	    m->config.value[VMM_CLOCK] == VMM_CLOCK_TSC) {
		m->config.value[VMM_CLOCK] = VMM_CLOCK_EXIT;
		snprintf(m->report->fallback[VMM_CLOCK], sizeof(m->report->fallback[0]),
			 "the guest's time-stamp counter cannot be set: take Linux 5.16 or newer");
	} else if (!(m->kvm_name && strcmp(m->kvm_name, "kvm_pvm") == 0) && v->id == 0)
		m->report->tsc_read = ioctl(v->fd, KVM_GET_DEVICE_ATTR, &attribute) == 0;
	if (v->id > 0)
		return;
	m->report->tsc_offset = (int64_t)offset;
	m->tsc_hz = m->options->tsc_hz ? m->options->tsc_hz : khz > 0 ? (uint64_t)khz * 1000 : clock_tsc_hz();
	m->report->tsc_hz = m->tsc_hz;
	serve_delay(m);
}

/* Software-enables the local APIC (SDM volume 3, 11.4.7.2). */
static int enable_apic(struct vcpu *v)
{
	struct monitor *m = v->monitor;
	struct kvm_lapic_state apic;
	struct kvm_mp_state runnable = { KVM_MP_STATE_RUNNABLE }; /* all but the first wait to be started */
	uint32_t spurious = 0x1ff;

	if (m->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_KERNEL)
		return 0;
	if (ioctl(v->fd, KVM_GET_LAPIC, &apic))
		return error_set(m->error, errno, "cannot read the local APIC");
	memcpy(apic.regs + 0xf0, &spurious, sizeof(spurious));
	tick_program(m, &apic);
	if (ioctl(v->fd, KVM_SET_LAPIC, &apic) || ioctl(v->fd, KVM_SET_MP_STATE, &runnable))
		return error_set(m->error, errno, "cannot enable the local APIC");
	return 0;
}

static int map_run(struct vcpu *v)
{
	int bytes = ioctl(v->monitor->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	v->run_bytes = bytes > 0 ? (size_t)bytes : 0;
	v->run = mmap(NULL, v->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
	if (v->run != MAP_FAILED)
		return 0;
	v->run = NULL;
	return error_set(v->monitor->error, errno, "cannot map the vCPU");
}

int vcpu_open(struct monitor *m, struct vcpu *v, unsigned id, uint64_t block)
{
	int fd = ioctl(m->vm, KVM_CREATE_VCPU, id), error;

	if (fd < 0)
		return error_set(m->error, errno, "cannot create a vCPU");
	v->monitor = m;
	v->id = id;
	v->block = block;
	v->channel = memory_at(m, block + ABI_CHANNEL, sizeof(*v->channel));
	v->fd = fds_hide(m, fd);
	if (v->fd < 0)
		return v->fd;
	error = map_run(v);
	if (error == 0)
		error = set_features(v);
	if (error == 0)
		error = set_registers(v);
	if (error == 0)
		error = set_msrs(v);
	if (error == 0)
		error = enable_apic(v);
	if (error)
		return error;
	set_tsc(v);
	return 0;
}

void vcpu_close(struct vcpu *v)
{
	if (v->run)
		munmap(v->run, v->run_bytes);
	if (v->fd >= 0)
		close(v->fd);
	if (v->wake >= 0)
		close(v->wake);
	v->run = NULL;
	v->fd = v->wake = -1;
}

void vcpu_rip(struct vcpu *v, uint64_t *rip)
{
	struct kvm_regs registers;

	*rip = ioctl(v->fd, KVM_GET_REGS, &registers) ? 0 : registers.rip;
}
