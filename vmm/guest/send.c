/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* Signals a program sends: to itself, to one of its threads, to other processes. */

void signal_raise(int signal, int code)
{
	struct signal_thread *t = signal_self();

	if (signal_idle(signal) && !(t->blocked & SIGNAL_BIT(signal)))
		return;
	if (!(t->pending & SIGNAL_BIT(signal)))
		t->info[signal] = (struct abi_signal_info){ .code = code,
							    .pid = (int)thread_process(),
							    .uid = (int)BOOT->uid };
	t->pending |= SIGNAL_BIT(signal);
	if (!(t->blocked & SIGNAL_BIT(signal)))
		DATA->work = 1;
}

/* Whether SIGNAL, sent to oneself, is the host's to carry out: it stops the process, or is to be read by a
 * signalfd. */
static bool is_hosts(int signal)
{
	bool blocked = signal > 0 && signal_self()->blocked & SIGNAL_BIT(signal);

	if (signal >= SIGSTOP && signal <= SIGTTOU && !blocked)
		return signal_disposition(signal)->handler == SIG_DFL;
	return blocked && SIGNALS->claimed & SIGNAL_BIT(signal);
}

/* Whether another thread may take SIGNAL in place of this one, which blocks it. */
static bool is_anothers(int signal)
{
	return signal > 0 && thread_live() > 1 && signal_self()->blocked & SIGNAL_BIT(signal);
}

static int64_t send(uint64_t to, int64_t signal, int code)
{
	uint64_t argument[6] = { to, (uint64_t)signal };

	if (signal < 0 || signal > SIGNAL_COUNT)
		return -EINVAL;
	if ((uint32_t)to != thread_process() || is_hosts((int)signal) || is_anothers((int)signal))
		return forward_call(ABI_CALL_kill, argument);
	if (signal)
		signal_raise((int)signal, code);
	return 0;
}

static int64_t direct_host(uint32_t tid, int64_t signal, int code, uint64_t value)
{
	struct abi_request *request = channel_begin(ABI_CALL_direct, true);

	request->argument[0] = tid;
	request->argument[1] = (uint64_t)signal;
	request->argument[2] = (uint64_t)code;
	request->argument[3] = value;
	return channel_submit(request);
}

/* To one thread: this one, or another that the host finds. */
static int64_t direct(uint32_t tid, int64_t signal)
{
	if (signal < 0 || signal > SIGNAL_COUNT)
		return -EINVAL;
	if (tid == CHANNEL->tid && is_hosts((int)signal))
		return forward_call(ABI_CALL_kill, (uint64_t[6]){ thread_process(), (uint64_t)signal });
	if (tid == CHANNEL->tid && signal != SIGSTOP) {
		if (signal)
			signal_raise((int)signal, SI_TKILL);
		return 0;
	}
	return direct_host(tid, signal, SI_TKILL, 0);
}

/* kill(pid, signal) */
int64_t signal_kill(struct syscall_frame *f)
{
	return send(f->rdi, (int)f->rsi, SI_USER);
}

/* tkill(tid, signal) */
int64_t signal_tkill(struct syscall_frame *f)
{
	return (int)f->rdi <= 0 ? -EINVAL : direct((uint32_t)f->rdi, (int)f->rsi);
}

/* tgkill(tgid, tid, signal) */
int64_t signal_tgkill(struct syscall_frame *f)
{
	if ((int)f->rdi <= 0 || (int)f->rsi <= 0)
		return -EINVAL;
	return (uint32_t)f->rdi == thread_process() ? direct((uint32_t)f->rsi, (int)f->rdx) : -ESRCH;
}

/* rt_tgsigqueueinfo(tgid, tid, signal, info) */
int64_t signal_queue_thread(struct syscall_frame *f)
{
	const int32_t *info = (const int32_t *)f->r10;

	if ((int)f->rdi <= 0 || (int)f->rsi <= 0 || f->rdx > SIGNAL_COUNT)
		return -EINVAL;
	if (!user_readable(f->r10, 128))
		return -EFAULT;
	return (uint32_t)f->rdi == thread_process()
		       ? direct_host((uint32_t)f->rsi, (int)f->rdx, info[2], *(const uint64_t *)&info[6])
		       : -ESRCH;
}
