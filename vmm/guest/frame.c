/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* The frame a handler runs on, as Linux lays it out (arch/x86/kernel/signal_64.c, asm/sigcontext.h). */
#define RED_ZONE 128
#define MAGIC1	 0x46505853u /* FP_XSTATE_MAGIC1, 2 */
#define MAGIC2	 0x46505845u
#define LEGACY	 512 /* bytes of an XSAVE area before its header */
#define HEADER	 64
#define RESERVED 464 /* of these, what software may use */

#define UC_FLAGS 7ull	    /* FP_XSTATE, SIGCONTEXT_SS, STRICT_RESTORE_SS */
#define FIXED	 0x50dd5ull /* flags a program may set */
#define CLEARED	 0x10500ull /* RF DF TF: not set in a handler */

struct frame {
	uint64_t restorer;
	uint64_t uc_flags, uc_link;
	struct alternate stack;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, flags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, vector, old_mask, address, fpstate, reserved[8];
	uint64_t mask;
	int32_t signal, number, code, pad;
	union {
		struct {
			int32_t pid, uid;
			union {
				uint64_t value;
				int32_t status;
			};
		};
		uint64_t address;
		uint8_t bytes[112];
	} info;
};

_Static_assert(sizeof(struct frame) == 440, "as Linux lays it out");

static bool on_alternate(const struct alternate *a, uint64_t rsp)
{
	return rsp > a->address && rsp - a->address <= a->bytes;
}

static void save_fpu(uint64_t area)
{
	uint32_t low = (uint32_t)BOOT->xsave_mask, high = (uint32_t)(BOOT->xsave_mask >> 32);
	uint32_t *software = (uint32_t *)(area + RESERVED);

	memset((void *)(area + LEGACY), 0, HEADER);
	__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
	memset(software, 0, LEGACY - RESERVED);
	software[0] = MAGIC1;
	software[1] = BOOT->xsave_bytes + 4;
	software[2] = low;
	software[3] = high;
	software[4] = BOOT->xsave_bytes;
	*(uint32_t *)(area + BOOT->xsave_bytes) = MAGIC2;
}

/* False where XRSTOR would fault: the program can have written anything there. */
static bool load_fpu(uint64_t area)
{
	uint32_t low = (uint32_t)BOOT->xsave_mask, high = (uint32_t)(BOOT->xsave_mask >> 32);
	const uint64_t *header = (const uint64_t *)(area + LEGACY);

	if (area == 0)
		return true;
	if (area % 64 || !user_readable(area, BOOT->xsave_bytes) || header[0] & ~BOOT->xsave_mask ||
	    *(const uint32_t *)(area + 24) & ~0xffffu)
		return false;
	for (int i = 1; i < HEADER / 8; i++)
		if (header[i])
			return false;
	__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
	return true;
}

static void put_registers(struct frame *f, const struct registers *r)
{
	f->r8 = r->r8, f->r9 = r->r9, f->r10 = r->r10, f->r11 = r->r11;
	f->r12 = r->r12, f->r13 = r->r13, f->r14 = r->r14, f->r15 = r->r15;
	f->rdi = r->rdi, f->rsi = r->rsi, f->rbp = r->rbp, f->rbx = r->rbx;
	f->rdx = r->rdx, f->rax = r->rax, f->rcx = r->rcx, f->rsp = r->rsp;
	f->rip = r->rip, f->flags = r->flags;
	f->cs = 0x33, f->ss = 0x2b; /* Linux's: a program may look */
}

static void put_info(struct frame *f, int signal, const struct abi_signal_info *info)
{
	f->signal = signal;
	f->code = info->code;
	if (info->code > 0 && signal != SIGCHLD) {
		f->info.address = info->value;
		return;
	}
	f->info.pid = info->pid;
	f->info.uid = info->uid;
	if (signal == SIGCHLD)
		f->info.status = info->status;
	else
		f->info.value = info->value;
}

/* Where the frame goes: below the red zone, or on the alternate stack. */
static uint64_t place(const struct registers *r, const struct action *a, const struct signal_thread *t,
		      uint64_t *fpstate)
{
	bool on = on_alternate(&t->alternate, r->rsp);
	uint64_t top = r->rsp - RED_ZONE, low;

	if (a->flags & SA_ONSTACK && t->alternate.bytes && !on)
		top = t->alternate.address + t->alternate.bytes, on = true;
	*fpstate = (top - BOOT->xsave_bytes - 4) & ~63ull;
	low = ((*fpstate - sizeof(struct frame)) & ~15ull) - 8;
	if (on && a->flags & SA_ONSTACK && low < t->alternate.address)
		return 0;
	return user_writable(low, *fpstate + BOOT->xsave_bytes + 4 - low) ? low : 0;
}

bool frame_push(struct registers *r, int signal, const struct abi_signal_info *info,
		const struct fault_frame *fault)
{
	struct signal_thread *t = signal_self();
	struct action *a = signal_disposition(signal);
	uint64_t fpstate, low = place(r, a, t, &fpstate);
	struct frame *f = (struct frame *)low;

	if (low == 0)
		return false;
	save_fpu(fpstate);
	memset(f, 0, sizeof(*f));
	f->restorer = a->restorer;
	f->uc_flags = UC_FLAGS;
	f->stack = t->alternate;
	f->stack.flags = t->alternate.bytes == 0 ? 2 : on_alternate(&t->alternate, r->rsp);
	put_registers(f, r);
	f->error = fault ? fault->error : 0;
	f->vector = fault ? fault->vector : 0;
	f->address = fault && fault->vector == 14 ? info->value : 0;
	f->fpstate = fpstate;
	f->mask = t->restores ? t->saved : t->blocked;
	f->old_mask = f->mask;
	put_info(f, signal, info);
	t->restores = false;
	t->blocked |= a->mask | (a->flags & SA_NODEFER ? 0 : SIGNAL_BIT(signal));
	r->rdi = (uint64_t)signal;
	r->rsi = low + offsetof(struct frame, signal);
	r->rdx = low + offsetof(struct frame, uc_flags);
	r->rax = 0;
	r->rip = a->handler;
	r->rsp = low;
	r->flags &= ~CLEARED;
	if (a->flags & SA_RESETHAND)
		a->handler = SIG_DFL;
	return r->rip < USER_END;
}

bool frame_pop(struct registers *r)
{
	const struct frame *f = (const struct frame *)(r->rsp - 8);
	struct signal_thread *t = signal_self();

	if (!user_readable((uint64_t)f, sizeof(*f)) || f->rip >= USER_END || !load_fpu(f->fpstate))
		return false;
	r->r8 = f->r8, r->r9 = f->r9, r->r10 = f->r10, r->r11 = f->r11;
	r->r12 = f->r12, r->r13 = f->r13, r->r14 = f->r14, r->r15 = f->r15;
	r->rdi = f->rdi, r->rsi = f->rsi, r->rbp = f->rbp, r->rbx = f->rbx;
	r->rdx = f->rdx, r->rax = f->rax, r->rcx = f->rcx, r->rsp = f->rsp;
	r->rip = f->rip;
	r->flags = (f->flags & FIXED) | (r->flags & ~FIXED);
	t->blocked = f->mask & ~(SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP));
	return true;
}

/* rt_sigreturn() */
int64_t frame_return(struct syscall_frame *f)
{
	(void)f;
	signal_self()->returning = true;
	DATA->work = 1;
	return 0;
}

/* sigaltstack(new, old) */
int64_t frame_alternate(struct syscall_frame *f)
{
	struct alternate *now = &signal_self()->alternate, new = { 0 }, old = *now;
	bool on = on_alternate(now, f->rsp);

	if ((f->rdi && !user_readable(f->rdi, sizeof(new))) ||
	    (f->rsi && !user_writable(f->rsi, sizeof(old))))
		return -EFAULT;
	old.flags = old.bytes == 0 ? 2 : on;
	if (f->rdi) {
		new = *(const struct alternate *)f->rdi;
		if (on)
			return -EPERM;
		if (new.flags & ~0x80000003u)
			return -EINVAL;
		if (!(new.flags & 2) && new.bytes < 2048)
			return -ENOMEM;
		*now = new.flags & 2 ? (struct alternate){ 0 } : new;
	}
	if (f->rsi)
		*(struct alternate *)f->rsi = old;
	return 0;
}
