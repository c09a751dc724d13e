/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/input_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define MOST	 (1ull << 30) /* bytes that are kept */
#define QUIET_MS 2000	      /* after which the user is told what is awaited */

/* Copies stdin to its end into FD. */
static int keep(int fd, struct error *error)
{
	struct pollfd waits = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned long long bytes = 0;
	char buffer[65536];
	ssize_t n;

	if (poll(&waits, 1, QUIET_MS) == 0)
		fputs("vmtax: reading stdin to its end, for the program; </dev/null gives it none\n", stderr);
	while ((n = read(STDIN_FILENO, buffer, sizeof(buffer))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(error, errno, "cannot read stdin for the program");
		if (write(fd, buffer, (size_t)n) != n)
			return error_set(error, errno, "cannot keep stdin for the program");
		bytes += (unsigned long long)n;
		if (bytes > MOST)
			return error_fail(error, 0, "give it as a file: < FILE",
					  "more than 1 GiB on stdin is not kept");
	}
	return 0;
}

int input_take(char path[INPUT_PATH], struct error *error)
{
	struct stat status;
	int fd;

	path[0] = '\0';
	if (isatty(STDIN_FILENO) || fstat(STDIN_FILENO, &status) || S_ISCHR(status.st_mode))
		return 0;
	if (S_ISREG(status.st_mode)) {
		snprintf(path, INPUT_PATH, "/proc/self/fd/%d", STDIN_FILENO);
		return 0;
	}
	fd = memfd_create("stdin", MFD_CLOEXEC);
	if (fd < 0)
		return error_set(error, errno, "cannot keep stdin for the program");
	snprintf(path, INPUT_PATH, "/proc/self/fd/%d", fd);
	return keep(fd, error);
}
