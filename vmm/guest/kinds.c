/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * What is known of the program's descriptors: which are regular files, as the host last said, since calls on
 * these do not block; and the calls that make one another, or close it, beside those of the table.
 */
#define F_DUPFD		    0
#define F_SETFL		    4
#define F_DUPFD_CLOEXEC	    1030
#define CLOSE_RANGE_CLOEXEC 4

enum { KIND_UNKNOWN, KIND_OTHER, KIND_REGULAR };
static uint8_t kind[KINDS];
static uint32_t forgotten; /* how often a descriptor became another: what was said before may be stale */
static struct lock kinds;

void kinds_forget(uint64_t fd)
{
	if (SELF->apart) /* what is known is of another process's descriptors */
		return;
	lock_take(&kinds);
	if (fd < KINDS)
		kind[fd] = KIND_UNKNOWN;
	forgotten++;
	lock_give(&kinds);
	cache_forget(fd);
}

bool kinds_may_block(const struct abi_call *call, uint64_t fd)
{
	return call->flags & ABI_BLOCKS ||
	       (call->flags & ABI_FILE && (fd >= KINDS || kind[fd] != KIND_REGULAR));
}

uint32_t kinds_ask(const struct abi_call *call, uint64_t fd, bool blocks)
{
	static const uint32_t told[] = { [KIND_UNKNOWN] = 3, [KIND_OTHER] = 1, [KIND_REGULAR] = 2 };

	if (SELF->apart)
		return call->flags & ABI_FILE ? 3 : 0;
	if (call->flags & ABI_NEWFD)
		return BOOT->ring && !blocks ? 4 : 0;
	return call->flags & ABI_FILE && fd < KINDS ? told[kind[fd]] : 0;
}

uint32_t kinds_version(void)
{
	return __atomic_load_n(&forgotten, __ATOMIC_ACQUIRE);
}

void kinds_learn(uint64_t fd, uint32_t regular, uint32_t version)
{
	if (SELF->apart || !regular || regular > 2 || fd >= KINDS)
		return;
	lock_take(&kinds);
	if (version == forgotten)
		kind[fd] = regular == 2 ? KIND_REGULAR : KIND_OTHER;
	lock_give(&kinds);
}

/* close_range(first, last, flags) */
int64_t kinds_close_range(struct syscall_frame *f)
{
	for (uint64_t fd = (uint32_t)f->rdi;
	     !(f->rdx & CLOSE_RANGE_CLOEXEC) && fd < KINDS && fd <= (uint32_t)f->rsi; fd++)
		kinds_forget(fd);
	return forward_call(ABI_CALL_close_range, f->argument);
}

/* fcntl(fd, command, argument): record locks take a structure, all else a number. */
int64_t kinds_fcntl(struct syscall_frame *f)
{
	bool duplicates = f->rsi == F_DUPFD || f->rsi == F_DUPFD_CLOEXEC;
	bool lock = (f->rsi >= 5 && f->rsi <= 7) || (f->rsi >= 36 && f->rsi <= 38);
	int64_t result;

	if (f->rsi == F_SETFL)
		cache_surrender(f->rdi);
	result = forward_call(lock ? ABI_CALL_fcntl_lock : ABI_CALL_fcntl, f->argument);

	if (duplicates && result >= 0) {
		kinds_forget((uint64_t)result);
		cache_duplicated(f->rdi, (uint64_t)result);
	}
	if (f->rsi == F_SETFL)
		cache_flagged(f->rdi);
	return result;
}
