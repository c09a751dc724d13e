/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* What happens to pending signals as the program is about to go on. */
#define SYNCHRONOUS                                                                                          \
	(SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) |               \
	 SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSYS))

static void take(struct signal_thread *t, uint64_t arrived)
{
	for (int s = 1; s <= SIGNAL_COUNT; s++) {
		if (!(arrived & SIGNAL_BIT(s)))
			continue;
		if (!(t->pending & SIGNAL_BIT(s)))
			t->info[s] = SIGNALS->info[s];
		t->pending |= SIGNAL_BIT(s);
	}
}

/* What is for the process is left to a thread that does not block it, or awaits it in SET. */
void signal_take(uint64_t set)
{
	struct signal_thread *t = signal_self();
	uint64_t mine = ~t->blocked | set;

	if (SELF->apart)
		return;
	take(t, __atomic_exchange_n(&DATA->directed, 0, __ATOMIC_SEQ_CST));
	take(t, __atomic_fetch_and(&SIGNALS->pending, ~mine, __ATOMIC_SEQ_CST) & mine);
}

void signal_give(uint64_t set)
{
	struct signal_thread *t = signal_self();

	for (int s = 1; s <= SIGNAL_COUNT; s++) {
		if (!(t->pending & set & SIGNAL_BIT(s)))
			continue;
		t->pending &= ~SIGNAL_BIT(s);
		SIGNALS->info[s] = t->info[s];
		__atomic_or_fetch(&SIGNALS->pending, SIGNAL_BIT(s), __ATOMIC_SEQ_CST);
	}
}

/* The next signal to act on, 0 when there is none. */
static int next(struct signal_thread *t)
{
	uint64_t ready = t->pending & ~t->blocked;

	if (ready & SYNCHRONOUS)
		ready &= SYNCHRONOUS;
	for (int s = 1; s <= SIGNAL_COUNT; s++)
		if (ready & SIGNAL_BIT(s)) {
			t->pending &= ~SIGNAL_BIT(s);
			return s;
		}
	return 0;
}

/* Calls that fail with EINTR whatever SA_RESTART says (signal(7)). */
static bool restarts(int64_t number)
{
	static const uint16_t never[] = { 7, 23, 34, 35, 128, 130, 230, 232, 270, 271, 281, 441 };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (number == never[i])
			return false;
	return true;
}

/* The program makes its system call again: `syscall` is two bytes long. */
static void restart(struct registers *r, int64_t number)
{
	r->rip -= 2;
	r->rax = (uint64_t)number;
}

static void act_by_default(int signal)
{
	uint64_t stop[6] = { thread_process(), (uint64_t)signal };

	if (signal < SIGSTOP || signal > SIGTTOU)
		fault_die(signal);
	channel_service(ABI_CALL_disposition, (uint64_t)signal,
			0); /* a signalfd may have had a handler for it */
	forward_call(ABI_CALL_kill, stop);
}

void signal_deliver(struct registers *r, int64_t number)
{
	struct signal_thread *t = signal_self();
	bool interrupted;
	int signal;

	__atomic_store_n(&DATA->work, 0, __ATOMIC_SEQ_CST);
	signal_take(0);
	if (t->returning) {
		t->returning = false;
		number = -1;
		if (!frame_pop(r))
			fault_die(SIGSEGV);
	}
	interrupted = number >= 0 && (int64_t)r->rax == -EINTR;
	while ((signal = next(t))) {
		const struct action *a = signal_disposition(signal);

		if (signal_idle(signal))
			continue;
		if (a->handler == SIG_DFL) {
			act_by_default(signal);
			continue;
		}
		if (interrupted && ((a->flags & SA_RESTART && restarts(number)) ||
				    (number == 202 && futex_inherits(r->rsi))))
			restart(r, number);
		interrupted = false;
		if (!frame_push(r, signal, &t->info[signal], NULL))
			fault_die(SIGSEGV);
	}
	if (interrupted) /* by nothing that the program could see */
		restart(r, number);
	if (t->restores) {
		t->restores = false;
		t->blocked = t->saved;
	}
	signal_publish();
}

/* Called by entry.S instead of returning from a system call. */
_Noreturn void signal_after_syscall(struct syscall_frame *f, int64_t result);
_Noreturn void signal_after_syscall(struct syscall_frame *f, int64_t result)
{
	struct registers r = {
		.r15 = f->r15,
		.r14 = f->r14,
		.r13 = f->r13,
		.r12 = f->r12,
		.rbp = f->rbp,
		.rbx = f->rbx,
		.r11 = f->flags,
		.r10 = f->r10,
		.r9 = f->r9,
		.r8 = f->r8,
		.rdi = f->rdi,
		.rsi = f->rsi,
		.rdx = f->rdx,
		.rcx = f->rip,
		.rax = (uint64_t)result,
		.rip = f->rip,
		.cs = ABI_USER_CS,
		.flags = f->flags,
		.rsp = f->rsp,
		.ss = ABI_USER_SS,
	};

	signal_deliver(&r, (int64_t)f->number);
	registers_load(&r);
}

/* si_code of a fault (arch/x86/kernel/traps.c). */
static int code_of(const struct fault_frame *frame, uint64_t address)
{
	switch (frame->vector) {
	case 0:
		return 1; /* FPE_INTDIV */
	case 1:
		return 2; /* TRAP_TRACE */
	case 6:
		return 2; /* ILL_ILLOPN */
	case 14:
		return tables_kept(address) ? 2 : 1; /* SEGV_ACCERR, SEGV_MAPERR */
	case 17:
		return 1; /* BUS_ADRALN */
	case 19:
		return 3; /* FPE_FLTDIV: nearest without reading MXCSR */
	default:
		return SI_KERNEL;
	}
}

bool signal_fault(struct registers *r, const struct fault_frame *frame, uint64_t address, int signal)
{
	struct signal_thread *t = signal_self();
	struct abi_signal_info info = { 0 };

	if (!signal_handled(signal) || t->blocked & SIGNAL_BIT(signal))
		return false;
	info.code = code_of(frame, address);
	info.value = frame->vector == 14 ? address : info.code == SI_KERNEL ? 0 : frame->rip;
	if (!frame_push(r, signal, &info, frame))
		return false;
	signal_publish();
	return true;
}
