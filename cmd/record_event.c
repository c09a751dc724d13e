/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "base/hist.h"
#include "cmd/nano_priv.h"
#include "cmd/record_priv.h"

/* What a repetition found of an event, as rows of tables. */

static int add_buckets(struct table_writer *w, uint64_t run, const struct hist *hist, struct error *error)
{
	uint64_t low, high;
	int code = 0;

	for (unsigned i = 0; code == 0 && i < HIST_BUCKETS; i++) {
		if (hist->bucket[i] == 0)
			continue;
		hist_bounds(i, &low, &high);
		table_put_integer(w, (int64_t)run);
		table_put_integer(w, (int64_t)low);
		table_put_integer(w, (int64_t)(high < INT64_MAX ? high : INT64_MAX));
		table_put_integer(w, hist->bucket[i]);
		code = table_end_row(w, error);
	}
	return code;
}

int record_add_event(struct record *record, uint64_t run, const struct nano *nano, struct error *error)
{
	struct table_writer *w = &record->writer[RECORD_EVENTS];
	const double figures[] = { nano->empty_ns, nano->median_ns, nano->p90_ns,
				   nano->p99_ns,   nano->max_ns,    nano->tsc_ticks };
	int code;

	table_put_integer(w, (int64_t)run);
	table_put_integer(w, (int64_t)nano->n);
	table_put_integer(w, (int64_t)nano->ops);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		table_put_number(w, figures[i]);
	code = table_end_row(w, error);
	if (code == 0 && nano->hist)
		code = add_buckets(&record->writer[RECORD_DISTRIBUTIONS], run, nano->hist, error);
	return code;
}
