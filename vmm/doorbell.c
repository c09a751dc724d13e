/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/*
 * The doorbells of drivers: eventfds that a driver sleeps on and the guest writes without leaving the kernel
 * (ioeventfd). They share a port; the byte written says whose is meant.
 *
 * A VM with such a doorbell takes 10 ms to close. A process that the program forked most often ends before
 * that has paid: there it rings by exit at first.
 */
#define RINGS 100 /* by exit, before the doorbells are connected */

static int connect_kernel(const struct driver *d)
{
	struct kvm_ioeventfd ring = {
		.addr = ABI_PORT_DOORBELL,
		.len = 1,
		.fd = d->doorbell,
		.datamatch = d->id,
		.flags = KVM_IOEVENTFD_FLAG_PIO | KVM_IOEVENTFD_FLAG_DATAMATCH,
	};

	return ioctl(d->monitor->vm, KVM_IOEVENTFD, &ring)
		       ? error_set(d->monitor->error, errno, "cannot connect a driver's doorbell")
		       : 0;
}

int doorbell_open(struct driver *d)
{
	struct monitor *m = d->monitor;
	int fd = eventfd(0, EFD_CLOEXEC);

	d->doorbell = fd < 0 ? fd : fds_hide(m, fd);
	if (d->doorbell < 0)
		return error_set(m->error, errno, "cannot create a driver's doorbell");
	return m->first ? connect_kernel(d) : 0;
}

void doorbell_ring(const struct driver *d)
{
	uint64_t one = 1;

	while (write(d->doorbell, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void doorbell_exit(struct monitor *m, unsigned number)
{
	if (number >= m->drivers)
		return;
	doorbell_ring(&m->driver[number]);
	if (atomic_fetch_add(&m->rings, 1) == RINGS)
		for (unsigned i = 0; i < m->drivers; i++)
			connect_kernel(&m->driver[i]);
}
