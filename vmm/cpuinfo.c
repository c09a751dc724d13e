/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vmm/call_priv.h"

/* What files of the host say of its processors, as a machine of the guest's cores would: where it was given a
 * number of them. */

static void write_range(const struct monitor *m, int fd)
{
	int last = CPU_COUNT(&m->allowed) - 1;

	if (last > 0)
		dprintf(fd, "0-%d\n", last);
	else
		dprintf(fd, "0\n");
}

/* The first processors of the host, each a block of lines. */
static void write_cpuinfo(const struct monitor *m, int fd)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	int seen = 0;
	char line[8192];

	while (file && fgets(line, sizeof(line), file)) {
		seen += strncmp(line, "processor\t", 10) == 0;
		if (seen > CPU_COUNT(&m->allowed) || write(fd, line, strlen(line)) < 0)
			break;
	}
	if (file)
		fclose(file);
}

static const struct {
	const char *path;
	void (*write)(const struct monitor *m, int fd);
} files[] = {
	{ "/sys/devices/system/cpu/online", write_range },
	{ "/sys/devices/system/cpu/possible", write_range },
	{ "/sys/devices/system/cpu/present", write_range },
	{ "/proc/cpuinfo", write_cpuinfo },
};

/* A file that stands in for PATH, or -1: the host's own serves. */
static int stand_in(const struct monitor *m, const char *path, bool cloexec)
{
	int fd = -1;

	for (size_t i = 0; m->options->cpus && i < sizeof(files) / sizeof(files[0]) && fd < 0; i++) {
		if (strcmp(path, files[i].path) != 0)
			continue;
		fd = memfd_create("cores", cloexec ? MFD_CLOEXEC : 0);
		if (fd < 0)
			break;
		files[i].write(m, fd);
		lseek(fd, 0, SEEK_SET);
	}
	return fd;
}

/* open(path, flags, mode) */
int64_t cpuinfo_call_open(struct monitor *m, const uint64_t a[6])
{
	return cpuinfo_call_openat(m, (uint64_t[6]){ (uint64_t)AT_FDCWD, a[0], a[1], a[2] });
}

/* openat(directory, path, flags, mode) */
int64_t cpuinfo_call_openat(struct monitor *m, const uint64_t a[6])
{
	int fd = a[1] ? stand_in(m, (const char *)a[1], a[2] & O_CLOEXEC) : -1;

	if (fd >= 0)
		return checked_new(m, fd);
	return checked_new(m, call_host(m, SYS_openat, a));
}
