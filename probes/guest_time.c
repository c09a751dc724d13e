/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * The kernel's own idea of how long a thread ran a guest: field 43 of /proc/PID/stat (proc(5)), in clock
 * ticks. It is sampled, and on backends that handle exits inside one KVM_RUN it counts their handling as the
 * guest's.
 */
#define FIELD 43

/* The text of field N, which comes after the command's name in parentheses; NULL where there is none. */
static const char *field(const char *stat, int n)
{
	const char *at = strrchr(stat, ')');

	for (int i = 2; at && i < n; i++) {
		at = strchr(at, ' ');
		at += at != NULL;
	}
	return at;
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	char path[64], text[1024];
	const char *at;
	uint64_t ticks;
	int code = target->kvm_vcpu < 0 ? -ENODEV : 0; /* a plain process runs no guest */

	for (size_t i = 0; code == 0 && i < target->threads; i++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)target->pid,
			 (int)target->thread[i].tid);
		code = probe_read_text(path, text, sizeof(text));
		if (code < 0)
			return code;
		at = field(text, FIELD);
		if (at == NULL || sscanf(at, "%" SCNu64, &ticks) != 1)
			return -EINVAL;
		code = probe_samples_add(samples, "guest-time", target->thread[i].name, "guest_time", "ns",
					 (double)ticks * 1e9 / (double)sysconf(_SC_CLK_TCK));
	}
	return code;
}

static int begin(const struct probe_target *target, void **state)
{
	return probe_reading_begin(target, read_all, state);
}

static int end(const struct probe_target *target, void *state, struct probe_samples *samples)
{
	return probe_reading_end(target, read_all, state, samples);
}

static bool available(struct error *error)
{
	char text[1024];

	if (probe_read_text("/proc/self/stat", text, sizeof(text)) > 0 && field(text, FIELD))
		return true;
	error_fail(error, 0, "mount /proc", "/proc/PID/stat does not tell guest time");
	return false;
}

const struct probe probe_guest_time = {
	.name = "guest-time",
	.summary = "time threads spent running a guest, as the kernel's ticks see it",
	.available = available,
	.begin = begin,
	.end = end,
	.close = probe_reading_close,
};
