/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <time.h>

#include "tests/guest/guest.h"

/* Waiting for descriptors, descriptors that are events, and calls on files that fit nowhere else. */

static void test_eventfd(void)
{
	uint64_t value = 5;
	int e = eventfd(3, EFD_NONBLOCK);

	CHECK_EQUAL(write(e, &value, 8), 8);
	CHECK_EQUAL(read(e, &value, 8), 8);
	CHECK_EQUAL(value, 8);
	CHECK_FAILS(read(e, &value, 8), EAGAIN);
	CHECK_FAILS(read(e, &value, 7), EINVAL);
	CHECK_FAILS(eventfd(0, 1 << 5), EINVAL);
	close(e);
}

static void test_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x123456789abcdef0 }, got[300];
	int p = epoll_create1(EPOLL_CLOEXEC), ends[2];

	CHECK(p >= 0 && pipe(ends) == 0);
	CHECK_EQUAL(epoll_ctl(p, EPOLL_CTL_ADD, ends[0], &event), 0);
	CHECK_FAILS(epoll_ctl(p, EPOLL_CTL_ADD, ends[0], &event), EEXIST);
	CHECK_FAILS(epoll_ctl(p, EPOLL_CTL_ADD, 1 << 28, &event), EBADF);
	CHECK_FAILS(epoll_ctl(p, EPOLL_CTL_MOD, ends[1], &event), ENOENT);
	CHECK_FAILS(epoll_ctl(p, EPOLL_CTL_MOD, ends[0], (void *)8), EFAULT);
	CHECK_EQUAL(epoll_wait(p, got, 300, 0), 0);
	CHECK_EQUAL(epoll_wait(p, got, 300, 10), 0);
	CHECK_EQUAL(write(ends[1], "x", 1), 1);
	memset(got, 0x55, sizeof(got));
	CHECK_EQUAL(epoll_wait(p, got, 300, -1), 1);
	CHECK(got[0].events == EPOLLIN && got[0].data.u64 == 0x123456789abcdef0);
	CHECK(got[1].events == 0x55555555);
	event.events = EPOLLOUT | EPOLLET;
	event.data.u64 = 7;
	CHECK_EQUAL(epoll_ctl(p, EPOLL_CTL_ADD, ends[1], &event), 0);
	CHECK_EQUAL(epoll_pwait(p, got, 300, -1, NULL), 2);
	CHECK_EQUAL(epoll_wait(p, got, 300, -1), 1); /* edge-triggered: told once */
	CHECK_EQUAL(epoll_ctl(p, EPOLL_CTL_DEL, ends[0], NULL), 0);
	CHECK_EQUAL(epoll_wait(p, got, 1, 0), 0);
	CHECK_FAILS(epoll_wait(p, got, 0, 0), EINVAL);
	CHECK_FAILS(epoll_wait(ends[0], got, 1, 0), EINVAL);
	CHECK_EQUAL(close(p) | close(ends[0]) | close(ends[1]), 0);
}

static void test_timerfd(void)
{
	struct itimerspec when = { { 0, 0 }, { 0, 3000000 } }, now;
	uint64_t count = 0;
	int t = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	struct pollfd p = { t, POLLIN, 0 };

	CHECK_EQUAL(timerfd_settime(t, 0, &when, NULL), 0);
	CHECK_EQUAL(poll(&p, 1, 1000), 1);
	CHECK_EQUAL(read(t, &count, 8), 8);
	CHECK_EQUAL(count, 1);
	when.it_value.tv_sec = 1000;
	CHECK_EQUAL(timerfd_settime(t, 0, &when, &now), 0);
	CHECK_EQUAL(now.it_value.tv_sec, 0);
	CHECK_EQUAL(timerfd_gettime(t, &now), 0);
	CHECK(now.it_value.tv_sec >= 990 && now.it_value.tv_sec <= 1000);
	when.it_value.tv_nsec = -1;
	CHECK_FAILS(timerfd_settime(t, 0, &when, NULL), EINVAL);
	CHECK_FAILS(syscall(SYS_timerfd_settime, t, 0, 8, NULL), EFAULT);
	CHECK_FAILS(timerfd_create(99, 0), EINVAL);
	close(t);
}

static void test_select(void)
{
	struct timeval soon = { 0, 5000 };
	struct timespec then = { 0, 1000000 };
	fd_set read_set, write_set;
	int ends[2];

	CHECK_EQUAL(pipe(ends), 0);
	FD_ZERO(&read_set);
	FD_ZERO(&write_set);
	FD_SET(ends[0], &read_set);
	FD_SET(ends[1], &write_set);
	CHECK_EQUAL(select(ends[1] + 1, &read_set, &write_set, NULL, NULL), 1);
	CHECK(!FD_ISSET(ends[0], &read_set) && FD_ISSET(ends[1], &write_set));
	FD_SET(ends[0], &read_set);
	CHECK_EQUAL(select(ends[0] + 1, &read_set, NULL, NULL, &soon), 0);
	CHECK(!FD_ISSET(ends[0], &read_set));
	CHECK_EQUAL(write(ends[1], "x", 1), 1);
	FD_SET(ends[0], &read_set);
	CHECK_EQUAL(pselect(FD_SETSIZE, &read_set, NULL, NULL, &then, NULL), 1);
	CHECK(FD_ISSET(ends[0], &read_set));
	CHECK_EQUAL(pselect(0, NULL, NULL, NULL, &then, NULL), 0);
	CHECK_FAILS(syscall(SYS_select, -1, NULL, NULL, NULL, NULL), EINVAL);
	CHECK_FAILS(syscall(SYS_select, 8, 8, NULL, NULL, NULL), EFAULT);
	close(ends[0]);
	FD_SET(ends[0], &read_set);
	CHECK_FAILS(select(ends[1] + 1, &read_set, NULL, NULL, NULL), EBADF);
	close(ends[1]);
}

static void test_inotify(void)
{
	char events[512];
	const struct inotify_event *e = (const void *)events;
	int i = inotify_init1(IN_NONBLOCK), watch = inotify_add_watch(i, ".", IN_CREATE);

	CHECK(i >= 0 && watch > 0);
	CHECK_FAILS(read(i, events, sizeof(events)), EAGAIN);
	close(open("watched", O_CREAT | O_WRONLY, 0600));
	CHECK(read(i, events, sizeof(events)) > (ssize_t)sizeof(*e));
	CHECK(e->wd == watch && strcmp(e->name, "watched") == 0);
	CHECK_EQUAL(inotify_rm_watch(i, watch), 0);
	CHECK_FAILS(inotify_rm_watch(i, watch), EINVAL);
	close(i);
	unlink("watched");
}

static void test_files(void)
{
	struct iovec v[2] = { { "abc", 3 }, { "defg", 4 } }, into;
	char text[16] = "";
	struct stat info;
	off_t from = 1;
	int m = memfd_create("memory", MFD_CLOEXEC), ends[2], pending = 0;
	char *mapped;

	CHECK_EQUAL(syscall(SYS_pwritev2, m, v, 2, 0, 0, 0), 7);
	into = (struct iovec){ text, 10 };
	CHECK_EQUAL(syscall(SYS_preadv2, m, &into, 1, 2, 0, 0), 5);
	CHECK(memcmp(text, "cdefg", 5) == 0);
	CHECK_FAILS(syscall(SYS_preadv2, m, &into, 1, 2, 0, 1 << 30), EOPNOTSUPP);
	CHECK_EQUAL(pipe(ends), 0);
	CHECK_EQUAL(sendfile(ends[1], m, &from, 3), 3);
	CHECK_EQUAL(from, 4);
	CHECK_EQUAL(ioctl(ends[0], FIONREAD, &pending), 0);
	CHECK_EQUAL(pending, 3);
	CHECK_EQUAL(read(ends[0], text, 16), 3);
	CHECK(memcmp(text, "bcd", 3) == 0);
	CHECK_EQUAL(splice(m, &from, ends[1], NULL, 2, 0), 2);
	CHECK_EQUAL(read(ends[0], text, 16), 2);
	CHECK(memcmp(text, "ef", 2) == 0);
	CHECK_EQUAL(fstatat(m, "", &info, AT_EMPTY_PATH), 0);
	CHECK_EQUAL(info.st_size, 7);
	CHECK_EQUAL(ftruncate(m, 4096), 0);
	mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, m, 0);
	CHECK(mapped != MAP_FAILED && memcmp(mapped, "abcdefg", 7) == 0);
	strcpy(mapped, "changed");
	CHECK_EQUAL(msync(mapped, 4096, MS_SYNC), 0);
	CHECK_EQUAL(pread(m, text, 7, 0), 7);
	CHECK(memcmp(text, "changed", 7) == 0);
	CHECK_EQUAL(munmap(mapped, 4096), 0);
	CHECK_EQUAL(dup2(m, ends[0]), ends[0]);
	CHECK_EQUAL(pread(ends[0], text, 7, 0), 7);
	CHECK_EQUAL(syscall(SYS_close_range, ends[0], ~0u, 0), 0);
	CHECK_FAILS(close(ends[1]), EBADF);
	CHECK_FAILS(syscall(SYS_close_range, 9, 8, 0), EINVAL);
	close(m);
	CHECK_FAILS(pread(m, text, 7, 0), EBADF);
}

static void test_attributes(void)
{
	struct rlimit limit, wide;
	char value[16] = "";
	int fd = open("attributed", O_CREAT | O_RDWR, 0600);

	CHECK_EQUAL(fsetxattr(fd, "user.colour", "green", 5, 0), 0);
	CHECK_EQUAL(getxattr("attributed", "user.colour", value, sizeof(value)), 5);
	CHECK(strcmp(value, "green") == 0);
	CHECK_FAILS(getxattr("attributed", "user.colour", value, 2), ERANGE);
	CHECK_EQUAL(getxattr("attributed", "user.colour", NULL, 0), 5);
	CHECK_FAILS(getxattr("attributed", "user.none", value, 2), ENODATA);
	CHECK(listxattr("attributed", NULL, 0) >= 12);
	CHECK_EQUAL(removexattr("attributed", "user.colour"), 0);
	CHECK_EQUAL(posix_fallocate(fd, 0, 10000), 0);
	CHECK_EQUAL(lseek(fd, 0, SEEK_END), 10000);
	close(fd);
	unlink("attributed");
	CHECK_EQUAL(syscall(SYS_getrlimit, RLIMIT_NOFILE, &limit), 0);
	CHECK_EQUAL(getrlimit(RLIMIT_NOFILE, &wide), 0);
	CHECK_EQUAL(limit.rlim_cur, wide.rlim_cur);
}

/* Without a terminal, and with one where the host has them. */
static void test_terminal(void)
{
	struct winsize size = { 24, 80, 0, 0 }, got = { 0 };
	int fd = open("/dev/null", O_RDWR), pty = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlocked = 0,
	    number = -1;

	CHECK_EQUAL(isatty(fd), 0);
	CHECK_FAILS(ioctl(fd, TIOCGWINSZ, &size), ENOTTY);
	CHECK_FAILS(ioctl(fd, 0x7fff1234, &size), ENOTTY);
	CHECK_FAILS(ioctl(1 << 28, TIOCGWINSZ, &size), EBADF);
	close(fd);
	CHECK(pty >= 0 && isatty(pty));
	CHECK_EQUAL(ioctl(pty, TIOCSWINSZ, &size), 0);
	CHECK_EQUAL(ioctl(pty, TIOCGWINSZ, &got), 0);
	CHECK(got.ws_row == 24 && got.ws_col == 80);
	CHECK_FAILS(ioctl(pty, TIOCGWINSZ, 8), EFAULT);
	CHECK_EQUAL(ioctl(pty, TIOCGPTN, &number), 0);
	CHECK_EQUAL(ioctl(pty, TIOCSPTLCK, &unlocked), 0);
	CHECK(number >= 0);
	close(pty);
}

/* Descriptors that are not open, be they ever so large. */
static void test_closed(void)
{
	static uint8_t bits[8192];
	struct pollfd polls[] = { { .fd = 0, .events = 0 },
				  { .fd = -1, .events = POLLIN, .revents = 7 },
				  { .fd = 21000, .events = POLLIN },
				  { .fd = 1 << 30, .events = POLLIN } };

	for (int fd = 1000; fd < 22000; fd += 7) {
		struct pollfd one = { .fd = fd, .events = POLLIN };

		if (poll(&one, 1, 0) != 1 || one.revents != POLLNVAL)
			CHECK_EQUAL(fd, 0);
	}
	CHECK_EQUAL(poll(polls, 4, 0), 2);
	CHECK(polls[1].revents == 0 && polls[2].revents == POLLNVAL && polls[3].revents == POLLNVAL);
	bits[21000 / 8] = 1u << 21000 % 8;
	CHECK_EQUAL(syscall(SYS_select, 65536, bits, NULL, NULL, &(struct timeval){ 0, 0 }), 0);
}

int main(void)
{
	test_eventfd();
	test_epoll();
	test_timerfd();
	test_select();
	test_inotify();
	test_files();
	test_attributes();
	test_terminal();
	test_closed();
	return check_end();
}
