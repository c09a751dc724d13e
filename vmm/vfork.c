/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/signals_priv.h"
#include "vmm/vmm_priv.h"

/*
 * vfork: the child has its parent's memory, and the parent's thread waits until it executes or ends. So has
 * the monitor's: a process that shares memory may use the VM, and runs the vCPU that its parent leaves to it.
 * When the parent goes on, the vCPU's registers and the guest kernel's stack are put back. What the child
 * took is that of a process of its own.
 */
#define STACK (256u << 10) /* of the child's monitor */

/* What of a vCPU's block is the parent's: stacks, and what the guest kernel keeps of the thread. */
static const struct {
	size_t offset, bytes;
} kept[] = {
	{ ABI_RING0_STACK, ABI_CHANNEL - ABI_RING0_STACK },
	{ ABI_SELF, ABI_BOUNCE - ABI_SELF },
};

#define KEPT (ABI_CHANNEL - ABI_RING0_STACK + ABI_BOUNCE - ABI_SELF)

struct loan {
	struct vcpu *v;
	struct vcpu_state *state;
	int place; /* in the tree */
	bool lent; /* to the parent already */
	struct abi_account account;
	struct vmm_thread thread;
	uint64_t began;
	uint8_t block[KEPT];
};

static void copy_block(struct loan *loan, bool back)
{
	uint8_t *at = memory_at(loan->v->monitor, loan->v->block, ABI_BLOCK_SIZE), *copy = loan->block;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		if (back)
			memcpy(at + kept[i].offset, copy, kept[i].bytes);
		else
			memcpy(copy, at + kept[i].offset, kept[i].bytes);
		copy += kept[i].bytes;
	}
}

/* As the guest kernel says the child ended; without a word, the monitor could not go on. */
static _Noreturn void leave(const struct vcpu *v)
{
	int number = v->channel->account.signal;

	if (number > 0 && number < NSIG) {
		sigset_t one;

		signal(number, SIG_DFL);
		raise(number);
		sigemptyset(&one);
		sigaddset(&one, number);
		sigprocmask(SIG_UNBLOCK, &one, NULL);
	}
	_exit(v->channel->account.exit_code & 255);
}

/* The child. Signals wait for what it executes: handlers would find its parent. */
static int live(void *argument)
{
	struct loan *loan = argument;
	struct vcpu *v = loan->v;

	tree_settle(v->monitor, loan->place, getpid());
	v->channel->exit_slot.result = 0;
	v->channel->tid = (uint32_t)getpid();
	v->channel->account.signal = v->channel->account.exit_code = 0;
	atomic_flag_clear(&v->serving);
	loop_lend(v);
	if (v->monitor->config.value[VMM_COMPLETION] == VMM_COMPLETION_INJECT)
		interrupt_raise(v, true);
	loop_run(v);
	if (!v->lent) /* a fork of this process */
		monitor_leave(v->monitor);
	v->thread.cpu_ns = clock_thread_cpu_ns();
	v->thread.delay_ns = monitor_waited_ns();
	v->thread.usage = monitor_usage();
	leave(v);
}

/* The parent goes on: all is as it was when it asked, and the child's figures are those of a process. */
static void take_back(struct loan *loan, uint32_t tid)
{
	struct vcpu *v = loan->v;
	struct abi_account *now = &v->channel->account;
	const struct abi_account *then = &loan->account;

	atomic_flag_test_and_set(&v->serving);
	v->lent = loan->lent;
	v->thread.wall_tsc = clock_tsc() - loan->began;
	exec_forget(v);
	v->channel->tid = tid;
	tree_add_lent(v->monitor, &v->thread, now, then);
	now->kernel_tsc = then->kernel_tsc;
	now->spin_tsc = then->spin_tsc;
	now->halt_tsc = then->halt_tsc;
	now->wait_tsc = then->wait_tsc;
	now->late_ns = then->late_ns;
	now->signal = now->exit_code = 0;
	v->thread = loan->thread;
	copy_block(loan, true);
	state_finish(v);
	if (state_restore(v, loan->state) && loop_end(v->monitor))
		v->monitor->report->outcome = VMM_FAILED;
}

/* Frames of a child that executed something never returned, and AddressSanitizer still guards where they lay.
 */
static void forget_frames(const uint8_t *stack)
{
#ifdef __SANITIZE_ADDRESS__
	extern void __asan_unpoison_memory_region(const volatile void *, size_t);

	__asan_unpoison_memory_region(stack, STACK);
#else
	(void)stack;
#endif
}

/* Lends V to a child and waits for it. */
static int64_t lend(struct loan *loan, uint8_t *stack)
{
	struct vcpu *v = loan->v;
	uint32_t tid = v->channel->tid;
	sigset_t all, before;
	pid_t pid;

	copy_block(loan, false);
	loan->account = v->channel->account;
	loan->thread = v->thread;
	loan->began = clock_tsc();
	memset(&v->thread, 0, sizeof(v->thread));
	loan->lent = v->lent;
	v->lent = true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = clone(live, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, loan);
	if (pid < 0)
		pid = -errno;
	take_back(loan, tid);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

int64_t vfork_process(struct vcpu *v, int place)
{
	uint8_t *stack =
		mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	struct loan *loan = malloc(sizeof(*loan));
	int64_t result = -ENOMEM;

	if (loan && stack != MAP_FAILED) {
		loan->v = v;
		loan->place = place;
		loan->state = state_save(v);
		if (loan->state)
			result = lend(loan, stack);
		free(loan->state);
	}
	if (stack != MAP_FAILED) {
		forget_frames(stack);
		munmap(stack, STACK);
	}
	free(loan);
	return result;
}
