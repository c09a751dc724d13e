/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"

/* Calls by which a descriptor may become another: what was known of it is forgotten. */

/* close_range(first, last, flags) */
int64_t forward_close_range(struct syscall_frame *f)
{
	for (uint64_t fd = (uint32_t)f->rdi; fd <= (uint32_t)f->rsi && fd < FORWARD_KINDS; fd++)
		forward_forget(fd);
	return forward_call(ABI_CALL_close_range, f->argument);
}

/* fcntl(fd, command, argument): record locks take a structure, all else a number. */
int64_t forward_fcntl(struct syscall_frame *f)
{
	bool lock = (f->rsi >= 5 && f->rsi <= 7) || (f->rsi >= 36 && f->rsi <= 38);
	int64_t result = forward_call(lock ? ABI_CALL_fcntl_lock : ABI_CALL_fcntl, f->argument);

	if ((f->rsi == 0 || f->rsi == 1030) && result >= 0) /* F_DUPFD, F_DUPFD_CLOEXEC */
		forward_forget((uint64_t)result);
	return result;
}
