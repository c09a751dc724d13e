/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/capture_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

int capture_open(struct capture *capture, struct error *error)
{
	int ends[2];

	*capture = (struct capture){ .out = -1, .err_read = -1, .err_write = -1 };
	if (pipe2(ends, O_CLOEXEC))
		return error_set(error, errno, "cannot make a pipe for a program's messages");
	capture->err_read = ends[0];
	capture->err_write = ends[1];
	capture->out = memfd_create("stdout", MFD_CLOEXEC);
	/* Only our end: the child shall find a pipe like any other. */
	if (capture->out >= 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return 0;
	error_set(error, errno, "cannot keep a program's output");
	capture_close(capture);
	return error_at(error, "memfd");
}

int capture_child(const struct capture *capture, const char *input)
{
	int in = open(input ? input : "/dev/null", O_RDONLY | O_CLOEXEC);

	return in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(capture->out, STDOUT_FILENO) < 0 ||
			       dup2(capture->err_write, STDERR_FILENO) < 0
		       ? -1
		       : 0;
}

void capture_parent(struct capture *capture)
{
	close(capture->err_write);
	capture->err_write = -1;
}

static void take_line(struct capture *capture, uint64_t now_tsc)
{
	uint64_t roi_ns, ops;

	capture->line[capture->length] = '\0';
	if (strcmp(capture->line, "roi begin") == 0) {
		capture->tsc_begin = now_tsc;
	} else if (sscanf(capture->line, "roi_ns=%" SCNu64 " ops=%" SCNu64, &roi_ns, &ops) == 2) {
		capture->roi_ns = roi_ns;
		capture->ops = ops;
		capture->tsc_end = now_tsc;
	} else if (capture->length > 0) {
		snprintf(capture->last_words, sizeof(capture->last_words), "%.199s", capture->line);
	}
	capture->length = 0;
}

void capture_drain(struct capture *capture, uint64_t now_tsc)
{
	char buffer[4096];
	ssize_t n;

	while ((n = read(capture->err_read, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (buffer[i] == '\n')
				take_line(capture, now_tsc);
			else if (capture->length + 1 < sizeof(capture->line))
				capture->line[capture->length++] = buffer[i];
		}
}

void capture_show(struct capture *capture)
{
	char buffer[4096];
	ssize_t n;

	while (capture->shows &&
	       (n = pread(capture->out, buffer, sizeof(buffer), (off_t)capture->shown)) > 0) {
		fwrite(buffer, 1, (size_t)n, stderr);
		capture->shown += (uint64_t)n;
	}
}

bool capture_flooded(const struct capture *capture)
{
	struct stat status;

	return fstat(capture->out, &status) == 0 && (uint64_t)status.st_size > CAPTURE_STDOUT_MOST;
}

int capture_take_stdout(struct capture *capture)
{
	int fd = capture->out;

	capture_show(capture);
	capture->out = -1;
	return fd;
}

void capture_close(struct capture *capture)
{
	int fds[] = { capture->out, capture->err_read, capture->err_write };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	capture->out = capture->err_read = capture->err_write = -1;
}
