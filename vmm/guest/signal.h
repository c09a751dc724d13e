/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_SIGNAL_H
#define VMM_GUEST_SIGNAL_H

/* Signals, as signal.c (dispositions, masks), await.c (waiting), deliver.c and frame.c (handlers) share them.
 */
#include "vmm/guest/kernel.h"

#define SIGNAL_COUNT	   64
#define SIGNAL_BIT(signal) (1ull << ((signal)-1))

enum {
	SIGILL = 4,
	SIGTRAP = 5,
	SIGBUS = 7,
	SIGFPE = 8,
	SIGKILL = 9,
	SIGSEGV = 11,
	SIGPIPE = 13,
	SIGCHLD = 17,
	SIGCONT = 18,
	SIGSTOP = 19,
	SIGTTOU = 22,
	SIGSYS = 31
};
enum { SIG_DFL, SIG_IGN };
enum { SI_USER = 0, SI_TKILL = -6, SI_KERNEL = 0x80 };

#define SA_ONSTACK   0x08000000ull
#define SA_RESTART   0x10000000ull
#define SA_NODEFER   0x40000000ull
#define SA_RESETHAND 0x80000000ull

/* struct sigaction of the kernel */
struct action {
	uint64_t handler, flags, restorer, mask;
};

/* All registers of the program, in the order entry.S pushes them; the last five are what iretq takes. */
struct registers {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax;
	uint64_t rip, cs, flags, rsp, ss;
};

/* A process made by vfork: it shares the memory of the one that made it, but not what it does with signals.
 */
struct apart {
	struct action action[SIGNAL_COUNT + 1];
	uint64_t gpa, pages; /* what it has taken for execve, which leaves no time to give it back */
};

/* Dispositions: those of the calling thread copied; its own made everybody's; handlers forgotten. */
void signal_part(struct apart *apart);
void signal_keep(void);
void signal_reset(void);
uint64_t signal_all_ignored(void);

struct signal_thread *signal_self(void);
struct action *signal_disposition(int signal);
bool signal_idle(int signal);
void signal_publish(void); /* tells the host what is wanted, and has a look before the program goes on */
void signal_block(uint64_t mask);

/* deliver.c */
/* What came from outside and is not blocked, or is in SET, becomes pending here. */
void signal_take(uint64_t set);
void signal_give(uint64_t set); /* what of SET is pending for this thread becomes the process's */

/* frame.c: 0, or false where the program's stack does not hold it. */
bool frame_push(struct registers *r, int signal, const struct abi_signal_info *info,
		const struct fault_frame *fault);
bool frame_pop(struct registers *r);

/* entry.S */
_Noreturn void registers_load(const struct registers *r); /* to the program */

/* signal.c, deliver.c, await.c */
void signal_cloned(struct signal_thread *child);	  /* nothing is pending for a new thread or process */
void signal_deliver(struct registers *r, int64_t number); /* NUMBER of the system call that ends; -1: none */
/* A handler for the SIGNAL that a fault of the program makes; false: it has none. */
bool signal_fault(struct registers *r, const struct fault_frame *frame, uint64_t address, int signal);
int64_t await_masked(enum abi_call_id call, const uint64_t argument[6], uint64_t mask, uint64_t bytes);
syscall_function await_ppoll, await_epoll, await_epoll2, await_signalfd, await_signalfd4, signal_queue_thread;
syscall_function await_suspend, await_pause, await_pending, await_timed, frame_return, frame_alternate;

#endif
