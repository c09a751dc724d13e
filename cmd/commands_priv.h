/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef CMD_COMMANDS_PRIV_H
#define CMD_COMMANDS_PRIV_H

#include "base/error.h"

/* A subcommand of vmtax. */
struct cmd_command {
	const char *name;
	const char *summary;		   /* one line, for help */
	int (*run)(int argc, char **argv); /* argv[0] is the name; returns an enum cmd_status */
};

/* All of them, in the order one meets them; ends with a row whose name is NULL. */
extern const struct cmd_command cmd_commands[];

/* The command NAME, or NULL with the nearest in ERROR. */
const struct cmd_command *cmd_command_find(const char *name, struct error *error);

#endif
