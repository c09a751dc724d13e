/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/signal.h"

/* select and pselect6: the size of the three sets follows from the number of descriptors. */
#define DESCRIPTORS                                                                                          \
	65536 /* more are not looked at, as Linux looks at none beyond those a process can have              \
	       */

static int64_t wait(enum abi_call_id call, const struct syscall_frame *f, uint64_t mask, uint64_t bytes)
{
	uint64_t count = (uint32_t)f->rdi;

	if ((int32_t)f->rdi < 0)
		return -EINVAL;
	count = count < DESCRIPTORS ? count : DESCRIPTORS;
	return await_masked(call, (uint64_t[6]){ count, f->rsi, f->rdx, f->r10, f->r8, (count + 63) / 64 },
			    mask, bytes);
}

/* select(count, read, write, except, timeout) */
int64_t select_call(struct syscall_frame *f)
{
	return wait(ABI_CALL_select, f, 0, 0);
}

/* pselect6(count, read, write, except, timeout, mask) */
int64_t select_pselect(struct syscall_frame *f)
{
	const uint64_t *mask = (const uint64_t *)f->r9; /* address and size */

	if (mask == NULL)
		return wait(ABI_CALL_pselect6, f, 0, 0);
	return user_readable(f->r9, 16) ? wait(ABI_CALL_pselect6, f, mask[0], mask[1]) : -EFAULT;
}
