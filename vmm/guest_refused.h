/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_REFUSED_H
#define VMM_GUEST_REFUSED_H

/* clang-format off */
/*
 * System calls that are refused, as a kernel built without them or a process without privileges would be:
 * X(number, name, error). A call that has a row in ABI_SERVED or ABI_CALLS is not, whatever stands here.
 */
#define ABI_REFUSED(X) \
	X( 29, shmget, ENOSYS) \
	X( 30, shmat, ENOSYS) \
	X( 31, shmctl, ENOSYS) \
	X( 64, semget, ENOSYS) \
	X( 65, semop, ENOSYS) \
	X( 66, semctl, ENOSYS) \
	X( 67, shmdt, ENOSYS) \
	X( 68, msgget, ENOSYS) \
	X( 69, msgsnd, ENOSYS) \
	X( 70, msgrcv, ENOSYS) \
	X( 71, msgctl, ENOSYS) \
	X(101, ptrace, EPERM) \
	X(103, syslog, EPERM) \
	X(134, uselib, ENOSYS) \
	X(136, ustat, ENOSYS) \
	X(139, sysfs, ENOSYS) \
	X(142, sched_setparam, ENOSYS) \
	X(153, vhangup, EPERM) \
	X(154, modify_ldt, ENOSYS) \
	X(155, pivot_root, EPERM) \
	X(156, _sysctl, ENOSYS) \
	X(159, adjtimex, EPERM) \
	X(161, chroot, EPERM) \
	X(163, acct, EPERM) \
	X(164, settimeofday, EPERM) \
	X(165, mount, EPERM) \
	X(166, umount2, EPERM) \
	X(167, swapon, EPERM) \
	X(168, swapoff, EPERM) \
	X(169, reboot, EPERM) \
	X(170, sethostname, EPERM) \
	X(171, setdomainname, EPERM) \
	X(172, iopl, EPERM) \
	X(173, ioperm, EPERM) \
	X(174, create_module, ENOSYS) \
	X(175, init_module, EPERM) \
	X(176, delete_module, EPERM) \
	X(177, get_kernel_syms, ENOSYS) \
	X(178, query_module, ENOSYS) \
	X(179, quotactl, ENOSYS) \
	X(180, nfsservctl, ENOSYS) \
	X(181, getpmsg, ENOSYS) \
	X(182, putpmsg, ENOSYS) \
	X(183, afs_syscall, ENOSYS) \
	X(184, tuxcall, ENOSYS) \
	X(185, security, ENOSYS) \
	X(205, set_thread_area, ENOSYS) \
	X(206, io_setup, ENOSYS) \
	X(207, io_destroy, ENOSYS) \
	X(208, io_getevents, ENOSYS) \
	X(209, io_submit, ENOSYS) \
	X(210, io_cancel, ENOSYS) \
	X(211, get_thread_area, ENOSYS) \
	X(212, lookup_dcookie, ENOSYS) \
	X(214, epoll_ctl_old, ENOSYS) \
	X(215, epoll_wait_old, ENOSYS) \
	X(216, remap_file_pages, ENOSYS) \
	X(219, restart_syscall, EINTR) \
	X(220, semtimedop, ENOSYS) \
	X(227, clock_settime, EPERM) \
	X(236, vserver, ENOSYS) \
	X(237, mbind, ENOSYS) \
	X(238, set_mempolicy, ENOSYS) \
	X(239, get_mempolicy, ENOSYS) \
	X(240, mq_open, ENOSYS) \
	X(241, mq_unlink, ENOSYS) \
	X(242, mq_timedsend, ENOSYS) \
	X(243, mq_timedreceive, ENOSYS) \
	X(244, mq_notify, ENOSYS) \
	X(245, mq_getsetattr, ENOSYS) \
	X(246, kexec_load, EPERM) \
	X(248, add_key, ENOSYS) \
	X(249, request_key, ENOSYS) \
	X(250, keyctl, ENOSYS) \
	X(256, migrate_pages, ENOSYS) \
	X(272, unshare, EPERM) \
	X(278, vmsplice, ENOSYS) \
	X(279, move_pages, ENOSYS) \
	X(298, perf_event_open, ENOSYS) \
	X(300, fanotify_init, ENOSYS) \
	X(301, fanotify_mark, ENOSYS) \
	X(303, name_to_handle_at, ENOSYS) \
	X(304, open_by_handle_at, EPERM) \
	X(305, clock_adjtime, EPERM) \
	X(308, setns, EPERM) \
	X(310, process_vm_readv, ENOSYS) \
	X(311, process_vm_writev, ENOSYS) \
	X(312, kcmp, ENOSYS) \
	X(313, finit_module, EPERM) \
	X(314, sched_setattr, EPERM) \
	X(317, seccomp, ENOSYS) \
	X(320, kexec_file_load, EPERM) \
	X(321, bpf, EPERM) \
	X(322, execveat, ENOSYS) \
	X(323, userfaultfd, ENOSYS) \
	X(329, pkey_mprotect, ENOSYS) \
	X(330, pkey_alloc, ENOSYS) \
	X(331, pkey_free, ENOSYS) \
	X(333, io_pgetevents, ENOSYS) \
	X(425, io_uring_setup, ENOSYS) \
	X(426, io_uring_enter, ENOSYS) \
	X(427, io_uring_register, ENOSYS) \
	X(428, open_tree, EPERM) \
	X(429, move_mount, EPERM) \
	X(430, fsopen, EPERM) \
	X(431, fsconfig, EPERM) \
	X(432, fsmount, EPERM) \
	X(433, fspick, EPERM) \
	X(438, pidfd_getfd, ENOSYS) \
	X(440, process_madvise, ENOSYS) \
	X(442, mount_setattr, EPERM) \
	X(443, quotactl_fd, ENOSYS) \
	X(444, landlock_create_ruleset, ENOSYS) \
	X(445, landlock_add_rule, ENOSYS) \
	X(446, landlock_restrict_self, ENOSYS) \
	X(447, memfd_secret, ENOSYS) \
	X(448, process_mrelease, ENOSYS) \
	X(449, futex_waitv, ENOSYS) \
	X(450, set_mempolicy_home_node, ENOSYS) \
	X(451, cachestat, ENOSYS) \
	X(453, map_shadow_stack, ENOSYS) \
	X(454, futex_wake, ENOSYS) \
	X(455, futex_wait, ENOSYS) \
	X(456, futex_requeue, ENOSYS) \
	X(457, statmount, ENOSYS) \
	X(458, listmount, ENOSYS) \
	X(459, lsm_get_self_attr, ENOSYS) \
	X(460, lsm_set_self_attr, ENOSYS) \
	X(461, lsm_list_modules, ENOSYS) \
	X(462, mseal, ENOSYS) \
	X(463, setxattrat, ENOSYS) \
	X(464, getxattrat, ENOSYS) \
	X(465, listxattrat, ENOSYS) \
	X(466, removexattrat, ENOSYS) \
	X(467, open_tree_attr, ENOSYS)
/* clang-format on */

#endif
