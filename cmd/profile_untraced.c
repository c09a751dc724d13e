/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "cmd/profile_priv.h"

/* What stands in for events that no trace has. */

static double count(const struct profile *p, const char *probe, const char *event)
{
	int64_t value = probe_samples_find(&p->samples, probe, "process", event);

	return value == PROBE_MISSING ? (double)NAN : (double)value;
}

/* Reads and writes by the kernel's account (proc(5), /proc/PID/io), which does not say of what: taken for
 * files. */
static int put_calls(struct profile_tables *t, const struct profile *p, struct error *error)
{
	static const struct {
		const char *event, *calls, *bytes;
	} kinds[] = {
		{ "read", "read_calls", "bytes_read" },
		{ "write", "write_calls", "bytes_written" },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		double calls = count(p, "proc-io", kinds[i].calls),
		       bytes = count(p, "proc-io", kinds[i].bytes);
		struct trace_call call = { .bytes = bytes > 0 ? (uint64_t)bytes : 0,
					   .files = calls > 0 ? (uint64_t)calls : 0 };

		code = profile_tables_put_row(t, p,
					      &(struct profile_row){ .event = kinds[i].event,
								     .group = "call",
								     .served = "host",
								     .blocks = "files",
								     .unit = "1",
								     .source = "proc-io",
								     .value = calls,
								     .call = &call },
					      error);
	}
	return code;
}

/* A thread that waits gives up its core, which the kernel counts. */
int profile_tables_put_untraced(struct profile_tables *t, const struct profile *p, struct error *error)
{
	int code = profile_tables_put_row(
		t, p,
		&(struct profile_row){ .event = "waits",
				       .group = "thread",
				       .unit = "1",
				       .source = "rusage",
				       .value = count(p, "rusage", "voluntary_switches") },
		error);

	return code || p->traced ? code : put_calls(t, p, error);
}
