/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/host_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * What a process takes of the host besides its threads' time: memory of its own and shared, page tables, what
 * it read and wrote (proc(5)). For a virtual machine guest memory is part of it, as rss_monitor_bytes in
 * runs.csv is not.
 */
#define PROBE "host"

static const struct {
	const char *file, *key, *event, *unit;
	double scale;
	bool change; /* what it moved by, rather than where it stood at the end */
} figures[] = {
	{ "status", "VmPTE:", "page_tables", "bytes", 1024, false },
	{ "status", "VmHWM:", "resident_peak", "bytes", 1024, false },
	{ "status", "VmLck:", "locked", "bytes", 1024, false },
	{ "smaps_rollup", "Pss:", "proportional", "bytes", 1024, false },
	{ "smaps_rollup", "AnonHugePages:", "huge_pages", "bytes", 1024, false },
	{ "io", "read_bytes:", "disk_read", "bytes", 1, true },
	{ "io", "write_bytes:", "disk_written", "bytes", 1, true },
};

#define FIGURES (sizeof(figures) / sizeof(figures[0]))

/* Those that change, or those that stand. What the kernel does not tell us has no row. A file is read once:
 * its rows follow each other, and smaps takes long. */
static int read_figures(const struct probe_target *target, bool change, struct probe_samples *samples)
{
	const char *file = "";
	char text[8192] = "", path[64];
	int code = 0;

	for (size_t i = 0; code == 0 && i < FIGURES; i++) {
		int64_t value;

		if (figures[i].change != change)
			continue;
		if (strcmp(file, figures[i].file) != 0) {
			file = figures[i].file;
			snprintf(path, sizeof(path), "/proc/%d/%s", (int)target->pid, file);
			probe_read_text(path, text, sizeof(text)); /* "" where it fails: nothing is found */
		}
		value = probe_find_figure(text, figures[i].key);
		if (value != PROBE_MISSING)
			code = probe_samples_add(samples, PROBE, "process", figures[i].event, figures[i].unit,
						 (double)value * figures[i].scale);
	}
	return code;
}

static int read_changing(const struct probe_target *target, struct probe_samples *samples)
{
	return read_figures(target, true, samples);
}

/* Whose memory it is, of a virtual machine: the guest's, or the monitor's. */
static int read_split(const struct probe_target *target, struct probe_samples *samples)
{
	struct smaps smaps;
	int code = 0;

	if (target->guest_bytes == 0 || smaps_read(target, &smaps))
		return 0;
	code = probe_samples_add(samples, PROBE, "process", "guest_proportional", "bytes",
				 (double)smaps.guest);
	return code ? code
		    : probe_samples_add(samples, PROBE, "process", "monitor_proportional", "bytes",
					(double)smaps.beyond);
}

static int tell(const struct probe_target *target, const struct probe_reading *reading,
		struct probe_samples *samples)
{
	int code = probe_reading_tell(target, reading, samples);

	if (code == 0)
		code = read_figures(target, false, samples);
	return code ? code : read_split(target, samples);
}

static bool available(struct error *error)
{
	char text[8192];

	if (probe_read_text("/proc/self/status", text, sizeof(text)) > 0)
		return true;
	error_fail(error, 0, "mount /proc", "/proc/PID/status cannot be read");
	return false;
}

const struct probe probe_host = {
	.name = PROBE,
	.summary = "memory, page tables and disk traffic of the process on the host",
	.available = available,
	.steps = &probe_reading_steps,
	.reader = read_changing,
	.tell = tell,
	.calibrate = probe_calibrate_steps,
};
