/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/scratch_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/units.h"

static int cannot(const char *what, const char *path, struct error *error)
{
	bool full = errno == ENOSPC || errno == EDQUOT;

	error_fail(error, errno,
		   full ? "free some space, or choose another directory with --out"
			: "choose a directory that you may use with --out",
		   "cannot %s", what);
	return error_at(error, "%s", path);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	remove(path);
	return 0;
}

/* A workload may have left anything there. */
void scratch_remove_tree(const char *path)
{
	nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int scratch_open(struct scratch *scratch, const char *directory, int signal_fd, struct error *error)
{
	char *absolute = realpath(directory, NULL);

	scratch->signal_fd = signal_fd;
	if (absolute == NULL)
		return cannot("use the directory", directory, error);
	snprintf(scratch->root, sizeof(scratch->root), "%s/" SCRATCH_NAME, absolute);
	snprintf(scratch->cell, sizeof(scratch->cell), "%s/cell", scratch->root);
	free(absolute);
	scratch_remove_tree(scratch->root);
	return mkdir(scratch->root, 0777) ? cannot("make the directory", scratch->root, error) : 0;
}

void scratch_choose(struct scratch *scratch, size_t number)
{
	snprintf(scratch->cell, sizeof(scratch->cell), number ? "%s/cell%zu" : "%s/cell", scratch->root,
		 number);
}

void scratch_close(struct scratch *scratch)
{
	if (scratch->root[0])
		scratch_remove_tree(scratch->root);
	scratch->root[0] = '\0';
}

/* Makes the file once for the whole run; later cells copy it, which costs less. */
static int make_template(const struct scratch *scratch, const char *path, const struct suite_file *file,
			 struct error *error)
{
	char part[4500];
	int fd, code;

	if (access(path, F_OK) == 0)
		return 0;
	snprintf(part, sizeof(part), "%s.part", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return cannot("make a workload's file", part, error);
	code = filler_write(fd, file->name, file->bytes, scratch->signal_fd, error);
	close(fd);
	if (code == -EINTR)
		return code;
	if (code)
		return error_at(error, "%s", part);
	return rename(part, path) ? cannot("make a workload's file", path, error) : 0;
}

/* By read and write: a file system that shares the copy's blocks would make it another file than a fresh one.
 */
static int copy_bytes(int from, int to, int signal_fd)
{
	struct pollfd stop = { .fd = signal_fd, .events = POLLIN };
	static const size_t chunk = 1 << 20;
	char *buffer = malloc(chunk);
	ssize_t n = -1;

	while (buffer && (n = read(from, buffer, chunk)) > 0) {
		if (poll(&stop, 1, 0) > 0) {
			errno = EINTR;
			n = -1;
			break;
		}
		for (ssize_t done = 0, written; done < n; done += written) {
			written = write(to, buffer + done, (size_t)(n - done));
			if (written < 0) {
				free(buffer);
				return -1;
			}
		}
	}
	free(buffer);
	return n < 0 ? -1 : 0;
}

static int copy_file(const struct scratch *scratch, const char *from, const char *to, struct error *error)
{
	int source = open(from, O_RDONLY | O_CLOEXEC);
	int target = source < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int code = 0;

	if (target < 0 || copy_bytes(source, target, scratch->signal_fd) || fsync(target))
		code = errno == EINTR ? -EINTR : cannot("make a workload's file", to, error);
	if (target >= 0)
		close(target);
	if (source >= 0)
		close(source);
	return code;
}

static int make_file(const struct scratch *scratch, const struct suite_file *file, size_t number,
		     struct error *error)
{
	char from[4400], to[4500];
	int code;

	snprintf(from, sizeof(from), "%s/%zu-%s", scratch->root, number, file->name);
	snprintf(to, sizeof(to), "%s/%s", scratch->cell, file->name);
	code = make_template(scratch, from, file, error);
	return code ? code : copy_file(scratch, from, to, error);
}

/* Writes back what any earlier repetition left, so that its cost falls on nobody. */
static void write_back(const struct scratch *scratch)
{
	int fd = open(scratch->cell, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	syncfs(fd);
	close(fd);
}

/* Brings the file into the page cache, or (clean by now) drops it from there. */
static void set_cache(const struct scratch *scratch, const struct suite_file *file, bool cold)
{
	char path[4500], buffer[65536];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", scratch->cell, file->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (cold)
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	while (!cold && read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
}

/* Refuses what the disk has no room for: every file is there twice, as made and as copied. */
static int check_room(const struct scratch *scratch, const struct workload *workload, size_t number,
		      struct error *error)
{
	char needs[16], has[16], first[4400];
	struct statvfs disk;
	double needed = 0, room;

	if (workload->files == 0 || statvfs(scratch->root, &disk))
		return 0;
	snprintf(first, sizeof(first), "%s/%zu-%s", scratch->root, number, workload->file[0].name);
	if (access(first, F_OK) == 0)
		return 0; /* made by now */
	for (size_t i = 0; i < workload->files; i++)
		needed += 2 * (double)workload->file[i].bytes;
	room = (double)disk.f_bavail * (double)disk.f_frsize;
	if (needed <= room)
		return 0;
	error_fail(
		error, ENOSPC, "free some space, choose another directory with --out, or make them smaller",
		"the files of %.80s need %s, as each is kept twice, and there is %s", workload->name,
		units_print_bytes(needed, needs, sizeof(needs)), units_print_bytes(room, has, sizeof(has)));
	return error_at(error, "%.250s", scratch->root);
}

int scratch_prepare(struct scratch *scratch, const struct workload *workload, size_t number, bool cold,
		    struct error *error)
{
	int code;

	scratch_remove_tree(scratch->cell);
	code = check_room(scratch, workload, number, error);
	if (code)
		return code;
	if (mkdir(scratch->cell, 0777))
		return cannot("make the directory", scratch->cell, error);
	for (size_t i = 0; i < workload->files; i++) {
		code = make_file(scratch, &workload->file[i], number, error);
		if (code)
			return code;
	}
	write_back(scratch);
	for (size_t i = 0; i < workload->files; i++)
		set_cache(scratch, &workload->file[i], cold);
	return 0;
}
