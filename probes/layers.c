/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes.h"

const struct probe_layer_row probe_layers[PROBE_LAYERS] = {
	[LAYER_GUEST_USER] = { "guest-user", "the program's own instructions, and KVM's handling of its page "
					     "faults where nothing tells of that; natively user mode" },
	[LAYER_GUEST_KERNEL] = { "guest-kernel", "the guest kernel, its start included" },
	[LAYER_HYPERVISOR] = { "hypervisor",
			       "KVM: carrying requests and interrupts in and out of the guest" },
	[LAYER_MONITOR] = { "monitor", "vmtax-monitor's own code" },
	[LAYER_HOST_KERNEL] = { "host-kernel", "system calls made for the guest; natively kernel mode" },
	[LAYER_WAIT_IO] = { "wait-io", "blocked until something outside is done" },
	[LAYER_WAIT_CPU] = { "wait-cpu", "runnable while another thread had the core" },
	[LAYER_SPIN] = { "spin", "polling, by the guest or by a driver" },
	[LAYER_IDLE] = { "idle", "a driver asleep for want of requests" },
	[LAYER_UNATTRIBUTED] = { "unattributed",
				 "what the other layers leave over, or claim twice (negative)" },
};

const char *const probe_source_names[PROBE_SOURCES] = {
	[PROBE_EXACT] = "exact",
	[PROBE_SAMPLED] = "sampled",
	[PROBE_INFERRED] = "inferred",
};
