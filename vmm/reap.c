/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "vmm/call_priv.h"

/*
 * A process that is killed cannot say what it took. Whoever waits for it learns its CPU time, of which it, as
 * a process that executed another program, may have said a part; and its own children's is in it, too.
 */
static void reaped(struct monitor *m, pid_t pid, const struct rusage *usage)
{
	tree_reap(m, pid, (uint64_t)clock_usage_ns(usage));
}

/* wait4(pid, status, options, usage) */
int64_t reap_wait4(struct monitor *m, const uint64_t a[6])
{
	struct rusage usage, *told = a[3] ? (struct rusage *)a[3] : &usage;
	int own = 0, *status = a[1] ? (int *)a[1] : &own;
	int64_t pid =
		call_host(m, SYS_wait4, (uint64_t[6]){ a[0], (uintptr_t)status, a[2], (uintptr_t)told });

	if (pid > 0 && (WIFEXITED(*status) || WIFSIGNALED(*status)))
		reaped(m, (pid_t)pid, told);
	return pid;
}

/* waitid(kind, id, info, options, usage) */
int64_t reap_waitid(struct monitor *m, const uint64_t a[6])
{
	struct rusage usage, *told = a[4] ? (struct rusage *)a[4] : &usage;
	siginfo_t own = { 0 }, *info = a[2] ? (siginfo_t *)a[2] : &own;
	int64_t result;

	info->si_pid = 0; /* of who waited without hanging, and in vain */
	result =
		call_host(m, SYS_waitid, (uint64_t[6]){ a[0], a[1], (uintptr_t)info, a[3], (uintptr_t)told });
	if (result == 0 && info->si_pid > 0 && !(a[3] & WNOWAIT) &&
	    (info->si_code == CLD_EXITED || info->si_code == CLD_KILLED || info->si_code == CLD_DUMPED))
		reaped(m, info->si_pid, told);
	return result;
}
