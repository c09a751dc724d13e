/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probes/probes_priv.h"
#include "probes/trace_ring_priv.h"

/* What /proc tells of the threads that are traced, as events of the trace. */

/* The first letters of a thread's name, as an event's value. */
uint64_t trace_name(const char *text)
{
	uint64_t value = 0;

	memcpy(&value, text, strnlen(text, sizeof(value)));
	return value;
}

/* Nanoseconds that field N of /proc/PID/stat counts in ticks. */
static uint64_t ticks(const char *stat, int n)
{
	const char *field = probe_stat_field(stat, n);

	return field ? strtoull(field, NULL, 10) * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK)) : 0;
}

int trace_describe(struct trace_recorder *r, pid_t tid, bool first)
{
	struct trace_event e[5], *at = e, common = { .time_ns = r->round_ns, .tid = tid };
	static const int fields[] = { 43, 14, 15 };
	const char *state, *name;
	char path[64], text[1024], *end;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)r->pid, (int)tid);
	if (probe_read_text(path, text, sizeof(text)) < 0)
		return -ESRCH;
	state = probe_stat_field(text, 3);
	name = strchr(text, '(');
	end = strrchr(text, ')');
	if (!state || !name || strchr("ZXx", *state)) /* it has ended, if others of its process have not */
		return -ESRCH;
	for (size_t i = 0; i < sizeof(e) / sizeof(e[0]); i++)
		e[i] = common;
	if (first)
		at++->kind = TRACE_NAME;
	for (int i = 0; i < 3; i++) {
		at->kind = (uint16_t)(TRACE_TICKS + i);
		at++->value = ticks(text, fields[i]);
	}
	if (first) {
		*end = '\0';
		e[0].value = trace_name(name + 1);
	}
	if (first && *state != 'R') /* it waits for something, or is stopped */
		at++->kind = TRACE_OFF;
	return trace_file_put(r->file, (struct trace_chunk){ .count = (uint32_t)(at - e), .round = r->round },
			      e);
}

int trace_threads(struct trace_recorder *r, int (*each)(struct trace_recorder *r, pid_t tid))
{
	char path[64];
	struct dirent *entry;
	int code = 0;
	DIR *task;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)r->pid);
	task = opendir(path);
	if (task == NULL)
		return errno == ENOENT ? -ESRCH : -errno;
	while (code == 0 && (entry = readdir(task)) != NULL) {
		pid_t tid = (pid_t)atoi(entry->d_name);

		if (tid > 0)
			code = each(r, tid);
		if (code == -ESRCH)
			code = 0;
	}
	closedir(task);
	return code;
}
