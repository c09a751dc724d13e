/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/room_priv.h"

#include <stdio.h>

#include "base/units.h"
#include "cmd/nano_priv.h"

/* Memory, and how many machines share it. */
#define MONITOR_BYTES (4ull << 20) /* of a VM beyond its guest's memory */

size_t room_copies(const struct harness *h, const struct workload *workload)
{
	uint64_t copies = workload->vms ? workload->vms : h->options->vms;

	return copies > 1 ? copies : 1;
}

uint64_t room_memory(const struct harness *h, const struct workload *workload)
{
	if (h->options->memory_bytes)
		return h->options->memory_bytes;
	if (workload->memory_bytes)
		return workload->memory_bytes;
	return workload->nano ? NANO_MEMORY : RUN_MEMORY;
}

uint64_t room_timeout(const struct harness *h, const struct workload *workload)
{
	return workload->nano && !h->options->timeout_given ? NANO_TIMEOUT_NS : h->options->timeout_ns;
}

/* Memory that could be had without swapping; 0 where it is not told. */
static double available_bytes(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	double kib = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file) && sscanf(line, "MemAvailable: %lf kB", &kib) != 1)
		;
	if (file)
		fclose(file);
	return kib * 1024;
}

/* Whether WORKLOAD's copies need no more than ROOM. */
static int check(const struct harness *h, const struct workload *workload, double room, struct error *error)
{
	uint64_t copies = room_copies(h, workload);
	double each = (double)(room_memory(h, workload) + MONITOR_BYTES), sum = (double)copies * each;
	char texts[3][16];

	if (copies < 2 || room == 0 || sum <= room)
		return 0;
	return error_fail(error, 0, "give fewer, or less to each with --memory",
			  "%llu VMs of %s, monitors included, need %s, and %s is there",
			  (unsigned long long)copies, units_print_bytes(each, texts[0], sizeof(texts[0])),
			  units_print_bytes(sum, texts[1], sizeof(texts[1])),
			  units_print_bytes(room, texts[2], sizeof(texts[2])));
}

static bool any_virtual(const struct harness *h)
{
	for (size_t c = 0; c < h->configs; c++)
		if (!h->config[c].config.native)
			return true;
	return false;
}

/* What the user asked for is refused; what only the suite asks for is left out. */
int room_check(struct harness *h, struct error *error)
{
	double room = any_virtual(h) ? available_bytes() : 0;

	for (size_t w = 0; w < h->suite.count; w++) {
		struct workload *workload = &h->suite.workload[w];
		struct error short_of;

		if (workload->vms && h->options->vms) {
			error_fail(error, 0, "leave --vms out, or make a suite without the column vms",
				   "the suite says itself how many of %.60s run at once", workload->name);
			return error_at(error, "--vms");
		}
		if (check(h, workload, room, &short_of) == 0)
			continue;
		if (workload->vms) {
			error_text(&short_of, workload->absent, sizeof(workload->absent));
			continue;
		}
		*error = short_of;
		return error_at(error, "--vms");
	}
	return 0;
}
