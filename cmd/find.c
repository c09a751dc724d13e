/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"

/* Where the parts of vmtax are that are not in this executable: monitor, guest kernel, workloads. */
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
