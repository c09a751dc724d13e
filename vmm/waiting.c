/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "vmm/call_priv.h"

/*
 * Waiting for descriptors. Their numbers lie in memory, where the table does not look, so it is seen to here
 * that those of the monitor are as good as closed. Masks are the guest kernel's business: the host would shut
 * out the watchdog.
 */
static bool ours(const struct monitor *m, int fd)
{
	return fd >= 0 && (uint32_t)fd >= m->nofile;
}

static bool any_ours(const struct monitor *m, const struct pollfd *polls, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		if (ours(m, polls[i].fd))
			return true;
	return false;
}

/* NUMBER with a copy of the polls that has our descriptors replaced by some that nobody can have open. */
static int64_t poll_copy(const struct monitor *m, long number, const uint64_t a[6])
{
	struct pollfd *polls = (struct pollfd *)a[0], *copy = calloc(a[1], sizeof(*copy));
	int64_t result;

	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, polls, a[1] * sizeof(*copy));
	for (uint64_t i = 0; i < a[1]; i++)
		if (ours(m, copy[i].fd))
			copy[i].fd = INT_MAX;
	result = call_host(m, number, (uint64_t[6]){ (uintptr_t)copy, a[1], a[2] });
	for (uint64_t i = 0; result >= 0 && i < a[1]; i++)
		polls[i].revents = copy[i].revents;
	free(copy);
	return result;
}

static int64_t make_poll(const struct monitor *m, long number, const uint64_t a[6])
{
	if (a[1] > m->nofile_soft)
		return -EINVAL;
	if (any_ours(m, (const struct pollfd *)a[0], a[0] ? a[1] : 0))
		return poll_copy(m, number, a);
	return call_host(m, number, (uint64_t[6]){ a[0], a[1], a[2] });
}

/* poll(polls, count, timeout) */
int64_t waiting_poll(struct monitor *m, const uint64_t a[6])
{
	return make_poll(m, SYS_poll, a);
}

/* ppoll(polls, count, timeout, mask, size) */
int64_t waiting_ppoll(struct monitor *m, const uint64_t a[6])
{
	return make_poll(m, SYS_ppoll, a);
}

/* epoll_wait(epoll, events, most, timeout), epoll_pwait */
int64_t waiting_epoll(struct monitor *m, const uint64_t a[6])
{
	return call_host(m, SYS_epoll_wait, a);
}

/* epoll_pwait2(epoll, events, most, timeout, mask, size) */
int64_t waiting_epoll2(struct monitor *m, const uint64_t a[6])
{
	return call_host(m, SYS_epoll_pwait2, (uint64_t[6]){ a[0], a[1], a[2], a[3], 0, 0 });
}

/*
 * The last argument says how many words the sets have, and they must be enough. Linux looks at no descriptors
 * beyond those a process can have.
 */
static int64_t select_in(const struct monitor *m, long number, const uint64_t a[6])
{
	uint64_t count = (uint32_t)a[0];

	if ((int)a[0] < 0)
		return -EINVAL;
	if ((count + 63) / 64 > a[5])
		return -EFAULT;
	count = count < m->nofile ? count : m->nofile;
	return call_host(m, number, (uint64_t[6]){ count, a[1], a[2], a[3], a[4], 0 });
}

/* select(count, read, write, except, timeout) */
int64_t waiting_select(struct monitor *m, const uint64_t a[6])
{
	return select_in(m, SYS_select, a);
}

/* pselect6(count, read, write, except, timeout, mask) */
int64_t waiting_pselect(struct monitor *m, const uint64_t a[6])
{
	return select_in(m, SYS_pselect6, a);
}
