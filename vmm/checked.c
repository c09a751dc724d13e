/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/call_priv.h"
#include "vmm/signals_priv.h"

/*
 * Calls that could reach the monitor itself, though each argument is in order: by descriptors they hand out,
 * by pointers the table cannot tell from numbers, by limits that hold for the whole process. Memory of the
 * program is read and written once, as it may change at any time.
 */

/* Whether the program's limit is too low for FD to be opened. */
static bool beyond(const struct monitor *m, int fd)
{
	return (uint32_t)fd >= m->nofile_soft;
}

int64_t checked_new(const struct monitor *m, int64_t fd)
{
	int error;

	if (fd < 0)
		return fd;
	error = beyond(m, (int)fd) ? EMFILE : proc_hidden((int)fd);
	if (error == 0)
		return fd;
	close((int)fd);
	return -error;
}

/* pipe(int [2]), pipe2(int [2], flags) */
static int64_t make_pipe(const struct monitor *m, const uint64_t a[6], int flags)
{
	int pair[2];

	if (a[0] == 0)
		return -EFAULT;
	if (pipe2(pair, flags))
		return -errno;
	if (beyond(m, pair[0]) || beyond(m, pair[1])) {
		close(pair[0]);
		close(pair[1]);
		return -EMFILE;
	}
	memcpy((void *)a[0], pair, sizeof(pair));
	return 0;
}

/* Commands of fcntl whose argument is a number. */
static bool fcntl_plain(uint64_t command)
{
	return command <= F_SETFL || command == F_DUPFD_CLOEXEC || command == F_SETOWN ||
	       command == F_GETOWN || command == F_GETSIG || /* F_SETSIG could feign the watchdog */
	       (command >= F_SETLEASE && command <= F_GETLEASE) || command == F_GETPIPE_SZ ||
	       command == F_SETPIPE_SZ || command == F_ADD_SEALS || command == F_GET_SEALS;
}

static bool fcntl_locks(uint64_t command)
{
	return (command >= F_GETLK && command <= F_SETLKW) ||
	       (command >= F_OFD_GETLK && command <= F_OFD_SETLKW);
}

static int64_t make_fcntl(struct monitor *m, const uint64_t a[6])
{
	bool duplicates = a[1] == F_DUPFD || a[1] == F_DUPFD_CLOEXEC;

	if (!fcntl_plain(a[1]))
		return -EINVAL;
	if (duplicates && a[2] >= m->nofile_soft)
		return -EINVAL;
	return duplicates ? checked_new(m, call_host(m, SYS_fcntl, a)) : call_host(m, SYS_fcntl, a);
}

/* Limits that hold for the monitor as a whole would hit more than the program: they stay as they are. */
static bool hits_monitor(uint64_t resource)
{
	return resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_MEMLOCK ||
	       resource == RLIMIT_STACK || resource == RLIMIT_SIGPENDING;
}

static int64_t limit_files(struct monitor *m, const uint64_t a[6])
{
	int64_t result = call_host(m, SYS_prlimit64, a);

	files_limit(m);
	return result;
}

/*
 * prlimit64(pid, resource, new, old): the limit of open files is the program's share of ours. What is open
 * stays so when it is lowered.
 */
static int64_t make_limit(struct monitor *m, const uint64_t a[6])
{
	bool self = a[0] == 0 || (pid_t)a[0] == getpid();
	struct rlimit new, old = { m->nofile_soft, m->nofile_hard };

	if (self && (uint32_t)a[1] == RLIMIT_FSIZE)
		return limit_files(m, a);
	if (!self || (uint32_t)a[1] != RLIMIT_NOFILE)
		return call_host(
			m, SYS_prlimit64,
			(uint64_t[6]){ a[0], a[1], self && hits_monitor((uint32_t)a[1]) ? 0 : a[2], a[3] });
	if (a[2]) {
		memcpy(&new, (const void *)a[2], sizeof(new));
		__asm__ volatile("" : : : "memory"); /* one read */
		if (new.rlim_cur > new.rlim_max)
			return -EINVAL;
		if (new.rlim_cur > m->nofile_hard)
			return -EPERM;
		m->nofile_soft = new.rlim_cur < m->nofile ? (uint32_t) new.rlim_cur : m->nofile;
	}
	if (a[3])
		memcpy((void *)a[3], &old, sizeof(old));
	return 0;
}

/* Each row of futex takes its own operations, because what is a pointer differs. */
static int64_t futex(const struct monitor *m, bool waiting, const uint64_t a[6])
{
	uint32_t operation = (uint32_t)a[1] & FUTEX_CMD_MASK;
	bool waits = operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET;
	bool others = operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET ||
		      operation == FUTEX_REQUEUE || operation == FUTEX_CMP_REQUEUE ||
		      operation == FUTEX_WAKE_OP;

	return (waiting ? waits : others) ? call_host(m, SYS_futex, a) : -ENOSYS;
}

static int64_t make_futex(struct monitor *m, const uint64_t a[6])
{
	return futex(m, false, a);
}

static int64_t make_futex_wait(struct monitor *m, const uint64_t a[6])
{
	return futex(m, true, a);
}

static int64_t make_getrlimit(struct monitor *m, const uint64_t a[6])
{
	return a[1] ? make_limit(m, (uint64_t[6]){ 0, a[0], 0, a[1] }) : -EFAULT;
}

static int64_t make_setrlimit(struct monitor *m, const uint64_t a[6])
{
	return a[1] ? make_limit(m, (uint64_t[6]){ 0, a[0], a[1], 0 }) : -EFAULT;
}

static int64_t make_fcntl_lock(struct monitor *m, const uint64_t a[6])
{
	return fcntl_locks(a[1]) ? call_host(m, SYS_fcntl, a) : -EINVAL;
}

static int64_t make_pipe0(struct monitor *m, const uint64_t a[6])
{
	return make_pipe(m, a, 0);
}

static int64_t make_pipe2(struct monitor *m, const uint64_t a[6])
{
	return make_pipe(m, a, (int)a[1]);
}

/* Ours stay open, and the table of descriptors stays one for all our threads. */
static int64_t make_close_range(struct monitor *m, const uint64_t a[6])
{
	uint32_t first = (uint32_t)a[0], last = (uint32_t)a[1];

	if (first > last)
		return -EINVAL;
	if (first >= m->nofile)
		return 0;
	last = last < m->nofile ? last : m->nofile - 1;
	if (!(a[2] & CLOSE_RANGE_CLOEXEC))
		direct_forget(m, first, last);
	return call_host(m, SYS_close_range,
			 (uint64_t[6]){ first, last, a[2] & ~(uint64_t)2 }); /* CLOSE_RANGE_UNSHARE */
}

/* The guest's threads are the host's, and a barrier of the host reaches a vCPU by an interrupt. What rests on
 * rseq, or on how the host comes back from it, is not served. */
static int64_t make_membarrier(struct monitor *m, const uint64_t a[6])
{
	const int served = 0x1f; /* GLOBAL, and its and PRIVATE's EXPEDITED with their registrations */
	int command = (int)a[0];
	int64_t result;

	if (command != 0 && !(command & served))
		return -EINVAL;
	result = call_host(m, SYS_membarrier, a);
	return command == 0 && result > 0 ? result & served : result;
}

typedef int64_t check_function(struct monitor *, const uint64_t[6]);

static check_function *const checks[ABI_CALL_COUNT] = {
	[ABI_CALL_wait4] = reap_wait4,
	[ABI_CALL_waitid] = reap_waitid,
	[ABI_CALL_prlimit64] = make_limit,
	[ABI_CALL_getrlimit] = make_getrlimit,
	[ABI_CALL_setrlimit] = make_setrlimit,
	[ABI_CALL_futex] = make_futex,
	[ABI_CALL_futex_wait] = make_futex_wait,
	[ABI_CALL_futex_pi] = futex_lock,
	[ABI_CALL_sched_setaffinity] = affinity_set,
	[ABI_CALL_sched_getaffinity] = affinity_get,
	[ABI_CALL_membarrier] = make_membarrier,
	[ABI_CALL_open] = cpuinfo_call_open,
	[ABI_CALL_openat] = cpuinfo_call_openat,
	[ABI_CALL_readlink] = proc_call_readlink,
	[ABI_CALL_readlinkat] = proc_call_readlinkat,
	[ABI_CALL_getdents64] = proc_call_getdents64,
	[ABI_CALL_close] = direct_call_close,
	[ABI_CALL_dup2] = direct_call_dup2,
	[ABI_CALL_dup3] = direct_call_dup3,
	[ABI_CALL_fcntl] = make_fcntl,
	[ABI_CALL_fcntl_lock] = make_fcntl_lock,
	[ABI_CALL_ioctl] = ioctl_make,
	[ABI_CALL_setuid] = identity_setuid,
	[ABI_CALL_setgid] = identity_setgid,
	[ABI_CALL_setreuid] = identity_setreuid,
	[ABI_CALL_setregid] = identity_setregid,
	[ABI_CALL_setresuid] = identity_setresuid,
	[ABI_CALL_setresgid] = identity_setresgid,
	[ABI_CALL_setgroups] = identity_setgroups,
	[ABI_CALL_signalfd4] = signals_make_fd,
	[ABI_CALL_prctl] = identity_prctl,
	[ABI_CALL_pipe] = make_pipe0,
	[ABI_CALL_pipe2] = make_pipe2,
	[ABI_CALL_poll] = waiting_poll,
	[ABI_CALL_ppoll] = waiting_ppoll,
	[ABI_CALL_epoll_wait] = waiting_epoll,
	[ABI_CALL_epoll_pwait] = waiting_epoll,
	[ABI_CALL_epoll_pwait2] = waiting_epoll2,
	[ABI_CALL_select] = waiting_select,
	[ABI_CALL_pselect6] = waiting_pselect,
	[ABI_CALL_close_range] = make_close_range,
	[ABI_CALL_accept] = socket_accept,
	[ABI_CALL_accept4] = socket_accept4,
	[ABI_CALL_getsockname] = socket_getsockname,
	[ABI_CALL_getpeername] = socket_getpeername,
	[ABI_CALL_getsockopt] = socket_getsockopt,
	[ABI_CALL_setsockopt] = socket_setsockopt,
	[ABI_CALL_socketpair] = socket_pair,
};

int64_t checked_call(struct monitor *m, uint32_t call, const uint64_t a[6])
{
	const struct abi_call *row = call_row(call);

	if (call >= ABI_CALL_timer_settime && call <= ABI_CALL_timer_delete &&
	    ((int)a[0] == m->watchdog || signals_own_timer((int)a[0])))
		return -EINVAL;
	if (checks[call])
		return checks[call](m, a);
	return row->flags & ABI_NEWFD ? checked_new(m, call_host(m, row->number, a))
				      : call_host(m, row->number, a);
}
