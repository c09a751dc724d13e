/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* Reads and writes as the kernel counts them of every process (proc(5), /proc/PID/io): no right is needed for
 * one's own. A process's ended and reaped children are in it. */
static const struct {
	const char *key, *event, *unit;
} figures[] = {
	{ "rchar", "bytes_read", "bytes" },
	{ "wchar", "bytes_written", "bytes" },
	{ "syscr", "read_calls", "1" },
	{ "syscw", "write_calls", "1" },
	{ "read_bytes", "bytes_from_device", "bytes" },
	{ "write_bytes", "bytes_to_device", "bytes" },
};

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	char path[64], text[1024];
	int code;

	snprintf(path, sizeof(path), "/proc/%d/io", (int)target->pid);
	code = probe_read_text(path, text, sizeof(text));
	if (code < 0)
		return code;
	code = 0;
	for (size_t i = 0; code == 0 && i < sizeof(figures) / sizeof(figures[0]); i++) {
		char key[24];
		const char *at;
		unsigned long long value;

		snprintf(key, sizeof(key), "%s: ", figures[i].key);
		at = strstr(text, key);
		if (at && sscanf(at + strlen(key), "%llu", &value) == 1)
			code = probe_samples_add(samples, "proc-io", "process", figures[i].event,
						 figures[i].unit, (double)value);
	}
	return code;
}

static bool available(struct error *error)
{
	if (access("/proc/self/io", R_OK) == 0)
		return true;
	error_fail(error, errno, "use a kernel with CONFIG_TASK_IO_ACCOUNTING", "no /proc/PID/io");
	return false;
}

const struct probe probe_proc_io = {
	.name = "proc-io",
	.summary = "reads and writes of the process, and their bytes",
	.available = available,
	.steps = &probe_reading_steps,
	.reader = read_all,
	.calibrate = probe_calibrate_steps,
};
