/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
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

/* The fields of /proc/self/stat from the one called start_code on, as far as they say where memory lies. */
enum { START_CODE = 26, END_CODE, START_STACK, START_DATA = 45, END_DATA, START_BRK, FIELDS };

static bool read_fields(uint64_t field[FIELDS])
{
	FILE *stat = fopen("/proc/self/stat", "re");
	char line[1024] = "", *at;

	if (stat == NULL)
		return false;
	at = fgets(line, sizeof(line), stat) ? strrchr(line, ')') : NULL;
	fclose(stat);
	for (int i = 3; at && i < FIELDS; i++) {
		at = strchr(at + 1, ' ');
		if (at)
			field[i] = strtoull(at + 1, NULL, 10);
	}
	return at != NULL;
}

/*
 * The kernel itself tells of the program's arguments, environment and auxiliary vector then, to the program
 * and to all others, be they changed by the program since. One built without CONFIG_CHECKPOINT_RESTORE goes
 * on telling of ours.
 */
void proc_show(const struct proc_shown *shown)
{
	uint64_t field[FIELDS] = { 0 };
	struct prctl_mm_map map = {
		.arg_start = shown->arguments.start,
		.arg_end = shown->arguments.end,
		.env_start = shown->environment.start,
		.env_end = shown->environment.end,
		.auxv = (__u64 *)shown->auxiliary.start,
		.auxv_size = (uint32_t)(shown->auxiliary.end - shown->auxiliary.start),
		.exe_fd = (uint32_t)-1,
	};

	if (!read_fields(field))
		return;
	map.start_code = field[START_CODE];
	map.end_code = field[END_CODE];
	map.start_stack = field[START_STACK];
	map.start_data = field[START_DATA];
	map.end_data = field[END_DATA];
	map.start_brk = field[START_BRK];
	map.brk = (uintptr_t)sbrk(0);
	prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
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

/* The path of FD where it is a file of a /proc, wherever mounted: its length; else 0. */
static size_t path_of(int fd, char path[PATH_MAX])
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

int proc_hidden(int fd)
{
	static const struct {
		const char *name;
		int error;
	} hidden[] = {
		{ "mem", EACCES }, /* a program could write over the monitor, which runs it */
		{ "smaps", ENOENT },   { "smaps_rollup", ENOENT }, /* CONFIG_PROC_PAGE_MONITOR */
		{ "pagemap", ENOENT }, { "clear_refs", ENOENT },   { "numa_maps", ENOENT },
	};
	char path[PATH_MAX], *name;

	if (path_of(fd, path) == 0)
		return 0;
	name = strrchr(path, '/');
	for (size_t i = 0; name && i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (strcmp(name + 1, hidden[i].name) == 0)
			return hidden[i].error;
	return 0;
}

enum listing { OTHERS, DESCRIPTORS, THREADS };

/* What the directory FD lists: descriptors of a process, or threads of this one. */
static enum listing listing_of(int fd)
{
	char path[PATH_MAX], *name;
	const char *own;

	if (path_of(fd, path) == 0)
		return OTHERS;
	own = below_self(path);
	name = strrchr(path, '/') + 1;
	if (strcmp(name, "fd") == 0 || strcmp(name, "fdinfo") == 0)
		return DESCRIPTORS;
	return own && strcmp(own, "task") == 0 ? THREADS : OTHERS;
}

/* Whether the directory that lists such things of this process shows the one called NAME. */
static bool shows(const struct monitor *m, enum listing what, const char *name)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (end == name)
		return true;
	return what == DESCRIPTORS ? number < m->nofile : threads_shows(m, (uint32_t)number);
}

/* getdents64(directory, entries, bytes): our own descriptors and threads are not listed */
int64_t proc_call_getdents64(struct monitor *m, const uint64_t a[6])
{
	long bytes = syscall(SYS_getdents64, a[0], a[1], a[2]), kept = 0;
	enum listing what = bytes > 0 ? listing_of((int)a[0]) : OTHERS;
	char *entries = (char *)a[1];

	if (what == OTHERS)
		return bytes < 0 ? -errno : bytes;
	for (long at = 0, length; at < bytes; at += length) {
		const struct dirent64 *entry = (const void *)(entries + at);

		length = entry->d_reclen;
		if (length < (long)offsetof(struct dirent64, d_name) || length > bytes - at)
			break; /* the program has written over it */
		if (!shows(m, what, entry->d_name))
			continue;
		memmove(entries + kept, entries + at, (size_t)length);
		kept += length;
	}
	return kept;
}
