/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/compare_priv.h"

/* How far identical invocations lie apart on a machine: learnt once, used where invocations are few. */

static bool about(const struct table *known, size_t row, const char *machine, const struct compared *what)
{
	return table_is(known, row, "machine", machine) && table_is(known, row, "workload", what->workload) &&
	       table_is(known, row, "config", what->config) && table_is(known, row, "cache", what->cache) &&
	       table_is(known, row, "metric", what->metric);
}

double variance_known(const struct table *known, const char *machine, const struct compared *row,
		      double *freedom)
{
	*freedom = 0;
	for (size_t i = 0; i < known->rows; i++) {
		double spread;

		if (!about(known, i, machine, row))
			continue;
		spread = table_number_of(known, i, "spread");
		*freedom = table_number_of(known, i, "freedom");
		if (!(spread >= 0) || !(*freedom > 0))
			*freedom = 0;
		return spread * spread;
	}
	return NAN;
}

static int put_learnt(struct table_writer *out, const struct comparison *c, const struct compared *row,
		      struct error *error)
{
	double freedom, variance = compared_variance(row, &freedom);

	if (!(freedom > 0))
		return 0;
	table_put_text(out, c->machine);
	table_put_text(out, row->workload);
	table_put_text(out, row->config);
	table_put_text(out, row->cache);
	table_put_text(out, row->metric);
	table_put_number(out, sqrt(variance));
	table_put_integer(out, (int64_t)freedom);
	return table_end_row(out, error);
}

/* What is known of others than those learnt now. */
static int keep(struct table_writer *out, const struct table *known, const struct comparison *c,
		struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < known->rows; i++) {
		bool anew = false;

		for (size_t row = 0; row < c->rows; row++)
			anew |= about(known, i, c->machine, &c->row[row]);
		if (anew)
			continue;
		for (size_t column = 0; column < known->columns; column++)
			table_put_text(out,
				       table_missing(known, i, column) ? NULL : table_text(known, i, column));
		code = table_end_row(out, error);
	}
	return code;
}

int model_variance_learn(const char *const *ours, const char *variance, struct error *error)
{
	struct comparison c;
	struct table known = { 0 };
	struct table_writer out;
	int code = table_read_optional(&known, variance, &schema_variance, error);

	if (code)
		return code;
	code = comparison_read(&c, ours, NULL, model_compare_metrics, error);
	if (code) {
		table_free(&known);
		return code;
	}
	if (c.machines) {
		code = error_set(error, 0, "these results are of more than one machine");
		error_mend(error, "learn from each machine's apart");
	}
	if (code == 0)
		code = table_create(&out, variance, &schema_variance, error);
	if (code == 0) {
		code = keep(&out, &known, &c, error);
		for (size_t i = 0; code == 0 && i < c.rows; i++)
			code = put_learnt(&out, &c, &c.row[i], error);
		code = table_writer_end(&out, code, error);
	}
	comparison_free(&c);
	table_free(&known);
	return code;
}
