/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "vmm/signals_priv.h"

/*
 * The death of the parent: the guest kernel tells of another one then, and the program may have asked for a
 * signal. The host's notice is one for the monitor; no program is the wiser.
 */
static struct abi_boot *volatile boot; /* a signal handler reaches these */
static volatile pid_t parent, dead;
static volatile int wanted; /* what the program gets; 0: nothing */

/*
 * The notice comes in the parent's name, and for each of its threads that ends while it has a child. So this
 * number is the one that a program cannot send to its children.
 */
static void on_orphaned(int signal, siginfo_t *info, void *context)
{
	pid_t now = getppid();

	(void)context;
	if (now != parent) {
		dead = parent;
		parent = now;
		boot->ppid = (uint32_t)now;
		if (wanted)
			kill(getpid(), wanted);
	} else if (info->si_pid != parent && info->si_pid != dead) {
		signals_own(signal, info);
	}
}

static void watch(struct monitor *m)
{
	boot = m->boot;
	parent = getppid();
	dead = 0;
	signals_set(SIGNAL_ORPHANED, NULL, on_orphaned, 0);
	prctl(PR_SET_PDEATHSIG, SIGNAL_ORPHANED);
	if (getppid() != parent) { /* a notice may be on its way */
		dead = parent;
		parent = getppid();
	}
	boot->ppid = (uint32_t)parent;
}

/* What the program has asked for outlives execve, not a fork. */
void parent_open(struct monitor *m)
{
	int signal = 0;

	boot = m->boot;
	parent = getppid();
	signals_set(SIGNAL_ORPHANED, NULL, on_orphaned, 0);
	if (prctl(PR_GET_PDEATHSIG, &signal) == 0 && signal != SIGNAL_ORPHANED)
		wanted = signal;
	if (!m->first)
		watch(m);
}

void parent_renew(struct monitor *m)
{
	wanted = 0;
	watch(m);
}

void parent_hand_over(void)
{
	if (!loop_current()->lent)
		prctl(PR_SET_PDEATHSIG, wanted);
}

int64_t parent_prctl(struct monitor *m, const uint64_t a[6])
{
	if (loop_current()->lent) /* a child that will execute something: what it has set stays */
		return prctl((int)a[0], a[1]) ? -errno : 0;
	if (a[0] == PR_GET_PDEATHSIG) {
		memcpy((void *)a[1], (const void *)&wanted, sizeof(int));
		return 0;
	}
	if (a[1] > 64)
		return -EINVAL;
	wanted = (int)a[1];
	watch(m);
	return 0;
}
