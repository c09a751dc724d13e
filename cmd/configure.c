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

int harness_preset(const struct harness *h, const char *name, struct vmm_config *config, struct error *error)
{
	int code = vmm_config_preset(config, name, error);

	return code ? code : set_knobs(config, h->options, error);
}

static int add(struct harness *h, const char *name, struct error *error)
{
	struct vmm_config *config = &h->config[h->configs].config;
	int code;

	if (h->configs == SCHEDULE_CONFIGS)
		return error_set(error, 0, "more than %d configurations", SCHEDULE_CONFIGS);
	h->config[h->configs].parts = HARNESS_MAIN;
	code = harness_preset(h, name, config, error);
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
	int code = harness_preset(h, "hosted", &hosted, error);

	if (code)
		return code;
	for (size_t c = 0; c < h->configs; c++)
		virtual |= !h->config[c].config.native;
	if (h->options->sets && !virtual)
		return error_fail(error, 0, "add hosted or bare-metal to --configs",
				  "--set changes nothing: every configuration is native");
	return 0;
}

int harness_configure(struct harness *h, const char *names, struct error *error)
{
	char *copy = strdup(names), *rest = copy, *name;
	int code =
		copy ? vmm_config_preset(&h->native, "native", error) : error_set(error, ENOMEM, "--configs");

	h->parts = 1;
	while (code == 0 && (name = strsep(&rest, ",")) != NULL)
		code = add(h, name, error);
	free(copy);
	return code ? code : check_sets(h, error);
}
