/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <stdio.h>

#include "cmd/monitor_priv.h"

/* How vmtax-monitor ends: as its program did. */

/* Dies by SIGNAL as the program would have, so that whoever waits sees it. Others stay blocked: their
 * handlers would look at a machine that is no more. */
static int die(int signal_number)
{
	sigset_t one;

	signal(signal_number, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(signal_number);
	return 128 + signal_number;
}

int monitor_conclude(const struct vmm_report *r, bool speaks)
{
	switch (r->outcome) {
	case VMM_EXITED:
		return r->exit_code;
	case VMM_SIGNALED:
		if (speaks && r->faulted)
			monitor_say_fault(r);
		return die(r->signal);
	case VMM_TIMED_OUT:
		if (speaks)
			fprintf(stderr,
				"vmtax-monitor: timed out at rip 0x%llx: raise --timeout, or mend the "
				"program\n",
				(unsigned long long)r->fault_rip);
		return VMM_STATUS_TIMEOUT;
	case VMM_GUEST_PANIC:
		if (speaks)
			monitor_say_fault(r);
		return VMM_STATUS_FAILED;
	default:
		if (speaks)
			monitor_say_error(&r->error);
		return r->outcome == VMM_UNABLE ? VMM_STATUS_UNABLE : VMM_STATUS_FAILED;
	}
}
