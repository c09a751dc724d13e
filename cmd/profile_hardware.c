/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <string.h>

#include "cmd/profile_priv.h"

/* What the hardware counted of a program, as rows. */

/* What is known of event I of the hardware on all threads, in user mode and in the kernel; where counters
 * took turns by the part of the time they counted. */
static double count_hardware(const struct probe_samples *samples, size_t i)
{
	double sum = NAN;

	for (size_t k = 0; k < samples->count; k++) {
		const struct probe_sample *s = &samples->sample[k];

		if (strcmp(s->probe, "counters") != 0 || strcmp(s->event, samples->sample[i].event) != 0 ||
		    isnan(s->value) || s->running_ns <= 0)
			continue;
		if (k < i)
			return NAN; /* it has its row */
		sum = (isnan(sum) ? 0 : sum) + s->value * (double)s->enabled_ns / (double)s->running_ns;
	}
	return sum;
}

int profile_tables_put_hardware(struct profile_tables *t, const struct profile *p, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < p->samples.count; i++)
		if (strcmp(p->samples.sample[i].probe, "counters") == 0)
			code = profile_tables_put_row(
				t, p,
				&(struct profile_row){ .event = p->samples.sample[i].event,
						       .group = "hardware",
						       .unit = p->samples.sample[i].unit,
						       .source = "pmu",
						       .value = count_hardware(&p->samples, i) },
				error);
	return code;
}
