/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"
#include "vmm/guest_refused.h"

/* System calls: those of ABI_SERVED are served here, those of ABI_CALLS by the host. */
struct served {
	uint16_t number;
	syscall_function *function;
};

static const struct served served[] = {
#define SERVED(number, name, function) { number, function },
	ABI_SERVED(SERVED)
#undef SERVED
};

/* Those of them that hold memory_lock all the while: mmap and its family. */
static const uint16_t locked[] = { 9, 10, 11, 12, 25, 26, 28 };

/*
 * Those that do next to nothing: two readings of the TSC would be a good part of what they take. One in
 * EVERY is stamped, and counts for all; which, a Weyl sequence says, so that no loop is in step with it.
 */
static const uint16_t brief[] = { 14, 39, 96, 102, 104, 107, 108, 110, 186, 201, 228, 309 };
#define EVERY_BITS 4
#define EVERY	   (1u << EVERY_BITS)
#define WEYL	   0x9e3779b97f4a7c15u
#define TRIES	   8
#define BRIEFLY	   50000 /* of a second: one that takes longer was interrupted, and counts once */

static const uint16_t forwarded[] = {
#define NUMBER(number, ...) number,
	ABI_CALLS(NUMBER)
#undef NUMBER
};

static const struct {
	uint16_t number, error;
} refused[] = {
#define REFUSED(number, name, error) { number, error },
	ABI_REFUSED(REFUSED)
#undef REFUSED
};

#define NUMBERS	    512
#define NULL_NUMBER 1000 /* a request that asks for nothing: no Linux call has this number */

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Row by number: 0 none, n served[n - 1], -n forwarded[n - 1]. */
static int16_t row[NUMBERS];
static bool locks[NUMBERS], is_brief[NUMBERS];

void syscall_init(void);
void syscall_init(void)
{
	for (size_t i = 0; i < LENGTH(forwarded); i++)
		if (forwarded[i] < NUMBERS && row[forwarded[i]] == 0)
			row[forwarded[i]] = (int16_t) - (int)(i + 1);
	for (size_t i = 0; i < LENGTH(served); i++)
		row[served[i].number] = (int16_t)(i + 1);
	for (size_t i = 0; i < LENGTH(locked); i++)
		locks[locked[i]] = true;
	for (size_t i = 0; i < LENGTH(brief); i++)
		is_brief[brief[i]] = true;
}

static int64_t refuse(uint64_t number, uint64_t rip)
{
	struct abi_account *account = ACCOUNT;

	for (size_t i = 0; i < LENGTH(account->unserved); i++) {
		if (account->unserved[i].count && account->unserved[i].number != (int32_t)number)
			continue;
		if (account->unserved[i].count == 0)
			account->unserved[i].rip = rip;
		account->unserved[i].number = (int32_t)number;
		account->unserved[i].count++;
		break;
	}
	for (size_t i = 0; i < LENGTH(refused); i++)
		if (refused[i].number == number)
			return -refused[i].error;
	return -ENOSYS;
}

static int64_t call(const struct served *s, struct syscall_frame *f)
{
	int64_t result;

	ACCOUNT->served++;
	if (!locks[s->number])
		return s->function(f);
	lock_take(&memory_lock);
	result = s->function(f);
	lock_give(&memory_lock);
	return result;
}

static int64_t serve(struct syscall_frame *f)
{
	int found = f->number < NUMBERS ? row[f->number] : 0;

	if (found > 0)
		return call(&served[found - 1], f);
	if (found < 0)
		return forward_call((enum abi_call_id)(-found - 1), f->argument);
	if (f->number == NULL_NUMBER)
		return forward_call(ABI_CALL_null, f->argument);
	return refuse(f->number, f->rip);
}

/* Serves it into RESULT, and says what that took in the guest kernel. */
static uint64_t serve_stamped(struct syscall_frame *f, const struct abi_account *account, int64_t *result)
{
	uint64_t start = tsc(), waited = account->wait_tsc;

	*result = serve(f);
	return tsc_after() - start - (account->wait_tsc - waited);
}

/* What two stamps are apart around nothing, which those that are not stamped are spared. Found out where they
 * are made: as the kernel boots they may be emulated. */
static uint64_t stamps_apart(void)
{
	static uint64_t known;

	if (known == 0) {
		uint64_t least = UINT64_MAX;

		for (int i = 0; i < TRIES; i++) {
			uint64_t start = tsc(), apart = tsc_after() - start;

			least = apart < least ? apart : least;
		}
		known = least;
	}
	return known;
}

/* Called by entry.S with the program's registers. */
int64_t syscall_dispatch(struct syscall_frame *f);
int64_t syscall_dispatch(struct syscall_frame *f)
{
	struct abi_account *account = ACCOUNT;
	bool quick = f->number < NUMBERS && is_brief[f->number];
	uint64_t ticks = 0;
	int64_t result;

	if (quick && account->syscalls * WEYL >> (64 - EVERY_BITS))
		result = serve(f);
	else
		ticks = serve_stamped(f, account, &result);
	if (quick && ticks < BOOT->tsc_hz / BRIEFLY)
		ticks = ticks > stamps_apart() ? (ticks - stamps_apart()) * EVERY : 0;
	account->kernel_tsc += ticks;
	account->brief_tsc += quick ? ticks : 0;
	account->syscalls++;
	return result;
}
