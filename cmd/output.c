/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/output_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "cmd/scratch_priv.h"

/* Where tables go. */

/* NAME without slashes at its end, into PATH of SIZE bytes. False: it is longer. */
static bool copy_path(const char *name, char *path, size_t size)
{
	size_t length = (size_t)snprintf(path, size, "%s", name);

	for (; length < size && length > 1 && path[length - 1] == '/'; length--)
		path[length - 1] = '\0';
	return length < size;
}

int output_make(const char *directory, size_t *stood)
{
	char path[4096];

	*stood = 0;
	if (!copy_path(directory, path, sizeof(path))) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (slash == path || (mkdir(path, 0777) && errno == EEXIST))
			*stood = (size_t)(slash - path);
		*slash = '/';
	} /* what this could not do, the last one tells */
	return mkdir(path, 0777);
}

/* Waits until our parent closes the pipe, or is no more, and removes PATH. */
static void clean_up(const char *path, int pipe)
{
	sigset_t all;
	char byte;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int fd = 0; fd < 3; fd++) /* who reads what our parent prints does not wait for us */
		close(fd);
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	scratch_remove_tree(path);
	_exit(0);
}

/* One in /tmp goes however we end: killed, too, or with nobody to read what we print. */
static int open_temporary(struct output *o, const char *command, struct error *error)
{
	const char *temporary = getenv("TMPDIR");
	int ends[2];

	snprintf(o->path, sizeof(o->path), "%s/vmtax-%s-XXXXXX", temporary && *temporary ? temporary : "/tmp",
		 command);
	if (mkdtemp(o->path) == NULL)
		return error_fail(error, errno, "name a directory with --out", "cannot make %.250s", o->path);
	o->cleaner = pipe2(ends, O_CLOEXEC) ? -1 : fork();
	if (o->cleaner < 0) {
		error_set(error, errno, "cannot start a process");
		rmdir(o->path);
		return -EAGAIN;
	}
	if (o->cleaner == 0) {
		close(ends[1]);
		clean_up(o->path, ends[0]);
	}
	close(ends[0]);
	o->alive = ends[1];
	return 0;
}

int output_open(struct output *o, const char *named, const char *command, struct error *error)
{
	*o = (struct output){ .made = false };
	if (!named)
		return open_temporary(o, command, error);
	copy_path(named, o->path, sizeof(o->path));
	o->made = output_make(named, &o->stood) == 0;
	if (o->made || errno == EEXIST)
		return 0;
	error_fail(error, errno, "choose another with --out", "cannot make the directory");
	return error_at(error, "%.250s", named);
}

void output_close(const struct output *o)
{
	char path[sizeof(o->path)];

	if (o->cleaner) {
		close(o->alive);
		while (waitpid(o->cleaner, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (!o->made)
		return;
	snprintf(path, sizeof(path), "%s", o->path);
	/* Fails where something is in it. */
	while (strlen(path) > o->stood && rmdir(path) == 0 && strrchr(path, '/'))
		*strrchr(path, '/') = '\0';
}
