/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "cmd/profile_priv.h"
#include "cmd/sadf_priv.h"

/*
 * A coarse profile from what sysstat kept of a whole machine. It has rates of what the kernel counts for
 * everyone; which system calls were made it does not tell.
 */
static int check(struct sadf *s, const struct profile_options *o, struct error *error)
{
	size_t told = s->cpus;

	if (o->cpus)
		s->cpus = o->cpus;
	if (told && told != s->cpus)
		error_fail(error, 0, "leave --cpus out", "it says that there are %zu CPUs", told);
	else if (!(s->cpu_s > 0) || !s->has[SADF_NOT_BUSY])
		error_fail(error, 0, "sadf -d FILE -- -u has it", "it has no line of all CPUs");
	else if (s->cpus == 0)
		error_fail(error, 0, "give --cpus N, or sadf -d FILE -- -P ALL -u ...",
			   "it does not say how many CPUs there are");
	else
		return 0;
	return error_at(error, "%.250s", o->sadf);
}

int profile_sadf_read(const struct profile_options *o, struct sadf *s, struct error *error)
{
	int code = sadf_read(s, o->sadf, error);

	return code ? code : check(s, o, error);
}

static int put(struct profile_tables *t, const struct profile *p, const struct sadf *s, struct error *error)
{
	struct trace_call disk = { .count = (uint64_t)s->sum[SADF_TRANSFERS],
				   .bytes = (uint64_t)s->sum[SADF_TRANSFER_BYTES],
				   .files = (uint64_t)s->sum[SADF_TRANSFERS] },
			  net = { .count = (uint64_t)s->sum[SADF_PACKETS],
				  .bytes = (uint64_t)s->sum[SADF_PACKET_BYTES] },
			  fork = { .count = (uint64_t)s->sum[SADF_TASKS] };
	const struct profile_row rows[] = {
		{ .event = "page-faults",
		  .group = "memory",
		  .value = s->has[SADF_FAULTS] ? s->sum[SADF_FAULTS] : NAN },
		{ .event = "major-faults",
		  .group = "memory",
		  .value = s->has[SADF_MAJOR] ? s->sum[SADF_MAJOR] : NAN },
		{ .event = "context-switches",
		  .group = "thread",
		  .value = s->has[SADF_SWITCHES] ? s->sum[SADF_SWITCHES] : NAN },
		{ .event = "disk-transfer",
		  .group = "call",
		  .served = "host",
		  .blocks = "no",
		  .value = s->has[SADF_TRANSFERS] ? s->sum[SADF_TRANSFERS] : NAN,
		  .call = &disk },
		{ .event = "network-packet",
		  .group = "call",
		  .served = "host",
		  .blocks = "yes",
		  .value = s->has[SADF_PACKETS] ? s->sum[SADF_PACKETS] : NAN,
		  .call = &net },
		{ .event = "fork",
		  .group = "call",
		  .served = "guest, host",
		  .blocks = "yes",
		  .value = s->has[SADF_TASKS] ? s->sum[SADF_TASKS] : NAN,
		  .call = &fork },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct profile_row row = rows[i];

		row.unit = "1";
		row.source = PROFILE_SADF;
		code = profile_tables_put_row(t, p, &row, error);
	}
	return code;
}

int profile_sadf_put(const struct profile_options *o, const struct sadf *s, struct profile_tables *tables,
		     struct profile *p, struct error *error)
{
	int code;

	profile_init(p, o->name ? o->name : "machine");
	p->wall_ns = p->observed_ns = s->cpu_s * 1e9;
	p->ops = o->ops ? (double)o->ops : (double)NAN;
	p->cpu_ns = fmax(s->cpu_s - s->sum[SADF_NOT_BUSY], 0) * (double)s->cpus * 1e9;
	p->alone_ns = fmin(p->cpu_ns, p->wall_ns); /* on several CPUs at once */
	code = profile_tables_put(tables, p, error);
	return code ? code : put(tables, p, s, error);
}
