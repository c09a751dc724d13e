/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_CALL_PRIV_H
#define VMM_CALL_PRIV_H

#include <limits.h>

/* What the files that make the program's calls share. */
#include "vmm/vmm_priv.h"

/* call.c: the system call NUMBER, again and again while only signals that nobody wants interrupt it. */
int64_t call_host(const struct monitor *m, long number, const uint64_t argument[6]);

/* checked.c: the calls that need more than the table; arguments are resolved. */
int64_t checked_call(struct monitor *m, uint32_t call, const uint64_t argument[6]);
/* FD if the program may have it; else -errno, and it is closed: out among our own it is beyond the limit. */
int64_t checked_new(const struct monitor *m, int64_t fd);

/* proc.c: what /proc says of the program's own process. */
const char *proc_path(const struct monitor *m, const char *path); /* PATH, or what stands in for it */
int proc_hidden(
	int fd); /* the error of opening a file of /proc that tells of the monitor; 0: it may be had */
int64_t proc_call_readlink(struct monitor *m, const uint64_t argument[6]);
int64_t proc_call_readlinkat(struct monitor *m, const uint64_t argument[6]);
int64_t proc_call_getdents64(struct monitor *m, const uint64_t argument[6]);

/* direct.c: what the program's descriptors have beside them. */
void direct_forget(struct monitor *m, uint32_t first, uint32_t last); /* descriptors about to be closed */
int64_t direct_inspect(struct monitor *m, const uint64_t argument[6]);
int64_t direct_landed(struct monitor *m, const uint64_t argument[6]);
int64_t direct_call_close(struct monitor *m, const uint64_t argument[6]);
int64_t direct_call_dup2(struct monitor *m, const uint64_t argument[6]);
int64_t direct_call_dup3(struct monitor *m, const uint64_t argument[6]);

/* cpuinfo.c: files that say which processors there are. */
int64_t cpuinfo_call_open(struct monitor *m, const uint64_t argument[6]);
int64_t cpuinfo_call_openat(struct monitor *m, const uint64_t argument[6]);

/* affinity.c */
int64_t affinity_get(struct monitor *m, const uint64_t argument[6]);
int64_t affinity_set(struct monitor *m, const uint64_t argument[6]);

/* reap.c: waiting for children. */
int64_t reap_wait4(struct monitor *m, const uint64_t argument[6]);
int64_t reap_waitid(struct monitor *m, const uint64_t argument[6]);

/* futex.c */
int64_t futex_lock(struct monitor *m, const uint64_t argument[6]);

/* identity.c: who the program is. */
int64_t identity_setuid(struct monitor *m, const uint64_t argument[6]);
int64_t identity_setgid(struct monitor *m, const uint64_t argument[6]);
int64_t identity_setreuid(struct monitor *m, const uint64_t argument[6]);
int64_t identity_setregid(struct monitor *m, const uint64_t argument[6]);
int64_t identity_setresuid(struct monitor *m, const uint64_t argument[6]);
int64_t identity_setresgid(struct monitor *m, const uint64_t argument[6]);
int64_t identity_setgroups(struct monitor *m, const uint64_t argument[6]);
int64_t identity_prctl(struct monitor *m, const uint64_t argument[6]);

/* waiting.c: poll, select, epoll. */
int64_t waiting_poll(struct monitor *m, const uint64_t argument[6]);
int64_t waiting_ppoll(struct monitor *m, const uint64_t argument[6]);
int64_t waiting_epoll(struct monitor *m, const uint64_t argument[6]);
int64_t waiting_epoll2(struct monitor *m, const uint64_t argument[6]);
int64_t waiting_select(struct monitor *m, const uint64_t argument[6]);
int64_t waiting_pselect(struct monitor *m, const uint64_t argument[6]);

/* ioctl.c */
int64_t ioctl_make(struct monitor *m, const uint64_t argument[6]);

/* socket.c: calls on sockets whose arguments point on, or are of a size kept in memory. */
int64_t socket_message(struct monitor *m, uint32_t call, const uint64_t argument[6], struct iovec *vector,
		       int count);
int64_t socket_accept(struct monitor *m, const uint64_t argument[6]);
int64_t socket_accept4(struct monitor *m, const uint64_t argument[6]);
int64_t socket_getsockname(struct monitor *m, const uint64_t argument[6]);
int64_t socket_getpeername(struct monitor *m, const uint64_t argument[6]);
int64_t socket_getsockopt(struct monitor *m, const uint64_t argument[6]);
int64_t socket_setsockopt(struct monitor *m, const uint64_t argument[6]);
int64_t socket_pair(struct monitor *m, const uint64_t argument[6]);

#endif
