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

/* All events up to END_NS, and what recording took, which comes last. */
static int read_all(struct trace_reader *reader, struct trace_machine *machine, uint64_t end_ns,
		    uint64_t *last)
{
	const struct trace_event *event;
	int code = 0;

	while (code == 0 && (event = trace_reader_next(reader)) != NULL) {
		if (event->time_ns > end_ns && event->kind != TRACE_COST)
			continue;
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

static int put_layer(struct table_writer *out, const struct trace_thread *t, int layer, uint64_t ns,
		     enum probe_source source, struct error *error)
{
	char name[64];

	if (ns == 0 && layer != LAYER_UNATTRIBUTED)
		return 0;
	table_put_integer(out, 1);
	table_put_text(out, thread_name(t, name));
	table_put_text(out, probe_layers[layer].name);
	table_put_integer(out, (int64_t)ns);
	table_put_text(out, probe_source_names[source]);
	return table_end_row(out, error);
}

/* What of a layer's time is inferred is a row of its own; what ticks say of others', too. */
static int put_thread(struct table_writer *out, const struct trace_thread *t, struct error *error)
{
	enum probe_source divided = t->sampled ? PROBE_SAMPLED : PROBE_EXACT;
	int code = 0;

	for (int layer = 0; code == 0 && layer < PROBE_LAYERS; layer++) {
		enum probe_source source = PROBE_EXACT;
		uint64_t ns = t->ns[layer];

		if (layer == LAYER_UNATTRIBUTED)
			source = PROBE_INFERRED;
		else if (layer == LAYER_GUEST_USER || layer == LAYER_HYPERVISOR)
			source = divided;
		if (t->inferred_ns[layer]) {
			code = put_layer(out, t, layer, ns - t->inferred_ns[layer], source, error);
			ns = t->inferred_ns[layer];
			source = PROBE_INFERRED;
		}
		if (t->ticked_ns[layer]) {
			code = put_layer(out, t, layer, ns - t->ticked_ns[layer], source, error);
			ns = t->ticked_ns[layer];
			source = PROBE_SAMPLED;
		}
		if (code == 0)
			code = put_layer(out, t, layer, ns, source, error);
	}
	return code;
}

/* What is counted, in TEXT of 80 bytes. */
static const char *reason_name(const struct trace_reason *r, char text[80])
{
	char exit[64];

	switch (r->kind) {
	case REASON_MONITOR:
		snprintf(text, 80, "monitor: %s", vmm_exit_name((unsigned)r->value));
		break;
	case REASON_FAULT:
		snprintf(text, 80, "kvm: page fault");
		break;
	case REASON_RAISE:
		snprintf(text, 80, "kvm: interrupt %#x raised", (unsigned)r->value);
		break;
	case REASON_INJECT:
		snprintf(text, 80, "kvm: interrupt %#x injected", (unsigned)r->value);
		break;
	case REASON_POLLED:
		snprintf(text, 80, "kvm: halt, polled");
		break;
	case REASON_BLOCKED:
		snprintf(text, 80, "kvm: halt, blocked");
		break;
	default:
		snprintf(text, 80, "%s", trace_exit_name(r->value, exit, sizeof(exit)));
	}
	return text;
}

int trace_tables_put_reason(struct table_writer *out, uint64_t run, const struct trace_reason *r,
			    const char *prefix, struct error *error)
{
	static const double quantiles[] = { 0.5, 0.9, 0.99 };
	bool timed = r->ns.count > 0; /* else KVM does not tell when it ends */
	char name[80], full[100];

	snprintf(full, sizeof(full), "%s%s", r->kind == REASON_EXIT ? prefix : "", reason_name(r, name));
	table_put_integer(out, (int64_t)run);
	table_put_text(out, full);
	table_put_integer(out, (int64_t)r->count);
	if (!timed) {
		for (int i = 0; i < 5; i++)
			table_put_missing(out);
		return table_end_row(out, error);
	}
	table_put_integer(out, (int64_t)r->ns.total);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		table_put_integer(out, (int64_t)hist_quantile(&r->ns, quantiles[i]));
	table_put_integer(out, (int64_t)r->ns.max);
	return table_end_row(out, error);
}

static int write_one(const struct trace_account *a, const char *path, bool exits, struct error *error)
{
	struct table_writer out;
	/* Into the file itself, which may have no name to be exchanged. */
	int code = table_append(&out, path, exits ? &schema_exits : &schema_layers, false, error);

	if (code)
		return code;
	for (size_t i = 0; code == 0 && i < (exits ? a->reasons : a->threads); i++)
		code = exits ? trace_tables_put_reason(&out, 1, &a->reason[i], "", error)
			     : put_thread(&out, &a->thread[i], error);
	return table_writer_end(&out, code, error);
}

int trace_tables_write(const char *path, struct report_account *facts, struct error *error)
{
	struct trace_account account;
	struct trace_facts trace;
	int code = trace_tables_account(path, NULL, &account, &trace, error);

	if (code)
		return code;
	facts->events = trace.events;
	facts->lost = trace.lost;
	facts->cut = trace.end_ns == 0;
	facts->recorder_ns = (double)account.cost[COST_RECORDER];
	for (size_t i = 0; i < account.threads; i++)
		facts->sampled |= account.thread[i].sampled && account.thread[i].role == TRACE_VCPU;
	if (account.threads == 0) {
		error_fail(error, 0, "it was cut off or damaged at once: record another",
			   "there is no event in the trace");
		code = error_at(error, "%s", path);
	}
	if (code == 0)
		code = write_one(&account, facts->layers, false, error);
	if (code == 0)
		code = write_one(&account, facts->exits, true, error);
	trace_account_free(&account);
	return code;
}
