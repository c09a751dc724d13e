/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "vmm/vmm.h"

/* Configurations: a preset, then one assignment after the other. */
#define NAMES 32

/* The mend for a name that is not in NAMES. */
static int suggest(struct error *error, const char *kind, const char *text, const char *const *names)
{
	const char *near = units_nearest(text, names);

	error_set(error, 0, "unknown %s %s", kind, text);
	if (near)
		return error_mend(error, "did you mean %s?", near);
	return error_mend(error, "see vmtax list knobs and vmtax list configs");
}

int vmm_config_preset(struct vmm_config *config, const char *name, struct error *error)
{
	const char *names[NAMES] = { NULL };

	for (int i = 0; vmm_presets[i].name; i++) {
		names[i] = vmm_presets[i].name;
		if (strcmp(name, names[i]) != 0)
			continue;
		memset(config, 0, sizeof(*config));
		snprintf(config->name, sizeof(config->name), "%s", name);
		config->native = vmm_presets[i].native;
		memcpy(config->value, vmm_presets[i].value, sizeof(config->value));
		return 0;
	}
	return suggest(error, "configuration", name, names);
}

static int find_knob(const char *name, size_t length, struct error *error)
{
	const char *names[VMM_KNOBS + 1] = { NULL };
	char text[64];

	for (int i = 0; i < VMM_KNOBS; i++) {
		names[i] = vmm_knobs[i].name;
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return i;
	}
	snprintf(text, sizeof(text), "%.*s", (int)length, name);
	return suggest(error, "knob", text, names);
}

static int find_value(const struct vmm_knob *knob, const char *name, struct error *error)
{
	const char *names[NAMES] = { NULL };

	for (int i = 0; knob->values[i].name; i++) {
		names[i] = knob->values[i].name;
		if (strcmp(names[i], name) == 0)
			return i;
	}
	suggest(error, "value", name, names);
	error_at(error, "--set %s", knob->name);
	if (!units_nearest(name, names))
		error_mend(error, "one of those vmtax list knobs shows");
	return -1;
}

int vmm_config_set(struct vmm_config *config, const char *assignment, struct error *error)
{
	const char *equals = strchr(assignment, '=');
	size_t used = strlen(config->name);
	int knob, value;

	if (equals == NULL)
		return error_fail(error, 0, "write --set knob=value, as in --set transport=ring",
				  "--set %s lacks a value", assignment);
	knob = find_knob(assignment, (size_t)(equals - assignment), error);
	if (knob < 0)
		return knob;
	value = find_value(&vmm_knobs[knob], equals + 1, error);
	if (value < 0)
		return value;
	if (config->value[knob] == value)
		return 0;
	config->value[knob] = (uint8_t)value;
	snprintf(config->name + used, sizeof(config->name) - used, "+%s", assignment);
	return 0;
}

const char *vmm_config_value(const struct vmm_config *config, enum vmm_knob_id id)
{
	return vmm_knobs[id].values[config->value[id]].name;
}

static int value_named(const struct vmm_knob *knob, const char *name)
{
	int i = 0;

	while (knob->values[i].name && strcmp(knob->values[i].name, name) != 0)
		i++;
	return i;
}

int vmm_config_fall_back(struct vmm_config *config, char reason[VMM_KNOBS][96])
{
	int changed = 0;

	for (int id = 0; id < VMM_KNOBS; id++) {
		const struct vmm_knob *knob = &vmm_knobs[id];
		uint8_t asked = config->value[id];
		char why[96];

		reason[id][0] = '\0';
		if (config->native && !knob->native)
			continue;
		while (!vmm_value_available((enum vmm_knob_id)id, config->value[id], why, sizeof(why)) &&
		       knob->values[config->value[id]].fallback) {
			if (config->value[id] == asked)
				memcpy(reason[id], why, sizeof(why));
			config->value[id] =
				(uint8_t)value_named(knob, knob->values[config->value[id]].fallback);
		}
		changed += config->value[id] != asked;
	}
	return changed;
}
