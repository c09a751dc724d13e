/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/probes_priv.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <perfmon/pfmlib_perf_event.h>

/* The one place that talks to libpfm4. */
int probe_encode(const char *name, struct perf_event_attr *attribute, struct error *error)
{
	pfm_perf_encode_arg_t argument = { .attr = attribute, .size = sizeof(argument) };
	int code = pfm_initialize();

	*attribute = (struct perf_event_attr){ .size = sizeof(*attribute) };
	if (code == PFM_SUCCESS)
		code = pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT_EXT, &argument);
	if (code == PFM_SUCCESS)
		return 0;
	return error_fail(error, 0, "check its name, or update libpfm4", "cannot encode the event %s: %s",
			  name, pfm_strerror(code));
}
