/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <pthread.h>
#include <signal.h>

#include "vmm/signals_priv.h"

/* Which signals the monitor takes, as it starts, as the program changes its mind, and before execve. */
#define BIT(s) (1ull << ((s)-1))

static struct abi_signals *signals_of(const struct monitor *m)
{
	return memory_at(m, ABI_SIGNALS, sizeof(struct abi_signals));
}

/* Those that are the monitor's own, or whose default is not to end the process, are left alone. */
static bool guests(int signal)
{
	switch (signal) {
	case SIGKILL:
	case SIGSTOP:
	case SIGPIPE: /* the guest kernel makes these of EPIPE and EFBIG, whichever thread wrote */
	case SIGXFSZ:
	case SIGSEGV: /* trap.c */
	case SIGBUS:
	case 32: /* the C library's */
	case 33:
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		return false;
	default:
		return signal < SIGNAL_OWN;
	}
}

void signals_set(int signal, void (*handler)(int), void (*taker)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = { .sa_flags = flags };

	if (taker) {
		action.sa_sigaction = taker;
		action.sa_flags |= SA_SIGINFO;
	} else {
		action.sa_handler = handler;
	}
	sigaction(signal, &action, NULL);
}

void signals_install(const struct monitor *m)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		if (guests(s) && !(m->boot->ignored & BIT(s)))
			signals_set(s, NULL, signals_arrive, 0);
	signals_set(SIGPIPE, NULL, signals_arrive, 0);
	signals_set(SIGXFSZ, NULL, signals_arrive, 0);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* The mask; what is ignored the loader has found. */
void signals_inherit(struct monitor *m)
{
	sigset_t blocked;

	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	for (int s = 1; s < NSIG; s++)
		if (sigismember(&blocked, s) == 1)
			signals_of(m)->blocked |= BIT(s);
}

void signals_shut(void)
{
	sigset_t others;

	sigfillset(&others);
	for (int s = SIGNAL_OWN; s <= SIGNAL_KICK; s++)
		sigdelset(&others, s);
	pthread_sigmask(SIG_SETMASK, &others, NULL);
}

void signals_defer(void)
{
	sigset_t others;

	sigfillset(&others);
	sigdelset(&others, SIGNAL_WATCHDOG);
	pthread_sigmask(SIG_SETMASK, &others, NULL);
}

void signals_cease(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}

void signals_hand_over(uint64_t ignored, uint64_t blocked)
{
	sigset_t set;

	sigfillset(&set);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	parent_hand_over();
	sigemptyset(&set);
	for (int s = 1; s < NSIG; s++) { /* our own handlers execve forgets */
		if (s != SIGKILL && s != SIGSTOP && s != 32 && s != 33 && s < SIGNAL_OWN)
			signals_set(s, ignored & BIT(s) ? SIG_IGN : SIG_DFL, NULL, 0);
		if (blocked & BIT(s))
			sigaddset(&set, s);
	}
	pthread_sigmask(SIG_SETMASK, &set, NULL);
}

/* A handler sees to it, where the default is to forget it or to stop. */
void signals_claim(int signal)
{
	struct sigaction now;

	if (!guests(signal) && signal >= SIGCHLD && sigaction(signal, NULL, &now) == 0 &&
	    now.sa_handler != SIG_IGN)
		signals_set(signal, NULL, signals_arrive, 0);
}

/* disposition(signal, 0 default, 1 ignored, 2 handled | flags << 8) */
int64_t signals_dispose(struct monitor *m, const uint64_t a[6])
{
	int signal = (int)a[0], flags = (int)(a[1] >> 8) & 3;

	(void)m;
	if (signal < 1 || signal >= SIGNAL_OWN || signal == SIGPIPE || signal == SIGXFSZ ||
	    signal == SIGSEGV || signal == SIGBUS)
		return 0;
	if ((a[1] & 255) == 2 || (guests(signal) && (a[1] & 255) == 0))
		signals_set(signal, NULL, signals_arrive, flags);
	else
		signals_set(signal, (a[1] & 255) == 1 ? SIG_IGN : SIG_DFL, NULL, flags);
	return 0;
}
