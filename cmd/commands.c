/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/commands_priv.h"

#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"

const struct cmd_command cmd_commands[] = {
	{ "doctor", "what this machine can measure, and the mend for what it cannot", cmd_doctor },
	{ "list", "workloads, knobs, configurations, probes, tables", cmd_list },
	{ "run", "measure the suite or a program of your own", cmd_run },
	{ "ablate", "take the difference between two configurations apart, knob by knob", cmd_ablate },
	{ "report", "make the summary and report.html of a result directory", cmd_report },
	{ "account", "where the time of any virtual machine on this host goes, layer by layer", cmd_account },
	{ "compare", "whether two sets of results differ, and by how much", cmd_compare },
	{ "profile", "what a program does that virtualization makes dearer, counted natively", cmd_profile },
	{ "fit", "what each event costs, from programs measured and profiled", cmd_fit },
	{ "predict", "what a profiled program would take in a virtual machine", cmd_predict },
	{ "scale", "how many at once: throughput and times against the number of virtual machines",
	  cmd_scale },
	{ "plan", "pack a fleet of virtual machines onto hosts, with costs", cmd_plan },
	{ NULL, NULL, NULL },
};

const struct cmd_command *cmd_command_find(const char *name, struct error *error)
{
	const char *names[sizeof(cmd_commands) / sizeof(cmd_commands[0])] = { NULL };
	const char *near;

	for (int i = 0; cmd_commands[i].name; i++) {
		if (strcmp(name, cmd_commands[i].name) == 0)
			return &cmd_commands[i];
		names[i] = cmd_commands[i].name;
	}
	near = units_nearest(name, names);
	error_set(error, 0, "unknown command %s", name);
	if (near)
		error_mend(error, "did you mean %s?", near);
	else
		error_mend(error, "vmtax help lists them");
	return NULL;
}
