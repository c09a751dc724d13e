/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* Dispositions and masks. send.c and deliver.c have the rest. */
static struct action common[SIGNAL_COUNT + 1];

struct signal_thread *signal_self(void)
{
	return &SELF->signals;
}

struct action *signal_disposition(int signal)
{
	return SELF->apart ? &SELF->apart->action[signal] : &common[signal];
}

void signal_part(struct apart *apart)
{
	for (int s = 1; s <= SIGNAL_COUNT; s++)
		apart->action[s] = *signal_disposition(s);
}

void signal_keep(void)
{
	for (int s = 1; SELF->apart && s <= SIGNAL_COUNT; s++)
		common[s] = SELF->apart->action[s];
}

void signal_reset(void)
{
	for (int s = 1; s <= SIGNAL_COUNT; s++)
		if (signal_handled(s))
			signal_disposition(s)->handler = SIG_DFL;
}

static uint64_t bit(int signal)
{
	return SIGNAL_BIT(signal);
}

/* SIGCHLD, SIGCONT, SIGURG, SIGWINCH do nothing by default. */
static bool harmless(int signal)
{
	return signal == SIGCHLD || signal == SIGCONT || signal == 23 || signal == 28;
}

bool signal_ignored(int signal)
{
	return signal_disposition(signal)->handler == SIG_IGN;
}

bool signal_handled(int signal)
{
	return signal_disposition(signal)->handler > SIG_IGN;
}

/* Whether nothing happens when SIGNAL arrives. */
bool signal_idle(int signal)
{
	return signal_ignored(signal) || (!signal_handled(signal) && harmless(signal));
}

static uint64_t all(bool (*is)(int))
{
	uint64_t set = 0;

	for (int s = 1; s <= SIGNAL_COUNT; s++)
		set |= is(s) ? bit(s) : 0;
	return set;
}

uint64_t signal_all_ignored(void)
{
	return all(signal_ignored);
}

void signal_publish(void)
{
	struct signal_thread *t = signal_self();

	if (SELF->apart) { /* what comes is for those it left */
		DATA->awaited = 0;
		DATA->blocked = ~0ull;
		DATA->work = t->pending & ~t->blocked ? 1 : DATA->work;
		return;
	}
	SIGNALS->idle = all(signal_idle);
	SIGNALS->handled = all(signal_handled);
	DATA->awaited = 0;
	__atomic_store_n(&DATA->blocked, t->blocked, __ATOMIC_SEQ_CST);
	if (CHANNEL->tid == BOOT->pid) {
		SIGNALS->blocked = t->blocked;
		if (SIGNALS->held & ~t->blocked)
			channel_service(ABI_CALL_held, t->blocked, 0);
	}
	if ((t->pending | DATA->directed | __atomic_load_n(&SIGNALS->pending, __ATOMIC_SEQ_CST)) &
	    ~t->blocked)
		DATA->work = 1;
}

void signal_init(void)
{
	for (int s = 1; s <= SIGNAL_COUNT; s++)
		if (BOOT->ignored & bit(s))
			common[s].handler = SIG_IGN;
	signal_self()->blocked = SIGNALS->blocked;
	signal_publish();
}

void signal_cloned(struct signal_thread *child)
{
	child->blocked = signal_self()->blocked;
	child->pending = 0;
	child->restores = child->returning = false;
}

/* Signals whose default is not to end the process are the host's to carry out: it must know the disposition.
 */
static bool shared_with_host(int signal)
{
	return harmless(signal) || (signal > SIGSTOP && signal <= SIGTTOU) || (BOOT->ignored & bit(signal));
}

static void forget(int signal)
{
	signal_self()->pending &= ~bit(signal);
	if (!SELF->apart)
		__atomic_fetch_and(&SIGNALS->pending, ~bit(signal), __ATOMIC_SEQ_CST);
}

static void set_action(int signal, struct action new)
{
	struct action *a = signal_disposition(signal);
	bool changed = (new.handler > SIG_IGN ? 2 : new.handler) != (a->handler > SIG_IGN ? 2 : a->handler) ||
		       (signal == SIGCHLD && ((new.flags ^ a->flags) & 3));

	if (signal_idle(signal) && !(signal_self()->blocked & bit(signal)))
		forget(signal); /* what came meanwhile has had its effect */
	*a = new;
	a->mask &= ~(bit(SIGKILL) | bit(SIGSTOP));
	if (signal_idle(signal))
		forget(signal);
	if (!changed)
		return;
	if (shared_with_host(signal))
		channel_service(ABI_CALL_disposition, (uint64_t)signal,
				(new.handler > SIG_IGN ? 2 : new.handler) | (new.flags & 3) << 8);
	signal_publish();
}

/* rt_sigaction(signal, new, old, size) */
int64_t signal_action(struct syscall_frame *f)
{
	struct action new = { 0 }, old;

	if (f->r10 != 8)
		return -EINVAL;
	if (f->rsi && !user_readable(f->rsi, sizeof(struct action)))
		return -EFAULT;
	if (f->rdi < 1 || f->rdi > SIGNAL_COUNT || (f->rsi && (f->rdi == SIGKILL || f->rdi == SIGSTOP)))
		return -EINVAL;
	if (f->rdx && !user_writable(f->rdx, sizeof(struct action)))
		return -EFAULT;
	old = *signal_disposition((int)f->rdi);
	if (f->rsi)
		new = *(const struct action *)f->rsi;
	if (f->rdx)
		*(struct action *)f->rdx = old;
	if (f->rsi)
		set_action((int)f->rdi, new);
	return 0;
}

void signal_block(uint64_t mask)
{
	signal_self()->blocked = mask & ~(bit(SIGKILL) | bit(SIGSTOP));
	signal_publish();
}

/* rt_sigprocmask(how, new, old, size) */
int64_t signal_mask(struct syscall_frame *f)
{
	uint64_t old = signal_self()->blocked, new = 0;

	if (f->r10 != 8 || (f->rsi && f->rdi > 2))
		return -EINVAL;
	if ((f->rsi && !user_readable(f->rsi, 8)) || (f->rdx && !user_writable(f->rdx, 8)))
		return -EFAULT;
	if (f->rsi)
		new = *(const uint64_t *)f->rsi;
	if (f->rdx)
		*(uint64_t *)f->rdx = old;
	if (f->rsi) {
		new = f->rdi == 0 ? old | new : f->rdi == 1 ? old & ~new : new;
		if (new != old)
			signal_block(new);
	}
	return 0;
}
