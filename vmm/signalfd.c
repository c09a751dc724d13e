/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/signals_priv.h"

/*
 * Signals that wait in the host rather than in the guest: those a signalfd is to read, and, over execve,
 * those the program blocks. A signalfd reads what is pending for the process, hence what the handler would
 * take away from it goes back, to be blocked until the program wants it otherwise.
 */
#define BIT(s) (1ull << ((s)-1))

static struct abi_signals *signals_of(const struct monitor *m)
{
	return memory_at(m, ABI_SIGNALS, sizeof(struct abi_signals));
}

/* Queues SIGNAL, as INFO tells of it, to this process again, which blocks it. */
static void queue_again(int signal, const siginfo_t *info)
{
	syscall(SYS_rt_sigqueueinfo, getpid(), signal, info);
}

bool signals_hold(const struct monitor *m, int signal, const siginfo_t *info, void *context)
{
	struct abi_signals *s = signals_of(m);
	ucontext_t *interrupted = context;

	if (signal >= SIGNAL_OWN || !(s->claimed & s->blocked & BIT(signal)))
		return false;
	sigaddset(&interrupted->uc_sigmask, signal);
	__atomic_or_fetch(&s->held, BIT(signal), __ATOMIC_SEQ_CST);
	queue_again(signal, info);
	return true;
}

/*
 * held(blocked): the handler takes what the program does not block any more; which of the rest is pending.
 * From the main thread.
 */
int64_t signals_held(struct monitor *m, const uint64_t a[6])
{
	struct abi_signals *s = signals_of(m);
	uint64_t free = s->held & ~a[0];
	int64_t pending = 0;
	sigset_t set;

	sigemptyset(&set);
	for (int i = 1; i < SIGNAL_OWN; i++)
		if (free & BIT(i))
			sigaddset(&set, i);
	__atomic_and_fetch(&s->held, ~free, __ATOMIC_SEQ_CST);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	sigpending(&set);
	for (int i = 1; i < SIGNAL_OWN; i++)
		if (s->held & BIT(i) && sigismember(&set, i) == 1)
			pending |= (int64_t)BIT(i);
	return pending;
}

void signals_requeue(const struct monitor *m, uint64_t which)
{
	struct abi_signals *s = signals_of(m);

	which &= __atomic_fetch_and(&s->pending, ~which, __ATOMIC_SEQ_CST);
	for (int i = 1; i <= 64; i++) {
		siginfo_t info;

		if (!(which & BIT(i)))
			continue;
		memset(&info, 0, sizeof(info));
		info.si_signo = i;
		info.si_code = s->info[i].code;
		info.si_pid = s->info[i].pid;
		info.si_uid = (uid_t)s->info[i].uid;
		if (i == SIGCHLD)
			info.si_status = s->info[i].status;
		else
			info.si_value.sival_ptr = (void *)s->info[i].value;
		queue_again(i, &info);
	}
}

/* signalfd4(descriptor, mask, size, flags) */
int64_t signals_make_fd(struct monitor *m, const uint64_t a[6])
{
	struct abi_signals *s = signals_of(m);
	uint64_t mask;
	int64_t fd;

	if (a[1] == 0)
		return -EFAULT;
	if ((int)a[0] != -1 && (uint32_t)a[0] >= m->nofile)
		return -EBADF;
	memcpy(&mask, (const void *)a[1], sizeof(mask));
	fd = checked_new(m, call_host(m, SYS_signalfd4, (uint64_t[6]){ a[0], (uintptr_t)&mask, 8, a[3] }));
	if (fd < 0)
		return fd;
	__atomic_or_fetch(&s->claimed, mask, __ATOMIC_SEQ_CST);
	for (int i = 1; i < SIGNAL_OWN; i++)
		if (mask & BIT(i))
			signals_claim(i);
	signals_requeue(m, mask & s->blocked);
	return fd;
}
