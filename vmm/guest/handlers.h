/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_HANDLERS_H
#define VMM_GUEST_HANDLERS_H

/* System calls that the guest kernel serves. */
#include <stdint.h>

struct syscall_frame;

/* A system call served here: arguments in the frame; returns the result or -errno. */
typedef int64_t syscall_function(struct syscall_frame *frame);

/* The functions of the table in syscall.c, by the file that holds them. */
syscall_function memory_msync, memory_mincore;
syscall_function memory_mmap, memory_mprotect, memory_munmap, memory_brk, memory_mremap, memory_madvise;
syscall_function clock_gettime_call, clock_gettimeofday_call, clock_time_call, clock_nanosleep_call,
	clock_sleep_call;
syscall_function process_getpid, process_getppid, process_getuid, process_geteuid, process_getgid,
	process_getegid;
syscall_function process_uname, process_arch_prctl, process_affinity, process_set_affinity, process_getcpu;
syscall_function process_exit, process_nothing, process_absent;
syscall_function thread_exit, thread_gettid, thread_yield, thread_set_tid_address, thread_set_robust_list,
	thread_get_robust_list, futex_call;
syscall_function signal_action, signal_mask, signal_kill, signal_tgkill, signal_tkill;
syscall_function kinds_fcntl, kinds_close_range;
syscall_function maps_open, maps_openat;
syscall_function ioctl_call, select_call, select_pselect;
syscall_function message_sendto, message_recvfrom, message_sendmsg, message_recvmsg, message_sendmmsg,
	message_recvmmsg;
syscall_function identity_prctl, identity_personality, identity_scheduler;
syscall_function fork_fork, fork_vfork, fork_clone, fork_clone3, exec_execve, exec_execveat;

#endif
