/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/vmm.h"

/* The table of knobs and the presets, which are rows of it. Indices are the enums of vmm.h. */
/* clang-format off */
#define VALUES (const struct vmm_value[])
#define NOT_YET "not built yet"

const struct vmm_knob vmm_knobs[VMM_KNOBS] = {
	[VMM_TRANSPORT] = {
		.name = "transport", .column = "transport", .summary = "how a request leaves the guest",
		.values = VALUES{
			{"exit", "a port write exits to the monitor process, which serves it", NULL, NULL},
			{"ring", "a shared ring polled by a driver thread on a core of its own; no exit", "exit", NULL},
			{"eventfd", "the exit ends in the kernel and wakes a driver thread", "exit", NULL},
			{0} },
	},
	[VMM_COMPLETION] = {
		.name = "completion", .column = "completion", .summary = "how the answer comes back",
		.values = VALUES{
			{"inject", "the monitor injects an interrupt", NULL, NULL},
			{"poll", "the guest polls for the answer, then halts until an interrupt", NULL, NULL},
			{0} },
	},
	[VMM_IRQCHIP] = {
		.name = "irqchip", .column = "irqchip", .summary = "who emulates the interrupt controller",
		.values = VALUES{
			{"kernel", "KVM", "user", NULL},
			{"user", "the monitor", NULL, NULL},
			{0} },
	},
	[VMM_BACKEND] = {
		.name = "backend", .column = "backend", .summary = "how the host does file I/O",
		.values = VALUES{
			{"buffered", "by the serving thread, through the host's page cache", NULL, NULL},
			{"uring", "through io_uring, but for what the host's page cache has or takes", "buffered", NULL},
			{"direct", "through io_uring past the host's page cache; a page cache in the guest", "uring", NULL},
			{0} },
	},
	[VMM_MEMORY] = {
		.name = "memory", .column = "memory", .summary = "what backs the guest's memory", .native = true,
		.values = VALUES{
			{"lazy4k", "4 KiB pages, faulted in on first touch, swappable", NULL, NULL},
			{"locked4k", "4 KiB pages, populated and locked", "lazy4k", NULL},
			{"locked-huge", "2 MiB pages, populated and locked", "locked4k", NULL},
			{"malloc-huge", "native only: malloc asks for 2 MiB pages", "lazy4k", NULL},
			{0} },
	},
	[VMM_GUEST_PAGES] = {
		.name = "guest-pages", .column = "guest_pages", .summary = "page size in the guest's own tables",
		.values = VALUES{
			{"4k", "4 KiB", NULL, NULL},
			{"2m", "2 MiB where a mapping is large enough", NULL, NULL},
			{0} },
	},
	[VMM_SCHEDULING] = {
		.name = "scheduling", .column = "scheduling", .summary = "where vCPUs run", .native = true,
		.values = VALUES{
			{"shared", "where the host's scheduler puts them", NULL, NULL},
			{"pinned", "on one core each", "shared", NULL},
			{"fifo", "on one core each, under SCHED_FIFO", "pinned", NULL},
			{0} },
	},
	[VMM_IDLE] = {
		.name = "idle", .column = "idle", .summary = "what an idle guest does",
		.values = VALUES{
			{"exit", "halts: back to the host's scheduler", NULL, NULL},
			{"poll", "polls and keeps its core", NULL, NULL},
			{0} },
	},
	[VMM_CLOCK] = {
		.name = "clock", .column = "clock", .summary = "how the guest reads time",
		.values = VALUES{
			{"tsc", "from the time-stamp counter", "exit", NULL},
			{"exit", "by a port read that exits to the monitor, as a legacy timer", NULL, NULL},
			{0} },
	},
	[VMM_TICK] = {
		.name = "tick", .column = "tick", .summary = "guest timer interrupts a second",
		.values = VALUES{
			{"0", "none", NULL, NULL},
			{"100", "a hundred for each vCPU, as classic Unix", NULL, NULL},
			{"250", "as Linux distributions choose", NULL, NULL},
			{"1000", "as desktops and multimedia choose", NULL, NULL},
			{0} },
	},
	[VMM_HOST_SERVICES] = {
		.name = "host-services", .column = "host_services", .summary = "what the host OS does besides", .native = true,
		.values = VALUES{
			{"none", "nothing", NULL, NULL},
			{"backup", "streams the program's files again and again, 100 MB a second", NULL, NULL},
			{"scan", "burns 30 ms of CPU time in bursts, with 70 ms in between", NULL, NULL},
			{"directory", "answers some 2000 look-ups a second over a socket", NULL, NULL},
			{"all", "backup, scan and directory at once", NULL, NULL},
			{0} },
	},
};

const struct vmm_preset vmm_presets[] = {
	{
		.name = "native", .summary = "a plain process, no virtual machine", .native = true,
	},
	{
		.name = "native-tuned", .native = true,
		.summary = "a plain process on one core with huge pages: what bare-metal's tuning gives alone",
		.value = {[VMM_MEMORY] = VMM_MEMORY_MALLOC_HUGE, [VMM_SCHEDULING] = VMM_SCHEDULING_PINNED},
	},
	{
		.name = "hosted", .summary = "every request exits to a monitor, which is a program of the host OS",
	},
	{
		.name = "hosted-classic",
		.summary = "the same with interrupts and clocks emulated by the monitor, as in 2001",
		.value = {[VMM_IRQCHIP] = VMM_IRQCHIP_USER, [VMM_CLOCK] = VMM_CLOCK_EXIT},
	},
	{
		.name = "hosted-modern",
		.summary = "requests wake a driver thread of the monitor and answers come by irqfd, as in today's",
		.value = {[VMM_TRANSPORT] = VMM_TRANSPORT_EVENTFD},
	},
	{
		.name = "bare-metal", .summary = "cores, memory and device paths owned; a shared ring instead of exits",
		.value = {
			[VMM_TRANSPORT] = VMM_TRANSPORT_RING,
			[VMM_COMPLETION] = VMM_COMPLETION_POLL,
			[VMM_BACKEND] = VMM_BACKEND_URING,
			[VMM_MEMORY] = VMM_MEMORY_LOCKED_HUGE,
			[VMM_GUEST_PAGES] = VMM_GUEST_PAGES_2M,
			[VMM_SCHEDULING] = VMM_SCHEDULING_PINNED,
			[VMM_IDLE] = VMM_IDLE_POLL,
		},
	},
	{ .name = NULL },
};
/* clang-format on */
