/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/service_priv.h"

/*
 * A backup: streams the program's executable and the files of its directory, again and again, no faster than
 * RATE. Where several copies run at once, a piece of each directory in turn, as from as many machines. It
 * only reads, and leaves the times of access as they are where it may.
 */
#define RATE   100000000u /* bytes a second: a gigabit to the backup server */
#define LEAST  4096u	  /* what a file counts for at least: opening it is work, too */
#define PIECE  (256u << 10)
#define SECOND 1000000000u

struct stream {
	uint64_t begun_ns, bytes;
};

/* What is streamed of one copy: where it is in its directory. */
struct source {
	char *roots[3]; /* NULL-terminated */
	FTS *tree;	/* NULL: to be begun */
	int fd;		/* -1: no file is open */
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

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOATIME | O_NONBLOCK);

	return fd < 0 ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : fd;
}

/* Opens the next file of SOURCE, if it has one more before it begins anew. */
static void go_on(struct source *source)
{
	FTSENT *entry;

	if (source->tree == NULL)
		source->tree =
			fts_open(source->roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_XDEV | FTS_NOCHDIR, NULL);
	while (source->tree && (entry = fts_read(source->tree)) != NULL)
		if (entry->fts_info == FTS_F) {
			source->fd = open_file(entry->fts_accpath);
			return;
		}
	if (source->tree)
		fts_close(source->tree);
	source->tree = NULL;
}

/* The next piece of SOURCE. */
static void take(struct stream *stream, struct source *source)
{
	static char piece[PIECE];
	ssize_t n;

	if (source->fd < 0) {
		pace(stream, LEAST);
		go_on(source);
	}
	if (source->fd < 0)
		return;
	n = read(source->fd, piece, sizeof(piece));
	if (n > 0) {
		pace(stream, (uint64_t)n);
		return;
	}
	close(source->fd);
	source->fd = -1;
}

static void backup(char *const *beside, int ready)
{
	struct stream stream = { .begun_ns = clock_now_ns() };
	struct source *source;
	size_t count = 0;

	while (beside[1 + count])
		count++;
	source = calloc(count + 1, sizeof(*source));
	for (size_t i = 0; source && i < count; i++)
		source[i] = (struct source){ .roots = { beside[1 + i] }, .fd = -1 };
	if (source == NULL || count == 0 || write(ready, "", 1) != 1) {
		free(source);
		return;
	}
	source[0].roots[1] = beside[0];
	for (size_t i = 0;; i = (i + 1) % count)
		take(&stream, &source[i]);
}

const struct service service_backup = { "backup", backup };
