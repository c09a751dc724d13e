/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Counters that somebody else keeps: read before and after, the difference is what happened. */

int probe_read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
	int number = errno;

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n < 0 ? -number : (int)n;
}

int probe_find_process(const struct probe_target *target)
{
	return kill(target->pid, 0) == 0 || errno == EPERM ? 0 : -ESRCH;
}

int64_t probe_find_figure(const char *text, const char *key)
{
	size_t length = strlen(key);
	int64_t value;

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, key, length) == 0 && sscanf(line + length, "%" SCNd64, &value) == 1)
			return value;
	return PROBE_MISSING;
}

const char *probe_stat_field(const char *stat, int n)
{
	const char *at = strrchr(stat, ')');

	for (int i = 2; at && i < n; i++) {
		at = strchr(at, ' ');
		at += at != NULL;
	}
	return at;
}

int probe_read_threads(const struct probe_target *target, const char *file, probe_parser *parse,
		       struct probe_samples *samples)
{
	int code = -ESRCH, one;
	char path[64], text[1024];

	for (size_t i = 0; i < target->threads; i++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", (int)target->pid,
			 (int)target->thread[i].tid, file);
		one = probe_read_text(path, text, sizeof(text));
		if (one >= 0)
			one = parse(text, target->thread[i].name, samples);
		if (one == -ENOMEM)
			return one;
		if (code < 0)
			code = one; /* what one thread had is kept */
	}
	return code;
}

static int open_reading(const struct probe *self, const struct probe_target *target, void **state)
{
	struct probe_reading *reading = calloc(1, sizeof(*reading));

	(void)target;
	if (reading == NULL)
		return -ENOMEM;
	reading->self = self;
	*state = reading;
	return 0;
}

static int start(const struct probe_target *target, void *state)
{
	struct probe_reading *reading = state;

	return reading->self->reader(target, &reading->first);
}

static int stop(const struct probe_target *target, void *state)
{
	struct probe_reading *reading = state;

	return reading->self->reader(target, &reading->last);
}

int probe_reading_tell(const struct probe_target *target, const struct probe_reading *reading,
		       struct probe_samples *samples)
{
	(void)target;
	return probe_samples_add_changes(samples, &reading->first, &reading->last, true);
}

static int tell(const struct probe_target *target, void *state, struct probe_samples *samples)
{
	const struct probe_reading *reading = state;

	return (reading->self->tell ? reading->self->tell : probe_reading_tell)(target, reading, samples);
}

static void close_reading(void *state)
{
	struct probe_reading *reading = state;

	probe_samples_free(&reading->first);
	probe_samples_free(&reading->last);
	free(reading);
}

const struct probe_steps probe_reading_steps = {
	.open = open_reading,
	.start = start,
	.stop = stop,
	.read = tell,
	.close = close_reading,
};
