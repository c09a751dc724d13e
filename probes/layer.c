/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/host_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * How large the virtualization layer itself is: the monitor, its libraries, the guest kernel, and KVM where
 * it is loaded as modules (/proc/modules). KVM that is built into the kernel has no size of its own.
 */
#define PROBE "layer"

static int add_size(struct probe_samples *samples, const char *where, const char *part, double bytes)
{
	return bytes > 0 ? probe_samples_add(samples, PROBE, where, part, "bytes", bytes) : 0;
}

static double file_bytes(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 ? (double)file.st_size : 0;
}

/* The modules' memory, or 0. */
static double modules_bytes(void)
{
	FILE *modules = fopen("/proc/modules", "re");
	unsigned long bytes;
	char line[400], name[64];
	double sum = 0;

	while (modules && fgets(line, sizeof(line), modules))
		if (sscanf(line, "%63s %lu", name, &bytes) == 2 && strncmp(name, "kvm", 3) == 0)
			sum += (double)bytes;
	if (modules)
		fclose(modules);
	return sum;
}

static int open_nothing(const struct probe *self, const struct probe_target *target, void **state)
{
	(void)self;
	*state = NULL;
	return target->guest_bytes ? 0 : -ENODEV; /* a plain process has no layer beneath it */
}

static int do_nothing(const struct probe_target *target, void *state)
{
	(void)target;
	(void)state;
	return 0;
}

static int read_sizes(const struct probe_target *target, void *state, struct probe_samples *samples)
{
	struct smaps smaps;
	char program[64];
	int code = smaps_read(target, &smaps);

	(void)state;
	if (code)
		return code;
	snprintf(program, sizeof(program), "/proc/%d/exe", (int)target->pid);
	const struct {
		const char *where, *part;
		double bytes;
	} sizes[] = {
		{ "disk", "monitor", file_bytes(program) },
		{ "disk", "libraries", (double)smaps.libraries_disk },
		{ "disk", "guest-kernel", target->guest_kernel ? file_bytes(target->guest_kernel) : 0 },
		{ "memory", "monitor", (double)smaps.program },
		{ "memory", "libraries", (double)smaps.libraries },
		{ "memory", "guest-kernel", (double)target->guest_kernel_bytes },
		{ "memory", "kvm-modules", modules_bytes() },
	};
	for (size_t i = 0; code == 0 && i < sizeof(sizes) / sizeof(sizes[0]); i++)
		code = add_size(samples, sizes[i].where, sizes[i].part, sizes[i].bytes);
	return code;
}

static void close_nothing(void *state)
{
	(void)state;
}

static bool available(struct error *error)
{
	if (access("/proc/self/smaps", R_OK) == 0)
		return true;
	error_fail(error, errno, "use a kernel with CONFIG_PROC_PAGE_MONITOR", "no /proc/PID/smaps");
	return false;
}

static const struct probe_steps steps = {
	.open = open_nothing,
	.start = do_nothing,
	.stop = do_nothing,
	.read = read_sizes,
	.close = close_nothing,
};

const struct probe probe_layer = {
	.name = PROBE,
	.summary = "size of monitor, guest kernel and KVM's modules, on disk and in memory",
	.available = available,
	.steps = &steps,
	.calibrate = probe_calibrate_steps,
};
