/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <string.h>

#include "reports/reports_priv.h"

/* Paul Tol's "muted" scheme, made for colour-blind readers (Colour Schemes, SRON technical note, 2021). */
const struct series palette_layers[PALETTE_LAYERS] = {
	{ .name = "guest-user", .label = "guest-user", .colour = "#88ccee" },
	{ .name = "guest-kernel", .label = "guest-kernel", .colour = "#332288" },
	{ .name = "hypervisor", .label = "hypervisor", .colour = "#cc6677" },
	{ .name = "monitor", .label = "monitor", .colour = "#882255" },
	{ .name = "host-kernel", .label = "host-kernel", .colour = "#ddcc77" },
	{ .name = "wait-io", .label = "wait-io", .colour = "#117733" },
	{ .name = "wait-cpu", .label = "wait-cpu", .colour = "#44aa99" },
	{ .name = "spin", .label = "spin", .colour = "#aa4499" },
	{ .name = "idle", .label = "idle", .colour = "#dddddd" },
	{ .name = "unattributed", .label = "unattributed", .colour = "#999933" },
	{ .name = "other", .label = "other", .colour = "#777777" }, /* a layer this version does not know */
};

size_t palette_layers_needed(const struct table *layers)
{
	size_t name = table_column(layers, "layer");

	for (size_t row = 0; row < layers->rows; row++) {
		size_t known = 0;

		while (known + 1 < PALETTE_LAYERS &&
		       strcmp(palette_layers[known].name, table_text(layers, row, name)) != 0)
			known++;
		if (known + 1 == PALETTE_LAYERS)
			return PALETTE_LAYERS;
	}
	return PALETTE_LAYERS - 1;
}

/* Okabe and Ito's set of colours; each keeps its own in every report. */
static const struct {
	const char *name, *colour;
} presets[] = {
	{ .name = "native", .colour = "#000000" },	  { .name = "native-tuned", .colour = "#777777" },
	{ .name = "hosted", .colour = "#d55e00" },	  { .name = "hosted-classic", .colour = "#e69f00" },
	{ .name = "hosted-modern", .colour = "#cc79a7" }, { .name = "bare-metal", .colour = "#0072b2" },
};

static const char *preset_colour(const char *config)
{
	for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++)
		if (strcmp(presets[i].name, config) == 0)
			return presets[i].colour;
	return NULL;
}

/* Configurations that are no presets take these colours in turn. */
static const char *other_colour(const struct names *configs, size_t place)
{
	static const char *const others[] = { "#009e73", "#56b4e9", "#8c510a", "#5e3c99" };
	size_t turn = 0;

	for (size_t i = 0; i < place; i++)
		turn += preset_colour(configs->name[i]) == NULL;
	return others[turn % (sizeof(others) / sizeof(*others))];
}

const char *palette_colour(const struct names *configs, size_t place)
{
	const char *colour = preset_colour(configs->name[place]);

	return colour ? colour : other_colour(configs, place);
}
