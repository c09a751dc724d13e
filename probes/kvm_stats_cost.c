/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * What reading KVM's statistics costs, measured on a VM with one vCPU that runs nothing
 * (Documentation/virt/kvm/api.rst of the Linux kernel, sections 4.2, 4.7 and 4.133).
 */
#define CREATE_VM    _IO(0xae, 0x01)
#define CREATE_VCPU  _IO(0xae, 0x41)
#define GET_STATS_FD _IO(0xae, 0xce)

enum { KVM, VM, VCPU, VM_STATS, VCPU_STATS, FDS };

/* FD by REQUEST of the one called FROM. */
static int make(int fds[FDS], int from, unsigned long request)
{
	int fd = fds[from] < 0 ? -1 : ioctl(fds[from], request, 0);

	if (fd >= 0)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

int probe_kvm_stats_calibrate(const struct probe *self, struct probe_cost *cost)
{
	struct probe_target target = probe_calibrate_target();
	int fds[FDS] = { -1, -1, -1, -1, -1 }, code = -ENODEV;

	fds[KVM] = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	fds[VM] = make(fds, KVM, CREATE_VM);
	fds[VCPU] = make(fds, VM, CREATE_VCPU);
	target.kvm_vm = fds[VM_STATS] = make(fds, VM, GET_STATS_FD);
	target.kvm_vcpu = fds[VCPU_STATS] = make(fds, VCPU, GET_STATS_FD);
	if (fds[VCPU_STATS] >= 0)
		code = probe_calibrate_on(self, &target, 0, cost);
	for (int i = FDS; i-- > 0;)
		if (fds[i] >= 0)
			close(fds[i]);
	return code;
}
