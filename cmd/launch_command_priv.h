/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_LAUNCH_COMMAND_PRIV_H
#define CMD_LAUNCH_COMMAND_PRIV_H

#include "cmd/launch_priv.h"

#define ARGUMENTS (24 + VMM_KNOBS * 2)

/* The command line of the monitor, in memory the caller has. */
struct command_line {
	char *argv[ARGUMENTS + 1024];
	char path[4096];
	char config[VMM_CONFIG_NAME]; /* the configuration's name cut into its parts */
	char memory[24], timeout[32], tsc_hz[24], processes[24], cpus[12], turn[12], drivers[12];
	int count;
};

/* The configuration in the monitor's words: a preset and then "+knob=value" for each knob that differs. */
int launch_command_line(struct command_line *line, const struct launch *launch, struct error *error);

#endif
