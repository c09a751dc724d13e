/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_SERVED_H
#define VMM_GUEST_SERVED_H

/* clang-format off */
/*
 * System calls the guest kernel serves itself, though some of them make requests: X(number, name, function). A call
 * that has a row in ABI_CALLS too comes here first.
 */
#define ABI_SERVED(X) \
	X(  2, open, maps_open) \
	X(  9, mmap, memory_mmap) \
	X( 10, mprotect, memory_mprotect) \
	X( 11, munmap, memory_munmap) \
	X( 12, brk, memory_brk) \
	X( 13, rt_sigaction, signal_action) \
	X( 14, rt_sigprocmask, signal_mask) \
	X( 16, ioctl, ioctl_call) \
	X( 23, select, select_call) \
	X( 15, rt_sigreturn, frame_return) \
	X( 24, sched_yield, thread_yield) \
	X( 25, mremap, memory_mremap) \
	X( 26, msync, memory_msync) \
	X( 27, mincore, memory_mincore) \
	X( 28, madvise, memory_madvise) \
	X( 34, pause, await_pause) \
	X( 35, nanosleep, clock_sleep_call) \
	X( 39, getpid, process_getpid) \
	X( 44, sendto, message_sendto) \
	X( 45, recvfrom, message_recvfrom) \
	X( 46, sendmsg, message_sendmsg) \
	X( 47, recvmsg, message_recvmsg) \
	X( 56, clone, fork_clone) \
	X( 57, fork, fork_fork) \
	X( 58, vfork, fork_vfork) \
	X( 59, execve, exec_execve) \
	X( 60, exit, thread_exit) \
	X( 62, kill, signal_kill) \
	X( 63, uname, process_uname) \
	X( 72, fcntl, kinds_fcntl) \
	X( 96, gettimeofday, clock_gettimeofday_call) \
	X(102, getuid, process_getuid) \
	X(104, getgid, process_getgid) \
	X(107, geteuid, process_geteuid) \
	X(108, getegid, process_getegid) \
	X(110, getppid, process_getppid) \
	X(127, rt_sigpending, await_pending) \
	X(128, rt_sigtimedwait, await_timed) \
	X(130, rt_sigsuspend, await_suspend) \
	X(131, sigaltstack, frame_alternate) \
	X(135, personality, identity_personality) \
	X(144, sched_setscheduler, identity_scheduler) \
	X(149, mlock, process_nothing) \
	X(150, munlock, process_nothing) \
	X(151, mlockall, process_nothing) \
	X(152, munlockall, process_nothing) \
	X(157, prctl, identity_prctl) \
	X(158, arch_prctl, process_arch_prctl) \
	X(186, gettid, thread_gettid) \
	X(200, tkill, signal_tkill) \
	X(201, time, clock_time_call) \
	X(202, futex, futex_call) \
	X(218, set_tid_address, thread_set_tid_address) \
	X(228, clock_gettime, clock_gettime_call) \
	X(230, clock_nanosleep, clock_nanosleep_call) \
	X(231, exit_group, process_exit) \
	X(234, tgkill, signal_tgkill) \
	X(257, openat, maps_openat) \
	X(270, pselect6, select_pselect) \
	X(271, ppoll, await_ppoll) \
	X(281, epoll_pwait, await_epoll) \
	X(282, signalfd, await_signalfd) \
	X(289, signalfd4, await_signalfd4) \
	X(297, rt_tgsigqueueinfo, signal_queue_thread) \
	X(441, epoll_pwait2, await_epoll2) \
	X(273, set_robust_list, thread_set_robust_list) \
	X(274, get_robust_list, thread_get_robust_list) \
	X(299, recvmmsg, message_recvmmsg) \
	X(307, sendmmsg, message_sendmmsg) \
	X(309, getcpu, process_getcpu) \
	X(322, execveat, exec_execveat) \
	X(325, mlock2, process_nothing) \
	X(334, rseq, process_absent) \
	X(435, clone3, fork_clone3) \
	X(436, close_range, kinds_close_range)
/* clang-format on */

#endif
