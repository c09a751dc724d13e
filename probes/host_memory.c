/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/host_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Memory that the kernel holds (/proc/meminfo, proc(5)), by how much it grew from before the process began to
 * its end. The kernel does not keep whose it is: where others are at work their share is in it.
 * SecPageTables are those of KVM's second stage or shadows (Linux 5.19 and later).
 */
#define PROBE "host-memory"

static const struct {
	const char *key, *event;
} figures[] = {
	{ "PageTables:", "page_tables" },
	{ "SecPageTables:", "kvm_page_tables" },
	{ "Slab:", "slab" },
	{ "KernelStack:", "kernel_stacks" },
	{ "Cached:", "page_cache" },
	{ "Buffers:", "buffers" },
	{ "Percpu:", "percpu" },
};

/* Memory of the whole host that the kernel holds for others. 0 or negative errno. */
static int read_rows(struct probe_samples *samples)
{
	char text[8192];
	int code = probe_read_text("/proc/meminfo", text, sizeof(text));

	if (code < 0)
		return code;
	code = 0;
	for (size_t i = 0; code == 0 && i < sizeof(figures) / sizeof(figures[0]); i++) {
		int64_t kib = probe_find_figure(text, figures[i].key);

		if (kib != PROBE_MISSING)
			code = probe_samples_add(samples, PROBE, "host", figures[i].event, "bytes",
						 (double)kib * 1024);
	}
	return code;
}

static int read_all(const struct probe_target *target, struct probe_samples *samples)
{
	int code = probe_find_process(target);

	return code ? code : read_rows(samples);
}

/* What is less than before others gave back: it may be negative. */
static int tell(const struct probe_target *target, const struct probe_reading *reading,
		struct probe_samples *samples)
{
	const struct probe_samples *first = target->before ? &target->before->memory : &reading->first;
	int code = 0;

	for (size_t i = 0; code == 0 && i < reading->last.count; i++) {
		struct probe_sample sample = reading->last.sample[i];
		int64_t before = probe_samples_find(first, PROBE, "host", sample.event);

		if (before == PROBE_MISSING)
			continue;
		sample.value -= (double)before;
		code = probe_samples_append(samples, &sample);
	}
	return code;
}

static bool available(struct error *error)
{
	struct probe_samples samples = { 0 };
	bool some = read_rows(&samples) == 0 && samples.count > 0;

	probe_samples_free(&samples);
	if (!some)
		error_fail(error, 0, "mount /proc", "/proc/meminfo cannot be read");
	return some;
}

const struct probe probe_host_memory = {
	.name = PROBE,
	.summary = "memory the kernel holds, of the whole host: KVM's page tables, slab, cache",
	.available = available,
	.steps = &probe_reading_steps,
	.reader = read_all,
	.tell = tell,
	.calibrate = probe_calibrate_steps,
};

struct probe_before *probe_before_take(uint32_t without)
{
	struct probe_before *before = calloc(1, sizeof(*before));

	if (before == NULL)
		return NULL;
	/* What cannot be read is not counted later either. */
	if (probes_have(without, probe_kthreads.name))
		kthreads_read(&before->kthreads);
	if (probes_have(without, PROBE))
		read_rows(&before->memory);
	return before;
}

void probe_before_free(struct probe_before *before)
{
	if (before == NULL)
		return;
	kthreads_free(&before->kthreads);
	probe_samples_free(&before->memory);
	free(before);
}
