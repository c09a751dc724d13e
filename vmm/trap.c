/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <sys/mman.h>

#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * The program can map a file over its memory and then cut it short, or map it for reading only: where the
 * monitor touches such a page itself, the host faults. The page becomes plain memory then, and the touch is
 * tried again: a program that hands over memory it has no right to harms itself only.
 */
#define PAGE 4096ul

/* The handler reaches these and nothing else. */
static uintptr_t low, high;
static struct sigaction before[NSIG];

static void on_fault(int signal, siginfo_t *info, void *context)
{
	uintptr_t page = (uintptr_t)info->si_addr & ~(PAGE - 1);

	(void)context;
	if (info->si_code <= 0) { /* somebody sent it */
		signals_take(signal, info);
		return;
	}
	if (page < low || page >= high ||
	    mmap((void *)page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		sigaction(signal, &before[signal], NULL); /* and the same again, without us */
}

void trap_watch(const struct monitor *m)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	low = (uintptr_t)m->memory;
	high = low + m->memory_bytes;
	sigaction(SIGBUS, &action, &before[SIGBUS]);
	sigaction(SIGSEGV, &action, &before[SIGSEGV]);
}
