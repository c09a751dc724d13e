/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_CONFIG_FILE_PRIV_H
#define CMD_CONFIG_FILE_PRIV_H

#include "vmm/vmm.h"

/*
 * Configurations of the user's own, in a file:
 *
 *	# what this is for
 *	[ring-only]
 *	base = hosted
 *	transport = ring
 *
 * Each has a name, a base (a preset or one further up), and knobs that differ from it.
 */
#define CONFIG_FILE_MOST 32

struct config_file {
	struct vmm_config config[CONFIG_FILE_MOST];
	size_t count;
};

/* Reads PATH (NULL: no file, no configurations). 0 or negative errno, with file and line in ERROR. */
int config_file_read(struct config_file *file, const char *path, struct error *error);

/*
 * The configuration called NAME, of FILE or a preset, which may have "+knob=value" behind it, goes into
 * CONFIG. 0 or negative errno, the nearest name being the mend.
 */
int config_file_find(const struct config_file *file, const char *name, struct vmm_config *config,
		     struct error *error);

#endif
