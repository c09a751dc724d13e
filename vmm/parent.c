/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "vmm/signals_priv.h"

/* The death of the parent: the guest kernel tells of another one then, and the program may have asked for a
 * signal. */
static struct abi_boot *volatile boot; /* a signal handler reaches it */
static volatile int parent_signal;     /* what the program gets when its parent dies; 0: nothing */

static void on_orphaned(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if ((uint32_t)getppid() == boot->ppid) {
		signals_own(signal, info);
		return;
	}
	boot->ppid = (uint32_t)getppid();
	if (parent_signal)
		kill(getpid(), parent_signal);
}

/* What the program has asked for outlives execve. */
void parent_open(struct monitor *m)
{
	int signal = 0;

	boot = m->boot;
	signals_set(SIGNAL_ORPHANED, NULL, on_orphaned, 0);
	if (prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal != SIGNAL_ORPHANED)
		parent_signal = signal;
}

void parent_renew(struct monitor *m)
{
	boot = m->boot;
	parent_signal = 0;
	prctl(PR_SET_PDEATHSIG, SIGNAL_ORPHANED);
	boot->ppid = (uint32_t)getppid();
}

void parent_hand_over(void)
{
	if (parent_signal && !loop_current()->lent)
		prctl(PR_SET_PDEATHSIG, parent_signal);
}

int64_t parent_prctl(const uint64_t a[6])
{
	int signal = (int)a[1];

	if (loop_current()->lent) /* a child that will execute something: what it has set stays */
		return prctl((int)a[0], a[1]) ? -errno : 0;

	if (a[0] == PR_GET_PDEATHSIG) {
		memcpy((void *)a[1], (const void *)&parent_signal, sizeof(int));
		return 0;
	}
	if (a[1] > 64)
		return -EINVAL;
	parent_signal = signal;
	return prctl(PR_SET_PDEATHSIG, SIGNAL_ORPHANED) ? -errno : 0;
}
