/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <fts.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/service_priv.h"

/*
 * A backup: streams the program's executable and the files of its directory, again and again, no faster than
 * RATE. It only reads, and leaves the times of access as they are where it may.
 */
#define RATE   100000000u /* bytes a second: a gigabit to the backup server */
#define LEAST  4096u	  /* what a file counts for at least: opening it is work, too */
#define PIECE  (256u << 10)
#define SECOND 1000000000u

struct stream {
	uint64_t begun_ns, bytes;
};

static void pace(struct stream *stream, uint64_t bytes)
{
	uint64_t due;
	struct timespec until;

	stream->bytes += bytes;
	due = stream->begun_ns + stream->bytes * 10; /* 1e9 / RATE */
	_Static_assert(SECOND / RATE == 10, "ten nanoseconds a byte");
	until = (struct timespec){ .tv_sec = (time_t)(due / SECOND), .tv_nsec = (long)(due % SECOND) };
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void read_file(struct stream *stream, const char *path)
{
	static char piece[PIECE];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOATIME | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	pace(stream, LEAST);
	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0)
		pace(stream, (uint64_t)n);
	if (fd >= 0)
		close(fd);
}

static void backup(const char *program, int ready)
{
	char *const roots[] = { (char *)(uintptr_t) "." /* fts does not write to it */, NULL };
	struct stream stream = { .begun_ns = clock_now_ns() };

	if (write(ready, "", 1) != 1)
		return;
	for (;;) {
		FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR, NULL);
		FTSENT *entry;

		read_file(&stream, program);
		while (tree && (entry = fts_read(tree)) != NULL)
			if (entry->fts_info == FTS_F)
				read_file(&stream, entry->fts_accpath);
		if (tree)
			fts_close(tree);
	}
}

const struct service service_backup = { "backup", backup };
