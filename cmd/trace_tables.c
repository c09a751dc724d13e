/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/trace_tables_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "reports/reports.h"
#include "vmm/vmm.h"

/* From a trace to tables. */

/* All events up to END_NS. */
static int read_all(struct trace_reader *reader, struct trace_machine *machine, uint64_t end_ns,
		    uint64_t *last)
{
	const struct trace_event *event;
	int code = 0;

	while (code == 0 && (event = trace_reader_next(reader)) != NULL && event->time_ns <= end_ns) {
		*last = event->time_ns;
		code = trace_machine_take(machine, event);
	}
	return code;
}

int trace_tables_account(const char *path, const struct trace_window *window, struct trace_account *account,
			 struct trace_facts *facts, struct error *error)
{
	struct trace_machine *machine;
	struct trace_reader *reader;
	uint64_t last = 0, end;
	int code = trace_reader_open(&reader, path, error), closed;

	if (code)
		return code;
	machine = trace_machine_make(window ? window->begin_ns : trace_reader_facts(reader)->begin_ns);
	if (machine == NULL) {
		trace_reader_close(reader);
		return error_set(error, ENOMEM, "cannot account for the trace");
	}
	code = read_all(reader, machine, window ? window->end_ns : UINT64_MAX, &last);
	end = window ? window->end_ns : trace_reader_facts(reader)->end_ns;
	closed = trace_machine_close(machine, end ? end : last, account);
	if (facts)
		*facts = *trace_reader_facts(reader);
	trace_reader_close(reader);
	if (code && closed == 0)
		trace_account_free(account);
	code = code ? code : closed;
	return code ? error_set(error, -code, "cannot account for the trace") : 0;
}

/* "vcpu 4711 CPU 0/KV": what it is, its number and what it calls itself. */
static const char *thread_name(const struct trace_thread *t, char text[64])
{
	static const char *const roles[] = {
		[TRACE_PROGRAM] = "program", [TRACE_VCPU] = "vcpu", [TRACE_THREAD] = "thread"
	};

	snprintf(text, 64, "%s %d%s%s", roles[t->role], (int)t->tid, *t->name ? " " : "", t->name);
	for (char *c = text; *c; c++) /* a thread names itself: nothing of it shall steer a terminal */
		*c = *c < ' ' || *c > '~' ? '?' : *c;
	return text;
}

static int put_thread(struct table_writer *out, const struct trace_thread *t, struct error *error)
{
	char name[64];
	int code = 0;

	for (int layer = 0; code == 0 && layer < PROBE_LAYERS; layer++) {
		bool divided = layer == LAYER_GUEST_USER || layer == LAYER_HYPERVISOR;
		enum probe_source source = layer == LAYER_UNATTRIBUTED ? PROBE_INFERRED
					   : t->sampled && divided     ? PROBE_SAMPLED
								       : PROBE_EXACT;

		if (t->ns[layer] == 0 && layer != LAYER_UNATTRIBUTED)
			continue;
		table_put_integer(out, 1);
		table_put_text(out, thread_name(t, name));
		table_put_text(out, probe_layers[layer].name);
		table_put_integer(out, (int64_t)t->ns[layer]);
		table_put_text(out, probe_source_names[source]);
		code = table_end_row(out, error);
	}
	return code;
}

static int put_reason(struct table_writer *out, const struct trace_reason *r, struct error *error)
{
	char text[64], name[80];

	if (r->user)
		snprintf(name, sizeof(name), "monitor: %s", vmm_exit_name((unsigned)r->value));
	table_put_integer(out, 1);
	table_put_text(out, r->user ? name : trace_exit_name(r->value, text, sizeof(text)));
	table_put_integer(out, (int64_t)r->ns.count);
	table_put_integer(out, (int64_t)r->ns.total);
	table_put_integer(out, (int64_t)hist_quantile(&r->ns, 0.5));
	table_put_integer(out, (int64_t)hist_quantile(&r->ns, 0.9));
	table_put_integer(out, (int64_t)hist_quantile(&r->ns, 0.99));
	table_put_integer(out, (int64_t)r->ns.max);
	return table_end_row(out, error);
}

static int write_one(const struct trace_account *a, const char *directory, bool exits, struct error *error)
{
	const struct table_schema *schema = exits ? &schema_exits : &schema_layers;
	struct table_writer out;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	code = table_create(&out, path, schema, error);
	if (code)
		return code;
	for (size_t i = 0; code == 0 && i < (exits ? a->reasons : a->threads); i++)
		code = exits ? put_reason(&out, &a->reason[i], error)
			     : put_thread(&out, &a->thread[i], error);
	return table_writer_end(&out, code, error);
}

int trace_tables_write(const char *path, const char *directory, struct report_account *facts,
		       struct error *error)
{
	struct trace_account account;
	struct trace_facts trace;
	int code = trace_tables_account(path, NULL, &account, &trace, error);

	if (code)
		return code;
	facts->events = trace.events;
	facts->lost = trace.lost;
	facts->cut = trace.end_ns == 0;
	for (size_t i = 0; i < account.threads; i++)
		facts->sampled |= account.thread[i].sampled;
	code = write_one(&account, directory, false, error);
	if (code == 0)
		code = write_one(&account, directory, true, error);
	trace_account_free(&account);
	return code;
}
