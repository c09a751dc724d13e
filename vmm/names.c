/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <linux/kvm.h>

#include "vmm/vmm.h"

const char *const vmm_stage_names[VMM_STAGES] = {
	[VMM_STAGE_TRANSPORT_IN] = "transport-in",
	[VMM_STAGE_MONITOR_IN] = "monitor-in",
	[VMM_STAGE_HOST] = "host",
	[VMM_STAGE_MONITOR_OUT] = "monitor-out",
	[VMM_STAGE_TRANSPORT_OUT] = "transport-out",
	[VMM_STAGE_TOTAL] = "total",
};

const char *vmm_exit_name(unsigned reason)
{
	static const char *const names[] = {
		[KVM_EXIT_UNKNOWN] = "unknown",
		[KVM_EXIT_EXCEPTION] = "exception",
		[KVM_EXIT_IO] = "io",
		[KVM_EXIT_HYPERCALL] = "hypercall",
		[KVM_EXIT_DEBUG] = "debug",
		[KVM_EXIT_HLT] = "hlt",
		[KVM_EXIT_MMIO] = "mmio",
		[KVM_EXIT_IRQ_WINDOW_OPEN] = "irq-window-open",
		[KVM_EXIT_SHUTDOWN] = "shutdown",
		[KVM_EXIT_FAIL_ENTRY] = "fail-entry",
		[KVM_EXIT_INTR] = "intr",
		[KVM_EXIT_SET_TPR] = "set-tpr",
		[KVM_EXIT_TPR_ACCESS] = "tpr-access",
		[KVM_EXIT_NMI] = "nmi",
		[KVM_EXIT_INTERNAL_ERROR] = "internal-error",
		[KVM_EXIT_SYSTEM_EVENT] = "system-event",
	};

	return reason < sizeof(names) / sizeof(names[0]) && names[reason] ? names[reason] : "unknown";
}
