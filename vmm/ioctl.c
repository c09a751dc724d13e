/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/guest_ioctls.h"

/* ioctl(descriptor, request, argument), and the bytes the argument points to. */
static const struct {
	uint32_t request, bytes;
} known[] = {
#define ROW(request, name, bytes) { request, bytes },
	ABI_IOCTLS(ROW)
#undef ROW
};

#define NEW_FD 0x5441 /* TIOCGPTPEER returns a descriptor */

int64_t ioctl_make(struct monitor *m, const uint64_t a[6])
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		int64_t result;

		if (known[i].request != (uint32_t)a[1])
			continue;
		if (known[i].bytes != a[3])
			return -EFAULT;
		result = syscall(SYS_ioctl, a[0], a[1], a[2]);
		if (result < 0)
			return -errno;
		return known[i].request == NEW_FD ? checked_new(m, result) : result;
	}
	return -ENOTTY;
}
