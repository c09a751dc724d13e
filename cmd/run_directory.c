/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/schema.h"
#include "cmd/output_priv.h"
#include "cmd/run_priv.h"

/* The directory results go to. */

/* How long a directory that is in use is waited for. */
#define LOCK_PATIENCE_NS 2000000000
#define LOCK_TRIES	 40

/* What vmtax writes there besides the tables of the schema. */
static const char *const other_files[] = { "schedule.csv", "datapackage.json", "report.html", NULL };

static bool has(const char *directory, const char *name)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return access(path, F_OK) == 0;
}

static bool is_empty(const char *directory)
{
	DIR *stream = opendir(directory);
	struct dirent *entry;
	bool empty = stream != NULL;

	while (empty && (entry = readdir(stream)) != NULL)
		empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
	if (stream)
		closedir(stream);
	return empty;
}

static int make_with_parents(const char *directory, struct error *error)
{
	size_t stood;

	if (output_make(directory, &stood) == 0)
		return 0;
	error_fail(error, errno, "choose another with --out", "cannot make the directory");
	return error_at(error, "%.250s", directory);
}

static void forget(const char *directory, const char *name)
{
	char path[4600];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	unlink(path);
}

static void forget_traces(const char *directory)
{
	char path[4300];
	struct dirent *entry;
	DIR *stream;

	snprintf(path, sizeof(path), "%s/" TRACES, directory);
	stream = opendir(path);
	while (stream && (entry = readdir(stream)) != NULL)
		if (strstr(entry->d_name, ".trace"))
			forget(path, entry->d_name);
	if (stream)
		closedir(stream);
	rmdir(path);
}

/* Removes what vmtax wrote and nothing else: the directory may be more than ours. */
static int clear(const char *directory, struct error *error)
{
	if (!is_empty(directory) && !has(directory, schema_runs.name) &&
	    !has(directory, schema_machine.name) && !has(directory, other_files[0])) {
		error_fail(error, 0, "choose another with --out, or remove it yourself",
			   "it holds no results of vmtax, so --force leaves it alone");
		return error_at(error, "%.250s", directory);
	}
	for (size_t i = 0; schema_results[i]; i++)
		forget(directory, schema_results[i]->name);
	for (size_t i = 0; other_files[i]; i++)
		forget(directory, other_files[i]);
	forget_traces(directory);
	return 0;
}

/* The directory and not a file in it: files are replaced. Where a file system knows no locks there is none.
 * Of a run that was just killed the monitors may outlive it by a moment, and hold its lock: hence the
 * patience.
 */
static int lock_directory(const char *directory, int *lock, struct error *error)
{
	const struct timespec pause = { .tv_nsec = LOCK_PATIENCE_NS / LOCK_TRIES };

	*lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock < 0)
		return 0;
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(*lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			return 0;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	close(*lock);
	*lock = -1;
	error_fail(error, 0, "wait for its end, or choose another with --out", "a run is under way in it");
	return error_at(error, "%.250s", directory);
}

int run_directory_open(const char *directory, bool force, bool resume, int *lock, struct error *error)
{
	struct stat status;
	int code;

	*lock = -1;
	if (stat(directory, &status)) {
		if (!resume) {
			code = make_with_parents(directory, error);
			return code ? code : lock_directory(directory, lock, error);
		}
		error_fail(error, errno, "name the directory of a run that was stopped", "nothing to resume");
		return error_at(error, "%.250s", directory);
	}
	if (!S_ISDIR(status.st_mode)) {
		error_fail(error, ENOTDIR, "choose another with --out", "results need a directory");
		return error_at(error, "%.250s", directory);
	}
	if (resume && !has(directory, other_files[0])) {
		error_fail(error, 0, "name the directory of a run that was stopped", "nothing to resume");
		return error_at(error, "%.250s", directory);
	}
	if (resume || force) {
		code = lock_directory(directory, lock, error);
		return code || resume ? code : clear(directory, error);
	}
	error_fail(error, 0, "choose another with --out, replace it with --force, or go on with --resume",
		   "the directory exists");
	return error_at(error, "%.250s", directory);
}
