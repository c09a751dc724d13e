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

/* A brief call is not stamped, or has taken TICKS for EVERY of them. */
static int64_t serve_brief(struct syscall_frame *f, struct abi_account *account)
{
	uint64_t start, waited = account->wait_tsc, ticks;
	int64_t result;

	if (account->syscalls * WEYL >> (64 - EVERY_BITS))
		return serve(f);
	start = tsc();
	result = serve(f);
	ticks = tsc() - start - (account->wait_tsc - waited);
	if (ticks < BOOT->tsc_hz / BRIEFLY)
		ticks *= EVERY;
	account->kernel_tsc += ticks;
	account->brief_tsc += ticks;
	return result;
}

/* Called by entry.S with the program's registers. */
int64_t syscall_dispatch(struct syscall_frame *f);
int64_t syscall_dispatch(struct syscall_frame *f)
{
	struct abi_account *account = ACCOUNT;
	uint64_t start, waited = account->wait_tsc;
	int64_t result;

	if (f->number < NUMBERS && is_brief[f->number]) {
		result = serve_brief(f, account);
	} else {
		start = tsc();
		result = serve(f);
		account->kernel_tsc += tsc() - start - (account->wait_tsc - waited);
	}
	account->syscalls++;
	return result;
}
