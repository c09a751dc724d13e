/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"

/* The one place that talks to libpfm4: what perf_event_open(2) is asked for, from names. */
#define NAME_MOST   128 /* an event's name with modifiers */
#define EVENTS_MOST 2048

/*
 * perf(1) writes :G for events in guests only and :H for the host's only; libpfm4 folds case, and its :g and
 * :h are other things. Its own names are :mg and :mh.
 */
static void translate(const char *name, char *text)
{
	size_t used = 0;

	for (; *name && used < NAME_MOST - 2; name++) {
		bool ends = name[0] != '\0' && (name[1] == ':' || name[1] == '\0');

		if (used && text[used - 1] == ':' && ends && (*name == 'G' || *name == 'H')) {
			text[used++] = 'm';
			text[used++] = *name == 'G' ? 'g' : 'h';
		} else {
			text[used++] = *name;
		}
	}
	text[used] = '\0';
}

/* Whether the modifiers of NAME choose between guest and host. */
static bool chooses_guest(const char *name)
{
	return strcasestr(name, ":mg") || strcasestr(name, ":mh");
}

/* The event of this machine whose name is nearest to NAME's, without modifiers; NULL when none is near. */
static const char *nearest(const char *name)
{
	const char **names = calloc(EVENTS_MOST + 1, sizeof(*names)), *found = NULL;
	pfm_pmu_info_t pmu = { .size = sizeof(pmu) };
	pfm_event_info_t event = { .size = sizeof(event) };
	size_t count = 0, length = strcspn(name, ":");
	char bare[NAME_MOST];
	int p;

	snprintf(bare, sizeof(bare), "%.*s", (int)length, name);
	pfm_for_all_pmus(p)
	{
		if (names == NULL || pfm_get_pmu_info((pfm_pmu_t)p, &pmu) != PFM_SUCCESS || !pmu.is_present)
			continue;
		for (int i = pmu.first_event; i != -1 && count < EVENTS_MOST; i = pfm_get_event_next(i))
			if (pfm_get_event_info(i, PFM_OS_NONE, &event) == PFM_SUCCESS)
				names[count++] = event.name;
	}
	if (names)
		found = units_nearest(bare, names);
	free(names);
	return found;
}

static int fail(const char *name, int code, struct error *error)
{
	const char *near = code == PFM_ERR_NOTFOUND ? nearest(name) : NULL;

	error_set(error, 0, "cannot encode the event %.150s: %s", name, pfm_strerror(code));
	if (near)
		return error_mend(error, "did you mean %.150s?", near);
	if (code == PFM_ERR_ATTR)
		return error_mend(error, "modifiers are :u (user), :k (kernel), :mg (guest), :mh (host)");
	return error_mend(error, "check its name; for a CPU newer than libpfm4, update libpfm4");
}

int probe_encode(const char *name, struct perf_event_attr *attribute, struct error *error)
{
	pfm_perf_encode_arg_t argument = { .attr = attribute, .size = sizeof(argument) };
	char text[NAME_MOST];
	int code = pfm_initialize();

	if (probe_raw_is(name))
		return probe_raw_encode(name, attribute, error);
	*attribute = (struct perf_event_attr){ .size = sizeof(*attribute) };
	translate(name, text);
	if (code == PFM_SUCCESS)
		code = pfm_get_os_event_encoding(text, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT_EXT, &argument);
	if (code != PFM_SUCCESS)
		return fail(name, code, error);
	/* libpfm4 leaves out guests unless asked; a vCPU's thread is counted whole. */
	if (!chooses_guest(text))
		attribute->exclude_guest = 0;
	return 0;
}
