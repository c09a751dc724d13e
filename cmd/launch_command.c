/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/launch_command_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

/* How vmtax-monitor is called. */

static void add(struct command_line *line, const char *option, char *value)
{
	if (option)
		line->argv[line->count++] = (char *)option; /* exec does not write to it */
	line->argv[line->count++] = value;
}

static int add_program(struct command_line *line, char *const *argv, struct error *error)
{
	const int most = (int)(sizeof(line->argv) / sizeof(line->argv[0])) - 1;

	add(line, NULL, (char *)"--");
	for (; *argv && line->count < most; argv++)
		add(line, NULL, *argv);
	return *argv ? error_set(error, E2BIG, "the program has too many arguments") : 0;
}

int launch_command_line(struct command_line *line, const struct launch *launch, struct error *error)
{
	char *rest = line->config, *part;
	int code = cmd_find_part("vmtax-monitor", line->path, sizeof(line->path), error);

	if (code)
		return code;
	vmm_config_spell(launch->config, line->config);
	snprintf(line->memory, sizeof(line->memory), "%llu", (unsigned long long)launch->memory_bytes);
	snprintf(line->timeout, sizeof(line->timeout), "%lluns", (unsigned long long)launch->timeout_ns);
	snprintf(line->tsc_hz, sizeof(line->tsc_hz), "%llu", (unsigned long long)launch->tsc_hz);
	snprintf(line->turn, sizeof(line->turn), "%u", launch->turn);
	snprintf(line->cpus, sizeof(line->cpus), "%u", launch->cpus);
	snprintf(line->drivers, sizeof(line->drivers), "%u", launch->drivers);
	add(line, NULL, line->path);
	add(line, "--report", (char *)"3");
	add(line, "--control", (char *)"4");
	add(line, "--config", strsep(&rest, "+"));
	while ((part = strsep(&rest, "+")) != NULL)
		add(line, "--set", part);
	if (launch->memory_bytes)
		add(line, "--memory", line->memory);
	snprintf(line->processes, sizeof(line->processes), "%llu", (unsigned long long)launch->max_processes);
	if (launch->max_processes)
		add(line, "--max-processes", line->processes);
	if (launch->cpus)
		add(line, "--cpus", line->cpus);
	if (launch->turn)
		add(line, "--turn", line->turn);
	if (launch->drivers)
		add(line, "--drivers", line->drivers);
	add(line, "--timeout", line->timeout);
	add(line, "--tsc-hz", line->tsc_hz);
	if (launch->event)
		add(line, "--event", (char *)launch->event);
	return launch->event ? 0 : add_program(line, launch->argv, error);
}
