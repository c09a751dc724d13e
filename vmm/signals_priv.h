/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_SIGNALS_PRIV_H
#define VMM_SIGNALS_PRIV_H

#include <signal.h>

#include "vmm/vmm_priv.h"

/* signals.c: the host's signals become the guest's. */
void signals_open(struct monitor *m); /* once the guest's memory is built */
void signals_renew(void);	      /* after a fork */
void signals_install(const struct monitor *m);
void signals_shut(void);  /* the calling thread takes only what is the monitor's own */
void signals_defer(void); /* the calling thread takes the watchdog's only */
void signals_cease(void); /* or none: what handlers look at goes */
bool signals_own(int signal,
		 const siginfo_t *info); /* in a handler; false: it was the program's, and is taken */
void signals_hand_over(uint64_t ignored, uint64_t blocked); /* before execve */
void signals_take(int signal, const siginfo_t *info);
bool signals_wanted(
	void); /* the calling vCPU's thread waits for one that is pending: host calls end with EINTR */
bool signals_own_timer(int id);
void signals_enter(struct vcpu *v);
bool signals_bus(struct vcpu *v); /* SIGBUS: false where the program has no handler */
int64_t signals_dispose(struct monitor *m, const uint64_t argument[6]);
int64_t signals_pause(struct monitor *m, const uint64_t argument[6]);
int64_t signals_direct(struct monitor *m, const uint64_t argument[6]);

/* dispositions.c needs of signals.c, and the other way round. */
void signals_arrive(int signal, siginfo_t *info, void *context); /* the handler of the guest's signals */
void signals_set(int signal, void (*handler)(int), void (*taker)(int, siginfo_t *, void *), int flags);
void signals_inherit(struct monitor *m); /* what the program finds at its start */

/* signalfd.c: signals that wait in the host. */
/* In a handler: SIGNAL is a signalfd's, and goes back to the host. */
bool signals_hold(const struct monitor *m, int signal, const siginfo_t *info, void *context);
void signals_requeue(const struct monitor *m,
		     uint64_t which); /* what of these is pending waits in the host */
int64_t signals_held(struct monitor *m, const uint64_t argument[6]);
int64_t signals_make_fd(struct monitor *m, const uint64_t argument[6]);
void signals_claim(int signal); /* dispositions.c: the host is to keep it when it comes */

/* parent.c: the parent's death. */
void parent_open(struct monitor *m);
void parent_renew(struct monitor *m); /* after a fork */
void parent_hand_over(void);	      /* before execve */
int64_t parent_prctl(struct monitor *m, const uint64_t argument[6]);

#endif
