/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>

#include "base/schema.h"
#include "model/fit_priv.h"

/* latencies.csv: what each kind of request would take, by the costs of the terms that its row of the profile
 * feeds. A ring has two regimes: its driver polls, or has fallen asleep meanwhile, which the times between
 * calls tell. */

/* What one call of ROW adds. */
struct added {
	double awake, asleep; /* ns; asleep NaN: nothing sleeps */
	double late;	      /* share */
};

static struct added add_up(const struct fit *fit, const struct table *t, size_t row)
{
	double count = table_number_of(t, row, "value");
	struct added a = { .awake = 0, .asleep = NAN };

	for (size_t j = 0; j < terms_count; j++) {
		double events = term_events(&terms[j], t, row) / count;

		if (terms[j].cpu || (!terms[j].weight && !terms[j].event))
			continue;
		if (terms[j].ring) {
			a.late = fmin(events, 1);
			a.asleep = fit->cost[j];
		} else {
			a.awake += events * fit->cost[j];
		}
	}
	if (!(a.asleep > 0)) {
		a.asleep = NAN;
		a.late = 0;
	}
	a.asleep += a.awake;
	return a;
}

static int put(struct table_writer *w, const char *program, const char *config, const struct table *t,
	       size_t row, const struct added *a, struct error *error)
{
	double count = table_number_of(t, row, "value"), bytes = table_number_of(t, row, "bytes");
	bool sleeps = a->late > 0;

	table_put_text(w, program);
	table_put_text(w, config);
	table_put_text(w, table_text_of(t, row, "event"));
	table_put_number(w, count);
	table_put_number(w, bytes / count);
	table_put_number(w, a->late);
	table_put_number(w, sleeps ? a->awake * (1 - a->late) + a->asleep * a->late : a->awake);
	table_put_number(w, a->awake);
	table_put_number(w, a->asleep);
	table_put_number(w, a->late > 0.5 ? a->asleep : a->awake);
	table_put_number(w, a->late > 0.05 ? a->asleep : a->awake);
	return table_end_row(w, error);
}

int latency_put(struct table_writer *w, const struct fit *fit, const char *config, const struct profiles *p,
		size_t program, struct error *error)
{
	const struct profile *own = &p->at[program];
	const struct table *t = &p->table[own->table];
	int code = 0;

	for (size_t row = own->first; code == 0 && row < own->next; row++) {
		struct added added;

		if (!table_is(t, row, "program", p->program.name[program]) ||
		    !table_is(t, row, "group", "call") || table_missing_of(t, row, "blocks") ||
		    !(table_number_of(t, row, "value") > 0))
			continue;
		added = add_up(fit, t, row);
		code = put(w, p->program.name[program], config, t, row, &added, error);
	}
	return code;
}
