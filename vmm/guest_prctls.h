/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef VMM_GUEST_PRCTLS_H
#define VMM_GUEST_PRCTLS_H

/* clang-format off */
/*
 * Options of prctl that are served: X(option, name, bytes). BYTES lie behind the second argument; with 0 it is a number.
 * Any other might have the host change the monitor rather than the program: its memory, its system calls, its features.
 */
#define ABI_PRCTLS(X) \
	X( 1, PR_SET_PDEATHSIG, 0) \
	X( 2, PR_GET_PDEATHSIG, 4) \
	X( 3, PR_GET_DUMPABLE, 0) \
	X( 4, PR_SET_DUMPABLE, 0) \
	X( 7, PR_GET_KEEPCAPS, 0) \
	X( 8, PR_SET_KEEPCAPS, 0) \
	X(13, PR_GET_TIMING, 0) \
	X(14, PR_SET_TIMING, 0) \
	X(15, PR_SET_NAME, 16) \
	X(16, PR_GET_NAME, 16) \
	X(21, PR_GET_SECCOMP, 0) \
	X(23, PR_CAPBSET_READ, 0) \
	X(24, PR_CAPBSET_DROP, 0) \
	X(27, PR_GET_SECUREBITS, 0) \
	X(28, PR_SET_SECUREBITS, 0) \
	X(29, PR_SET_TIMERSLACK, 0) \
	X(30, PR_GET_TIMERSLACK, 0) \
	X(36, PR_SET_CHILD_SUBREAPER, 0) \
	X(37, PR_GET_CHILD_SUBREAPER, 4) \
	X(38, PR_SET_NO_NEW_PRIVS, 0) \
	X(39, PR_GET_NO_NEW_PRIVS, 0) \
	X(42, PR_GET_THP_DISABLE, 0) \
	X(47, PR_CAP_AMBIENT, 0)
/* clang-format on */

#endif
