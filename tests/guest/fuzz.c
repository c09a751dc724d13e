/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "tests/guest/guest.h"

/*
 * Calls every system call with arguments at the edges of what can be, a child a batch, in an order that the
 * seed alone says: fuzz SEED BATCHES. However the children end, the parent goes on. Not for use outside a
 * guest.
 */
#define CALLS	 48 /* a child makes */
#define NUMBERS	 470
#define PATIENCE 3000 /* milliseconds for a child */

/* What would end or stop the child at once, make more processes, or reach others on the machine. */
static const uint16_t never[] = {
	SYS_exit,
	SYS_exit_group,
	SYS_fork,
	SYS_vfork,
	SYS_clone,
	SYS_clone3,
	SYS_kill,
	SYS_tkill,
	SYS_tgkill,
	SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo,
	SYS_pidfd_send_signal,
	SYS_prlimit64,
	SYS_setpriority,
	SYS_ioprio_set,
	SYS_fallocate,
	SYS_sync,
	SYS_syncfs,
	SYS_pause,
	SYS_fcntl,
	SYS_ioctl,
};

static uint64_t state;

static uint64_t next(uint64_t limit)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (state >> 33) % limit;
}

static char *edge; /* a page, and nothing behind it */
static const char fixed[64] = "name";

static uint64_t argument(void)
{
	const uint64_t wild[] = {
		8,
		(uintptr_t)edge,
		(uintptr_t)edge + 4096 - next(40),
		(uintptr_t)edge + next(4096),
		(uintptr_t)fixed,
		(uintptr_t)argument,
		0x7ffffffff000,
		0xffffff8000001000,
		0xffffffff80100000,
		0x8000000000000000,
		~0ul,
		~0ul - 4095,
		1ul << 47,
		1ul << 31,
		~0u,
		0x7fffffff,
		0x7fffffffffffffff,
		4096,
		65536,
	};

	return next(3) == 0 ? next(16) : wild[next(sizeof(wild) / sizeof(wild[0]))];
}

static bool is_never(uint64_t number)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (never[i] == number)
			return true;
	return false;
}

static void batch(void)
{
	struct rlimit small = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_FSIZE, &small);
	signal(SIGXFSZ, SIG_IGN);
	edge = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(edge + 4096, 4096);
	for (int i = 0; i < 4096; i++)
		edge[i] = i % 64 < 8 ? (char)('a' + next(3)) : (char)(next(4) ? 0 : next(3));
	for (int i = 0; i < CALLS; i++) {
		uint64_t number = next(NUMBERS), a[6];

		for (int k = 0; k < 6; k++)
			a[k] = argument();
		if (!is_never(number))
			syscall((long)number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
	_exit(0);
}

/* False when it had to be killed and could not be. */
static bool run(uint64_t seed)
{
	pid_t pid = fork();

	if (pid == 0) {
		state = seed;
		batch();
	}
	for (int i = 0; i < PATIENCE; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	}
	kill(pid, SIGKILL);
	return waitpid(pid, NULL, 0) == pid;
}

/* Nobody's rights, so that no call can harm what is not ours: descriptors of devices would do. */
static bool harmless(void)
{
	const gid_t nobody = 65534;

	if (geteuid() != 0)
		return true;
	return setgroups(1, &nobody) == 0 && setgid(nobody) == 0 && setuid(nobody) == 0 && setuid(0) != 0;
}

int main(int argc, char **argv)
{
	int file = open("scratch", O_RDWR | O_CREAT, 0600), out = fcntl(1, F_DUPFD_CLOEXEC, 200);
	bool survived = argc == 3 && file >= 0 && harmless();

	for (int fd = 0; fd < 3; fd++)
		dup2(file, fd);
	for (long i = 0; survived && i < atol(argv[2]); i++)
		survived = run(strtoul(argv[1], NULL, 10) * 100000 + (uint64_t)i);
	return survived && write(out, "survived\n", 9) == 9 ? 0 : 1;
}
