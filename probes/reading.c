/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

int probe_reading_begin(const struct probe_target *target, probe_reader *read_all, void **state)
{
	struct probe_samples *samples = calloc(1, sizeof(*samples));
	int code = samples ? read_all(target, samples) : -ENOMEM;

	if (code == 0) {
		*state = samples;
		return 0;
	}
	if (samples)
		probe_samples_free(samples);
	free(samples);
	return code;
}

int probe_reading_end(const struct probe_target *target, probe_reader *read_all, void *state,
		      struct probe_samples *samples)
{
	struct probe_samples later = { 0 };
	int code = read_all(target, &later);

	if (code == 0)
		code = probe_samples_add_changes(samples, state, &later);
	probe_samples_free(&later);
	return code;
}

void probe_reading_close(void *state)
{
	probe_samples_free(state);
	free(state);
}
