/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "tests/guest/guest.h"

/* Sockets of one process that talks to itself: UNIX and IP, streams and datagrams. */
static char buffer[70000];

/* A listener and both ends of a connection to it. */
static void test_stream(int domain, struct sockaddr *address, socklen_t size)
{
	struct sockaddr_storage peer;
	socklen_t length = size;
	int listener = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, here, there, pending = 0;

	CHECK(listener >= 0);
	CHECK_EQUAL(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	CHECK_EQUAL(bind(listener, address, size), 0);
	CHECK_EQUAL(listen(listener, 4), 0);
	CHECK_EQUAL(getsockname(listener, address, &length), 0);
	CHECK_EQUAL(address->sa_family, domain);
	here = socket(domain, SOCK_STREAM, 0);
	CHECK_FAILS(recv(here, buffer, 1, MSG_DONTWAIT), domain == AF_UNIX ? EINVAL : ENOTCONN);
	CHECK_EQUAL(connect(here, address, length), 0);
	length = sizeof(peer);
	there = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC);
	CHECK(there >= 0);
	CHECK_EQUAL(length, domain == AF_UNIX ? 2 : sizeof(struct sockaddr_in));
	CHECK_EQUAL(fcntl(there, F_GETFD), FD_CLOEXEC);
	CHECK_FAILS(syscall(SYS_accept4, listener, NULL, NULL, 1 << 5), EINVAL);
	CHECK_EQUAL(send(here, "hello", 5, 0), 5);
	CHECK_EQUAL(recv(there, buffer, 2, MSG_PEEK), 2);
	CHECK_EQUAL(ioctl(there, FIONREAD, &pending), 0);
	CHECK_EQUAL(pending, 5);
	CHECK_EQUAL(read(there, buffer, sizeof(buffer)), 5);
	CHECK(memcmp(buffer, "hello", 5) == 0);
	CHECK_FAILS(recv(there, buffer, 1, MSG_DONTWAIT), EAGAIN);
	CHECK_EQUAL(ioctl(there, FIONBIO, &one), 0);
	CHECK_FAILS(recv(there, buffer, 1, 0), EAGAIN);
	CHECK_EQUAL(getpeername(here, (struct sockaddr *)&peer, &length), 0);
	CHECK_EQUAL(shutdown(here, SHUT_WR), 0);
	CHECK_EQUAL(recv(there, buffer, 1, 0), 0);
	CHECK_FAILS(send(here, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK_EQUAL(close(here) | close(there) | close(listener), 0);
}

static void test_options(void)
{
	struct linger linger = { 0, 0 };
	socklen_t size;
	int s = socket(AF_INET, SOCK_STREAM, 0), value = 1;

	CHECK_EQUAL(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &value, sizeof(value)), 0);
	value = 0;
	size = sizeof(value);
	CHECK_EQUAL(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
	CHECK(value == 1 && size == sizeof(value));
	value = -1;
	CHECK_EQUAL(getsockopt(s, SOL_SOCKET, SO_ERROR, &value, &size), 0);
	CHECK_EQUAL(value, 0);
	CHECK_EQUAL(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &size), 0);
	CHECK_EQUAL(value, SOCK_STREAM);
	size = 2; /* a part is given where there is no more room */
	value = -1;
	CHECK_EQUAL(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &size), 0);
	CHECK(size == 2 && (uint32_t)value == 0xffff0001);
	size = sizeof(linger);
	CHECK_EQUAL(getsockopt(s, SOL_SOCKET, SO_LINGER, &linger, &size), 0);
	CHECK_EQUAL(size, sizeof(linger));
	size = (socklen_t)-1;
	CHECK_FAILS(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &size), EINVAL);
	CHECK_FAILS(getsockopt(s, SOL_SOCKET, SO_TYPE, (void *)8, &size), EINVAL);
	size = 4;
	CHECK_FAILS(getsockopt(s, SOL_SOCKET, SO_TYPE, (void *)8, &size), EFAULT);
	CHECK_FAILS(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, (void *)8), EFAULT);
	CHECK_FAILS(getsockopt(s, SOL_SOCKET, 9999, &value, &size), ENOPROTOOPT);
	CHECK_FAILS(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (void *)8, 4), EFAULT);
	CHECK_FAILS(getpeername(s, (void *)buffer, &size), ENOTCONN);
	CHECK_FAILS(getsockname(0x7fffffff, (void *)buffer, &size), EBADF);
	CHECK_FAILS(socket(AF_INET, 99, 0), EINVAL);
	close(s);
}

/* Datagrams of every form keep their borders and tell their sender. */
static void test_datagrams(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) }, from;
	struct iovec parts[3] = { { "ab", 2 }, { "cde", 3 }, { "f", 1 } },
		     into[2] = { { buffer, 4 }, { buffer + 100, 9 } };
	struct msghdr message = {
		.msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = parts, .msg_iovlen = 3
	};
	struct mmsghdr many[3] = { { .msg_hdr = message }, { .msg_hdr = message }, { .msg_hdr = message } };
	socklen_t size = sizeof(a);
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	CHECK_EQUAL(bind(s, (void *)&a, sizeof(a)), 0);
	CHECK_EQUAL(getsockname(s, (void *)&a, &size), 0);
	CHECK_EQUAL(sendto(s, "1234567", 7, 0, (void *)&a, sizeof(a)), 7);
	memset(&from, 0, sizeof(from));
	CHECK_EQUAL(recvfrom(s, buffer, 4, MSG_TRUNC, (void *)&from, &size), 7);
	CHECK(size == sizeof(from) && from.sin_port == a.sin_port && memcmp(buffer, "1234", 4) == 0);
	CHECK_EQUAL(sendmsg(s, &message, 0), 6);
	message = (struct msghdr){ .msg_name = &from, .msg_namelen = 4, .msg_iov = into, .msg_iovlen = 2 };
	memset(&from, 0, sizeof(from));
	CHECK_EQUAL(recvmsg(s, &message, 0), 6);
	CHECK(memcmp(buffer, "abcd", 4) == 0 && memcmp(buffer + 100, "ef", 2) == 0);
	CHECK(message.msg_namelen == sizeof(from) && from.sin_port == a.sin_port &&
	      from.sin_addr.s_addr == 0);
	CHECK_EQUAL(message.msg_flags, 0);
	CHECK_EQUAL(sendto(s, "", 0, 0, (void *)&a, sizeof(a)), 0);
	CHECK_EQUAL(recv(s, buffer, 10, 0), 0);
	for (int i = 0; i < 3; i++)
		many[i].msg_hdr.msg_name = &a;
	CHECK_EQUAL(sendmmsg(s, many, 3, 0), 3);
	CHECK(many[0].msg_len == 6 && many[2].msg_len == 6);
	for (int i = 0; i < 3; i++)
		many[i].msg_hdr = (struct msghdr){ .msg_iov = &into[1], .msg_iovlen = 1 };
	CHECK_EQUAL(recvmmsg(s, many, 3, MSG_WAITFORONE, NULL), 3);
	CHECK_EQUAL(many[2].msg_len, 6);
	CHECK_FAILS(recvmmsg(s, many, 3, MSG_DONTWAIT, NULL), EAGAIN);
	CHECK_FAILS(sendto(s, buffer, 66000, 0, (void *)&a, sizeof(a)), EMSGSIZE);
	CHECK_FAILS(sendto(s, "x", 1, 0, (void *)8, sizeof(a)), EFAULT);
	CHECK_FAILS(sendto(s, (void *)8, 1, 0, (void *)&a, sizeof(a)), EFAULT);
	CHECK_FAILS(sendto(s, "x", 1, 0, (void *)&a, 200), EINVAL);
	CHECK_FAILS(syscall(SYS_sendmsg, s, 8, 0), EFAULT);
	CHECK_FAILS(syscall(SYS_recvmsg, s, 8, MSG_DONTWAIT), EFAULT);
	CHECK_FAILS(recv(1000, buffer, 1, 0), EBADF);
	close(s);
}

/* A descriptor goes with a byte, and comes out as another that is the same file. */
static void test_rights(void)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(2 * sizeof(int))];
	} control;
	struct iovec byte = { "!", 1 };
	struct msghdr message = { .msg_iov = &byte, .msg_iovlen = 1, .msg_control = &control };
	int pair[2], ends[2], got = -1;

	memset(&control, 0, sizeof(control));
	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	CHECK_EQUAL(pipe(ends), 0);
	message.msg_controllen = CMSG_SPACE(sizeof(int));
	control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &ends[1], sizeof(int));
	CHECK_EQUAL(sendmsg(pair[0], &message, 0), 1);
	memset(&control, 0, sizeof(control));
	byte.iov_base = buffer;
	message.msg_controllen = sizeof(control);
	CHECK_EQUAL(recvmsg(pair[1], &message, MSG_CMSG_CLOEXEC), 1);
	CHECK_EQUAL(buffer[0], '!');
	CHECK(message.msg_controllen == CMSG_SPACE(sizeof(int)) && control.header.cmsg_type == SCM_RIGHTS);
	memcpy(&got, CMSG_DATA(&control.header), sizeof(int));
	CHECK(got > ends[1]);
	CHECK_EQUAL(fcntl(got, F_GETFD), FD_CLOEXEC);
	CHECK_EQUAL(write(got, "through", 7), 7);
	CHECK_EQUAL(read(ends[0], buffer, 100), 7);
	got = 1 << 28; /* nobody's */
	memcpy(CMSG_DATA(&control.header), &got, sizeof(int));
	message.msg_controllen = CMSG_SPACE(sizeof(int));
	CHECK_FAILS(sendmsg(pair[0], &message, 0), EBADF);
	CHECK_EQUAL(close(pair[0]) | close(pair[1]) | close(ends[0]) | close(ends[1]), 0);
}

/* More than a socket takes at once, and buffers at odd places. */
static void test_bulk(void)
{
	struct pollfd p;
	int pair[2];
	long sent = 0, got = 0, n;
	bool same = true;

	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	for (size_t i = 0; i < sizeof(buffer); i++)
		buffer[i] = (char)(i % 251);
	while (sent < 10000000 && (n = send(pair[0], buffer + 1, sizeof(buffer) - 1, 0)) > 0)
		sent += n;
	CHECK(sent > 100000 && n == -1 && errno == EAGAIN);
	p = (struct pollfd){ pair[1], POLLIN | POLLOUT, 0 };
	CHECK_EQUAL(poll(&p, 1, 0), 1);
	CHECK_EQUAL(p.revents, POLLIN | POLLOUT);
	while ((n = recv(pair[1], buffer + 3, 10001, 0)) > 0) {
		same &= buffer[3] == (char)((got % (long)(sizeof(buffer) - 1) + 1) % 251);
		got += n;
	}
	CHECK(same && got == sent);
	close(pair[0]);
	CHECK_EQUAL(recv(pair[1], buffer, 1, 0), 0);
	close(pair[1]);
}

int main(void)
{
	struct sockaddr_un named = { .sun_family = AF_UNIX };
	struct sockaddr_in ip = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	strcpy(named.sun_path, "socket");
	unlink(named.sun_path);
	test_stream(AF_UNIX, (void *)&named, sizeof(named));
	CHECK_EQUAL(unlink(named.sun_path), 0);
	test_stream(AF_INET, (void *)&ip, sizeof(ip));
	test_options();
	test_datagrams();
	test_rights();
	test_bulk();
	return check_end();
}
