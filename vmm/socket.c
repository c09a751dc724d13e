/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/call_priv.h"

/* Calls on sockets. The program may change what lies in its memory at any time: it is read once, and copied.
 */
#define BARRIER() __asm__ volatile("" : : : "memory")

static bool ours(const struct monitor *m, int fd)
{
	return (uint32_t)fd >= m->nofile;
}

/* The descriptors in control data: true if each is the program's. With DROP, those that are not are closed.
 */
static bool rights_ok(const struct monitor *m, struct msghdr *header, bool drop)
{
	bool ok = true;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len < CMSG_LEN(0))
			continue;
		for (size_t i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (!ours(m, fd))
				continue;
			ok = false;
			if (drop)
				close(fd);
		}
	}
	return ok;
}

static int64_t send_message(const struct monitor *m, int fd, struct msghdr *header, int flags)
{
	ssize_t result;

	if (!rights_ok(m, header, false))
		return -EBADF;
	result = sendmsg(fd, header, flags | MSG_NOSIGNAL);
	return result < 0 ? -errno : result;
}

static int64_t receive_message(const struct monitor *m, int fd, struct msghdr *header, int flags)
{
	ssize_t result = recvmsg(fd, header, flags);

	if (result < 0)
		return -errno;
	return rights_ok(m, header, true) ? result : -EMFILE;
}

/* sendto, recvfrom, sendmsg, recvmsg: (fd, data as VECTOR, -, struct abi_message) */
int64_t socket_message(struct monitor *m, uint32_t call, const uint64_t a[6], struct iovec *vector, int count)
{
	bool sends = call == ABI_CALL_sendto || call == ABI_CALL_sendmsg;
	struct abi_message *there = (struct abi_message *)a[3], here;
	struct msghdr header = { .msg_iov = vector, .msg_iovlen = (size_t)count };
	int64_t result;

	if (there == NULL)
		return -EFAULT;
	memcpy(&here, there, sizeof(here));
	BARRIER();
	if (here.name_bytes > sizeof(here.name) || here.control_bytes > sizeof(here.control))
		return -EINVAL;
	header.msg_name = here.name_bytes ? here.name : NULL;
	header.msg_namelen = here.name_bytes;
	header.msg_control = here.control_bytes ? here.control : NULL;
	header.msg_controllen = here.control_bytes;
	result = (sends ? send_message : receive_message)(m, (int)a[0], &header, (int)here.flags);
	if (sends || result < 0)
		return result;
	here.flags = (uint32_t)header.msg_flags;
	here.name_bytes = header.msg_namelen < sizeof(here.name) ? header.msg_namelen : sizeof(here.name);
	here.control_bytes = (uint32_t)header.msg_controllen;
	memcpy(there, &here, sizeof(here));
	return result;
}

/* Makes call NUMBER, whose argument COUNTER points to the size of the one before; that has argument 5 bytes.
 */
static int64_t counted(long number, const uint64_t argument[6], int counter)
{
	uint64_t a[6];
	socklen_t bytes = 0, *there = (socklen_t *)argument[counter];
	int64_t result;

	memcpy(a, argument, sizeof(a));
	if (there) {
		memcpy(&bytes, there, sizeof(bytes));
		BARRIER();
		if (bytes <= INT32_MAX && bytes > argument[5])
			bytes = (socklen_t)argument[5];
		a[counter] = (uintptr_t)&bytes;
	}
	result = syscall(number, a[0], a[1], a[2], a[3], a[4]);
	if (result < 0)
		return -errno;
	if (there)
		memcpy(there, &bytes, sizeof(bytes));
	return result;
}

int64_t socket_accept(struct monitor *m, const uint64_t a[6])
{
	return checked_new(m, counted(SYS_accept, a, 2));
}

int64_t socket_accept4(struct monitor *m, const uint64_t a[6])
{
	return checked_new(m, counted(SYS_accept4, a, 2));
}

int64_t socket_getsockname(struct monitor *m, const uint64_t a[6])
{
	(void)m;
	return counted(SYS_getsockname, a, 2);
}

int64_t socket_getpeername(struct monitor *m, const uint64_t a[6])
{
	(void)m;
	return counted(SYS_getpeername, a, 2);
}

/* Options whose value holds no pointer: any other might have the host look where the program says. */
static bool option_plain(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return name != SO_ATTACH_FILTER && name != SO_ATTACH_REUSEPORT_CBPF;
	case IPPROTO_IP:
		return name < 64; /* from there on tables of packet filters */
	case IPPROTO_IPV6:
		return name != 64 && name != 65 && name != 68 && name != 69; /* the same */
	case IPPROTO_TCP:
		return name != TCP_ZEROCOPY_RECEIVE;
	case IPPROTO_UDP:
	case 270: /* SOL_NETLINK */
		return true;
	default:
		return false;
	}
}

/* getsockopt(fd, level, name, value, bytes) */
int64_t socket_getsockopt(struct monitor *m, const uint64_t a[6])
{
	(void)m;
	return option_plain((int)a[1], (int)a[2]) ? counted(SYS_getsockopt, a, 4) : -ENOPROTOOPT;
}

/* setsockopt(fd, level, name, value, bytes) */
int64_t socket_setsockopt(struct monitor *m, const uint64_t a[6])
{
	(void)m;
	if (!option_plain((int)a[1], (int)a[2]))
		return -ENOPROTOOPT;
	return syscall(SYS_setsockopt, a[0], a[1], a[2], a[3], a[4]) ? -errno : 0;
}

/* socketpair(domain, type, protocol, int [2]) */
int64_t socket_pair(struct monitor *m, const uint64_t a[6])
{
	int pair[2];

	if (a[3] == 0)
		return -EFAULT;
	if (socketpair((int)a[0], (int)a[1], (int)a[2], pair))
		return -errno;
	if (ours(m, pair[0]) || ours(m, pair[1])) {
		close(pair[0]);
		close(pair[1]);
		return -EMFILE;
	}
	memcpy((void *)a[3], pair, sizeof(pair));
	return 0;
}
