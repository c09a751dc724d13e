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
void state_finish(struct vcpu *v)
{
	v->run->immediate_exit = 1;
	ioctl(v->fd, KVM_RUN, NULL);
	v->run->immediate_exit = 0;
}

struct vcpu_state *state_save(struct vcpu *v)
{
	struct vcpu_state *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		error_set(v->monitor->error, ENOMEM, "cannot save the vCPU");
		return NULL;
	}
	state_finish(v);
	if (ioctl(v->fd, KVM_GET_REGS, &s->registers) == 0 && ioctl(v->fd, KVM_GET_SREGS, &s->sregs) == 0 &&
	    ioctl(v->fd, KVM_GET_XCRS, &s->xcrs) == 0 && ioctl(v->fd, KVM_GET_XSAVE, &s->xsave) == 0) {
		s->sregs.tr.type = vcpu_task_type(v->monitor); /* KVM shows it as busy everywhere */
		return s;
	}
	error_set(v->monitor->error, errno, "cannot save the vCPU");
	free(s);
	return NULL;
}

int state_restore(struct vcpu *v, const struct vcpu_state *s)
{
	if (ioctl(v->fd, KVM_SET_SREGS, &s->sregs) || ioctl(v->fd, KVM_SET_XCRS, &s->xcrs) ||
	    ioctl(v->fd, KVM_SET_XSAVE, &s->xsave) || ioctl(v->fd, KVM_SET_REGS, &s->registers))
		return error_set(v->monitor->error, errno, "cannot make a vCPU like its parent");
	return 0;
}
