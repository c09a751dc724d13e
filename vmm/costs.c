/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm.h"

/* What each value of a knob takes in cores, memory and compatibility: what a measured gain is bought with. */
#define VALUES_MOST 4

/* clang-format off */
static const char *const costs[VMM_KNOBS][VALUES_MOST] = {
	[VMM_TRANSPORT] = {
		[VMM_TRANSPORT_EXIT] = "no core and no memory of its own; works on every KVM",
		[VMM_TRANSPORT_RING] = "a core of the host, kept busy by a driver that polls, and a guest driver that knows "
				       "the ring; needs at least two cores",
		[VMM_TRANSPORT_EVENTFD] = "CPU time of a driver thread that is woken for each request, but no core kept; "
					  "needs a guest driver that knows the ring, as virtio is",
	},
	[VMM_COMPLETION] = {
		[VMM_COMPLETION_INJECT] = "nothing kept; works with guests that know only interrupts",
		[VMM_COMPLETION_POLL] = "the guest's core is busy while it waits for an answer; needs a guest driver that polls",
	},
	[VMM_IRQCHIP] = {
		[VMM_IRQCHIP_KERNEL] = "some milliseconds more at the start of a VM; needs a KVM that emulates the controller",
		[VMM_IRQCHIP_USER] = "an exit to the monitor for each interrupt; works on every KVM",
	},
	[VMM_BACKEND] = {
		[VMM_BACKEND_BUFFERED] = "memory of the host's page cache, charged to no VM; works on every file system",
		[VMM_BACKEND_URING] = "kernel threads of io_uring, and the host's page cache; needs a kernel that allows "
				      "io_uring, which many containers do not",
		[VMM_BACKEND_DIRECT] = "memory of the VM for its own page cache, and no sharing of cached files between VMs; "
				       "needs io_uring and a file system with O_DIRECT",
	},
	[VMM_MEMORY] = {
		[VMM_MEMORY_LAZY4K] = "only memory that was touched, so hosts can be overcommitted",
		[VMM_MEMORY_LOCKED4K] = "all of the guest's memory from its start on, never swapped: no overcommitment, and a "
					"slower start; needs the right to lock memory",
		[VMM_MEMORY_LOCKED_HUGE] = "all of the guest's memory from its start on, in whole 2 MiB pages: no "
					   "overcommitment, no merging of equal pages, and a slower start; needs the "
					   "right to lock memory",
	},
	[VMM_GUEST_PAGES] = {
		[VMM_GUEST_PAGES_4K] = "nothing kept; the finest grain of permissions",
		[VMM_GUEST_PAGES_2M] = "memory rounded up to 2 MiB in large mappings; needs a guest that maps large pages",
	},
	[VMM_SCHEDULING] = {
		[VMM_SCHEDULING_SHARED] = "no core kept: many VMs share the host's",
		[VMM_SCHEDULING_PINNED] = "a core for each vCPU: no overcommitment, and no balancing between cores",
		[VMM_SCHEDULING_FIFO] = "a core for each vCPU that nothing else of the host may use; needs the right to "
					"real-time priority",
	},
	[VMM_IDLE] = {
		[VMM_IDLE_EXIT] = "no core: an idle guest leaves its own to others",
		[VMM_IDLE_POLL] = "a core that stays busy, and draws power, while the guest is idle",
	},
	[VMM_CLOCK] = {
		[VMM_CLOCK_TSC] = "nothing kept; needs a processor whose time-stamp counter is constant",
		[VMM_CLOCK_EXIT] = "an exit for each reading of the time; works on every machine",
	},
};
/* clang-format on */

const char *vmm_value_cost(enum vmm_knob_id knob, unsigned value)
{
	return value < VALUES_MOST ? costs[knob][value] : NULL;
}
