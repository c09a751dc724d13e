/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <sys/syscall.h>

#include "probes/trace_priv.h"

/* What system calls' numbers and results tell. */

/* Whether what the call returns is a count of bytes that it moved. */
bool trace_call_moves(unsigned number)
{
	static const uint16_t numbers[] = { SYS_read,	  SYS_write,	  SYS_pread64,	  SYS_pwrite64,
					    SYS_readv,	  SYS_writev,	  SYS_preadv,	  SYS_pwritev,
					    SYS_preadv2,  SYS_pwritev2,	  SYS_sendto,	  SYS_sendmsg,
					    SYS_recvfrom, SYS_recvmsg,	  SYS_sendfile,	  SYS_splice,
					    SYS_tee,	  SYS_getdents,	  SYS_getdents64, SYS_copy_file_range,
					    SYS_readlink, SYS_readlinkat, SYS_getrandom };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i] == number)
			return true;
	return false;
}

/* Whether the call starts a thread or a process. */
bool trace_call_starts(unsigned number)
{
	return number == SYS_clone || number == SYS_clone3 || number == SYS_fork || number == SYS_vfork;
}

/* Whether what a call returned after a wait says that its time was up. */
bool trace_call_timed_out(unsigned number, int32_t result)
{
	static const struct {
		uint16_t number;
		int16_t result;
	} ends[] = {
		{ SYS_nanosleep, 0 },	   { SYS_clock_nanosleep, 0 },
		{ SYS_poll, 0 },	   { SYS_ppoll, 0 },
		{ SYS_select, 0 },	   { SYS_pselect6, 0 },
		{ SYS_epoll_wait, 0 },	   { SYS_epoll_pwait, 0 },
		{ SYS_futex, -ETIMEDOUT }, { SYS_rt_sigtimedwait, -EAGAIN },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends[i].number == number && ends[i].result == result)
			return true;
	return false;
}

void trace_descriptors_follow(uint8_t *descriptor, unsigned number, uint32_t first, int32_t result)
{
	uint8_t kind = TRACE_OTHER;

	switch (number) {
	case SYS_open:
	case SYS_openat:
	case SYS_creat:
	case SYS_memfd_create:
		kind = TRACE_REGULAR;
		break;
	case SYS_dup:
	case SYS_dup2:
	case SYS_dup3:
	case SYS_fcntl: /* F_DUPFD; of what else it returns nothing is known to be a descriptor */
		if (first >= TRACE_DESCRIPTORS || (number == SYS_fcntl && result < 3))
			return;
		kind = descriptor[first];
		break;
	case SYS_socket:
	case SYS_accept:
	case SYS_accept4:
		kind = TRACE_SOCKET;
		break;
	case SYS_eventfd2:
	case SYS_epoll_create1:
		break;
	case SYS_close:
		if (first < TRACE_DESCRIPTORS)
			descriptor[first] = TRACE_OTHER;
		return;
	default:
		return;
	}
	if (result >= 0 && result < TRACE_DESCRIPTORS)
		descriptor[result] = kind;
}
