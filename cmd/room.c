/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/room_priv.h"

#include <stdio.h>

#include "base/units.h"

#define MONITOR_BYTES (4ull << 20) /* of a VM beyond its guest's memory */

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

int room_check(const struct harness *h, struct error *error)
{
	const struct run_options *o = h->options;
	double each = (double)(o->memory_bytes + MONITOR_BYTES), sum = (double)o->vms * each;
	double room = available_bytes();
	char texts[3][16];
	bool virtual = false;

	for (size_t c = 0; c < h->configs; c++)
		virtual |= !h->config[c].config.native;
	if (o->vms < 2 || !virtual || room == 0 || sum <= room)
		return 0;
	error_fail(error, 0, "give fewer, or less to each with --memory",
		   "%llu VMs of %s, monitors included, need %s, and %s is there", (unsigned long long)o->vms,
		   units_print_bytes(each, texts[0], sizeof(texts[0])),
		   units_print_bytes(sum, texts[1], sizeof(texts[1])),
		   units_print_bytes(room, texts[2], sizeof(texts[2])));
	return error_at(error, "--vms");
}
