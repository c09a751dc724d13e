/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_KERNEL_H
#define VMM_GUEST_KERNEL_H

/* What the guest kernel's files share. It has no libc: integers only, no FPU, no red zone. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/guest/handlers.h"
#include "vmm/guest/mm.h"
#include "vmm/guest_abi.h"

/* Error numbers of the Linux x86-64 ABI that the kernel itself returns. */
enum {
	EPERM = 1,
	ENOENT = 2,
	ESRCH = 3,
	EINTR = 4,
	EIO = 5,
	E2BIG = 7,
	EBADF = 9,
	EAGAIN = 11,
	ENOMEM = 12,
	EACCES = 13,
	EFAULT = 14,
	EEXIST = 17,
	ENODEV = 19,
	EINVAL = 22,
	ENOTTY = 25,
	EFBIG = 27,
	EPIPE = 32,
	ERANGE = 34,
	ENAMETOOLONG = 36,
	ENOSYS = 38,
	EMSGSIZE = 90,
	EOPNOTSUPP = 95,
	ETIMEDOUT = 110,
};

#define PAGE	   4096ull
#define PAGE_LARGE (2ull << 20)
#define USER_END   (1ull << 47)

/* Registers of a system call as entry.S pushes them. */
struct syscall_frame {
	uint64_t rbx, rbp, r12, r13, r14, r15;
	uint64_t number;
	union {
		struct {
			uint64_t rdi, rsi, rdx, r10, r8, r9;
		};
		uint64_t argument[6];
	};
	uint64_t rip, flags, rsp;
};

/* Copy of an exception frame, as entry.S makes it. */
struct fault_frame {
	uint64_t vector, error, rip, cs, flags, rsp, ss;
};

/* What of signals belongs to a thread. */
struct signal_thread {
	uint64_t blocked, pending;
	uint64_t saved;	   /* the mask that sigsuspend replaced */
	bool restores;	   /* it is to be put back */
	bool returning;	   /* rt_sigreturn was called */
	struct alternate { /* stack_t */
		uint64_t address;
		uint32_t flags, pad;
		uint64_t bytes;
	} alternate;
	struct abi_signal_info info[65];
};

/* A pointer to guest-physical memory, through the direct map. */
static inline void *at(uint64_t gpa)
{
	return (void *)(ABI_DIRECT + gpa);
}

#define SIGNALS ((volatile struct abi_signals *)at(ABI_SIGNALS))
#define BOOT	((struct abi_boot *)at(ABI_BOOT))

/*
 * What belongs to one vCPU, and so to one thread of the program. Its block is found by the stack the kernel
 * runs on: GS is the program's, and on a software backend nobody could swap it.
 */
struct vcpu {
	struct fault_frame fault; /* entry.S knows where these four lie */
	uint64_t fault_address;
	volatile uint32_t done_interrupts;
	uint32_t unused;
	struct syscall_frame *frame; /* its thread begins with these registers; NULL: the program's first */
	uint64_t fs, gs;	     /* and these */
	uint32_t mxcsr;
	uint16_t fcw;
	uint64_t retried_address, retried_version; /* the last access that was tried again */
	uint64_t set_tid, clear_tid; /* where the program wants its id, or a nought at its end */
	uint64_t robust;	     /* struct robust_list_head, or 0 */
	struct apart *apart;	     /* of a process made by vfork; NULL: the thread is one of the others */
	struct signal_thread signals;
};

static inline uint64_t self_block(void)
{
	uint64_t stack;

	__asm__("mov %%rsp, %0" : "=r"(stack));
	return stack & ~(ABI_BLOCK_SIZE - 1ull);
}

#define SELF	((struct vcpu *)(self_block() + ABI_SELF))
#define CHANNEL ((struct abi_channel *)(self_block() + ABI_CHANNEL))
#define DATA	((volatile struct abi_vcpu_data *)(self_block() + ABI_VCPU_DATA))
#define ACCOUNT (&CHANNEL->account)

static inline uint64_t round_up(uint64_t value, uint64_t unit)
{
	return (value + unit - 1) & ~(unit - 1);
}

static inline uint64_t tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* The same once every load before has its value. Else a guess of what a poll will find lets it be read before
 * that has come (Intel SDM volume 2, RDTSC). */
static inline uint64_t tsc_after(void)
{
	__asm__ volatile("lfence" : : : "memory");
	return tsc();
}

static inline void relax(void)
{
	__asm__ volatile("pause");
}

/* Bytes, since the TSS bitmap must open every port that an access spans. */
static inline void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

/* A read tells the monitor something; what it answers lies in shared memory. */
static inline void port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port) : "memory");
}

/* Whether this code runs in ring 0: it does inside system calls on VMX and SVM. */
static inline bool in_ring0(void)
{
	uint16_t cs;

	__asm__("mov %%cs, %0" : "=r"(cs));
	return (cs & 3) == 0;
}

/* entry.S */
void ring0_request(uint32_t operation, uint32_t count);
extern uint8_t apic_present;

/* lock.c */
struct lock {
	uint32_t held;
};
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);
extern struct lock memory_lock; /* pages, tables, areas and all that memory.c and remap.c know */

/* thread.c, futex.c */
struct clone_args { /* clone3(2) */
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};
uint32_t thread_process(void); /* id of its process */
int64_t thread_create(const struct syscall_frame *f, const struct clone_args *wish);
uint32_t thread_live(void);
void thread_waits(bool waits);	 /* this one wants no core for a while, or wants one again */
bool thread_fit(uint32_t cores); /* each thread that does not wait may have one of so many */
void thread_freeze(void);	 /* nobody is amid a change of what vCPUs share */
void thread_thaw(bool child);
bool futex_inherits(uint64_t operation);	    /* takes a lock, and ends with EINTR never */
void futex_wake(uint64_t address, uint32_t number); /* a shared futex's, as the kernel does of its own */

/* string.c: what the compiler may call. */
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memmove(void *to, const void *from, size_t n);

/* channel.c: requests. */
bool channel_rings(void); /* requests leave by ring now, those that cannot block */
struct abi_request *channel_begin(enum abi_call_id call, bool blocks); /* an empty slot */
int64_t channel_submit(struct abi_request *request);
struct abi_request *channel_slot(enum abi_call_id call, bool blocks); /* these two: the page cache's own */
int64_t channel_send(struct abi_request *request);
uint32_t
channel_post(struct abi_request *request); /* a slot of a ring, whose answer nobody waits for: its number */
uint64_t channel_exit(void);		   /* what lies in the slot of exits: ticks from stamp to stamp */
int64_t channel_service(enum abi_call_id call, uint64_t a, uint64_t b); /* a request of two plain values */

/* recall.c: requests taken back from a driver that has no core. */
bool recall_away(const struct abi_channel *channel);	   /* it has not come past the last */
void recall(struct abi_channel *channel, uint32_t number); /* the one awaited, unless it has begun with it */
void channel_await(const struct abi_channel *channel, uint32_t number); /* one so posted has been answered */

/* forward.c */
int64_t forward_call(enum abi_call_id call, const uint64_t argument[6]);
/* An argument the kernel itself made, at the start of the bounce area. */
struct forward_extra {
	int argument;
	uint64_t bytes; /* 0: there is none */
	bool by_exit;	/* whatever the transport */
	bool quiet;	/* EPIPE is not to raise SIGPIPE */
};
int64_t forward_with(enum abi_call_id call, const uint64_t argument[6], struct forward_extra extra);

/* kinds.c: what is known of descriptors, the first of them. */
#define KINDS 1024
bool kinds_may_block(const struct abi_call *call, uint64_t fd);		   /* CALL on FD */
uint32_t kinds_ask(const struct abi_call *call, uint64_t fd, bool blocks); /* for abi_request.regular */
void kinds_forget(uint64_t fd);
uint32_t kinds_version(void);
void kinds_learn(uint64_t fd, uint32_t regular, uint32_t version); /* as of VERSION */

/* cache_call.c, cache_open.c, cache_file.c, cache_page.c: the page cache. It does nothing unless it is
 * active. */
void cache_init(void);
bool cache_takes(enum abi_call_id call, uint64_t fd); /* a data call that cache_serve is to answer */
int64_t cache_serve(const struct abi_request *request,
		    bool reachable); /* REACHABLE: its memory cannot fault */
bool cache_seeks(enum abi_call_id call, const uint64_t argument[6], int64_t *result); /* true: answered */
void cache_before(enum abi_call_id call,
		  const uint64_t argument[6]); /* any other call, before the host has it */
/* And after: what the program is to hear of RESULT. */
int64_t cache_after(enum abi_call_id call, const uint64_t argument[6], int64_t result);
void cache_settle(enum abi_call_id call); /* the same for any request */
void cache_heard(enum abi_call_id call);
void cache_opened(uint64_t fd);
void cache_forget(uint64_t fd);
void cache_duplicated(uint64_t fd, uint64_t other);
void cache_flagged(uint64_t fd);   /* F_SETFL was called */
void cache_surrender(uint64_t fd); /* the host is to have its offset from now on */
void cache_mapped(uint64_t fd, bool shared);
void cache_leave(bool for_good);
void cache_end(void);
void cache_freeze(void);
void cache_thaw(void);
bool cache_shrink(void); /* gives all memory back; memory_lock is held; false: there is none */

/* clock.c */
int64_t clock_read(uint64_t clock, uint64_t *ns);

/* meeting.c: compares clocks with the host. */
void meeting_attend(void);

/* boot.c */
void boot_trampoline(uint64_t gpa);

/* fault.c */
_Noreturn void fault_die(int signal); /* ends the program as the signal would */
_Noreturn void fault_exit(int code);

/* signal.c, deliver.c */
void signal_init(void);
bool signal_ignored(int signal);
bool signal_handled(int signal);
void signal_raise(int signal, int code); /* to this thread */

/* bench.c */
void bench_run(void);

/* events.c: measures what the monitor wants, and ends. */
_Noreturn void events_run(void);

#endif
