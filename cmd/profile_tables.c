/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/profile_priv.h"

/* What was found of a program, as rows. */

/* Figures that probes bring: the first source that has one is taken. */
static const struct figure {
	const char *event, *group, *unit, *probe, *name, *source;
} figures[] = {
	{ "page-faults", "memory", "1", "perf", "page-faults", "counter" },
	{ "page-faults", "memory", "1", "rusage", "minor_faults", "rusage" },
	{ "page-faults", "memory", "1", "stat", "minor_faults", "proc" },
	{ "major-faults", "memory", "1", "perf", "major-faults", "counter" },
	{ "major-faults", "memory", "1", "rusage", "major_faults", "rusage" },
	{ "resident", "memory", "bytes", "rusage", "max_resident", "rusage" },
	{ "resident", "memory", "bytes", "stat", "resident", "proc" },
	{ "migrations", "thread", "1", "perf", "cpu-migrations", "counter" },
	{ "context-switches", "thread", "1", "perf", "context-switches", "counter" },
	{ "context-switches", "thread", "1", "rusage", "voluntary_switches", "rusage" },
	{ "bytes-read", "io", "bytes", "proc-io", "bytes_read", "proc-io" },
	{ "bytes-written", "io", "bytes", "proc-io", "bytes_written", "proc-io" },
	{ "read-calls", "io", "1", "proc-io", "read_calls", "proc-io" },
	{ "write-calls", "io", "1", "proc-io", "write_calls", "proc-io" },
	{ "bytes-from-device", "io", "bytes", "proc-io", "bytes_from_device", "proc-io" },
	{ "bytes-to-device", "io", "bytes", "proc-io", "bytes_to_device", "proc-io" },
};

int profile_tables_put_row(struct profile_tables *t, const struct profile *p, const struct profile_row *row,
			   struct error *error)
{
	struct table_writer *w = &t->profile;
	double over = isnan(p->wall_ns) ? p->observed_ns : p->wall_ns;
	bool amount = strcmp(row->group, "time") != 0 && strcmp(row->event, "resident") != 0;

	if (isnan(row->value))
		return 0;
	table_put_text(w, p->program);
	table_put_text(w, row->event);
	table_put_text(w, row->group);
	table_put_text(w, row->served);
	table_put_text(w, row->blocks);
	table_put_text(w, row->unit);
	table_put_number(w, row->value);
	if (row->call) {
		table_put_integer(w, (int64_t)row->call->bytes);
		table_put_integer(w, (int64_t)row->call->files);
	} else {
		table_put_missing(w);
		table_put_missing(w);
	}
	if (row->call && row->request)
		table_put_integer(w, (int64_t)row->call->late);
	else
		table_put_missing(w);
	table_put_number(w, amount && over > 0 ? row->value / (over / 1e9) : (double)NAN);
	table_put_text(w, row->source);
	if (row->call && p->traced)
		table_put_integer(w, (int64_t)row->call->sockets);
	else
		table_put_missing(w);
	table_put_number(w, amount ? row->value / p->ops : (double)NAN);
	table_put_number(w, row->share.known ? (double)row->share.serial : (double)NAN);
	if (row->call && row->request && p->traced && !p->followed)
		table_put_integer(w, (int64_t)(p->quick * (double)row->call->inside_ns));
	else
		table_put_missing(w);
	if (row->share.known)
		table_put_integer(w, (int64_t)row->share.watched);
	else
		table_put_missing(w);
	if (row->call && p->traced && !p->followed)
		table_put_integer(w, (int64_t)row->call->waits);
	else
		table_put_missing(w);
	return table_end_row(w, error);
}

static int put_times(struct profile_tables *t, const struct profile *p, struct error *error)
{
	const struct {
		const char *event;
		double value;
	} times[] = {
		{ "wall", p->wall_ns },
		{ "alone", p->alone_ns },
		{ "cpu", p->cpu_ns },
		{ "cpu-huge", p->huge_cpu_ns },
		{ "cpu-small", p->small_cpu_ns },
		{ "counted", p->observed_ns },
		{ "awake", p->traced ? p->quick * (double)p->trace.awake_ns : (double)NAN },
		{ "asleep", p->traced ? (double)p->trace.asleep_ns : (double)NAN },
		{ "tracing",
		  p->traced ? (double)p->trace.events * (double)p->trace.event_cost_ns : (double)NAN },
	};
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(times) / sizeof(times[0]); i++)
		code = profile_tables_put_row(t, p,
					      &(struct profile_row){ .event = times[i].event,
								     .group = "time",
								     .unit = "ns",
								     .source = "clock",
								     .value = times[i].value },
					      error);
	return code;
}

/* Of COUNT page faults counted elsewhere: as those that were recorded, where any were. */
static struct trace_share fault_share(const struct profile *p, const char *event, double count)
{
	struct trace_share sum = { 0 };
	double all = 0;

	if (!p->traced || strcmp(event, "page-faults") != 0)
		return sum;
	for (int i = 0; i < TRACE_TOUCHES; i++) {
		const struct trace_share *share = &p->trace.touched_share[i];

		sum.serial += share->serial;
		sum.watched += share->watched;
		all += (double)p->trace.touched[i];
	}
	if (all > 0)
		sum = (struct trace_share){ .known = true,
					    .serial = (uint64_t)(count * (double)sum.serial / all),
					    .watched = (uint64_t)(count * (double)sum.watched / all) };
	return sum;
}

static int put_figures(struct profile_tables *t, const struct profile *p, struct error *error)
{
	const char *had = "";
	int code = 0;

	for (size_t i = 0; code == 0 && i < sizeof(figures) / sizeof(figures[0]); i++) {
		const struct figure *f = &figures[i];
		double sum = NAN;

		if (strcmp(had, f->event) == 0)
			continue;
		for (size_t s = 0; s < p->samples.count; s++) {
			const struct probe_sample *sample = &p->samples.sample[s];

			if (strcmp(sample->probe, f->probe) == 0 && strcmp(sample->event, f->name) == 0)
				sum = (isnan(sum) ? 0 : sum) + sample->value;
		}
		if (isnan(sum))
			continue;
		had = f->event;
		code = profile_tables_put_row(t, p,
					      &(struct profile_row){ .event = f->event,
								     .group = f->group,
								     .unit = f->unit,
								     .source = f->source,
								     .value = sum,
								     .share = fault_share(p, f->event, sum) },
					      error);
	}
	return code;
}

int profile_tables_put(struct profile_tables *t, const struct profile *p, struct error *error)
{
	int code = put_times(t, p, error);

	if (code == 0)
		code = profile_tables_put_row(t, p,
					      &(struct profile_row){ .event = "ops",
								     .group = "work",
								     .unit = "1",
								     .source = "program",
								     .value = p->ops },
					      error);
	if (code == 0)
		code = put_figures(t, p, error);
	if (code == 0)
		code = profile_tables_put_row(t, p,
					      &(struct profile_row){ .event = "page-faults-huge",
								     .group = "memory",
								     .unit = "1",
								     .source = "rusage",
								     .value = p->huge_faults },
					      error);
	if (code == 0)
		code = profile_tables_put_hardware(t, p, error);
	if (code == 0 && p->traced)
		code = profile_tables_put_traced(t, p, error);
	if (code == 0 && (p->followed || !p->traced))
		code = profile_tables_put_untraced(t, p, error);
	t->programs += code == 0;
	return code;
}

int profile_tables_open(struct profile_tables *t, const char *directory, struct error *error)
{
	char path[4200];
	int code;

	t->programs = 0;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_profile.name);
	code = table_create(&t->profile, path, &schema_profile, error);
	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_arrivals.name);
	code = table_create(&t->arrivals, path, &schema_arrivals, error);
	if (code)
		table_writer_abandon(&t->profile);
	return code;
}

int profile_tables_close(struct profile_tables *t, bool keep, struct error *error)
{
	int code = keep ? table_writer_close(&t->arrivals, error) : 0;

	if (keep && code == 0)
		return table_writer_close(&t->profile, error);
	if (!keep)
		table_writer_abandon(&t->arrivals);
	table_writer_abandon(&t->profile);
	return code;
}
