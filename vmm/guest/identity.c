/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/*
 * Calls by which a process becomes another: the monitor must stay what it is, so a program may become what it
 * is already, as one without privileges may.
 */
static int64_t same(const uint64_t *ids, int count, uint32_t real, uint32_t effective)
{
	for (int i = 0; i < count; i++)
		if ((uint32_t)ids[i] != UINT32_MAX && (uint32_t)ids[i] != real &&
		    (uint32_t)ids[i] != effective)
			return -EPERM;
	return 0;
}

/* setuid(id) */
int64_t identity_setuid(struct syscall_frame *f)
{
	return same(f->argument, 1, BOOT->uid, BOOT->euid);
}

/* setgid(id) */
int64_t identity_setgid(struct syscall_frame *f)
{
	return same(f->argument, 1, BOOT->gid, BOOT->egid);
}

/* setreuid(real, effective), setresuid(real, effective, saved) */
int64_t identity_setresuid(struct syscall_frame *f)
{
	return same(f->argument, f->number == 113 ? 2 : 3, BOOT->uid, BOOT->euid);
}

/* setregid(real, effective), setresgid(real, effective, saved) */
int64_t identity_setresgid(struct syscall_frame *f)
{
	return same(f->argument, f->number == 114 ? 2 : 3, BOOT->gid, BOOT->egid);
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
