/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/record_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/schema.h"

/* A repetition as rows of tables. */

static const struct table_schema *const schemas[RECORD_TABLES] = {
	[RECORD_LAYERS] = &schema_layers,     [RECORD_AGREEMENT] = &schema_agreement,
	[RECORD_COUNTERS] = &schema_counters, [RECORD_EXITS] = &schema_exits,
	[RECORD_REQUESTS] = &schema_requests, [RECORD_LIFECYCLE] = &schema_lifecycle,
	[RECORD_EVENTS] = &schema_events,     [RECORD_DISTRIBUTIONS] = &schema_distributions,
	[RECORD_RUNS] = &schema_runs,
};

int record_open(struct record *record, const char *directory, struct error *error)
{
	char path[4200];
	int code = 0;

	for (int i = 0; i < RECORD_TABLES; i++)
		record->writer[i].fd = -1;
	for (int i = 0; code == 0 && i < RECORD_TABLES; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, schemas[i]->name);
		/* The others are synced once a repetition, in record_add. */
		code = table_append(&record->writer[i], path, schemas[i], i == RECORD_RUNS, error);
	}
	if (code)
		record_close(record);
	return code;
}

void record_close(struct record *record)
{
	/* Every row is on the disk already: nothing can fail that has not been said. */
	for (int i = 0; i < RECORD_TABLES; i++)
		if (record->writer[i].fd >= 0)
			table_writer_abandon(&record->writer[i]);
}

static void put(struct table_writer *w, int64_t value)
{
	if (value == RUN_MISSING)
		table_put_missing(w);
	else
		table_put_integer(w, value);
}

static void put_text(struct table_writer *w, const char *text)
{
	table_put_text(w, text && text[0] ? text : NULL);
}

static void put_number(struct table_writer *w, uint64_t number)
{
	put(w, number ? (int64_t)number : RUN_MISSING);
}

static void put_identity(struct table_writer *w, const struct record_row *row, const struct measurement *m)
{
	char label[VMM_CONFIG_NAME + 1];

	snprintf(label, sizeof(label), "%s%s", row->config->name, m->fallback[0] ? "*" : "");
	table_put_integer(w, (int64_t)row->run);
	table_put_text(w, row->invocation);
	put_number(w, row->block);
	put_number(w, row->order);
	table_put_text(w, row->workload->name);
	put_text(w, row->workload->class);
	table_put_text(w, row->config->name);
	table_put_text(w, label);
	table_put_text(w, row->cold ? "cold" : "warm");
}

/* The knobs in force, in the order of the columns, which is that of the knobs; NA where one means nothing. */
static void put_knobs(struct table_writer *w, const struct record_row *row, const struct measurement *m)
{
	for (int id = 0; id < VMM_KNOBS; id++)
		table_put_text(w, row->config->native && !vmm_knobs[id].native
					  ? NULL
					  : vmm_knobs[id].values[m->value[id]].name);
}

/* Why the status is not ok, and why a knob fell back. */
static void put_reason(struct table_writer *w, const struct measurement *m)
{
	char text[sizeof(m->reason) + sizeof(m->fallback) + 4];

	snprintf(text, sizeof(text), "%s%s%s", m->reason, m->reason[0] && m->fallback[0] ? "; " : "",
		 m->fallback);
	put_text(w, text);
}

static void put_figures(struct table_writer *w, const struct measurement *m)
{
	const int64_t figures[] = {
		m->setup_ns,	       m->wall_ns,	    m->roi_ns,
		m->teardown_ns,	       m->life_ns,	    m->ops,
		m->cpu_vcpu_ns,	       m->cpu_monitor_ns,   m->cpu_driver_busy_ns,
		m->cpu_driver_spin_ns, m->cpu_vcpu_spin_ns, m->cpu_kthread_ns,
		m->cpu_setup_ns,
	};

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		put(w, figures[i]);
	table_put_number(w, m->cores_held);
	table_put_number(w, m->direct_share);
}

static int add_run(struct table_writer *w, const struct record_row *row, const struct measurement *m,
		   struct error *error)
{
	put_identity(w, row, m);
	put_knobs(w, row, m);
	table_put_text(w, run_status_names[m->status]);
	put_reason(w, m);
	put_figures(w, m);
	put(w, m->exit_code);
	put_text(w, m->stdout_sha256);
	put_text(w, row->workload->sha256);
	put(w, m->rss_monitor_bytes);
	put_text(w, row->flags);
	put_number(w, row->vms);
	put_number(w, row->vm);
	put(w, m->rss_bytes);
	put(w, m->cpus);
	put(w, m->drivers);
	return table_end_row(w, error);
}

/* Count, sum and quantiles of a histogram of ticks. */
static void put_hist(struct table_writer *w, const struct hist *hist, uint64_t tsc_hz)
{
	static const double quantiles[] = { 0.5, 0.9, 0.99 };

	table_put_integer(w, (int64_t)hist->count);
	table_put_integer(w, (int64_t)clock_ticks_to_ns(hist->total, tsc_hz));
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		table_put_integer(w, (int64_t)clock_ticks_to_ns(hist_quantile(hist, quantiles[i]), tsc_hz));
	table_put_integer(w, (int64_t)clock_ticks_to_ns(hist->max, tsc_hz));
}

static int add_exits(struct table_writer *w, uint64_t run, const struct vmm_report *r, struct error *error)
{
	int code = 0;

	for (unsigned reason = 0; code == 0 && reason < VMM_EXIT_REASONS; reason++) {
		if (r->exits[reason].count == 0)
			continue;
		table_put_integer(w, (int64_t)run);
		table_put_text(w, vmm_exit_name(reason));
		put_hist(w, &r->exits[reason], r->tsc_hz);
		code = table_end_row(w, error);
	}
	return code;
}

/* How far off STAGE may be by the offset between guest's and host's clock. */
static int64_t stage_bound_ns(const struct vmm_report *r, int stage)
{
	int64_t ticks = r->tsc_there > r->tsc_back ? r->tsc_there : r->tsc_back;

	if (stage != VMM_STAGE_TRANSPORT_IN && stage != VMM_STAGE_TRANSPORT_OUT)
		return 0;
	if (r->tsc_read)
		ticks = r->tsc_offset < 0 ? -r->tsc_offset : r->tsc_offset;
	else if (r->tsc_seen != 3)
		return RUN_MISSING;
	return (int64_t)clock_ticks_to_ns(ticks > 0 ? (uint64_t)ticks : 0, r->tsc_hz);
}

static int add_requests(struct table_writer *w, uint64_t run, const struct vmm_report *r, struct error *error)
{
	int code = 0;

	for (unsigned kind = 0; kind < VMM_REQUEST_KINDS; kind++)
		for (int stage = 0; code == 0 && stage < VMM_STAGES; stage++) {
			if (r->request[kind].stage[stage].count == 0)
				continue;
			table_put_integer(w, (int64_t)run);
			table_put_text(w, r->request[kind].name);
			table_put_text(w, vmm_stage_names[stage]);
			put_hist(w, &r->request[kind].stage[stage], r->tsc_hz);
			put(w, stage_bound_ns(r, stage));
			code = table_end_row(w, error);
		}
	return code;
}

static int add_counter(struct table_writer *w, uint64_t run, const struct probe_sample *sample,
		       struct error *error)
{
	table_put_integer(w, (int64_t)run);
	table_put_text(w, sample->probe);
	table_put_text(w, sample->layer);
	table_put_text(w, sample->event);
	table_put_text(w, sample->unit);
	table_put_number(w, sample->value);
	put(w, sample->enabled_ns);
	put(w, sample->running_ns);
	table_put_number(w, sample->has_before ? sample->before : (double)NAN);
	table_put_number(w, sample->has_before ? sample->before + sample->value : (double)NAN);
	return table_end_row(w, error);
}

/* What probes told. */
static int add_probes(struct record *record, uint64_t run, const struct measurement *m, uint32_t without,
		      struct error *error)
{
	int code = record_add_layers(record, run, m, error);

	for (size_t i = 0; code == 0 && i < m->samples.count; i++)
		if (probes_have(without, m->samples.sample[i].probe))
			code = add_counter(&record->writer[RECORD_COUNTERS], run, &m->samples.sample[i],
					   error);
	return code;
}

static int add_lifecycle(struct table_writer *w, const struct record_row *row, const struct measurement *m,
			 struct error *error)
{
	int code = 0;

	for (int stage = 0; code == 0 && stage < LIFE_STAGES; stage++) {
		if (m->stage[stage] < row->tsc_origin || m->stage[stage] == 0)
			continue;
		table_put_integer(w, (int64_t)row->run);
		table_put_text(w, life_stage_names[stage]);
		table_put_integer(w,
				  (int64_t)clock_ticks_to_ns(m->stage[stage] - row->tsc_origin, row->tsc_hz));
		code = table_end_row(w, error);
	}
	return code;
}

static void begin(struct record *record)
{
	for (int i = 0; i < RECORD_TABLES; i++)
		record->size[i] = lseek(record->writer[i].fd, 0, SEEK_END);
}

/* Puts rows other than that of runs.csv on the disk. */
static int flush(struct record *record, struct error *error)
{
	for (int i = 0; i < RECORD_RUNS; i++)
		if (lseek(record->writer[i].fd, 0, SEEK_END) != record->size[i] &&
		    fdatasync(record->writer[i].fd) && errno != EINVAL)
			return error_fail(error, errno, "free some space, or choose another directory",
					  "cannot write %s", record->writer[i].path);
	return 0;
}

/* Takes back what the repetition has written so far. What cannot be taken back, --resume drops. */
static void take_back(struct record *record)
{
	for (int i = 0; i < RECORD_TABLES; i++)
		if (record->size[i] >= 0 && ftruncate(record->writer[i].fd, record->size[i]))
			return;
}

int record_add(struct record *record, const struct record_row *row, const struct measurement *m,
	       struct error *error)
{
	int code;

	begin(record);
	code = add_probes(record, row->run, m, row->without, error);
	if (code == 0 && m->report && m->report->tsc_hz)
		code = add_exits(&record->writer[RECORD_EXITS], row->run, m->report, error);
	if (code == 0 && m->report && m->report->tsc_hz)
		code = add_requests(&record->writer[RECORD_REQUESTS], row->run, m->report, error);
	if (code == 0)
		code = add_lifecycle(&record->writer[RECORD_LIFECYCLE], row, m, error);
	if (code == 0 && m->nano)
		code = record_add_event(record, row->run, m->nano, error);
	if (code == 0)
		code = flush(record, error);
	if (code == 0)
		code = add_run(&record->writer[RECORD_RUNS], row, m, error);
	if (code)
		take_back(record);
	return code;
}
