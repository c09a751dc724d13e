/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "vmm/vmm_priv.h"

/* The handshake with a harness (vmm.h): ready, go; done, finish. */
static int await(struct monitor *m, char want)
{
	char got = 0;
	ssize_t n;

	do
		n = recv(m->control, &got, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n != 1 || got != want)
		return error_set(m->error, n < 0 ? errno : EPIPE, "the harness has gone away");
	return 0;
}

/* Sends one byte, with the statistics descriptors of VM and vCPU where KVM has them. */
static int announce(struct monitor *m, char what, const int *fds, size_t count)
{
	char control[CMSG_SPACE(VMM_STATS * sizeof(int))] = { 0 };
	struct iovec byte = { .iov_base = &what, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1 };

	if (count > 0) {
		struct cmsghdr *head = (struct cmsghdr *)control;

		message.msg_control = control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	}
	if (sendmsg(m->control, &message, MSG_NOSIGNAL) != 1)
		return error_set(m->error, errno, "the harness has gone away");
	return 0;
}

/* Announces WHAT with KVM's statistics of these, as far as it has them. */
static int announce_stats(struct monitor *m, char what, const int *of, size_t count)
{
	int fds[VMM_STATS], error;
	size_t got = 0;

	for (size_t i = 0; i < count; i++) {
		fds[got] = ioctl(of[i], KVM_GET_STATS_FD, NULL);
		got += fds[got] >= 0;
	}
	error = announce(m, what, fds, got);
	while (got > 0)
		close(fds[--got]);
	return error;
}

int control_ready(struct monitor *m)
{
	int error = 0;

	if (m->options->role != VMM_FIRST) /* the first program of this process was announced */
		return 0;
	m->report->tsc_ready = clock_tsc();
	if (m->control >= 0) {
		error = announce_stats(m, VMM_READY, (const int[]){ m->vm, m->main->fd }, 2);
		if (error == 0)
			error = await(m, VMM_GO);
	}
	/* What it waited for a core until here is not the program's. */
	m->report->waited_go_ns = monitor_waited_ns();
	m->report->usage_go = monitor_usage();
	m->report->tsc_go = clock_tsc();
	return error;
}

int control_done(struct monitor *m)
{
	int vcpus[VMM_STATS], error = 0;
	size_t count = 0;

	if (m->control >= 0) {
		for (unsigned i = 1; i < atomic_load(&m->vcpus) && count < VMM_STATS; i++)
			vcpus[count++] = m->vcpu[i]->fd;
		error = announce_stats(m, VMM_DONE, vcpus, count);
		if (error == 0)
			error = await(m, VMM_FINISH);
	}
	m->report->tsc_done = clock_tsc();
	return error;
}
