/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "tests/guest/guest.h"

/* Writes to a file in one of the ways, or ends in one of the ways, that cache.sh looks at from outside. */
static char text[65536];

static int made(const char *name, int flags)
{
	return open(name, flags | O_CREAT | O_TRUNC, 0644);
}

static void *leave(void *status)
{
	_exit(*(int *)status);
}

/* Ends, some way or other, with what was written in no other hands. */
static int end(const char *how, const char *name)
{
	char *argv[] = { (char *)"true", NULL };
	int fd = made(name, O_WRONLY | O_APPEND), status = 3, empty;
	pthread_t thread;

	for (int i = 0; i < 1000; i++)
		if (write(fd, "0123456789", 10) != 10)
			return 1;
	if (strcmp(how, "abort") == 0)
		abort();
	if (strcmp(how, "fault") == 0)
		*(volatile int *)(uintptr_t)argv[1] = 1;
	if (strcmp(how, "term") == 0)
		raise(SIGTERM);
	if (strcmp(how, "kill") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(how, "exec") == 0)
		execvp("true", argv);
	if (strcmp(how, "thread") == 0 && pthread_create(&thread, NULL, leave, &status) == 0)
		pthread_join(thread, NULL);
	empty = open("/dev/shm/vmtax-nothing", O_RDWR | O_CREAT, 0600);
	if (strcmp(how, "bus") == 0) /* without a signal handler the guest kernel does not hear of it */
		*(volatile char *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, empty, 0) = 1;
	while (strcmp(how, "spin") == 0)
		status++;
	_exit(3);
}

/* 1000 small writes, to a file opened with FLAGS. */
static int small(const char *name, int flags)
{
	int fd = made(name, O_WRONLY | flags);

	for (int i = 0; i < 1000; i++)
		if (write(fd, text + 100 * (i % 600), 100) != 100)
			return 1;
	return close(fd);
}

/* Says when what it wrote is there for others, and waits for a line. */
static int tell(const char *name)
{
	int fd = made(name, O_WRONLY);

	if (write(fd, "news", 4) != 4 || write(1, "written\n", 8) != 8)
		return 1;
	return read(0, text, 1) < 0 || close(fd);
}

/* Until the file system is full: says how much went. */
static int fill(const char *name)
{
	int fd = made(name, O_WRONLY), error = 0;
	long bytes = 0;
	ssize_t n;

	while ((n = write(fd, text, 10000)) > 0)
		bytes += n;
	error = errno;
	printf("%ld %s %d\n", bytes, strerror(error), close(fd));
	return 0;
}

/* The room is taken while what was written waits: who is told? */
static int late(const char *name, bool syncs)
{
	int fd = made(name, O_RDWR), other, first, second;
	char filler[256];

	snprintf(filler, sizeof(filler), "%s.filler", name);
	other = made(filler, O_WRONLY | O_DSYNC);
	if (write(fd, text, sizeof(text)) != sizeof(text))
		return 1;
	while (write(other, text, 65536) > 0 || write(other, text, 4096) > 0)
		;
	first = syncs ? fsync(fd) : 0;
	printf("%s, ", first ? strerror(errno) : "well");
	second = close(fd);
	printf("%s\n", second ? strerror(errno) : "well");
	return 0;
}

static int mode(const char *how, const char *name)
{
	if (strcmp(how, "small") == 0)
		return small(name, 0);
	if (strcmp(how, "append") == 0)
		return small(name, O_APPEND);
	if (strcmp(how, "sync") == 0)
		return small(name, O_SYNC);
	if (strcmp(how, "tell") == 0)
		return tell(name);
	if (strcmp(how, "fill") == 0)
		return fill(name);
	if (strcmp(how, "late-fsync") == 0 || strcmp(how, "late-close") == 0)
		return late(name, strcmp(how, "late-fsync") == 0);
	return end(how, name);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + (i + i / 100) % 26);
	return argc == 3 ? mode(argv[1], argv[2]) : 2;
}
