/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/*
 * The kernel's own idea of how long a thread ran a guest: field 43 of /proc/PID/stat (proc(5)), in clock
 * ticks. It is sampled, and on backends that handle exits inside one KVM_RUN it counts their handling as the
 * guest's.
 */
#define FIELD 43

int probe_guest_time_parse(const char *text, const char *thread, struct probe_samples *samples)
{
	const char *at = probe_stat_field(text, FIELD);
	uint64_t ticks;

	if (at == NULL || sscanf(at, "%" SCNu64, &ticks) != 1)
		return -EINVAL;
	return probe_samples_add(samples, "guest-time", thread, "guest_time", "ns",
				 (double)ticks * 1e9 / (double)sysconf(_SC_CLK_TCK));
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	if (target->kvm_vcpu < 0)
		return -ENODEV; /* a plain process runs no guest */
	return probe_read_threads(target, "stat", probe_guest_time_parse, samples);
}

static bool available(struct error *error)
{
	char text[1024];

	if (probe_read_text("/proc/self/stat", text, sizeof(text)) > 0 && probe_stat_field(text, FIELD))
		return true;
	error_fail(error, 0, "mount /proc", "/proc/PID/stat does not tell guest time");
	return false;
}

const struct probe probe_guest_time = {
	.name = "guest-time",
	.summary = "time each thread ran a guest, by the kernel's ticks",
	.available = available,
	.steps = &probe_reading_steps,
	.reader = read_all,
	.calibrate = probe_calibrate_steps,
};
