/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd.h"

/* Where the parts of vmtax are that are not in this executable: monitor, guest kernel, workloads, examples.
 */
int cmd_find_part(const char *name, char *path, unsigned long size, struct error *error)
{
	static const char *const places[] = { "", "/../lib/vmtax" };
	char self[4096];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0)
		return error_fail(error, errno, "mount /proc", "cannot tell where vmtax is");
	self[length] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int written = snprintf(path, size, "%s%s/%s", self, places[i], name);

		if (written >= 0 && (unsigned long)written < size && access(path, F_OK) == 0)
			return 0;
	}
	error_fail(error, ENOENT, "run make, or make install", "a part of vmtax is missing");
	return error_at(error, "%s/%s", self, name);
}

/* The newest result in the working directory's out/; false where there is none. */
static bool find_newest(char *path, size_t size)
{
	time_t when = 0;
	struct stat stat_of;
	glob_t found;
	bool any = false;

	if (glob("out/*/runs.csv", 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (stat(found.gl_pathv[i], &stat_of) == 0 && (!any || stat_of.st_mtime >= when)) {
			when = stat_of.st_mtime;
			snprintf(path, size, "%.*s",
				 (int)(strrchr(found.gl_pathv[i], '/') - found.gl_pathv[i]),
				 found.gl_pathv[i]);
			any = true;
		}
	globfree(&found);
	return any;
}

int cmd_results_find(const char *command, char *path, unsigned long size, bool *sample, struct error *error)
{
	*sample = !find_newest(path, size);
	if (*sample && cmd_find_part("examples/sample", path, size, error) < 0) {
		error_set(error, ENOENT, "no results in out/, and no recorded sample");
		return error_mend(error, "measure some with vmtax run, or name their directory");
	}
	if (command)
		fprintf(stderr, "vmtax %s: taking %s%s\n", command, *sample ? "the recorded sample " : "",
			path);
	return 0;
}
