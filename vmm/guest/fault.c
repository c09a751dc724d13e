/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* Exceptions, and how the program ends. */
extern const char syscall_fault[]; /* entry.S */
#define PAGE_FAULT 14
#define FETCH	   16 /* of its error code: the access was for an instruction */

/* What a Linux process would get for each exception (arch/x86/kernel/traps.c). */
static const uint8_t signals[32] = {
	[0] = 8,   [1] = 5,   [2] = 7,	[3] = 5,   [4] = 11, [5] = 11, [6] = 4,
	[7] = 11,  [8] = 11,  [9] = 8,	[10] = 11, [11] = 7, [12] = 7, [13] = 11,
	[14] = 11, [15] = 11, [16] = 8, [17] = 7,  [18] = 7, [19] = 8,
};

/* Does not return: the monitor does not run the vCPU again. */
static _Noreturn void leave(uint8_t port)
{
	for (;;)
		port_write(port, 0);
}

_Noreturn void fault_die(int signal)
{
	cache_end();
	ACCOUNT->signal = signal;
	leave(ABI_PORT_EXIT);
}

_Noreturn void fault_exit(int code)
{
	cache_end();
	ACCOUNT->exit_code = code;
	leave(ABI_PORT_EXIT);
}

/* Whether the access of a page fault is one the program may make, now that its page is there. */
static bool resolve_locked(const struct fault_frame *frame, uint64_t address)
{
	uint32_t need = frame->error & 2 ? ABI_WRITE : frame->error & FETCH ? ABI_EXECUTE : ABI_READ;
	struct vcpu *self = SELF;

	if (!tables_kept(address))
		return memory_touch(address, need);
	/* A right that was added shows late where a translation lags: drop it and try again, once. */
	if (tables_find(address, need) == MAPPED_MISSING ||
	    (self->retried_address == address && self->retried_version == tables_version))
		return false;
	self->retried_address = address;
	self->retried_version = tables_version;
	tables_flush_own();
	return true;
}

static bool resolve(const struct fault_frame *frame, uint64_t address)
{
	bool resolved;

	if (address >= USER_END)
		return false;
	lock_take(&memory_lock);
	resolved = resolve_locked(frame, address);
	lock_give(&memory_lock);
	return resolved;
}

/*
 * The kernel looks the program's memory up before it uses it, but another thread may have unmapped it since:
 * the system call then fails as Linux's would.
 */
static bool recover(const struct fault_frame *frame, uint64_t address, struct registers *r)
{
	if (frame->rip < ABI_DIRECT || frame->error & FETCH || address >= USER_END)
		return false;
	r->rip = (uint64_t)syscall_fault;
	r->rsp = self_block() + ABI_CALL_STACK - sizeof(struct syscall_frame);
	return true;
}

/* Called by entry.S; returns when the instruction is to be tried again. */
void fault_handle(const struct fault_frame *frame, uint64_t address, struct registers *r);
void fault_handle(const struct fault_frame *frame, uint64_t address, struct registers *r)
{
	struct abi_account *account = ACCOUNT;
	uint64_t start = tsc();

	if (frame->vector == ABI_FAULT_KICK ||
	    (frame->vector == PAGE_FAULT && (resolve(frame, address) || recover(frame, address, r))) ||
	    (frame->rip < USER_END && signal_fault(r, frame, address, signals[frame->vector & 31]))) {
		if (frame->rip < USER_END && DATA->work)
			signal_deliver(r, -1);
		account->kernel_tsc += tsc() - start;
		return;
	}
	/* The kernel may run in ring 3, so it is told by where it lies; it never jumps into the void itself.
	 */
	account->panic = frame->rip >= ABI_DIRECT && !(frame->vector == PAGE_FAULT && frame->error & FETCH);
	if (!account->panic)
		cache_end();
	account->fault_vector = (uint32_t)frame->vector;
	account->fault_error = frame->error;
	account->fault_rip = frame->rip;
	account->fault_address = frame->vector == PAGE_FAULT ? address : 0;
	account->signal = signals[frame->vector & 31];
	leave(ABI_PORT_FAULT);
}
