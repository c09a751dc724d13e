/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/record_priv.h"
#include "cmd/trace_tables_priv.h"

/* The account of a repetition's time as rows: the best there is, and how far a trace and stamps agree. */

static int add_layer(struct table_writer *w, uint64_t run, const struct measurement_thread *thread, int layer,
		     struct error *error)
{
	const struct probe_account *account = thread->has_trace ? &thread->traced : &thread->account;

	if (account->ns[layer] == PROBE_MISSING)
		return 0;
	table_put_integer(w, (int64_t)run);
	table_put_text(w, thread->name);
	table_put_text(w, probe_layers[layer].name);
	table_put_integer(w, account->ns[layer]);
	table_put_text(w, probe_source_names[account->source[layer]]);
	return table_end_row(w, error);
}

/* What one of the two does not have the other found nothing in. */
static int add_agreement(struct table_writer *w, uint64_t run, const struct measurement_thread *thread,
			 int layer, struct error *error)
{
	int64_t stamps = thread->account.ns[layer], trace = thread->traced.ns[layer];

	if (!thread->has_trace || (stamps == PROBE_MISSING && trace == PROBE_MISSING))
		return 0;
	table_put_integer(w, (int64_t)run);
	table_put_text(w, thread->name);
	table_put_text(w, probe_layers[layer].name);
	table_put_integer(w, stamps == PROBE_MISSING ? 0 : stamps);
	table_put_integer(w, trace == PROBE_MISSING ? 0 : trace);
	return table_end_row(w, error);
}

/* Exits to the monitor are there by its own stamps. */
static int add_traced(struct record *record, uint64_t run, const struct measurement *m, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < m->traced_reasons; i++)
		if (m->traced[i].kind != REASON_MONITOR)
			code = trace_tables_put_reason(&record->writer[RECORD_EXITS], run, &m->traced[i],
						       "cpu: ", error);
	return code;
}

int record_add_layers(struct record *record, uint64_t run, const struct measurement *m, struct error *error)
{
	int code = add_traced(record, run, m, error);

	for (size_t i = 0; i < m->threads; i++)
		for (int layer = 0; code == 0 && layer < PROBE_LAYERS; layer++) {
			code = add_layer(&record->writer[RECORD_LAYERS], run, &m->thread[i], layer, error);
			if (code == 0 && m->report) /* of a plain program ticks alone tell besides */
				code = add_agreement(&record->writer[RECORD_AGREEMENT], run, &m->thread[i],
						     layer, error);
		}
	return code;
}
