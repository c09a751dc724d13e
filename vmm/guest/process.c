/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* Identity, and what a program asks of its process. */
#define ARCH_SET_GS 0x1001
#define ARCH_SET_FS 0x1002
#define ARCH_GET_FS 0x1003
#define ARCH_GET_GS 0x1004

int64_t process_getpid(struct syscall_frame *f)
{
	(void)f;
	return thread_process();
}

int64_t process_getppid(struct syscall_frame *f)
{
	(void)f;
	return SELF->apart ? BOOT->pid : BOOT->ppid;
}

int64_t process_getuid(struct syscall_frame *f)
{
	(void)f;
	return BOOT->uid;
}

int64_t process_geteuid(struct syscall_frame *f)
{
	(void)f;
	return BOOT->euid;
}

int64_t process_getgid(struct syscall_frame *f)
{
	(void)f;
	return BOOT->gid;
}

int64_t process_getegid(struct syscall_frame *f)
{
	(void)f;
	return BOOT->egid;
}

/* For calls that change nothing here. */
int64_t process_nothing(struct syscall_frame *f)
{
	(void)f;
	return 0;
}

/* For calls every libc does without: as a kernel built without them would answer. */
int64_t process_absent(struct syscall_frame *f)
{
	(void)f;
	return -ENOSYS;
}

/* uname(struct utsname *) */
int64_t process_uname(struct syscall_frame *f)
{
	if (!user_writable(f->rdi, sizeof(BOOT->uname)))
		return -EFAULT;
	memcpy((void *)f->rdi, BOOT->uname, sizeof(BOOT->uname));
	return 0;
}

/* arch_prctl(code, address): with CR4.FSGSBASE the bases need no exit and no MSR */
int64_t process_arch_prctl(struct syscall_frame *f)
{
	uint64_t base;

	if ((f->rdi == ARCH_SET_FS || f->rdi == ARCH_SET_GS) && f->rsi >= USER_END)
		return -EPERM;
	if (f->rdi == ARCH_SET_FS) {
		__asm__ volatile("wrfsbase %0" : : "r"(f->rsi));
		return 0;
	}
	if (f->rdi == ARCH_SET_GS) {
		__asm__ volatile("wrgsbase %0" : : "r"(f->rsi));
		return 0;
	}
	if (f->rdi != ARCH_GET_FS && f->rdi != ARCH_GET_GS)
		return -EINVAL;
	if (!user_writable(f->rsi, 8))
		return -EFAULT;
	if (f->rdi == ARCH_GET_FS)
		__asm__ volatile("rdfsbase %0" : "=r"(base));
	else
		__asm__ volatile("rdgsbase %0" : "=r"(base));
	*(uint64_t *)f->rsi = base;
	return 0;
}

/* getcpu(cpu, node, cache): a core that the thread may run on */
int64_t process_getcpu(struct syscall_frame *f)
{
	if ((f->rdi && !user_writable(f->rdi, 4)) || (f->rsi && !user_writable(f->rsi, 4)))
		return -EFAULT;
	if (f->rdi)
		*(uint32_t *)f->rdi = CHANNEL->core;
	if (f->rsi)
		*(uint32_t *)f->rsi = 0;
	return 0;
}

/* exit_group(status) */
int64_t process_exit(struct syscall_frame *f)
{
	fault_exit((int)f->rdi & 255);
}
