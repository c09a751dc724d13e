/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int probe_samples_append(struct probe_samples *samples, const struct probe_sample *sample)
{
	if (samples->count == samples->capacity) {
		size_t capacity = samples->capacity ? 2 * samples->capacity : 32;
		struct probe_sample *grown = realloc(samples->sample, capacity * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		samples->sample = grown;
		samples->capacity = capacity;
	}
	samples->sample[samples->count++] = *sample;
	return 0;
}

int probe_samples_add(struct probe_samples *samples, const char *probe, const char *layer, const char *event,
		      const char *unit, double value)
{
	struct probe_sample sample = {
		.probe = probe,
		.unit = unit,
		.value = value,
		.enabled_ns = PROBE_MISSING,
		.running_ns = PROBE_MISSING,
	};

	snprintf(sample.layer, sizeof(sample.layer), "%s", layer);
	snprintf(sample.event, sizeof(sample.event), "%s", event);
	return probe_samples_append(samples, &sample);
}

static const struct probe_sample *find(const struct probe_samples *samples, const char *probe,
				       const char *layer, const char *event)
{
	for (size_t i = 0; i < samples->count; i++) {
		const struct probe_sample *sample = &samples->sample[i];

		if (strcmp(sample->probe, probe) == 0 && strcmp(sample->layer, layer) == 0 &&
		    strcmp(sample->event, event) == 0)
			return sample;
	}
	return NULL;
}

int64_t probe_samples_find(const struct probe_samples *samples, const char *probe, const char *layer,
			   const char *event)
{
	const struct probe_sample *sample = find(samples, probe, layer, event);

	return sample ? (int64_t)sample->value : PROBE_MISSING;
}

int probe_samples_add_changes(struct probe_samples *samples, const struct probe_samples *earlier,
			      const struct probe_samples *later, bool still)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < later->count; i++) {
		struct probe_sample sample = later->sample[i];
		const struct probe_sample *before = find(earlier, sample.probe, sample.layer, sample.event);

		if (before == NULL)
			continue;
		sample.before = before->value;
		sample.has_before = true;
		sample.value -= before->value;
		if (sample.value > 0 || (still && sample.value == 0))
			code = probe_samples_append(samples, &sample);
	}
	return code;
}

void probe_samples_free(struct probe_samples *samples)
{
	free(samples->sample);
	*samples = (struct probe_samples){ 0 };
}
