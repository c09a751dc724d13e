/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/digest_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

int digest_fd(int fd, char hex[DIGEST_HEX], struct error *error)
{
	uint8_t buffer[65536], digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx context;
	off_t at = 0;
	ssize_t n;

	sha256_init(&context);
	while ((n = pread(fd, buffer, sizeof(buffer), at)) > 0) {
		sha256_update(&context, (size_t)n, buffer);
		at += n;
	}
	if (n < 0)
		return error_set(error, errno, "cannot read what is to be hashed");
	sha256_digest(&context, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

int digest_path(const char *path, char hex[DIGEST_HEX], struct error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code;

	if (fd < 0) {
		error_set(error, errno, "cannot read the program");
		return error_at(error, "%s", path);
	}
	code = digest_fd(fd, hex, error);
	close(fd);
	return code;
}

/* In the child: FILTER by the shell, from IN to OUT, with signals as the user has them. */
static _Noreturn void run_filter(int in, int out, const char *filter)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (lseek(in, 0, SEEK_SET) == 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execl("/bin/sh", "sh", "-c", filter, (char *)NULL);
	_exit(127);
}

int digest_filtered(int fd, const char *filter, char hex[DIGEST_HEX], struct error *error)
{
	int out = memfd_create("filtered", MFD_CLOEXEC), status = 0, code;
	pid_t child = out < 0 ? -1 : fork();

	if (child == 0)
		run_filter(fd, out, filter);
	if (child < 0 || waitpid(child, &status, 0) != child)
		code = error_set(error, errno, "cannot run the filter");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127)
		code = error_fail(error, 0, "try it alone in a shell", "--filter %.120s cannot be run",
				  filter);
	else
		code = digest_fd(out, hex, error);
	if (out >= 0)
		close(out);
	return code;
}
