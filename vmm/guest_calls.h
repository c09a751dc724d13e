/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_CALLS_H
#define VMM_GUEST_CALLS_H

/* The requests that cross the channel, a row each: the table by which the guest sends and the host checks. */
#include <stdint.h>

/* What an argument is. Pointers may be null. */
enum abi_type {
	ABI_NONE,
	ABI_VALUE,
	ABI_FD,	    /* a descriptor the program may own */
	ABI_DIR,    /* the same, or AT_FDCWD */
	ABI_STRING, /* NUL-terminated, at most PATH_MAX */
	ABI_IN,	    /* memory the host reads */
	ABI_OUT,    /* memory the host writes */
	ABI_INOUT,
	ABI_GATHER,  /* an iovec array: memory the host reads */
	ABI_SCATTER, /* an iovec array: memory the host writes */
	ABI_COUNTED, /* memory the host writes; the int that another argument points to holds its size */
};

#define ABI_COUNTED_MAX 4096 /* no address or option of a socket is larger */

#define ABI_FIXED 7 /* the size does not depend on another argument */

struct abi_argument {
	uint8_t type;
	uint8_t length; /* argument that counts the elements, or ABI_FIXED */
	uint16_t size;	/* bytes an element */
};

enum abi_flags {
	ABI_BLOCKS = 1,	  /* may block for long: always leaves by exit, on the vCPU's own thread */
	ABI_FILE = 2,	  /* cannot block on a regular file; blocks like ABI_BLOCKS on anything else */
	ABI_NEWFD = 4,	  /* returns a descriptor */
	ABI_VECTOR = 8,	  /* its memory may be in pieces (readv and friends stand in) */
	ABI_SHORTEN = 16, /* a buffer in pieces may be cut to its first piece */
};

/* clang-format off */
#define ABI_V	  { ABI_VALUE,	0, 0 }
#define ABI_F	  { ABI_FD,	0, 0 }
#define ABI_D	  { ABI_DIR,	0, 0 }
#define ABI_S	  { ABI_STRING, 0, 0 }
#define ABI_I(k)  { ABI_IN,	k, 1 }
#define ABI_O(k)  { ABI_OUT,	k, 1 }
#define ABI_IS(n) { ABI_IN,    ABI_FIXED, n }
#define ABI_OS(n) { ABI_OUT,   ABI_FIXED, n }
#define ABI_XS(n) { ABI_INOUT, ABI_FIXED, n }
#define ABI_XA(k, n) { ABI_INOUT, k, n }
#define ABI_C(k)  { ABI_COUNTED, k, 1 }
#define ABI_GV	  { ABI_GATHER,	 2, 16 }
#define ABI_SV	  { ABI_SCATTER, 2, 16 }

/*
 * Every request: X(number, name, flags, arguments...). Those below ABI_SERVICE are Linux system calls, forwarded with
 * the program's own arguments; sizes are those of the kernel's structures.
 */
#define ABI_CALLS(X) \
	X(  0, read, ABI_FILE | ABI_VECTOR, ABI_F, ABI_O(2), ABI_V) \
	X(  1, write, ABI_FILE | ABI_VECTOR, ABI_F, ABI_I(2), ABI_V) \
	X(  2, open, ABI_NEWFD, ABI_S, ABI_V, ABI_V) \
	X(  3, close, 0, ABI_F) \
	X(  4, stat, 0, ABI_S, ABI_OS(144)) \
	X(  5, fstat, 0, ABI_F, ABI_OS(144)) \
	X(  6, lstat, 0, ABI_S, ABI_OS(144)) \
	X(  7, poll, ABI_BLOCKS, ABI_XA(1, 8), ABI_V, ABI_V) \
	X(  8, lseek, 0, ABI_F, ABI_V, ABI_V) \
	X( 16, ioctl, ABI_BLOCKS, ABI_F, ABI_V, ABI_XA(3, 1), ABI_V) \
	X( 17, pread64, ABI_FILE | ABI_VECTOR, ABI_F, ABI_O(2), ABI_V, ABI_V) \
	X( 18, pwrite64, ABI_FILE | ABI_VECTOR, ABI_F, ABI_I(2), ABI_V, ABI_V) \
	X( 19, readv, ABI_FILE | ABI_VECTOR, ABI_F, ABI_SV, ABI_V) \
	X( 20, writev, ABI_FILE | ABI_VECTOR, ABI_F, ABI_GV, ABI_V) \
	X( 21, access, 0, ABI_S, ABI_V) \
	X( 22, pipe, 0, ABI_OS(8)) \
	X( 23, select, ABI_BLOCKS, ABI_V, ABI_XA(5, 8), ABI_XA(5, 8), ABI_XA(5, 8), ABI_XS(16), ABI_V) \
	X( 32, dup, ABI_NEWFD, ABI_F) \
	X( 33, dup2, ABI_NEWFD, ABI_F, ABI_F) \
	X( 36, getitimer, 0, ABI_V, ABI_OS(32)) \
	X( 37, alarm, 0, ABI_V) \
	X( 38, setitimer, 0, ABI_V, ABI_IS(32), ABI_OS(32)) \
	X( 40, sendfile, ABI_BLOCKS, ABI_F, ABI_F, ABI_XS(8), ABI_V) \
	X( 41, socket, ABI_NEWFD, ABI_V, ABI_V, ABI_V) \
	X( 42, connect, ABI_BLOCKS, ABI_F, ABI_I(2), ABI_V) \
	X( 43, accept, ABI_BLOCKS | ABI_NEWFD, ABI_F, ABI_C(2), ABI_XS(4)) \
	X( 44, sendto, ABI_BLOCKS | ABI_VECTOR, ABI_F, ABI_I(2), ABI_V, ABI_XS(sizeof(struct abi_message))) \
	X( 45, recvfrom, ABI_BLOCKS | ABI_VECTOR, ABI_F, ABI_O(2), ABI_V, ABI_XS(sizeof(struct abi_message))) \
	X( 46, sendmsg, ABI_BLOCKS | ABI_VECTOR, ABI_F, ABI_GV, ABI_V, ABI_XS(sizeof(struct abi_message))) \
	X( 47, recvmsg, ABI_BLOCKS | ABI_VECTOR, ABI_F, ABI_SV, ABI_V, ABI_XS(sizeof(struct abi_message))) \
	X( 48, shutdown, 0, ABI_F, ABI_V) \
	X( 49, bind, 0, ABI_F, ABI_I(2), ABI_V) \
	X( 50, listen, 0, ABI_F, ABI_V) \
	X( 51, getsockname, 0, ABI_F, ABI_C(2), ABI_XS(4)) \
	X( 52, getpeername, 0, ABI_F, ABI_C(2), ABI_XS(4)) \
	X( 53, socketpair, 0, ABI_V, ABI_V, ABI_V, ABI_OS(8)) \
	X( 54, setsockopt, 0, ABI_F, ABI_V, ABI_V, ABI_I(4), ABI_V) \
	X( 55, getsockopt, 0, ABI_F, ABI_V, ABI_V, ABI_C(4), ABI_XS(4)) \
	X( 61, wait4, ABI_BLOCKS, ABI_V, ABI_OS(4), ABI_V, ABI_OS(144)) \
	X( 62, kill, ABI_BLOCKS, ABI_V, ABI_V) \
	X( 72, fcntl, ABI_BLOCKS, ABI_F, ABI_V, ABI_V) \
	X( 72, fcntl_lock, ABI_BLOCKS, ABI_F, ABI_V, ABI_XS(32)) \
	X( 73, flock, ABI_BLOCKS, ABI_F, ABI_V) \
	X( 74, fsync, ABI_FILE, ABI_F) \
	X( 75, fdatasync, ABI_FILE, ABI_F) \
	X( 76, truncate, 0, ABI_S, ABI_V) \
	X( 77, ftruncate, 0, ABI_F, ABI_V) \
	X( 78, getdents, ABI_SHORTEN, ABI_F, ABI_O(2), ABI_V) \
	X( 79, getcwd, ABI_SHORTEN, ABI_O(1), ABI_V) \
	X( 80, chdir, 0, ABI_S) \
	X( 81, fchdir, 0, ABI_F) \
	X( 82, rename, 0, ABI_S, ABI_S) \
	X( 83, mkdir, 0, ABI_S, ABI_V) \
	X( 84, rmdir, 0, ABI_S) \
	X( 85, creat, ABI_NEWFD, ABI_S, ABI_V) \
	X( 86, link, 0, ABI_S, ABI_S) \
	X( 87, unlink, 0, ABI_S) \
	X( 88, symlink, 0, ABI_S, ABI_S) \
	X( 89, readlink, ABI_SHORTEN, ABI_S, ABI_O(2), ABI_V) \
	X( 90, chmod, 0, ABI_S, ABI_V) \
	X( 91, fchmod, 0, ABI_F, ABI_V) \
	X( 92, chown, 0, ABI_S, ABI_V, ABI_V) \
	X( 93, fchown, 0, ABI_F, ABI_V, ABI_V) \
	X( 94, lchown, 0, ABI_S, ABI_V, ABI_V) \
	X( 95, umask, 0, ABI_V) \
	X( 97, getrlimit, 0, ABI_V, ABI_OS(16)) \
	X( 98, getrusage, ABI_BLOCKS, ABI_V, ABI_OS(144)) \
	X( 99, sysinfo, 0, ABI_OS(112)) \
	X(100, times, ABI_BLOCKS, ABI_OS(32)) \
	X(105, setuid, ABI_BLOCKS, ABI_V) \
	X(106, setgid, ABI_BLOCKS, ABI_V) \
	X(109, setpgid, 0, ABI_V, ABI_V) \
	X(111, getpgrp, 0) \
	X(112, setsid, ABI_BLOCKS) \
	X(113, setreuid, ABI_BLOCKS, ABI_V, ABI_V) \
	X(114, setregid, ABI_BLOCKS, ABI_V, ABI_V) \
	X(115, getgroups, 0, ABI_V, { ABI_OUT, 0, 4 }) \
	X(116, setgroups, ABI_BLOCKS, ABI_V, { ABI_IN, 0, 4 }) \
	X(117, setresuid, ABI_BLOCKS, ABI_V, ABI_V, ABI_V) \
	X(118, getresuid, 0, ABI_OS(4), ABI_OS(4), ABI_OS(4)) \
	X(119, setresgid, ABI_BLOCKS, ABI_V, ABI_V, ABI_V) \
	X(120, getresgid, 0, ABI_OS(4), ABI_OS(4), ABI_OS(4)) \
	X(121, getpgid, 0, ABI_V) \
	X(122, setfsuid, ABI_BLOCKS, ABI_V) \
	X(123, setfsgid, ABI_BLOCKS, ABI_V) \
	X(124, getsid, 0, ABI_V) \
	X(125, capget, ABI_BLOCKS, ABI_XS(8), ABI_OS(24)) \
	X(126, capset, ABI_BLOCKS, ABI_IS(8), ABI_IS(24)) \
	X(129, rt_sigqueueinfo, ABI_BLOCKS, ABI_V, ABI_V, ABI_IS(128)) \
	X(132, utime, 0, ABI_S, ABI_IS(16)) \
	X(133, mknod, 0, ABI_S, ABI_V, ABI_V) \
	X(137, statfs, 0, ABI_S, ABI_OS(120)) \
	X(138, fstatfs, 0, ABI_F, ABI_OS(120)) \
	X(140, getpriority, 0, ABI_V, ABI_V) \
	X(141, setpriority, ABI_BLOCKS, ABI_V, ABI_V, ABI_V) \
	X(143, sched_getparam, ABI_BLOCKS, ABI_V, ABI_OS(4)) \
	X(145, sched_getscheduler, ABI_BLOCKS, ABI_V) \
	X(146, sched_get_priority_max, 0, ABI_V) \
	X(147, sched_get_priority_min, 0, ABI_V) \
	X(148, sched_rr_get_interval, ABI_BLOCKS, ABI_V, ABI_OS(16)) \
	X(157, prctl, ABI_BLOCKS, ABI_V, ABI_XA(5, 1), ABI_V, ABI_V, ABI_V, ABI_V) \
	X(160, setrlimit, 0, ABI_V, ABI_IS(16)) \
	X(162, sync, 0) \
	X(187, readahead, 0, ABI_F, ABI_V, ABI_V) \
	X(188, setxattr, 0, ABI_S, ABI_S, ABI_I(3), ABI_V, ABI_V) \
	X(189, lsetxattr, 0, ABI_S, ABI_S, ABI_I(3), ABI_V, ABI_V) \
	X(190, fsetxattr, 0, ABI_F, ABI_S, ABI_I(3), ABI_V, ABI_V) \
	X(191, getxattr, 0, ABI_S, ABI_S, ABI_O(3), ABI_V) \
	X(192, lgetxattr, 0, ABI_S, ABI_S, ABI_O(3), ABI_V) \
	X(193, fgetxattr, 0, ABI_F, ABI_S, ABI_O(3), ABI_V) \
	X(194, listxattr, 0, ABI_S, ABI_O(2), ABI_V) \
	X(195, llistxattr, 0, ABI_S, ABI_O(2), ABI_V) \
	X(196, flistxattr, 0, ABI_F, ABI_O(2), ABI_V) \
	X(197, removexattr, 0, ABI_S, ABI_S) \
	X(198, lremovexattr, 0, ABI_S, ABI_S) \
	X(199, fremovexattr, 0, ABI_F, ABI_S) \
	X(202, futex_wait, ABI_BLOCKS, ABI_IS(4), ABI_V, ABI_V, ABI_IS(16), ABI_V, ABI_V) \
	X(202, futex_pi, ABI_BLOCKS, ABI_XS(4), ABI_V, ABI_V, ABI_IS(16), ABI_V, ABI_V) \
	X(202, futex, ABI_BLOCKS, ABI_IS(4), ABI_V, ABI_V, ABI_V, ABI_XS(4), ABI_V) \
	X(203, sched_setaffinity, ABI_BLOCKS, ABI_V, ABI_V, ABI_I(1)) \
	X(204, sched_getaffinity, ABI_BLOCKS, ABI_V, ABI_V, ABI_O(1)) \
	X(213, epoll_create, ABI_NEWFD, ABI_V) \
	X(217, getdents64, ABI_SHORTEN, ABI_F, ABI_O(2), ABI_V) \
	X(221, fadvise64, 0, ABI_F, ABI_V, ABI_V, ABI_V) \
	X(222, timer_create, 0, ABI_V, ABI_IS(64), ABI_OS(4)) \
	X(223, timer_settime, 0, ABI_V, ABI_V, ABI_IS(32), ABI_OS(32)) \
	X(224, timer_gettime, 0, ABI_V, ABI_OS(32)) \
	X(225, timer_getoverrun, 0, ABI_V) \
	X(226, timer_delete, 0, ABI_V) \
	X(228, clock_gettime, ABI_BLOCKS, ABI_V, ABI_OS(16)) \
	X(229, clock_getres, 0, ABI_V, ABI_OS(16)) \
	X(230, clock_nanosleep, ABI_BLOCKS, ABI_V, ABI_V, ABI_IS(16), ABI_OS(16)) \
	X(232, epoll_wait, ABI_BLOCKS | ABI_SHORTEN, ABI_F, { ABI_OUT, 2, 12 }, ABI_V, ABI_V) \
	X(233, epoll_ctl, 0, ABI_F, ABI_V, ABI_F, ABI_IS(12)) \
	X(235, utimes, 0, ABI_S, ABI_IS(32)) \
	X(247, waitid, ABI_BLOCKS, ABI_V, ABI_V, ABI_OS(128), ABI_V, ABI_OS(144)) \
	X(251, ioprio_set, ABI_BLOCKS, ABI_V, ABI_V, ABI_V) \
	X(252, ioprio_get, ABI_BLOCKS, ABI_V, ABI_V) \
	X(253, inotify_init, ABI_NEWFD) \
	X(254, inotify_add_watch, 0, ABI_F, ABI_S, ABI_V) \
	X(255, inotify_rm_watch, 0, ABI_F, ABI_V) \
	X(257, openat, ABI_NEWFD, ABI_D, ABI_S, ABI_V, ABI_V) \
	X(258, mkdirat, 0, ABI_D, ABI_S, ABI_V) \
	X(259, mknodat, 0, ABI_D, ABI_S, ABI_V, ABI_V) \
	X(260, fchownat, 0, ABI_D, ABI_S, ABI_V, ABI_V, ABI_V) \
	X(261, futimesat, 0, ABI_D, ABI_S, ABI_IS(32)) \
	X(262, newfstatat, 0, ABI_D, ABI_S, ABI_OS(144), ABI_V) \
	X(263, unlinkat, 0, ABI_D, ABI_S, ABI_V) \
	X(264, renameat, 0, ABI_D, ABI_S, ABI_D, ABI_S) \
	X(265, linkat, 0, ABI_D, ABI_S, ABI_D, ABI_S, ABI_V) \
	X(266, symlinkat, 0, ABI_S, ABI_D, ABI_S) \
	X(267, readlinkat, ABI_SHORTEN, ABI_D, ABI_S, ABI_O(3), ABI_V) \
	X(268, fchmodat, 0, ABI_D, ABI_S, ABI_V) \
	X(269, faccessat, 0, ABI_D, ABI_S, ABI_V) \
	X(270, pselect6, ABI_BLOCKS, ABI_V, ABI_XA(5, 8), ABI_XA(5, 8), ABI_XA(5, 8), ABI_XS(16), ABI_V) \
	X(271, ppoll, ABI_BLOCKS, ABI_XA(1, 8), ABI_V, ABI_IS(16), ABI_IS(8), ABI_V) \
	X(275, splice, ABI_BLOCKS, ABI_F, ABI_XS(8), ABI_F, ABI_XS(8), ABI_V, ABI_V) \
	X(276, tee, ABI_BLOCKS, ABI_F, ABI_F, ABI_V, ABI_V) \
	X(277, sync_file_range, ABI_FILE, ABI_F, ABI_V, ABI_V, ABI_V) \
	X(280, utimensat, 0, ABI_D, ABI_S, ABI_IS(32), ABI_V) \
	X(281, epoll_pwait, ABI_BLOCKS | ABI_SHORTEN, ABI_F, { ABI_OUT, 2, 12 }, ABI_V, ABI_V, ABI_IS(8), ABI_V) \
	X(283, timerfd_create, ABI_NEWFD, ABI_V, ABI_V) \
	X(284, eventfd, ABI_NEWFD, ABI_V) \
	X(285, fallocate, 0, ABI_F, ABI_V, ABI_V, ABI_V) \
	X(286, timerfd_settime, 0, ABI_F, ABI_V, ABI_IS(32), ABI_OS(32)) \
	X(287, timerfd_gettime, 0, ABI_F, ABI_OS(32)) \
	X(288, accept4, ABI_BLOCKS | ABI_NEWFD, ABI_F, ABI_C(2), ABI_XS(4), ABI_V) \
	X(289, signalfd4, ABI_BLOCKS | ABI_NEWFD, ABI_V, ABI_IS(8), ABI_V, ABI_V) \
	X(290, eventfd2, ABI_NEWFD, ABI_V, ABI_V) \
	X(291, epoll_create1, ABI_NEWFD, ABI_V) \
	X(292, dup3, ABI_NEWFD, ABI_F, ABI_F, ABI_V) \
	X(293, pipe2, 0, ABI_OS(8), ABI_V) \
	X(294, inotify_init1, ABI_NEWFD, ABI_V) \
	X(295, preadv, ABI_FILE | ABI_VECTOR, ABI_F, ABI_SV, ABI_V, ABI_V, ABI_V) \
	X(296, pwritev, ABI_FILE | ABI_VECTOR, ABI_F, ABI_GV, ABI_V, ABI_V, ABI_V) \
	X(295, load, ABI_VECTOR, ABI_F, ABI_SV, ABI_V, ABI_V) \
	X(295, ahead, ABI_VECTOR, ABI_F, ABI_SV, ABI_V, ABI_V) \
	X(296, store, ABI_VECTOR, ABI_F, ABI_GV, ABI_V, ABI_V) \
	X(302, prlimit64, 0, ABI_V, ABI_V, ABI_IS(16), ABI_OS(16)) \
	X(306, syncfs, 0, ABI_F) \
	X(315, sched_getattr, ABI_BLOCKS, ABI_V, ABI_O(2), ABI_V, ABI_V) \
	X(316, renameat2, 0, ABI_D, ABI_S, ABI_D, ABI_S, ABI_V) \
	X(318, getrandom, ABI_SHORTEN, ABI_O(1), ABI_V, ABI_V) \
	X(319, memfd_create, ABI_NEWFD, ABI_S, ABI_V) \
	X(324, membarrier, ABI_BLOCKS, ABI_V, ABI_V, ABI_V) \
	X(326, copy_file_range, 0, ABI_F, ABI_XS(8), ABI_F, ABI_XS(8), ABI_V, ABI_V) \
	X(327, preadv2, ABI_FILE | ABI_VECTOR, ABI_F, ABI_SV, ABI_V, ABI_V, ABI_V, ABI_V) \
	X(328, pwritev2, ABI_FILE | ABI_VECTOR, ABI_F, ABI_GV, ABI_V, ABI_V, ABI_V, ABI_V) \
	X(332, statx, 0, ABI_D, ABI_S, ABI_V, ABI_V, ABI_OS(256)) \
	X(424, pidfd_send_signal, ABI_BLOCKS, ABI_F, ABI_V, ABI_IS(128), ABI_V) \
	X(434, pidfd_open, ABI_NEWFD, ABI_V, ABI_V) \
	X(436, close_range, 0, ABI_V, ABI_V, ABI_V) \
	X(437, openat2, ABI_NEWFD, ABI_D, ABI_S, ABI_I(3), ABI_V) \
	X(439, faccessat2, 0, ABI_D, ABI_S, ABI_V, ABI_V) \
	X(441, epoll_pwait2, ABI_BLOCKS | ABI_SHORTEN, ABI_F, { ABI_OUT, 2, 12 }, ABI_V, ABI_IS(16), ABI_IS(8), ABI_V) \
	X(452, fchmodat2, 0, ABI_D, ABI_S, ABI_V, ABI_V) \
	X(1000, null, 0) \
	X(1001, map, ABI_BLOCKS, ABI_V, ABI_V, ABI_V, ABI_V, ABI_F, ABI_V) \
	X(1002, unmap, ABI_BLOCKS, ABI_V, ABI_V) \
	X(1003, discard, 0, ABI_V, ABI_V) \
	X(1004, msync, ABI_BLOCKS, ABI_V, ABI_V, ABI_V) \
	X(1005, fork, ABI_BLOCKS, ABI_V) \
	X(1006, exec, ABI_BLOCKS, ABI_V, ABI_V, ABI_V, ABI_V, ABI_V, ABI_V) \
	X(1007, thread, ABI_BLOCKS, ABI_V) \
	X(1008, flush, ABI_BLOCKS) \
	X(1009, pause, ABI_BLOCKS, ABI_V, ABI_V) \
	X(1010, disposition, ABI_BLOCKS, ABI_V, ABI_V) \
	X(1011, direct, ABI_BLOCKS, ABI_V, ABI_V, ABI_V, ABI_V) \
	X(1012, inspect, 0, ABI_F, ABI_V) \
	X(1013, held, ABI_BLOCKS, ABI_V) \
	X(1014, landed, 0, ABI_V) \
	X(1015, vcpu, ABI_BLOCKS, ABI_V)
/* clang-format on */

#define ABI_SERVICE 1000 /* numbers from here on are the monitor's own services, not Linux's */

/* Index of a request in the table both sides build from ABI_CALLS. */
enum abi_call_id {
#define ABI_ID(number, name, ...) ABI_CALL_##name,
	ABI_CALLS(ABI_ID)
#undef ABI_ID
		ABI_CALL_COUNT,
};

struct abi_call {
	uint16_t number;
	uint16_t flags;
	const char *name;
	struct abi_argument argument[6];
};

#define ABI_ROW(number_, name_, flags_, ...) { number_, flags_, #name_, { __VA_ARGS__ } },
/* `static const struct abi_call calls[] = { ABI_CALLS(ABI_ROW) };` makes the table. */

#endif
