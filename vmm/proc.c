/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "vmm/call_priv.h"

/* What /proc says of the program's own process, which is the monitor's: that it runs the program. */

/* The rest of PATH below /proc/self, by whatever name, or NULL. */
static const char *below_self(const char *path)
{
	char own[32];
	size_t n;

	if (strncmp(path, "/proc/", 6) != 0)
		return NULL;
	path += 6;
	snprintf(own, sizeof(own), "%d/", (int)getpid());
	n = strlen(own);
	if (strncmp(path, "self/", 5) == 0)
		return path + 5;
	if (strncmp(path, "thread-self/", 12) == 0)
		return path + 12;
	return strncmp(path, own, n) == 0 ? path + n : NULL;
}

void proc_open(struct monitor *m, int fd)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, m->executable, sizeof(m->executable) - 1);
	m->executable[n > 0 ? n : 0] = '\0';
}

const char *proc_path(const struct monitor *m, const char *path)
{
	const char *rest = below_self(path);

	return rest && strcmp(rest, "exe") == 0 && m->executable[0] ? m->executable : path;
}

/* A file that holds the program's arguments as /proc/self/cmdline does. */
static int64_t open_arguments(const struct monitor *m, uint64_t flags)
{
	int fd = memfd_create("cmdline", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);

	if (fd < 0)
		return -errno;
	for (char *const *argument = m->options->argv; *argument; argument++)
		if (write(fd, *argument, strlen(*argument) + 1) < 0)
			break;
	lseek(fd, 0, SEEK_SET);
	return checked_new(m, fd);
}

static int64_t open_at(struct monitor *m, int directory, const char *path, uint64_t flags, uint64_t mode)
{
	const char *rest = path ? below_self(path) : NULL;
	long fd;

	if (rest && strcmp(rest, "cmdline") == 0)
		return open_arguments(m, flags);
	fd = path ? cpuinfo_open(m, path, flags & O_CLOEXEC) : -1;
	if (fd < 0)
		fd = syscall(SYS_openat, directory, path, flags, mode);
	return checked_new(m, fd < 0 ? -errno : fd);
}

/* open(path, flags, mode) */
int64_t proc_call_open(struct monitor *m, const uint64_t a[6])
{
	return open_at(m, AT_FDCWD, (const char *)a[0], a[1], a[2]);
}

/* openat(directory, path, flags, mode) */
int64_t proc_call_openat(struct monitor *m, const uint64_t a[6])
{
	return open_at(m, (int)a[0], (const char *)a[1], a[2], a[3]);
}

static int64_t read_link(struct monitor *m, int directory, const char *path, char *to, uint64_t bytes)
{
	size_t length = strlen(m->executable);
	long result;

	if (path == m->executable) { /* proc_path has been here */
		if ((int)bytes <= 0)
			return -EINVAL;
		length = length < bytes ? length : bytes;
		memcpy(to, m->executable, length);
		return (int64_t)length;
	}
	result = syscall(SYS_readlinkat, directory, path, to, bytes);
	return result < 0 ? -errno : result;
}

/* readlink(path, buffer, bytes) */
int64_t proc_call_readlink(struct monitor *m, const uint64_t a[6])
{
	return read_link(m, AT_FDCWD, (const char *)a[0], (char *)a[1], a[2]);
}

/* readlinkat(directory, path, buffer, bytes) */
int64_t proc_call_readlinkat(struct monitor *m, const uint64_t a[6])
{
	return read_link(m, (int)a[0], (const char *)a[1], (char *)a[2], a[3]);
}

size_t proc_path_of(int fd, char path[PATH_MAX])
{
	struct statfs file_system;
	char link[64];
	ssize_t n = -1;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (fstatfs(fd, &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC)
		n = readlink(link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* Whether FD is a directory that lists a process's descriptors. */
static bool lists_descriptors(int fd)
{
	char path[PATH_MAX];
	size_t n = proc_path_of(fd, path);

	return n > 3 && (strcmp(path + n - 3, "/fd") == 0 || strstr(path, "/fdinfo"));
}

/* getdents64(directory, entries, bytes): our own descriptors are not listed */
int64_t proc_call_getdents64(struct monitor *m, const uint64_t a[6])
{
	long bytes = syscall(SYS_getdents64, a[0], a[1], a[2]), kept = 0;
	char *entries = (char *)a[1];

	if (bytes <= 0 || !lists_descriptors((int)a[0]))
		return bytes < 0 ? -errno : bytes;
	for (long at = 0, length; at < bytes; at += length) {
		const struct dirent64 *entry = (const void *)(entries + at);

		length = entry->d_reclen;
		if (length < (long)offsetof(struct dirent64, d_name) || length > bytes - at)
			break; /* the program has written over it */
		if (strtoul(entry->d_name, NULL, 10) >= m->nofile)
			continue;
		memmove(entries + kept, entries + at, (size_t)length);
		kept += length;
	}
	return kept;
}
