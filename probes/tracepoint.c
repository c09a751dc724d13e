/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Tracepoints by name, "group:event": perf_event_open(2) wants their number, which tracefs tells. libpfm4
 * looks for it in debugfs only, so it is read here.
 */
static const char *const roots[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
#define ROOTS (sizeof(roots) / sizeof(roots[0]))

/* Names of the kernel are made of these: nothing that leads out of the directory. */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* The length of the group in NAME; 0 where it names no tracepoint. */
static size_t group_length(const char *name)
{
	size_t group = strspn(name, LETTERS),
	       event = name[group] == ':' ? strspn(name + group + 1, LETTERS) : 0;

	return event && name[group + 1 + event] == '\0' ? group : 0;
}

static int why_not(const char *name, int code, struct error *error)
{
	char path[64];

	if (code == -EACCES)
		return error_fail(error, EACCES, "run as root", "cannot read tracefs");
	for (size_t i = 0; i < ROOTS; i++) {
		snprintf(path, sizeof(path), "%s/events/header_page", roots[i]);
		if (access(path, F_OK) == 0)
			return error_fail(error, ENOENT, "load its module, or choose another",
					  "no tracepoint %.150s", name);
	}
	return error_fail(error, 0, "as root: mount -t tracefs tracefs /sys/kernel/tracing",
			  "tracefs is not mounted");
}

int probe_tracepoint_encode(const char *name, struct perf_event_attr *attribute, struct error *error)
{
	int group = (int)group_length(name), code = -EINVAL, first = 0;
	char path[256], text[32], *end;
	unsigned long id = 0;

	*attribute = (struct perf_event_attr){ .size = sizeof(*attribute), .type = PERF_TYPE_TRACEPOINT };
	if (group == 0)
		return error_fail(error, 0, "write group:event", "%.150s is no tracepoint", name);
	for (size_t i = 0; code < 0 && i < ROOTS; i++) {
		snprintf(path, sizeof(path), "%s/events/%.*s/%s/id", roots[i], group, name, name + group + 1);
		code = probe_read_text(path, text, sizeof(text));
		first = i == 0 ? code : first;
	}
	if (code < 0)
		return why_not(name, first, error);
	id = strtoul(text, &end, 10);
	if (end == text || *end != '\n')
		return error_fail(error, 0, "is that tracefs?", "%s does not hold a number", path);
	attribute->config = id;
	return 0;
}
