/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "cmd/list_priv.h"
#include "vmm/vmm.h"

/* What each knob stands for in real systems: vmtax list knobs --help. */
#define WIDTH 96

static const char *const stands_for[VMM_KNOBS] = {
	[VMM_TRANSPORT] =
		"How a device driver in the guest reaches whoever does the work. exit is the device model "
		"of a hosted monitor, as VMware Workstation had it first (Sugerman, Venkitachalam and "
		"Lim, USENIX 2001), VirtualBox, or QEMU without an I/O thread: each access to a device "
		"register leaves the guest and returns to a user process. eventfd is today's KVM: a "
		"virtio doorbell ends in the kernel (ioeventfd) and wakes a thread of QEMU, Firecracker "
		"or vhost. ring is a driver that polls on a core of its own, as vhost-user targets of "
		"DPDK and SPDK do, and vhost-net with busy polling. ESX lies between: its VMkernel is "
		"reached by an exit, but no host OS and no process is in the way.",
	[VMM_COMPLETION] = "How a driver in the guest learns that its request is done. inject is an "
			   "interrupt: by ioctl or irqfd, "
			   "and by posted interrupts where hardware has them. poll is what a polling driver "
			   "in the guest does "
			   "(NAPI under load, Linux's io_poll, SPDK in a guest); with transport=exit the "
			   "answer is there when the "
			   "guest runs again, and nothing is polled: the hypercall of Xen and Hyper-V that "
			   "returns a result.",
	[VMM_IRQCHIP] =
		"Who emulates the interrupt controller. user is a monitor that does it in its process, as "
		"QEMU with kernel_irqchip=off and before KVM had one: each interrupt and its EOI passes "
		"through the process. kernel is KVM's own local APIC (kernel_irqchip=on or split), as in "
		"all current monitors on KVM; Xen, Hyper-V and ESX emulate it in the hypervisor, too.",
	[VMM_BACKEND] = "How the host reads and writes the disk image. buffered is QEMU's cache=writeback "
			"with aio=threads: "
			"through the host's page cache, so data is cached twice and the host may lie about "
			"durability. uring "
			"is the same with io_uring, as QEMU's aio=io_uring. direct is cache=none: O_DIRECT "
			"past the host's "
			"cache, as ESX's VMFS and SPDK do; only the guest caches, in its own memory.",
	[VMM_MEMORY] = "What backs guest memory. lazy4k is a hosted monitor's ordinary process memory: "
		       "faulted in when first "
		       "touched, reclaimed and swapped as any other. locked4k is populated and locked, as "
		       "mem-lock=on or a VM "
		       "with passed-through devices. locked-huge is huge pages reserved up front, as ESX's "
		       "full memory "
		       "reservation, Hyper-V's static memory, hugetlbfs under QEMU or DPDK. malloc-huge has "
		       "only native: what "
		       "a process can have of this without a hypervisor (glibc.malloc.hugetlb).",
	[VMM_GUEST_PAGES] =
		"The page size in the guest OS's own tables: what transparent huge pages in the guest "
		"decide. With nested paging (EPT, NPT) a TLB miss walks both tables, so both must be "
		"large for a large TLB entry; with shadow paging (all hypervisors before those, and "
		"kvm_pvm) the shadow is large only where both are. 2m takes anonymous memory that is "
		"large and aligned enough; files stay at 4 KiB, and so does a heap that grows in small "
		"steps.",
	[VMM_SCHEDULING] =
		"Where vCPUs run. shared leaves it to the host's scheduler, as a hosted monitor must. "
		"pinned gives each a core (virsh vcpupin, ESX's CPU affinity or its latency sensitivity "
		"set to high, Hyper-V's CPU groups). fifo adds a real-time priority, as real-time KVM "
		"does; Linux throttles it to 95 % of a core unless told otherwise.",
	[VMM_IDLE] = "What an idle vCPU does. exit: HLT leaves the guest and the host's scheduler takes the "
		     "core (KVM's "
		     "default when halt polling is off). poll: the vCPU keeps its core and looks for work, "
		     "as with idle=poll "
		     "in the guest, QEMU's cpu-pm=on (HLT not intercepted), or ESX with "
		     "monitor.idleLoopSpinBeforeHalt: "
		     "answers come sooner and an idle guest costs a whole core.",
	[VMM_CLOCK] = "How the guest reads time. tsc is the time-stamp counter, scaled and offset by "
		      "hardware, through the "
		      "vDSO (kvm-clock, Hyper-V's TSC page, VMware's with an invariant TSC). exit is a read "
		      "of a timer that the "
		      "monitor emulates: PIT, ACPI PM timer or HPET, which guests of 2001 had, and which "
		      "Linux still "
		      "falls back to when it finds the TSC unstable.",
	[VMM_TICK] =
		"Timer interrupts a second on each vCPU: CONFIG_HZ of a guest that is not tickless (100 "
		"in Linux 2.4, 1000 in early 2.6; 64 in Windows, up to 1000 when a program asks). With "
		"irqchip=kernel they come from KVM's local APIC timer; with irqchip=user from a thread of "
		"the monitor that kicks the vCPU's thread, as a device model with an emulated PIT does. "
		"VMware's paper on timekeeping tells what 1000 a second for many idle guests cost a host. "
		"A vCPU that waits in a host call takes what came meanwhile as one.",
	[VMM_HOST_SERVICES] =
		"What a general-purpose host OS does besides. backup streams files to a backup server, scan "
		"is an "
		"anti-virus or indexer that wants a CPU in bursts, directory is a host that is also a domain "
		"controller, LDAP or DNS server. A bare-metal hypervisor has no such neighbours: they "
		"would be VMs, with shares of their own. Of copies that run at once (--vms) backup streams a "
		"piece of each "
		"in turn. all is the three together. They run beside native programs, too, if a native "
		"configuration asks for them (native+host-services=backup).",
};

/* TEXT in indented lines of at most WIDTH characters. */
static void print_wrapped(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t word = strcspn(text, " ");

		if (column + 1 + word > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%s%.*s", column ? " " : "    ", (int)word, text);
		column += word + (column ? 1 : 4);
		text += word + strspn(text + word, " ");
	}
	fputs("\n\n", out);
}

void list_knobs_explain(FILE *out)
{
	fputs("What vmtax run --set KNOB=VALUE changes, and what each knob stands for in real systems.\n\n",
	      out);
	for (int id = 0; id < VMM_KNOBS; id++) {
		fprintf(out, "%s: %s\n", vmm_knobs[id].name, vmm_knobs[id].summary);
		for (const struct vmm_value *v = vmm_knobs[id].values; v->name; v++)
			fprintf(out, "  %-12s %s\n", v->name, v->summary);
		print_wrapped(out, stands_for[id]);
	}
}
