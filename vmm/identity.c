/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/guest_prctls.h"
#include "vmm/signals_priv.h"

/*
 * Who the program is. Its ids are the monitor's, so what it may open is the host's to say. They change in all
 * threads at once, as the C library does it, because a driver thread opens files for the program too; what
 * belongs to one thread (capabilities, name) changes in the thread that asks. A child that vfork has lent
 * this vCPU is a process of one thread.
 */
static bool lent(void)
{
	return loop_current() && loop_current()->lent;
}

static int64_t changed(const struct monitor *m, long result)
{
	int error = errno;

	if (lent()) /* a child that only borrows our memory */
		return result ? -error : 0;
	m->boot->uid = getuid();
	m->boot->euid = geteuid();
	m->boot->gid = getgid();
	m->boot->egid = getegid();
	return result ? -error : 0;
}

/* setuid(id) */
int64_t identity_setuid(struct monitor *m, const uint64_t a[6])
{
	return changed(m, lent() ? syscall(SYS_setuid, a[0]) : setuid((uid_t)a[0]));
}

/* setgid(id) */
int64_t identity_setgid(struct monitor *m, const uint64_t a[6])
{
	return changed(m, lent() ? syscall(SYS_setgid, a[0]) : setgid((gid_t)a[0]));
}

/* setreuid(real, effective) */
int64_t identity_setreuid(struct monitor *m, const uint64_t a[6])
{
	return changed(m, lent() ? syscall(SYS_setreuid, a[0], a[1]) : setreuid((uid_t)a[0], (uid_t)a[1]));
}

/* setregid(real, effective) */
int64_t identity_setregid(struct monitor *m, const uint64_t a[6])
{
	return changed(m, lent() ? syscall(SYS_setregid, a[0], a[1]) : setregid((gid_t)a[0], (gid_t)a[1]));
}

/* setresuid(real, effective, saved) */
int64_t identity_setresuid(struct monitor *m, const uint64_t a[6])
{
	return changed(m, lent() ? syscall(SYS_setresuid, a[0], a[1], a[2])
				 : setresuid((uid_t)a[0], (uid_t)a[1], (uid_t)a[2]));
}

/* setresgid(real, effective, saved) */
int64_t identity_setresgid(struct monitor *m, const uint64_t a[6])
{
	return changed(m, lent() ? syscall(SYS_setresgid, a[0], a[1], a[2])
				 : setresgid((gid_t)a[0], (gid_t)a[1], (gid_t)a[2]));
}

/* setgroups(count, list) */
int64_t identity_setgroups(struct monitor *m, const uint64_t a[6])
{
	if ((int)a[0] < 0)
		return -EINVAL;
	return changed(m, lent() ? syscall(SYS_setgroups, a[0], a[1]) : setgroups(a[0], (const gid_t *)a[1]));
}

static const struct {
	uint32_t option, bytes;
} known[] = {
#define ROW(option, name, bytes) { option, bytes },
	ABI_PRCTLS(ROW)
#undef ROW
};

/* prctl(option, argument...), and the bytes its second argument points to.
 */
int64_t identity_prctl(struct monitor *m, const uint64_t a[6])
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].option != (uint32_t)a[0])
			continue;
		if (known[i].bytes != a[5])
			return -EFAULT;
		if (a[0] == PR_SET_PDEATHSIG || a[0] == PR_GET_PDEATHSIG)
			return parent_prctl(m, a);
		return call_host(m, SYS_prctl, (uint64_t[6]){ a[0], a[1], a[2], a[3], a[4] });
	}
	return -EINVAL;
}
