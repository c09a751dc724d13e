/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "tests/guest/guest.h"

/* What a program can do to itself, by name: it must end as it does natively, by the same signal or error. */
static void crime_unmap_code(void)
{
	uintptr_t page = (uintptr_t)crime_unmap_code & ~4095ul;

	puts("before");
	munmap((void *)(page - 4096), 3 * 4096ul);
	puts("after");
}

static void crime_unmap_stack(void)
{
	uintptr_t page = (uintptr_t)__builtin_frame_address(0) & ~4095ul;

	puts("before");
	syscall(SYS_munmap, page - 64 * 4096, 66 * 4096ul);
	puts("after");
}

static void crime_open_many(void)
{
	struct rlimit limit;
	rlim_t count = 0;

	getrlimit(RLIMIT_NOFILE, &limit);
	while (count < 100000 && open("/dev/null", O_RDONLY) >= 0)
		count++;
	printf("%s %d\n", strerror(errno), count + 3 == limit.rlim_cur || count == 100000);
}

static void crime_close_all(void)
{
	int kept = fcntl(1, F_DUPFD, 30);

	for (int fd = 0; fd < 70000; fd++)
		if (fd != kept)
			close(fd);
	dprintf(kept, "closed %d\n", open("/dev/null", O_RDONLY));
	dprintf(kept, "ranged %ld\n", syscall(SYS_close_range, 0, kept - 1, 0));
	syscall(SYS_close_range, 0, ~0u, 0);
	_exit(write(1, "x", 1) == -1 && errno == EBADF ? 3 : 4);
}

static void crime_fill_file(void)
{
	struct rlimit limit = { 10000, 10000 };
	int fd = open("big", O_RDWR | O_CREAT | O_TRUNC, 0600);
	static char bytes[8192];

	unlink("big");
	setrlimit(RLIMIT_FSIZE, &limit);
	signal(SIGXFSZ, SIG_IGN);
	CHECK_EQUAL(write(fd, bytes, sizeof(bytes)), 8192);
	CHECK_EQUAL(write(fd, bytes, sizeof(bytes)), 1808);
	CHECK_FAILS(write(fd, bytes, 1), EFBIG);
	CHECK_FAILS(ftruncate(fd, 10001), EFBIG);
	CHECK_FAILS(write(open("/dev/full", O_WRONLY), bytes, 1), ENOSPC);
	signal(SIGXFSZ, SIG_DFL);
	fflush(stdout);
	CHECK(write(fd, bytes, 1) == 1);
}

/* The disk is what the directory is on. */
static void crime_fill_disk(void)
{
	int fd = open("full", O_RDWR | O_CREAT | O_TRUNC, 0600);
	static char bytes[65536];
	long total = 0, n;

	while (total < 1 << 26 && (n = write(fd, bytes, sizeof(bytes))) > 0)
		total += n;
	printf("%ld %s\n", total, strerror(errno));
	unlink("full");
}

/* What each signal does to a child that sends it to itself. */
static void crime_signal_all(void)
{
	for (int signal = 1; signal <= 64; signal++) {
		int status = 0;
		pid_t pid;

		if (signal == 32 || signal == 33) /* the C library's, here and in the monitor */
			continue;

		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			kill(getpid(), signal);
			_exit(99);
		}
		waitpid(pid, &status, WUNTRACED);
		if (WIFSTOPPED(status)) {
			printf("%d stopped by %d\n", signal, WSTOPSIG(status));
			kill(pid, SIGCONT);
			waitpid(pid, &status, 0);
		}
		printf("%d %d %d\n", signal, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		       WIFEXITED(status) ? WEXITSTATUS(status) : 0);
	}
}

/* Lengths and counts at which sums overflow. */
static void crime_sizes(void)
{
	static char bytes[16];
	struct iovec vector[1025] = { { bytes, 1 } };
	struct msghdr message = { .msg_iov = vector, .msg_iovlen = 1025 };
	int fd = open("/dev/zero", O_RDWR), pair[2];
	volatile uint64_t no_fewer = ~0ul; /* the compiler would warn of it */

	CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	CHECK(mmap(NULL, ~0ul, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	      errno == ENOMEM);
	CHECK(mmap(NULL, 1ul << 47, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED &&
	      errno == ENOMEM);
	CHECK(mmap((void *)-4096, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	      MAP_FAILED);
	CHECK(mremap(bytes, 0, ~0ul, MREMAP_MAYMOVE) == MAP_FAILED);
	CHECK_EQUAL(brk((void *)(1ul << 47)), -1);
	CHECK_FAILS(munmap(NULL, ~0ul), EINVAL);
	CHECK_FAILS(mprotect(NULL, ~0ul - 8191, PROT_READ), ENOMEM);
	CHECK_FAILS(readv(fd, vector, 1025), EINVAL);
	CHECK_FAILS(readv(fd, vector, (int)no_fewer), EINVAL);
	vector[0].iov_len = ~0ul;
	CHECK_FAILS(readv(fd, vector, 1), EINVAL);
	vector[0].iov_len = 1;
	CHECK_FAILS(sendmsg(pair[0], &message, MSG_DONTWAIT), EMSGSIZE);
	CHECK_FAILS(read(fd, bytes, no_fewer), EFAULT);
	CHECK_FAILS(read(fd, bytes, no_fewer << 63), EFAULT);
	CHECK_FAILS(pread(fd, bytes, 1, -1), EINVAL);
	CHECK_FAILS(poll((struct pollfd *)bytes, no_fewer, 0), EINVAL);
	CHECK_FAILS(syscall(SYS_getgroups, -1l, bytes), EINVAL);
	CHECK_FAILS(syscall(SYS_select, -1, 0, 0, 0, 0), EINVAL);
	CHECK_FAILS(syscall(SYS_epoll_wait, fd, bytes, 0, 0), EINVAL);
	CHECK_FAILS(syscall(1 << 20), ENOSYS);
	CHECK_FAILS(syscall(-1), ENOSYS);
}

static struct iovec racing[4];
static char buffer[64];
static volatile bool over;

static void *race(void *unused)
{
	static char *const wild[] = { (char *)8, (char *)0xffffff8000001000, (char *)0xffffffff80100000,
				      (char *)-4096, buffer };

	for (unsigned i = 0; !over; i++) {
		racing[i % 4].iov_base = wild[i % 5];
		racing[i % 3].iov_len = i % 7 ? 16 : 1ul << 48;
	}
	return unused;
}

/* Another thread changes the vector while the call looks at it. */
static void crime_race_vector(void)
{
	int fd = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
	bool sound = true;
	pthread_t thread;

	pthread_create(&thread, NULL, race, NULL);
	for (int i = 0; i < 3000; i++) {
		ssize_t n = readv(fd, racing, 4);

		sound &= n >= 0 || errno == EFAULT || errno == EINVAL;
		n = writev(null, racing, 4);
		sound &= n >= 0 || errno == EFAULT || errno == EINVAL;
	}
	over = true;
	pthread_join(thread, NULL);
	CHECK(sound);
}

static const struct {
	const char *name;
	void (*commit)(void);
} crimes[] = {
	{ "unmap-code", crime_unmap_code },   { "unmap-stack", crime_unmap_stack },
	{ "open-many", crime_open_many },     { "close-all", crime_close_all },
	{ "fill-file", crime_fill_file },     { "fill-disk", crime_fill_disk },
	{ "signal-all", crime_signal_all },   { "sizes", crime_sizes },
	{ "race-vector", crime_race_vector },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(crimes) / sizeof(crimes[0]); i++)
		if (strcmp(argv[1], crimes[i].name) == 0) {
			crimes[i].commit();
			return check_end();
		}
	return 2;
}
