/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmm/exec_priv.h"

/* How a monitor calls itself when the program calls execve. */
#define OPTIONS (32 + 2 * VMM_KNOBS)

char **exec_command_line(const struct vcpu *v, struct program *p, char **argv)
{
	const struct monitor *m = v->monitor;
	const struct vmm_options *o = m->options;
	bool first = m->first && !v->lent;
	const struct {
		const char *option;
		uint64_t value;
		bool given;
	} numbers[EXEC_NUMBERS] = {
		{ "--report", (uint64_t)m->report_fd, true },
		{ "--memory", m->memory_bytes, true },
		{ "--tsc-hz", m->tsc_hz, true },
		{ "--image", (uint64_t)p->image, true },
		{ "--kvm", (uint64_t)m->kvm, true },
		{ "--cpus", o->cpus, o->cpus > 0 },
		{ "--turn", o->turn, o->turn > 0 },
		{ "--drivers", o->drivers, o->drivers > 0 },
		{ "--max-processes", o->max_processes, o->max_processes > 0 },
		{ "--control", (uint64_t)m->control, first && m->control >= 0 },
	};
	unsigned count = 0, n = 0;
	char **line, *rest = p->config, *part;

	while (argv[count])
		count++;
	line = calloc(OPTIONS + count, sizeof(char *));
	if (line == NULL)
		return NULL;
	vmm_config_spell(&o->config, p->config);
	line[n++] = (char *)"vmtax-monitor";
	line[n++] = (char *)"--role", line[n++] = (char *)(first ? "first" : "child");
	line[n++] = (char *)"--config", line[n++] = strsep(&rest, "+");
	while ((part = strsep(&rest, "+")) != NULL)
		line[n++] = (char *)"--set", line[n++] = part;
	line[n++] = (char *)"--kernel", line[n++] = (char *)m->kernel_name;
	line[n++] = (char *)"--program", line[n++] = p->path;
	for (unsigned i = 0; i < EXEC_NUMBERS; i++) {
		if (!numbers[i].given)
			continue;
		snprintf(p->number[i], sizeof(p->number[i]), "%llu", (unsigned long long)numbers[i].value);
		line[n++] = (char *)numbers[i].option, line[n++] = p->number[i];
	}
	if (CPU_COUNT(&v->wanted) > 0) {
		affinity_print(&v->wanted, p->affinity);
		line[n++] = (char *)"--affinity", line[n++] = p->affinity;
	}
	line[n++] = (char *)"--";
	memcpy(line + n, argv, count * sizeof(char *));
	return line;
}
