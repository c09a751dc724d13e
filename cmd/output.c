/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/output_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* Where tables go. */

int output_open(struct output *o, const char *named, const char *command, struct error *error)
{
	*o = (struct output){ .made = false };
	if (!named) {
		snprintf(o->path, sizeof(o->path), "/tmp/vmtax-%s-XXXXXX", command);
		o->made = mkdtemp(o->path) != NULL;
		return o->made ? 0
			       : error_fail(error, errno, "name a directory with --out", "cannot make %s",
					    o->path);
	}
	snprintf(o->path, sizeof(o->path), "%s", named);
	o->made = mkdir(named, 0777) == 0;
	if (o->made || errno == EEXIST)
		return 0;
	error_fail(error, errno, "make the directories above it", "cannot make a directory");
	return error_at(error, "%.250s", named);
}

void output_close(const struct output *o)
{
	if (o->made)
		rmdir(o->path); /* fails where something is in it */
}
