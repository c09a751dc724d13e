/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/harness_priv.h"

/* Which configurations a run compares. */

/* --set changes what is compared with native, never native itself: that is what all is measured against. */
static int set_knobs(struct vmm_config *config, const struct run_options *options, struct error *error)
{
	int code = 0;

	for (int i = 0; code == 0 && !config->native && i < options->sets; i++)
		code = vmm_config_set(config, options->set[i], error);
	return code;
}

int harness_find(const struct harness *h, const char *name, struct vmm_config *config, struct error *error)
{
	int code = config_file_find(&h->own, name, config, error);

	return code ? code : set_knobs(config, h->options, error);
}

static int add(struct harness *h, const char *name, struct error *error)
{
	struct vmm_config *config = &h->config[h->configs].config;
	int code;

	if (h->configs == SCHEDULE_CONFIGS)
		return error_set(error, 0, "more than %d configurations", SCHEDULE_CONFIGS);
	h->config[h->configs].parts = HARNESS_MAIN;
	code = harness_find(h, name, config, error);
	for (size_t c = 0; code == 0 && c < h->configs; c++)
		if (strcmp(h->config[c].config.name, config->name) == 0)
			code = error_fail(error, 0, "name each once", "%s is named twice", config->name);
	h->configs += code == 0;
	return code;
}

/* Complains of an unknown knob even where no configuration has a use for it. */
static int check_sets(const struct harness *h, struct error *error)
{
	struct vmm_config hosted;
	bool virtual = false;
	int code = harness_find(h, "hosted", &hosted, error);

	if (code)
		return code;
	for (size_t c = 0; c < h->configs; c++)
		virtual |= !h->config[c].config.native;
	if (h->options->sets && !virtual)
		return error_fail(error, 0, "add hosted or bare-metal to --configs",
				  "--set changes nothing: every configuration is native");
	return 0;
}

/* The backup reads the files that are to be out of the cache. */
static int check_cold(const struct harness *h, struct error *error)
{
	for (size_t c = 0; h->options->cold && c < h->configs; c++) {
		const struct vmm_config *config = &h->config[c].config;
		unsigned value = config->value[VMM_HOST_SERVICES];

		if (value == VMM_HOST_SERVICES_BACKUP || value == VMM_HOST_SERVICES_ALL)
			return error_fail(error, 0, "leave out --cache cold, or take another host-services",
					  "--cache cold contradicts host-services=%s, which reads the files "
					  "of %s into the cache",
					  vmm_config_value(config, VMM_HOST_SERVICES), config->name);
	}
	return 0;
}

static int add_all(struct harness *h, const char *names, struct error *error)
{
	char *copy = strdup(names), *rest = copy, *name;
	int code = copy ? 0 : error_set(error, ENOMEM, "--configs");

	h->parts = 1;
	while (code == 0 && (name = strsep(&rest, ",")) != NULL)
		code = add(h, name, error);
	free(copy);
	return code;
}

int harness_configure(struct harness *h, const char *names, struct error *error)
{
	const struct config_file *own = &h->own;
	int code = vmm_config_preset(&h->native, "native", error);

	if (code == 0)
		code = add_all(h, h->options->configs || own->count == 0 ? names : "native", error);
	for (size_t i = 0; code == 0 && !h->options->configs && i < own->count; i++)
		code = add(h, own->config[i].name, error);
	if (code == 0)
		code = check_sets(h, error);
	return code ? code : check_cold(h, error);
}
