/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* New processes: the monitor makes one too, and both go on from here, the child with an answer of 0. */
#define CLONE_VM	    0x100ull
#define CLONE_PIDFD	    0x1000ull
#define CLONE_VFORK	    0x4000ull
#define CLONE_THREAD	    0x10000ull
#define CLONE_SETTLS	    0x80000ull
#define CLONE_PARENT_SETTID 0x100000ull
#define CLONE_CHILD_SETTID  0x1000000ull
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#define CLONE_NEW	    0x7e020080ull /* namespaces */

static void put_tid(uint64_t address)
{
	if (user_writable(address, 4))
		*(uint32_t *)address = thread_process();
}

/* The child goes on as it is wished. */
static int64_t become_child(struct syscall_frame *f, const struct clone_args *a)
{
	signal_cloned(&SELF->signals);
	if (a->flags & CLONE_CLEAR_SIGHAND)
		signal_reset();
	signal_publish();
	if (a->stack)
		f->rsp = a->stack + a->stack_size;
	if (a->flags & CLONE_SETTLS)
		__asm__ volatile("wrfsbase %0" : : "r"(a->tls));
	SELF->clear_tid = SELF->robust = 0;
	if (a->flags & CLONE_CHILD_SETTID)
		put_tid(a->child_tid);
	return 0;
}

/* The child has a copy of everything. */
static int64_t copy_process(void)
{
	int64_t pid;

	thread_freeze();
	pid = channel_service(ABI_CALL_fork, 0, 0);
	thread_thaw(pid == 0);
	if (pid == 0) {
		signal_keep();
		SELF->apart = NULL;
	}
	return pid;
}

/*
 * The child has the memory, and this vCPU, until it executes or ends. Then the monitor puts this stack and
 * what is this vCPU's own back as they were.
 */
static int64_t lend_process(void)
{
	uint64_t gpa;
	struct apart *apart;
	int64_t pid;

	lock_take(&memory_lock);
	gpa = pages_take(1, 0);
	lock_give(&memory_lock);
	if (gpa == 0)
		return -ENOMEM;
	apart = at(gpa);
	apart->pages = 0;
	signal_part(apart);
	pid = channel_service(ABI_CALL_fork, 1, 0);
	if (pid == 0) {
		SELF->apart = apart;
		return 0;
	}
	lock_take(&memory_lock);
	if (apart->pages)
		pages_give(apart->gpa, apart->pages, false);
	pages_give(gpa, 1, false);
	lock_give(&memory_lock);
	signal_publish();
	return pid;
}

static int64_t make_process(struct syscall_frame *f, const struct clone_args *a)
{
	int64_t pid;

	if (a->flags & CLONE_NEW)
		return -EPERM;
	if (a->flags & CLONE_THREAD)
		return thread_create(f, a);
	if (a->flags & CLONE_PIDFD)
		return -EINVAL;
	if ((a->flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		return -ENOSYS;
	cache_leave(true);
	pid = a->flags & CLONE_VM ? lend_process() : copy_process();
	if (pid > 0 && a->flags & CLONE_PARENT_SETTID && user_writable(a->parent_tid, 4))
		*(uint32_t *)a->parent_tid = (uint32_t)pid;
	return pid ? pid : become_child(f, a);
}

int64_t fork_fork(struct syscall_frame *f)
{
	return make_process(f, &(struct clone_args){ 0 });
}

int64_t fork_vfork(struct syscall_frame *f)
{
	return make_process(f, &(struct clone_args){ .flags = CLONE_VM | CLONE_VFORK });
}

/* clone(flags, stack, parent_tid, child_tid, tls) */
int64_t fork_clone(struct syscall_frame *f)
{
	const struct clone_args a = {
		.flags = f->rdi & ~255ull,
		.stack = f->rsi,
		.parent_tid = f->rdx,
		.child_tid = f->r10,
		.tls = f->r8,
	};

	return make_process(f, &a);
}

/* clone3(arguments, size) */
int64_t fork_clone3(struct syscall_frame *f)
{
	struct clone_args a;

	if (f->rsi < sizeof(a))
		return -EINVAL;
	if (!user_readable(f->rdi, sizeof(a)))
		return -EFAULT;
	a = *(const struct clone_args *)f->rdi;
	return make_process(f, &a);
}
