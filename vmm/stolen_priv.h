/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_STOLEN_PRIV_H
#define VMM_STOLEN_PRIV_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/* What KVM tells a guest of how long its vCPU's thread waits for a core. */
struct stolen {
	const struct kvm_steal_time *told; /* in guest memory; NULL: it does not tell */
	uint64_t ns;			   /* as far as it is counted */
	uint32_t version;
	uint64_t left; /* TSC, when the last KVM_RUN ended; 0: there was none */
};

/* The register by which KVM is asked to tell; and whether it will. */
struct kvm_msr_entry stolen_entry(const struct vcpu *v);
void stolen_open(struct vcpu *v, bool tells);

/* Counts what was told in the KVM_RUN from ENTERED to LEFT (TSC). */
void stolen_count(struct vcpu *v, uint64_t entered, uint64_t left);

#endif
