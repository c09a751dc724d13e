/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "reports/reports_priv.h"

int draft_open(struct draft *draft, const char *directory, const char *name, struct error *error)
{
	int length = snprintf(draft->path, sizeof(draft->path), "%s/%s", directory, name);

	if (length < 0 || (size_t)length + 16 > sizeof(draft->path)) {
		error_set(error, ENAMETOOLONG, "cannot write %s", name);
		return error_at(error, "%.200s", directory);
	}
	snprintf(draft->temporary, sizeof(draft->temporary), "%.*s.%d", length, draft->path, (int)getpid());
	draft->out = fopen(draft->temporary, "we");
	if (draft->out)
		return 0;
	error_set(error, errno, "cannot write %s", name);
	return error_at(error, "%s", directory);
}

void draft_abandon(struct draft *draft)
{
	if (draft->out)
		fclose(draft->out);
	draft->out = NULL;
	unlink(draft->temporary);
}

/* Flushed to the disk before it is renamed, else a crash could leave an empty file under the final name. */
static int finish(struct draft *draft)
{
	if (fflush(draft->out) != 0 || ferror(draft->out) || fsync(fileno(draft->out)) != 0)
		return errno ? errno : EIO;
	if (rename(draft->temporary, draft->path) != 0)
		return errno;
	return 0;
}

int draft_close(struct draft *draft, struct error *error)
{
	int number;

	errno = 0;
	number = finish(draft);
	if (number == 0) {
		number = fclose(draft->out) == 0 ? 0 : errno;
		draft->out = NULL;
	}
	if (number == 0)
		return 0;
	draft_abandon(draft);
	error_set(error, number, "cannot write a whole file");
	return error_at(error, "%s", draft->path);
}
