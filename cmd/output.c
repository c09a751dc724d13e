/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/output_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

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

int output_open(struct output *o, const char *named, const char *command, struct error *error)
{
	*o = (struct output){ .made = false };
	if (!named) {
		snprintf(o->path, sizeof(o->path), "/tmp/vmtax-%s-XXXXXX", command);
		o->made = mkdtemp(o->path) != NULL;
		o->stood = strlen("/tmp");
		return o->made ? 0
			       : error_fail(error, errno, "name a directory with --out", "cannot make %s",
					    o->path);
	}
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

	if (!o->made)
		return;
	snprintf(path, sizeof(path), "%s", o->path);
	/* Fails where something is in it. */
	while (strlen(path) > o->stood && rmdir(path) == 0 && strrchr(path, '/'))
		*strrchr(path, '/') = '\0';
}
