/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/launch_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "cmd/child_priv.h"

const struct launcher launchers[] = {
	{ .name = "native", .native = true, .launch = launch_native },
	{ .name = "monitor", .native = false, .launch = launch_monitor },
	{ .name = NULL },
};

const struct launcher *launcher_for(const struct launcher *table, const struct vmm_config *config)
{
	while (table->name && table->native != config->native)
		table++;
	return table;
}

void launch_take_output(struct child *child, uint64_t tsc_hz, struct measurement *m)
{
	struct capture *capture = &child->capture;

	m->stdout_fd = capture_take_stdout(capture);
	memcpy(m->last_words, capture->last_words, sizeof(m->last_words));
	if (child->rss_bytes > 0)
		m->rss_bytes = child->rss_bytes;
	m->stage[LIFE_START] = child->tsc_start;
	m->stage[LIFE_ANSWER] = capture->tsc_begin;
	if (capture->tsc_end == 0)
		return;
	m->roi_ns = (int64_t)capture->roi_ns;
	m->ops = (int64_t)capture->ops;
	if (capture->tsc_begin)
		m->roi_outside_ns = (int64_t)clock_ticks_to_ns(capture->tsc_end - capture->tsc_begin, tsc_hz);
}

void launch_say_fallbacks(const struct vmm_config *config, char why[VMM_KNOBS][96], struct measurement *m)
{
	size_t used = 0;

	for (int id = 0; id < VMM_KNOBS && used < sizeof(m->fallback); id++) {
		const struct vmm_value *values = vmm_knobs[id].values;

		if (m->value[id] == config->value[id])
			continue;
		used += (size_t)snprintf(m->fallback + used, sizeof(m->fallback) - used,
					 "%s%s=%s instead of %s%s%s", used ? "; " : "", vmm_knobs[id].name,
					 values[m->value[id]].name, values[config->value[id]].name,
					 why[id][0] ? ": " : "", why[id]);
	}
}
