/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <inttypes.h>
#include <stdio.h>

#include "base/units.h"
#include "cmd/monitor_priv.h"

/* vmtax-monitor --event: the events' names, and what one took. */
#define NAMES 128

int monitor_no_event(const char *name, struct error *error)
{
	const char *names[NAMES] = { NULL }, *near;

	for (uint32_t i = 1; i < NAMES && vmm_event_name(i); i++)
		names[i - 1] = vmm_event_name(i);
	near = units_nearest(name, names);
	error_set(error, 0, "the guest kernel knows no event %.100s", name);
	return near ? error_mend(error, "did you mean %s?", near)
		    : error_mend(error, "it knows those that vmtax list nano --csv has in its column guest; "
					"vmtax run --suite nano measures all");
}

/* As the programs print it that measure events natively: workloads/samples.h. */
void monitor_say_samples(const struct vmm_samples *samples, const struct vmm_report *r)
{
	if (r->exit_code) {
		fputs("vmtax-monitor: the event needs more guest memory: use a larger --memory\n", stderr);
		return;
	}
	puts("kind,ops,ticks");
	for (uint32_t i = 0; i < samples->count; i++)
		printf("%s,%" PRIu32 ",%" PRIu64 "\n", samples->sample[i].empty ? "empty" : "op",
		       samples->sample[i].ops, samples->sample[i].ticks);
}
