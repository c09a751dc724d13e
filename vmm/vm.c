/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm/events_priv.h"

/* The VM: Documentation/virt/kvm/api.rst of the Linux kernel describes every call. */
#define PINS	  24	     /* before the first GSI of interrupt.c */
#define TSS_PAGES 0xfffbd000 /* three pages VMX wants below 4 GiB, outside guest memory */

static int unable(struct monitor *m)
{
	m->report->outcome = VMM_UNABLE;
	return vmm_backend_name(m->error)
		       ? error_fail(m->error, errno, "see vmtax doctor", "cannot open /dev/kvm")
		       : -ENODEV;
}

/*
 * The interrupt controller is the kernel's local APIC alone: nothing here has pins. Those of PIC and I/O APIC
 * would cost milliseconds, while KVM waits until nobody can use the map of devices they were added to.
 */
int vm_open(struct monitor *m)
{
	struct kvm_enable_cap split = { .cap = KVM_CAP_SPLIT_IRQCHIP, .args = { PINS } };
	int fd;

	if (m->kvm <
	    0) { /* else the process before execve or fork, which may have had more rights, opened it */
		fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return unable(m);
		m->kvm = fds_hide(m, fd);
	}
	if (m->kvm < 0)
		return m->kvm;
	if (ioctl(m->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return unable(m);
	/* It gives up whenever anything wants the thread's attention: also io_uring's own work. */
	while ((fd = ioctl(m->kvm, KVM_CREATE_VM, 0)) < 0 && errno == EINTR)
		;
	if (fd < 0)
		return error_fail(m->error, errno, "see vmtax doctor", "cannot create a VM");
	m->vm = fds_hide(m, fd);
	if (m->vm < 0)
		return m->vm;
	if (m->kvm_name == NULL)
		m->kvm_name = vmm_module_name();
	if (m->config.value[VMM_IRQCHIP] != VMM_IRQCHIP_KERNEL)
		return 0;
	if (ioctl(m->vm, KVM_SET_TSS_ADDR, TSS_PAGES) ||
	    ((event_needs(m, ABI_EVENT_PIC) || ioctl(m->vm, KVM_ENABLE_CAP, &split)) &&
	     ioctl(m->vm, KVM_CREATE_IRQCHIP, 0)))
		return error_fail(m->error, errno, "try --set irqchip=user",
				  "cannot create an interrupt controller");
	return 0;
}

int vm_set_memory(struct monitor *m)
{
	struct kvm_userspace_memory_region region = {
		.flags = event_needs(m, ABI_EVENT_DIRTY) ? KVM_MEM_LOG_DIRTY_PAGES : 0,
		.memory_size = m->memory_bytes,
		.userspace_addr = (uintptr_t)m->memory,
	};

	if (ioctl(m->vm, KVM_SET_USER_MEMORY_REGION, &region))
		return error_set(m->error, errno, "cannot give the VM its memory");
	return 0;
}

void vm_close(struct monitor *m)
{
	if (m->vm >= 0)
		close(m->vm);
	m->vm = -1;
}
