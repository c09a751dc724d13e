/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/* Descriptors the monitor keeps for itself: what it needs, and what vCPUs beyond the first would like. */
#define OWN   64
#define EXTRA (2 * VCPUS)

/*
 * A program's descriptors are the host's, so that what it passes on and inherits means the same. Ours lie
 * above its limit: where the hard limit leaves no room there, the program gets that many fewer.
 */
static rlim_t ours(rlim_t hard)
{
	return hard >= (rlim_t)4 * (OWN + EXTRA) ? OWN + EXTRA : OWN;
}

int fds_reserve(struct monitor *m)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return error_set(m->error, errno, "cannot read the limit of open files");
	m->nofile_hard = limit.rlim_max;
	if (limit.rlim_cur > 1u << 20)
		limit.rlim_cur = 1u << 20;
	m->nofile = (uint32_t)limit.rlim_cur;
	if (limit.rlim_max < limit.rlim_cur + ours(limit.rlim_max)) {
		if (limit.rlim_max < (rlim_t)4 * OWN)
			return error_fail(m->error, EMFILE, "raise it: ulimit -n 1024",
					  "too few open files are allowed");
		m->nofile = (uint32_t)(limit.rlim_max - ours(limit.rlim_max));
	}
	m->nofile_soft = m->nofile;
	limit.rlim_cur = fds_limit(m);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return error_set(m->error, errno, "cannot raise the limit of open files");
	if (m->options->control_fd >= 0)
		m->control = fds_hide(m, m->options->control_fd);
	return m->options->control_fd >= 0 && m->control < 0 ? m->control : 0;
}

void files_limit(struct monitor *m)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	getrlimit(RLIMIT_FSIZE, &limit);
	m->boot->files_limited = limit.rlim_cur != RLIM_INFINITY;
}

uint64_t fds_limit(const struct monitor *m)
{
	rlim_t limit = m->nofile + OWN + EXTRA;

	return limit < m->nofile_hard ? limit : m->nofile_hard;
}

int fds_hide(struct monitor *m, int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, (int)m->nofile);

	if (high < 0)
		return error_set(m->error, errno, "cannot move a descriptor out of the program's way");
	close(fd);
	return high;
}
