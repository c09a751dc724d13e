/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"
#include "vmm/guest_prctls.h"

/* What a program asks of who it is, and how it is run. */
#define PR_SET_NAME 15
#define NAME_MAX    16 /* with its NUL */

static const struct {
	uint32_t option, bytes;
} known[] = {
#define ROW(option, name, bytes) { option, bytes },
	ABI_PRCTLS(ROW)
#undef ROW
};

/* A name may end before its memory would. */
static int64_t set_name(uint64_t name)
{
	char *copy = (char *)(self_block() + ABI_BOUNCE);
	int64_t length = user_string(name, NAME_MAX);

	if (length == -EFAULT)
		return -EFAULT;
	memset(copy, 0, NAME_MAX);
	memcpy(copy, (const void *)name, length > 0 ? (uint64_t)length : NAME_MAX - 1);
	return forward_with(ABI_CALL_prctl, (uint64_t[6]){ PR_SET_NAME, 1, 0, 0, 0, NAME_MAX },
			    (struct forward_extra){ .argument = 1, .bytes = NAME_MAX });
}

/* prctl(option, argument...) */
int64_t identity_prctl(struct syscall_frame *f)
{
	uint64_t bytes = 0;

	if ((uint32_t)f->rdi == PR_SET_NAME)
		return set_name(f->rsi);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].option == (uint32_t)f->rdi)
			bytes = known[i].bytes;
	return forward_call(ABI_CALL_prctl, (uint64_t[6]){ f->rdi, f->rsi, f->rdx, f->r10, f->r8, bytes });
}

/* personality(new): Linux's own, and no other */
int64_t identity_personality(struct syscall_frame *f)
{
	return (uint32_t)f->rdi == 0 || (uint32_t)f->rdi == UINT32_MAX ? 0 : -EINVAL;
}

/* sched_setscheduler(pid, policy, parameter): how vCPUs are scheduled is a knob's to say, so no policy rules
 * here */
int64_t identity_scheduler(struct syscall_frame *f)
{
	uint64_t policy = f->rsi & ~0x40000000ull; /* SCHED_RESET_ON_FORK */

	if (!user_readable(f->rdx, 4))
		return -EFAULT;
	if (policy != 0 && policy != 3 && policy != 5) /* SCHED_OTHER, SCHED_BATCH, SCHED_IDLE */
		return policy == 1 || policy == 2 ? -EPERM : -EINVAL;
	return *(const int32_t *)f->rdx ? -EINVAL : 0;
}
