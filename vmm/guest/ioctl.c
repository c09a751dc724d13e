/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "vmm/guest/kernel.h"
#include "vmm/guest_ioctls.h"

/* ioctl(descriptor, request, argument): what the argument is depends on the request. */
static const struct {
	uint32_t request, bytes;
} known[] = {
#define ROW(request, name, bytes) { request, bytes },
	ABI_IOCTLS(ROW)
#undef ROW
};

int64_t ioctl_call(struct syscall_frame *f)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].request == (uint32_t)f->rsi)
			bytes = known[i].bytes;
	return forward_call(ABI_CALL_ioctl, (uint64_t[6]){ f->rdi, f->rsi, f->rdx, bytes });
}
