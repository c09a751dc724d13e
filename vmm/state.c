/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "vmm/vmm_priv.h"

/* All of a vCPU that a program can tell, so that a fork goes on in another just like it. */
struct vcpu_state {
	struct kvm_regs registers;
	struct kvm_sregs sregs;
	struct kvm_xcrs xcrs;
	struct kvm_xsave xsave;
};

/*
 * On VMX and SVM a port write that was answered moves the instruction pointer only when the vCPU is entered
 * again: the state is whole after that, though no instruction runs.
 */
static void finish_exit(struct monitor *m)
{
	m->run->immediate_exit = 1;
	ioctl(m->vcpu, KVM_RUN, NULL);
	m->run->immediate_exit = 0;
}

struct vcpu_state *state_save(struct monitor *m)
{
	struct vcpu_state *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error_set(m->error, ENOMEM, "cannot save the vCPU");
		return NULL;
	}
	finish_exit(m);
	if (ioctl(m->vcpu, KVM_GET_REGS, &s->registers) == 0 &&
	    ioctl(m->vcpu, KVM_GET_SREGS, &s->sregs) == 0 && ioctl(m->vcpu, KVM_GET_XCRS, &s->xcrs) == 0 &&
	    ioctl(m->vcpu, KVM_GET_XSAVE, &s->xsave) == 0)
		return s;
	error_set(m->error, errno, "cannot save the vCPU");
	free(s);
	return NULL;
}

int state_restore(struct monitor *m, const struct vcpu_state *s)
{
	if (ioctl(m->vcpu, KVM_SET_SREGS, &s->sregs) || ioctl(m->vcpu, KVM_SET_XCRS, &s->xcrs) ||
	    ioctl(m->vcpu, KVM_SET_XSAVE, &s->xsave) || ioctl(m->vcpu, KVM_SET_REGS, &s->registers))
		return error_set(m->error, errno, "cannot make a vCPU like its parent");
	return 0;
}
