/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "reports/reports_priv.h"

/* Paul Tol's "muted" scheme, made for colour-blind readers (Colour Schemes, SRON technical note, 2021). */
const struct series palette_layers[] = {
	{ "guest-user", "guest-user", "#88ccee" },
	{ "guest-kernel", "guest-kernel", "#332288" },
	{ "hypervisor", "hypervisor", "#cc6677" },
	{ "monitor", "monitor", "#882255" },
	{ "host-kernel", "host-kernel", "#ddcc77" },
	{ "wait-io", "wait-io", "#117733" },
	{ "wait-cpu", "wait-cpu", "#44aa99" },
	{ "spin", "spin", "#aa4499" },
	{ "unattributed", "unattributed", "#bbbbbb" },
	{ "other", "other", "#777777" }, /* a layer this version does not know */
	{ NULL, NULL, NULL },
};

/* Okabe and Ito's set; each preset keeps its colour in every report. */
static const struct series presets[] = {
	{ "native", "native", "#000000" },
	{ "native-tuned", "native-tuned", "#777777" },
	{ "hosted", "hosted", "#d55e00" },
	{ "hosted-classic", "hosted-classic", "#e69f00" },
	{ "hosted-modern", "hosted-modern", "#cc79a7" },
	{ "bare-metal", "bare-metal", "#0072b2" },
};

static const char *preset_colour(const char *config)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++)
		if (strcmp(presets[i].name, config) == 0)
			return presets[i].colour;
	return NULL;
}

const char *palette_config(const struct result *result, const char *config)
{
	static const char *const others[] = { "#009e73", "#56b4e9", "#8c510a", "#5e3c99" };
	const char *colour = preset_colour(config);
	size_t turn = 0;

	for (size_t i = 0; i < result->configs.count && strcmp(result->configs.name[i], config) != 0; i++)
		turn += preset_colour(result->configs.name[i]) == NULL;
	return colour ? colour : others[turn % (sizeof(others) / sizeof(*others))];
}
