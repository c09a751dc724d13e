/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/reports_priv.h"

/* Unnamed files rather than pipes: neither side can block the other, and no SIGPIPE where gnuplot ends early.
 */
struct streams {
	FILE *script, *svg, *messages;
};

static void close_streams(struct streams *streams)
{
	FILE *all[] = { streams->script, streams->svg, streams->messages };

	for (size_t i = 0; i < 3; i++)
		if (all[i])
			fclose(all[i]);
}

static int open_streams(struct streams *streams, const char *script)
{
	*streams = (struct streams){ tmpfile(), tmpfile(), tmpfile() };
	if (streams->script && streams->svg && streams->messages && fputs(script, streams->script) != EOF &&
	    fflush(streams->script) == 0 && lseek(fileno(streams->script), 0, SEEK_SET) == 0)
		return 0;
	return errno ? -errno : -EIO;
}

/* Starts gnuplot on STREAMS and waits for it. Its exit status, or a negative errno where it could not be
 * started. */
static int run(const struct streams *streams)
{
	char *const arguments[] = { "gnuplot", "--default-settings", "-", NULL };
	posix_spawn_file_actions_t actions;
	int status = 0, number;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(streams->script), 0);
	posix_spawn_file_actions_adddup2(&actions, fileno(streams->svg), 1);
	posix_spawn_file_actions_adddup2(&actions, fileno(streams->messages), 2);
	number = posix_spawnp(&child, "gnuplot", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (number != 0)
		return -number;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Everything in FILE as a string; the caller frees. NULL when it cannot be read. */
static char *slurp(FILE *file)
{
	long size = lseek(fileno(file), 0, SEEK_END);
	char *text = size < 0 ? NULL : calloc(1, (size_t)size + 1);

	if (text && pread(fileno(file), text, (size_t)size, 0) != size) {
		free(text);
		return NULL;
	}
	return text;
}

/* What gnuplot said, in one line: its message is the last that is not blank, after the script's echo and a
 * caret. */
static int complain(const struct streams *streams, int status, struct error *error)
{
	char *said = slurp(streams->messages), *line = NULL, *rest = NULL;

	for (char *next = said ? strtok_r(said, "\n", &rest) : NULL; next; next = strtok_r(NULL, "\n", &rest))
		if (next[strspn(next, " \t^")])
			line = next + strspn(next, " \t");
	error_set(error, 0, "gnuplot ended with status %d: %.180s", status, line ? line : "no message");
	free(said);
	return -EINVAL;
}

static int collect(const struct streams *streams, int status, char **svg, struct error *error)
{
	if (status == -ENOENT) {
		error_set(error, 0, "gnuplot is not installed");
		error_mend(error,
			   "install it (Debian: apt-get install gnuplot-nox) and run vmtax report again");
		return -ENOENT;
	}
	if (status < 0)
		return error_set(error, -status, "cannot run gnuplot");
	if (status > 0)
		return complain(streams, status, error);
	*svg = slurp(streams->svg);
	return *svg ? 0 : error_set(error, EIO, "cannot read what gnuplot drew");
}

int gnuplot_run(const char *script, char **svg, struct error *error)
{
	struct streams streams;
	int status;

	*svg = NULL;
	errno = 0;
	status = open_streams(&streams, script);
	if (status < 0)
		error_set(error, -status, "cannot make a temporary file for gnuplot");
	else
		status = collect(&streams, run(&streams), svg, error);
	close_streams(&streams);
	return status;
}
