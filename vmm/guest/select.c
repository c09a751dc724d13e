/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* select and pselect6: the size of the three sets follows from the number of descriptors. */
#define DESCRIPTORS                                                                                          \
	65536 /* more are not looked at, as Linux looks at none beyond those a process can have              \
	       */

static int64_t wait(enum abi_call_id call, const struct syscall_frame *f)
{
	uint64_t count = (uint32_t)f->rdi;

	if ((int32_t)f->rdi < 0)
		return -EINVAL;
	count = count < DESCRIPTORS ? count : DESCRIPTORS;
	return forward_call(call, (uint64_t[6]){ count, f->rsi, f->rdx, f->r10, f->r8, (count + 63) / 64 });
}

/* select(count, read, write, except, timeout) */
int64_t select_call(struct syscall_frame *f)
{
	return wait(ABI_CALL_select, f);
}

/* pselect6(count, read, write, except, timeout, mask) */
int64_t select_pselect(struct syscall_frame *f)
{
	return wait(ABI_CALL_pselect6, f);
}
