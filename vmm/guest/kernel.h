/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_KERNEL_H
#define VMM_GUEST_KERNEL_H

/* What the guest kernel's files share. It has no libc: integers only, no FPU, no red zone. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vmm/guest_abi.h"

/* Error numbers of the Linux x86-64 ABI that the kernel itself returns. */
enum {
	EPERM = 1,
	ESRCH = 3,
	EINTR = 4,
	E2BIG = 7,
	EBADF = 9,
	EAGAIN = 11,
	ENOMEM = 12,
	EFAULT = 14,
	EEXIST = 17,
	ENODEV = 19,
	EINVAL = 22,
	ENOTTY = 25,
	EPIPE = 32,
	ERANGE = 34,
	ENAMETOOLONG = 36,
	ENOSYS = 38,
	EOPNOTSUPP = 95,
	ETIMEDOUT = 110,
};

#define PAGE	 4096ull
#define USER_END (1ull << 47)

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
	uint64_t affinity;	     /* cores the program has asked for; 0: all */
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
extern uint8_t done_needs_eoi;

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
int64_t thread_create(const struct syscall_frame *f, const struct clone_args *wish);
uint32_t thread_live(void);
void thread_freeze(void); /* nobody is amid a change of what vCPUs share */
void thread_thaw(bool child);
bool futex_cores_suffice(void);			    /* each thread that does not wait may have one */
void futex_wake(uint64_t address, uint32_t number); /* a shared futex's, as the kernel does of its own */

/* string.c: what the compiler may call. */
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memmove(void *to, const void *from, size_t n);

/* pages.c: guest-physical pages. */
void pages_init(uint64_t first, uint64_t end);
uint64_t pages_take(uint64_t count, uint64_t near); /* contiguous and zeroed; prefers gpa NEAR; 0: none */
void pages_give(uint64_t gpa, uint64_t count, bool clean); /* CLEAN: known to be zero again */
uint64_t pages_free(void);

/* tables.c: the program's page tables. */
#define MAPPED_MISSING (~0ull)
extern uint64_t tables_version; /* moves on with every change */
bool tables_map(uint64_t address, uint64_t gpa, uint64_t pages,
		uint32_t protection); /* false: out of memory */
uint64_t
tables_unmap(uint64_t address,
	     uint64_t *pages); /* up to *pages from ADDRESS on: the run unmapped, its gpa or MAPPED_MISSING */
void tables_protect(uint64_t address, uint64_t pages, uint32_t protection);
uint64_t tables_find(uint64_t address,
		     uint32_t need);	/* gpa of the page if it allows NEED, else MAPPED_MISSING */
uint64_t tables_page(uint64_t address); /* gpa of the page there, be it hidden by PROT_NONE */
bool tables_kept(uint64_t address);	/* whether a page lies there, be it hidden by PROT_NONE */
void tables_flush_own(void);		/* drops stale translations of this vCPU */
void tables_flush(void);		/* of all, after rights were taken away; the exit slot is free */

/* areas.c: which parts of the address space the program has. */
enum area_kind { AREA_ANON, AREA_FILE, AREA_LAZY }; /* LAZY: pages come on first touch */
struct area {
	uint64_t address, bytes;
	uint32_t protection;
	enum area_kind kind;
};
void areas_init(void);
struct area *areas_find(uint64_t address); /* the area that holds ADDRESS, or NULL */
struct area *areas_next(uint64_t address); /* the first area that ends above ADDRESS, or NULL */
bool areas_add(struct area area);	   /* merges with a like neighbour; false: table full */
bool areas_split(uint64_t address);	   /* so that one begins at ADDRESS, if any spans it */
void areas_remove(struct area *area);
uint64_t areas_gap(uint64_t bytes); /* highest free range of BYTES below the last one placed; 0: none */

#define DISCARD_MIN 16 /* pages: fewer are cleared here rather than given back to the host */

/* memory.c, remap.c, contents.c: mmap and its family. */
void memory_init(void);
void memory_heap(uint64_t start);					   /* where brk begins */
int64_t memory_map(uint64_t address, uint64_t bytes, uint32_t protection); /* anonymous, over nothing */
int64_t memory_unmap(uint64_t address, uint64_t bytes);
bool memory_touch(uint64_t address,
		  uint32_t need);     /* brings in a lazy page; false: not the program's to touch so */
bool memory_shared(uint64_t address); /* whether a file lies there, which other processes may have too */

/* user.c: the program's memory, checked before use. */
bool user_readable(uint64_t address, uint64_t bytes);
bool user_writable(uint64_t address, uint64_t bytes);
int64_t user_string(uint64_t address, uint64_t limit); /* length with NUL, -EFAULT, or -ENAMETOOLONG */
int user_segments(uint64_t address, uint64_t bytes, uint32_t need, struct abi_segment *segment, int limit,
		  uint64_t *covered); /* pieces used, or -EFAULT when the first byte is not allowed */

/* channel.c: requests. */
struct abi_request *channel_begin(enum abi_call_id call, bool blocks); /* an empty slot */
int64_t channel_submit(struct abi_request *request, bool blocks);
int64_t channel_service(enum abi_call_id call, uint64_t a, uint64_t b); /* a request of two plain values */

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
void forward_forget(uint64_t fd); /* what was known of a descriptor */

/* clock.c */
int64_t clock_read(uint64_t clock, uint64_t *ns);

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

/* A system call served here: arguments in the frame; returns the result or -errno. */
typedef int64_t syscall_function(struct syscall_frame *frame);

/* The functions of the table in syscall.c, by the file that holds them. */
syscall_function memory_msync;
syscall_function memory_mmap, memory_mprotect, memory_munmap, memory_brk, memory_mremap, memory_madvise;
syscall_function clock_gettime_call, clock_gettimeofday_call, clock_time_call, clock_nanosleep_call,
	clock_sleep_call;
syscall_function process_getpid, process_getppid, process_getuid, process_geteuid, process_getgid,
	process_getegid;
syscall_function process_uname, process_arch_prctl, process_affinity, process_set_affinity, process_getcpu;
syscall_function process_exit, process_prctl, process_nothing, process_absent;
syscall_function thread_exit, thread_gettid, thread_yield, thread_set_tid_address, thread_set_robust_list,
	thread_get_robust_list, futex_call;
syscall_function signal_action, signal_mask, signal_kill, signal_tgkill, signal_tkill;
syscall_function forward_fcntl, forward_close_range;
syscall_function maps_open, maps_openat;
syscall_function ioctl_call, select_call, select_pselect;
syscall_function message_sendto, message_recvfrom, message_sendmsg, message_recvmsg, message_sendmmsg,
	message_recvmmsg;
syscall_function identity_setuid, identity_setgid, identity_setresuid, identity_setresgid,
	identity_personality, identity_scheduler;
syscall_function fork_fork, fork_vfork, fork_clone, fork_clone3, exec_execve;

#endif
