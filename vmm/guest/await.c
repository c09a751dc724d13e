/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* Waiting for signals. The host waits, until one comes that is wanted. */
#define SECOND 1000000000ull

/* rt_sigsuspend(mask, size): the old mask comes back when the handler has run */
int64_t await_suspend(struct syscall_frame *f)
{
	struct signal_thread *t = signal_self();

	if (f->rsi != 8)
		return -EINVAL;
	if (!user_readable(f->rdi, 8))
		return -EFAULT;
	t->saved = t->blocked;
	t->restores = true;
	signal_block(*(const uint64_t *)f->rdi);
	if (!DATA->work)
		channel_service(ABI_CALL_pause, 0, 0);
	DATA->work = 1;
	return -EINTR;
}

int64_t await_pause(struct syscall_frame *f)
{
	(void)f;
	if (!DATA->work)
		channel_service(ABI_CALL_pause, 0, 0);
	DATA->work = 1;
	return -EINTR;
}

/* rt_sigpending(set, size) */
int64_t await_pending(struct syscall_frame *f)
{
	struct signal_thread *t = signal_self();
	uint64_t held = 0;

	if (f->rsi > 8)
		return -EINVAL;
	if (!user_writable(f->rdi, f->rsi))
		return -EFAULT;
	signal_take(0);
	if (SIGNALS->held)
		held = (uint64_t)channel_service(ABI_CALL_held, SIGNALS->blocked, 0);
	memcpy((void *)f->rdi, &(uint64_t){ (t->pending | SIGNALS->pending | held) & t->blocked }, f->rsi);
	return 0;
}

static int64_t fetch(struct signal_thread *t, uint64_t set, uint64_t to)
{
	signal_take(set);
	for (int s = 1; s <= SIGNAL_COUNT; s++) {
		int32_t *info = (int32_t *)to;

		if (!(t->pending & set & SIGNAL_BIT(s)))
			continue;
		t->pending &= ~SIGNAL_BIT(s);
		if (to) {
			memset(info, 0, 128);
			info[0] = s;
			info[2] = t->info[s].code;
			info[4] = t->info[s].pid;
			info[5] = t->info[s].uid;
			info[6] = s == SIGCHLD ? t->info[s].status : (int32_t)t->info[s].value;
		}
		return s;
	}
	return 0;
}

/* rt_sigtimedwait(set, info, timeout, size) */
int64_t await_timed(struct syscall_frame *f)
{
	struct signal_thread *t = signal_self();
	uint64_t set, now, deadline = 0, blocked = t->blocked;
	int64_t signal;

	if (f->r10 != 8)
		return -EINVAL;
	if (!user_readable(f->rdi, 8) || (f->rsi && !user_writable(f->rsi, 128)) ||
	    (f->rdx && !user_readable(f->rdx, 16)))
		return -EFAULT;
	set = *(const uint64_t *)f->rdi & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
	/* By default the host does not tell of it. */
	if (set & SIGNAL_BIT(SIGCHLD) && signal_disposition(SIGCHLD)->handler == SIG_DFL)
		channel_service(ABI_CALL_disposition, SIGCHLD, 2);
	clock_read(1, &now);
	if (f->rdx)
		deadline = now + ((const uint64_t *)f->rdx)[0] * SECOND + ((const uint64_t *)f->rdx)[1];
	while (!(signal = fetch(t, set, f->rsi))) {
		clock_read(1, &now);
		if (f->rdx && now >= deadline)
			return -EAGAIN;
		__atomic_store_n(&DATA->awaited, set, __ATOMIC_SEQ_CST);
		DATA->work = 0;
		channel_service(ABI_CALL_pause, f->rdx ? deadline - now : 0, f->rdx != 0);
		signal_take(set);
		signal_publish();
		if (t->pending & ~blocked & ~set)
			return -EINTR;
	}
	signal_publish();
	return signal;
}

/* A call that may wait, with another mask while it does. */
int64_t await_masked(enum abi_call_id call, const uint64_t argument[6], uint64_t mask, uint64_t bytes)
{
	struct signal_thread *t = signal_self();
	int64_t result;

	if (mask == 0)
		return forward_call(call, argument);
	if (bytes != 8)
		return -EINVAL;
	if (!user_readable(mask, 8))
		return -EFAULT;
	t->saved = t->blocked;
	t->restores = true;
	signal_block(*(const uint64_t *)mask);
	result = DATA->work ? -EINTR : forward_call(call, argument);
	DATA->work = 1; /* for the mask to be put back */
	return result;
}

/* ppoll(fds, count, timeout, mask, size) */
int64_t await_ppoll(struct syscall_frame *f)
{
	return await_masked(ABI_CALL_ppoll, f->argument, f->r10, f->r8);
}

/* epoll_pwait(epoll, events, most, timeout, mask, size) */
int64_t await_epoll(struct syscall_frame *f)
{
	return await_masked(ABI_CALL_epoll_pwait, f->argument, f->r8, f->r9);
}

/* epoll_pwait2(epoll, events, most, timeout, mask, size) */
int64_t await_epoll2(struct syscall_frame *f)
{
	return await_masked(ABI_CALL_epoll_pwait2, f->argument, f->r8, f->r9);
}

/*
 * signalfd4(descriptor, mask, size, flags): the host's, which reads what waits there. What waits here goes
 * there first.
 */
static int64_t make_signalfd(uint64_t fd, uint64_t mask, uint64_t bytes, uint64_t flags)
{
	struct signal_thread *t = signal_self();

	if (bytes != 8)
		return -EINVAL;
	if (!user_readable(mask, 8))
		return -EFAULT;
	signal_give(t->blocked & *(const uint64_t *)mask);
	return forward_call(ABI_CALL_signalfd4, (uint64_t[6]){ fd, mask, bytes, flags });
}

int64_t await_signalfd4(struct syscall_frame *f)
{
	return make_signalfd(f->rdi, f->rsi, f->rdx, f->r10);
}

/* signalfd(descriptor, mask, size) */
int64_t await_signalfd(struct syscall_frame *f)
{
	return make_signalfd(f->rdi, f->rsi, f->rdx, 0);
}
