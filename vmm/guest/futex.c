/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * futex(2): the host's, on the host address of the same word, from the vCPU's own thread. What can be told
 * without it is: a wait looks for a while whether the word changes, and a wake that nobody waits for stays
 * here. Waiters are counted by the word's guest-physical address, before the host compares the word; who
 * wakes has changed the word before it looks at the count; so either sees the other.
 */
#define FUTEX_WAIT	  0
#define FUTEX_WAKE	  1
#define FUTEX_REQUEUE	  3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP	  5
#define FUTEX_LOCK_PI	  6
#define FUTEX_UNLOCK_PI	  7
#define FUTEX_TRYLOCK_PI  8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_LOCK_PI2	  13
#define FUTEX_PRIVATE	  128
#define FUTEX_CLOCK	  256

#define COUNTS	1024
#define MOVED	(1u << 24) /* waiters were requeued here: nobody counts them any more */
#define SPIN_NS 15000ull

static uint32_t counts[COUNTS];

/* The count of the word at ADDRESS, or NULL where no page is. */
static uint32_t *count_of(uint64_t address)
{
	uint64_t gpa = tables_find(address, ABI_READ);

	return gpa == MAPPED_MISSING ? NULL
				     : &counts[((gpa + address % PAGE) / 4 * 0x9e3779b1u >> 16) % COUNTS];
}

/* Whether nobody waits for the word. A file's may be waited for by another process, which does not count
 * here. */
static bool unawaited(uint64_t address, bool private)
{
	uint32_t *count = count_of(address);

	if (!private && memory_shared(address))
		return false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return count == NULL || __atomic_load_n(count, __ATOMIC_SEQ_CST) == 0;
}

static int64_t ask(enum abi_call_id call, uint64_t address, uint64_t operation, uint64_t value,
		   uint64_t other, uint64_t second, uint64_t third)
{
	const uint64_t argument[6] = { address, operation, value, other, second, third };

	return forward_call(call, argument);
}

/* Looks for a while whether the word changes, where the thread that is to change it has a core to run on. */
static bool changes(const uint32_t *word, uint32_t value)
{
	uint64_t start = tsc(), ticks = BOOT->tsc_hz / 1000000 * SPIN_NS / 1000, now = start;
	bool changed;

	if (thread_live() == 1 || !thread_fit(BOOT->cores))
		return false;
	while (!(changed = __atomic_load_n(word, __ATOMIC_RELAXED) != value) && now - start < ticks) {
		relax();
		now = tsc();
	}
	ACCOUNT->spin_tsc += now - start;
	ACCOUNT->wait_tsc += now - start;
	return changed;
}

static int64_t await(struct syscall_frame *f)
{
	const uint32_t *word = (const uint32_t *)f->rdi;
	uint32_t *count;
	int64_t result;

	if (!user_readable(f->rdi, 4))
		return -EFAULT;
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != (uint32_t)f->rdx ||
	    (f->r10 == 0 && changes(word, (uint32_t)f->rdx)))
		return -EAGAIN;
	count = count_of(f->rdi);
	if (count == NULL)
		return -EFAULT;
	__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
	result = ask(ABI_CALL_futex_wait, f->rdi, f->rsi, f->rdx, f->r10, 0, f->r9);
	__atomic_sub_fetch(count, 1, __ATOMIC_SEQ_CST);
	return result;
}

static int64_t wake(struct syscall_frame *f)
{
	if (unawaited(f->rdi, f->rsi & FUTEX_PRIVATE) || !user_readable(f->rdi, 4))
		return 0;
	return ask(ABI_CALL_futex, f->rdi, f->rsi, f->rdx, 0, 0, f->r9);
}

static int64_t requeue(struct syscall_frame *f)
{
	uint32_t *to;

	if (f->r8 % 4)
		return -EINVAL;
	if (!user_readable(f->rdi, 4) || !user_writable(f->r8, 4))
		return -EFAULT;
	to = count_of(f->r8);
	if (to)
		__atomic_or_fetch(to, MOVED, __ATOMIC_SEQ_CST);
	return ask(ABI_CALL_futex, f->rdi, f->rsi, f->rdx, f->r10, f->r8, f->r9);
}

static int64_t wake_op(struct syscall_frame *f)
{
	if (f->r8 % 4)
		return -EINVAL;
	if (!user_readable(f->rdi, 4) || !user_writable(f->r8, 4))
		return -EFAULT;
	return ask(ABI_CALL_futex, f->rdi, f->rsi, f->rdx, f->r10, f->r8, f->r9);
}

/* The word names its owner by thread id, and a thread's is that of its vCPU's host thread: so the host knows
 * who holds it. */
static int64_t lock_pi(struct syscall_frame *f)
{
	if (!user_writable(f->rdi, 4))
		return -EFAULT;
	return ask(ABI_CALL_futex_pi, f->rdi, f->rsi, f->rdx, f->r10, 0, 0);
}

static int64_t unlock_pi(struct syscall_frame *f)
{
	if (!user_writable(f->rdi, 4))
		return -EFAULT;
	return ask(ABI_CALL_futex_pi, f->rdi, f->rsi, 0, 0, 0, 0);
}

void futex_wake(uint64_t address, uint32_t number)
{
	if (!unawaited(address, false))
		ask(ABI_CALL_futex, address, FUTEX_WAKE, number, 0, 0, 0);
}

bool futex_inherits(uint64_t operation)
{
	operation &= ~(uint64_t)(FUTEX_PRIVATE | FUTEX_CLOCK);
	return operation == FUTEX_LOCK_PI || operation == FUTEX_LOCK_PI2;
}

/* futex(address, operation, value, timeout or second value, second address, third value) */
int64_t futex_call(struct syscall_frame *f)
{
	static int64_t (*const operations[])(struct syscall_frame *) = {
		[FUTEX_WAIT] = await,	       [FUTEX_WAIT_BITSET] = await,    [FUTEX_WAKE] = wake,
		[FUTEX_WAKE_BITSET] = wake,    [FUTEX_REQUEUE] = requeue,      [FUTEX_CMP_REQUEUE] = requeue,
		[FUTEX_WAKE_OP] = wake_op,     [FUTEX_LOCK_PI] = lock_pi,      [FUTEX_LOCK_PI2] = lock_pi,
		[FUTEX_UNLOCK_PI] = unlock_pi, [FUTEX_TRYLOCK_PI] = unlock_pi,
	};
	uint64_t operation = f->rsi & ~(uint64_t)(FUTEX_PRIVATE | FUTEX_CLOCK);

	if (operation >= sizeof(operations) / sizeof(operations[0]) || operations[operation] == NULL)
		return -ENOSYS;
	if (f->rdi % 4)
		return -EINVAL;
	return operations[operation](f);
}
