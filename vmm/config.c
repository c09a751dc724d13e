/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "vmm/vmm.h"

/* Configurations: a named row, then one assignment after the other. */
#define NAMES 32

/* TEXT is none of NAMES: the nearest is the mend, or all of them where none is near. */
static int suggest(struct error *error, const char *kind, const char *text, const char *const *names)
{
	const char *near = units_nearest(text, names);
	char all[200] = "";

	error_set(error, 0, "unknown %s %s", kind, text);
	if (near)
		return error_mend(error, "did you mean %s?", near);
	for (size_t used = 0; *names && used < sizeof(all); names++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, used ? ", %s" : "%s", *names);
	return error_mend(error, "it is one of %s", all);
}

static const struct vmm_preset *find_preset(const char *name, size_t length)
{
	for (int i = 0; vmm_presets[i].name; i++)
		if (strlen(vmm_presets[i].name) == length && memcmp(name, vmm_presets[i].name, length) == 0)
			return &vmm_presets[i];
	return NULL;
}

/* A preset alone. */
static int take_preset(struct vmm_config *config, const char *name, struct error *error)
{
	const struct vmm_preset *preset = find_preset(name, strlen(name));
	const char *names[NAMES] = { NULL };

	for (int i = 0; vmm_presets[i].name; i++)
		names[i] = vmm_presets[i].name;
	if (preset == NULL)
		return suggest(error, "configuration", name, names);
	memset(config, 0, sizeof(*config));
	snprintf(config->name, sizeof(config->name), "%s", name);
	config->native = preset->native;
	memcpy(config->value, preset->value, sizeof(config->value));
	memcpy(config->base, preset->value, sizeof(config->base));
	return 0;
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
	return error_at(error, "--set %s", knob->name);
}

/* Names CONFIG by its row and the knobs that differ from it, so that equal rows have equal names. */
static void name_config(struct vmm_config *config)
{
	size_t used = strcspn(config->name, "+");

	for (int id = 0; id < VMM_KNOBS; id++)
		if (config->value[id] != config->base[id])
			used += (size_t)snprintf(config->name + used, sizeof(config->name) - used, "+%s=%s",
						 vmm_knobs[id].name,
						 vmm_config_value(config, (enum vmm_knob_id)id));
	config->name[used] = '\0';
}

void vmm_config_rename(struct vmm_config *config, const char *name)
{
	snprintf(config->name, sizeof(config->name), "%s", name);
	memcpy(config->base, config->value, sizeof(config->base));
}

void vmm_config_spell(const struct vmm_config *config, char text[VMM_CONFIG_NAME])
{
	struct vmm_config spelt;

	take_preset(&spelt, config->native ? "native" : "hosted", NULL);
	memcpy(spelt.value, config->value, sizeof(spelt.value));
	name_config(&spelt);
	memcpy(text, spelt.name, sizeof(spelt.name));
}

/* 0 where the knob of ASSIGNMENT means something to CONFIG. */
static int means(const struct vmm_config *config, const char *assignment, struct error *error)
{
	int knob = find_knob(assignment, strcspn(assignment, "="), error);

	if (knob < 0)
		return knob;
	if (!config->native || vmm_knobs[knob].native)
		return 0;
	error_set(error, 0, "%s contradicts native: a plain process has none", vmm_knobs[knob].name);
	return error_mend(error, "leave it out, or take hosted or bare-metal");
}

int vmm_config_set(struct vmm_config *config, const char *assignment, struct error *error)
{
	const char *equals = strchr(assignment, '=');
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
	if (config->native && !vmm_knobs[knob].native)
		return 0;
	config->value[knob] = (uint8_t)value;
	name_config(config);
	return 0;
}

int vmm_config_add(struct vmm_config *config, const char *assignments, struct error *error)
{
	char text[VMM_CONFIG_NAME], *rest = text, *part;
	int code = 0;

	snprintf(text, sizeof(text), "%s", assignments);
	while (code == 0 && (part = strsep(&rest, "+")) != NULL) {
		code = vmm_config_set(config, part, error);
		if (code == 0)
			code = means(config, part, error);
	}
	return code;
}

int vmm_config_preset(struct vmm_config *config, const char *name, struct error *error)
{
	char preset[VMM_CONFIG_NAME];
	size_t length = strcspn(name, "+");
	int code;

	snprintf(preset, sizeof(preset), "%.*s", (int)length, name);
	code = take_preset(config, preset, error);
	return code || name[length] == '\0' ? code : vmm_config_add(config, name + length + 1, error);
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

/* Whether CONFIG's value of knob ID means anything to it and this machine can set it. */
static bool can_set(const struct vmm_config *config, enum vmm_knob_id id, char *why, size_t size)
{
	bool huge_malloc = config->value[id] == VMM_MEMORY_MALLOC_HUGE;

	if (id == VMM_MEMORY && config->value[id] != VMM_MEMORY_LAZY4K && huge_malloc != config->native) {
		snprintf(why, size, "%s",
			 config->native ? "a plain process has no guest memory" : "only native takes it");
		return false;
	}
	if (id == VMM_SCHEDULING && config->value[id] == VMM_SCHEDULING_FIFO && !config->native &&
	    config->value[VMM_TRANSPORT] != VMM_TRANSPORT_EXIT && !vmm_two_cores()) {
		snprintf(why, size, "a driver could not run beside a vCPU under SCHED_FIFO on one core");
		return false;
	}
	return vmm_value_available(id, config->value[id], why, size);
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
		while (!can_set(config, (enum vmm_knob_id)id, why, sizeof(why)) &&
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
