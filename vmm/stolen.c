/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <linux/kvm_para.h>

#include "base/clock.h"
#include "vmm/stolen_priv.h"
#include "vmm/vmm_priv.h"

/*
 * Where a vCPU's thread waits for a core: in KVM_RUN, or between two of them. KVM tells guests what was
 * stolen from them (Linux: Documentation/virt/kvm/x86/msr.rst, MSR_KVM_STEAL_TIME): with each KVM_RUN that
 * enters the guest, and once more whenever it goes on with one whose thread had lost its core, what the
 * thread has waited for one in all. The guest asks for nothing of it; the monitor reads along. Where KVM does
 * not tell, nothing is counted.
 */
#define UPDATE 2 /* the version counts up before it and after */

struct kvm_msr_entry stolen_entry(const struct vcpu *v)
{
	return (struct kvm_msr_entry){ .index = MSR_KVM_STEAL_TIME,
				       .data = (v->block + ABI_STEAL) | KVM_MSR_ENABLED };
}

void stolen_open(struct vcpu *v, bool tells)
{
	v->stolen.told = tells ? (struct kvm_steal_time *)(v->monitor->memory + v->block + ABI_STEAL) : NULL;
}

/*
 * What is told as KVM_RUN enters the guest was waited before: if not all of it fits between the last KVM_RUN
 * and this one, the thread lost its core on its way out of the last.
 */
static bool was_outside(const struct vcpu *v, uint32_t updates, uint64_t waited_ns, uint64_t entered)
{
	uint64_t between = entered - (v->stolen.left ? v->stolen.left : v->began);

	return updates <= 1 && waited_ns <= clock_ticks_to_ns(between, v->monitor->tsc_hz);
}

void stolen_count(struct vcpu *v, uint64_t entered, uint64_t left)
{
	const volatile struct kvm_steal_time *told = v->stolen.told;
	uint64_t waited_ns;
	uint32_t updates;

	if (!told)
		return;
	waited_ns = told->steal - v->stolen.ns;
	updates = (told->version - v->stolen.version) / UPDATE;
	/* The first is of what was before, and a thread that a vCPU is lent to has waited otherwise. */
	if (v->stolen.version && waited_ns <= clock_ticks_to_ns(left - v->began, v->monitor->tsc_hz))
		*(was_outside(v, updates, waited_ns, entered) ? &v->thread.late_outside_ns
							      : &v->thread.late_inside_ns) += waited_ns;
	v->thread.switched_inside += v->stolen.version && updates > 1 ? updates - 1 : 0;
	v->stolen.ns += waited_ns;
	v->stolen.version += updates * UPDATE;
	v->stolen.left = left;
}
