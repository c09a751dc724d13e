/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Signals a program sends itself, as abort() and raise() do: dispositions and masks are kept, default actions
 * are carried out. Handlers are not run yet: a signal that has one is reported as not served.
 */
#define SIGNALS 64
#define SIGKILL 9
#define SIGSTOP 19
#define SIG_DFL 0
#define SIG_IGN 1

struct action {
	uint64_t handler, flags, restorer, mask;
};

static struct action action[SIGNALS + 1];

static uint64_t bit(int signal)
{
	return 1ull << (signal - 1);
}

/* SIGCHLD, SIGCONT, SIGURG, SIGWINCH do nothing by default. */
static bool harmless(int signal)
{
	return signal == 17 || signal == 18 || signal == 23 || signal == 28;
}

void signal_init(void)
{
	for (int s = 1; s <= SIGNALS; s++)
		if (BOOT->ignored & bit(s))
			action[s].handler = SIG_IGN;
}

bool signal_ignored(int signal)
{
	return action[signal].handler == SIG_IGN;
}

bool signal_handled(int signal)
{
	return action[signal].handler > SIG_IGN;
}

/* SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU stop a process, which is not served. */
static bool stops(int signal)
{
	return signal >= 19 && signal <= 22;
}

static int64_t deliver(int signal)
{
	if (signal != SIGKILL && SELF->blocked & bit(signal)) {
		SELF->pending |= bit(signal);
		return 0;
	}
	SELF->pending &= ~bit(signal);
	if (signal_handled(signal) || (stops(signal) && !signal_ignored(signal)))
		return -ENOSYS;
	if (!signal_ignored(signal) && !harmless(signal))
		fault_die(signal);
	return 0;
}

/* rt_sigaction(signal, new, old, size) */
int64_t signal_action(struct syscall_frame *f)
{
	if (f->r10 != 8)
		return -EINVAL;
	if (f->rsi && !user_readable(f->rsi, sizeof(struct action)))
		return -EFAULT;
	if (f->rdi < 1 || f->rdi > SIGNALS || (f->rsi && (f->rdi == SIGKILL || f->rdi == SIGSTOP)))
		return -EINVAL;
	if (f->rdx && !user_writable(f->rdx, sizeof(struct action)))
		return -EFAULT;
	if (f->rdx) {
		struct action old = action[f->rdi];

		if (f->rsi)
			action[f->rdi] = *(const struct action *)f->rsi;
		*(struct action *)f->rdx = old;
	} else if (f->rsi) {
		action[f->rdi] = *(const struct action *)f->rsi;
	}
	return 0;
}

/* rt_sigprocmask(how, new, old, size) */
int64_t signal_mask(struct syscall_frame *f)
{
	struct vcpu *self = SELF;
	uint64_t old = self->blocked, new = 0;
	int64_t result = 0;

	if (f->r10 != 8 || (f->rsi && f->rdi > 2))
		return -EINVAL;
	if ((f->rsi && !user_readable(f->rsi, 8)) || (f->rdx && !user_writable(f->rdx, 8)))
		return -EFAULT;
	if (f->rsi) {
		new = *(const uint64_t *)f->rsi;
		self->blocked = f->rdi == 0 ? self->blocked | new : f->rdi == 1 ? self->blocked & ~new : new;
		self->blocked &= ~(bit(SIGKILL) | bit(SIGSTOP));
	}
	if (f->rdx)
		*(uint64_t *)f->rdx = old;
	for (int s = 1; s <= SIGNALS; s++)
		if (self->pending & ~self->blocked & bit(s))
			result = deliver(s);
	return result;
}

static int64_t send(uint64_t to, int64_t signal)
{
	if (signal < 0 || signal > SIGNALS)
		return -EINVAL;
	if (to != BOOT->pid && to != CHANNEL->tid)
		return -ESRCH;
	return signal ? deliver((int)signal) : 0;
}

/* kill(pid, signal) */
int64_t signal_kill(struct syscall_frame *f)
{
	return send(f->rdi ? f->rdi : BOOT->pid, (int)f->rsi);
}

/* tkill(tid, signal) */
int64_t signal_tkill(struct syscall_frame *f)
{
	return send(f->rdi, (int)f->rsi);
}

/* tgkill(tgid, tid, signal) */
int64_t signal_tgkill(struct syscall_frame *f)
{
	return f->rdi == BOOT->pid ? send(f->rsi, (int)f->rdx) : -ESRCH;
}
