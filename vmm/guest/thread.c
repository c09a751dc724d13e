/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/*
 * Threads: each is a vCPU with a block of its own. The parent writes the registers the thread begins with to
 * the top of its call stack, where a system call would have put them, and the thread returns from there. A
 * block whose thread has ended waits, its vCPU with it, for the next.
 */
#define CLONE_VM	     0x00000100
#define CLONE_SIGHAND	     0x00000800
#define CLONE_THREAD	     0x00010000
#define CLONE_SETTLS	     0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_CHILD_SETTID   0x01000000

#define BLOCKS		  256
#define ROBUST_LIST_LIMIT 2048
#define FUTEX_WAITERS	  0x80000000u
#define FUTEX_OWNER_DIED  0x40000000u
#define FUTEX_TID_MASK	  0x3fffffffu
#define BLOCK_PAGES	  (ABI_BLOCK_SIZE / PAGE)

static struct lock lock;
static uint64_t parked[BLOCKS]; /* blocks whose thread has ended */
static unsigned parked_count, blocks = 1;
static uint32_t live = 1;
static uint64_t leader = ABI_BLOCK; /* of the thread whose id is the process's */

uint32_t thread_process(void)
{
	return SELF->apart ? CHANNEL->tid : BOOT->pid;
}

uint32_t thread_live(void)
{
	return __atomic_load_n(&live, __ATOMIC_RELAXED);
}

void thread_waits(bool waits)
{
	__atomic_add_fetch(&BOOT->running, waits ? UINT32_MAX : 1, __ATOMIC_RELAXED);
}

bool thread_fit(uint32_t cores)
{
	return __atomic_load_n(&BOOT->running, __ATOMIC_RELAXED) <= cores;
}

/* An aligned block of fresh pages, or 0. */
static uint64_t block_make(void)
{
	uint64_t got = 0, first;

	if (blocks < BLOCKS) {
		lock_take(&memory_lock);
		got = pages_take(2 * BLOCK_PAGES - 1, 0);
		if (got) {
			first = round_up(got, ABI_BLOCK_SIZE);
			pages_give(got, (first - got) / PAGE, true);
			pages_give(first + ABI_BLOCK_SIZE, BLOCK_PAGES - 1 - (first - got) / PAGE, true);
			got = first;
			blocks++;
		}
		lock_give(&memory_lock);
	}
	return got;
}

static uint64_t block_take(void)
{
	uint64_t block;

	lock_take(&lock);
	block = parked_count > 0 ? parked[--parked_count] : block_make();
	lock_give(&lock);
	return block;
}

static void block_give(uint64_t block)
{
	lock_take(&lock);
	parked[parked_count++] = block;
	lock_give(&lock);
}

static struct abi_channel *channel_of(uint64_t block)
{
	return at(block + ABI_CHANNEL);
}

/* Fills the block at GPA: the thread begins as this one goes on, but for what is wished. */
static void prepare(uint64_t block, const struct clone_args *wish, const struct syscall_frame *f)
{
	struct vcpu *child = at(block + ABI_SELF);

	child->frame = (struct syscall_frame *)at(block + ABI_CALL_STACK) - 1;
	*child->frame = *f;
	if (wish->stack)
		child->frame->rsp = wish->stack + wish->stack_size;
	__asm__ volatile("rdfsbase %0" : "=r"(child->fs));
	__asm__ volatile("rdgsbase %0" : "=r"(child->gs));
	if (wish->flags & CLONE_SETTLS)
		child->fs = wish->tls;
	__asm__ volatile("stmxcsr %0" : "=m"(child->mxcsr));
	__asm__ volatile("fnstcw %0" : "=m"(child->fcw));
	child->set_tid = wish->flags & CLONE_CHILD_SETTID ? wish->child_tid : 0;
	child->clear_tid = wish->flags & CLONE_CHILD_CLEARTID ? wish->child_tid : 0;
	child->robust = 0;
	signal_cloned(&child->signals);
	child->signals.alternate = (struct alternate){ 0 };
	boot_trampoline(block);
}

int64_t thread_create(const struct syscall_frame *f, const struct clone_args *wish)
{
	uint64_t block;
	int64_t tid;

	if (!(wish->flags & CLONE_SIGHAND) || !(wish->flags & CLONE_VM))
		return -EINVAL;
	if (wish->flags & CLONE_SETTLS && wish->tls >= USER_END)
		return -EPERM;
	block = SELF->apart ? 0 : block_take();
	if (block == 0)
		return -EAGAIN;
	prepare(block, wish, f);
	__atomic_add_fetch(&live, 1, __ATOMIC_SEQ_CST);
	thread_waits(false);
	tid = channel_of(block)->tid; /* of the thread that ran here before: the host has but one */
	if (tid == 0)
		tid = channel_service(ABI_CALL_vcpu, block, 0);
	/* Written before the thread runs: it may be gone when this vCPU comes back. */
	if (tid > 0 && wish->flags & CLONE_PARENT_SETTID && user_writable(wish->parent_tid, 4))
		*(uint32_t *)wish->parent_tid = (uint32_t)tid;
	if (tid > 0)
		tid = channel_service(ABI_CALL_thread, block, 0);
	if (tid < 0) {
		thread_waits(true);
		__atomic_sub_fetch(&live, 1, __ATOMIC_SEQ_CST);
		block_give(block);
	}
	return tid;
}

/* Called by entry.S in the thread itself, which then returns to its first instruction. */
void thread_begin(void);
void thread_begin(void)
{
	struct vcpu *self = SELF;

	__asm__ volatile("wrfsbase %0" : : "r"(self->fs));
	__asm__ volatile("wrgsbase %0" : : "r"(self->gs));
	__asm__ volatile("ldmxcsr %0" : : "m"(self->mxcsr));
	__asm__ volatile("fldcw %0" : : "m"(self->fcw));
	signal_publish();
	if (self->set_tid && user_writable(self->set_tid, 4))
		*(uint32_t *)self->set_tid = CHANNEL->tid;
}

/* A robust mutex whose owner ends is marked, and one who waits for it is told. */
static void bequeath(uint64_t address)
{
	uint32_t *word = (uint32_t *)address, old;

	if (address % 4 || !user_writable(address, 4))
		return;
	old = __atomic_load_n(word, __ATOMIC_RELAXED);
	do
		if ((old & FUTEX_TID_MASK) != CHANNEL->tid)
			return;
	while (!__atomic_compare_exchange_n(word, &old, (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	if (old & FUTEX_WAITERS)
		futex_wake(address, 1);
}

/* The list of robust mutexes the thread holds: struct robust_list_head of futex(2). */
static void walk_robust(uint64_t head)
{
	const uint64_t *h = (const uint64_t *)head;
	uint64_t entry;

	if (head == 0 || !user_readable(head, 24))
		return;
	entry = h[0] & ~1ull;
	for (int i = 0; entry != head && i < ROBUST_LIST_LIMIT; i++) {
		uint64_t next;

		if (!user_readable(entry, 8))
			return;
		next = *(const uint64_t *)entry & ~1ull; /* read first: whoever is woken may free it */
		if (entry != (h[2] & ~1ull))
			bequeath(entry + h[1]);
		entry = next;
	}
	if (h[2])
		bequeath((h[2] & ~1ull) + h[1]);
}

void thread_freeze(void)
{
	lock_take(&lock);
	lock_take(&memory_lock);
	cache_freeze();
}

void thread_thaw(bool child)
{
	if (child) {
		leader = self_block() - ABI_DIRECT;
		live = blocks = BOOT->running = 1;
		parked_count = 0;
	}
	cache_thaw();
	lock_give(&memory_lock);
	lock_give(&lock);
}

void thread_resume(struct syscall_frame *frame) __attribute__((noreturn)); /* entry.S */

/* exit(status): the last thread ends the program, with its status. */
int64_t thread_exit(struct syscall_frame *f)
{
	struct vcpu *self = SELF;
	bool leads = self_block() - ABI_DIRECT == leader;

	if (self->apart)
		fault_exit((int)f->rdi & 255);
	walk_robust(self->robust);
	DATA->blocked = ~0ull;
	if (self->clear_tid && thread_live() > 1 && user_writable(self->clear_tid, 4)) {
		__atomic_store_n((uint32_t *)self->clear_tid, 0, __ATOMIC_SEQ_CST);
		futex_wake(self->clear_tid, 1);
	}
	if (__atomic_sub_fetch(&live, 1, __ATOMIC_SEQ_CST) == 0)
		fault_exit((int)f->rdi & 255);
	thread_waits(true);
	if (!leads) /* whose id no other thread may have */
		block_give(self_block() - ABI_DIRECT);
	do
		port_write(ABI_PORT_PARK, 0);
	while (leads);
	thread_resume(self->frame);
}

/* set_tid_address(pointer) */
int64_t thread_set_tid_address(struct syscall_frame *f)
{
	SELF->clear_tid = f->rdi;
	return CHANNEL->tid;
}

/* set_robust_list(head, size) */
int64_t thread_set_robust_list(struct syscall_frame *f)
{
	if (f->rsi != 24)
		return -EINVAL;
	SELF->robust = f->rdi;
	return 0;
}

/* get_robust_list(tid, head, size): one's own */
int64_t thread_get_robust_list(struct syscall_frame *f)
{
	if (f->rdi && f->rdi != CHANNEL->tid)
		return -EPERM;
	if (!user_writable(f->rsi, 8) || !user_writable(f->rdx, 8))
		return -EFAULT;
	*(uint64_t *)f->rsi = SELF->robust;
	*(uint64_t *)f->rdx = 24;
	return 0;
}

int64_t thread_gettid(struct syscall_frame *f)
{
	(void)f;
	return CHANNEL->tid;
}

/* sched_yield(): to nobody, while each thread has a core */
int64_t thread_yield(struct syscall_frame *f)
{
	(void)f;
	if (!thread_fit(BOOT->cores))
		port_write(ABI_PORT_YIELD, 0);
	return 0;
}
