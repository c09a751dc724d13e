/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"

/* What the nano suite measured of the events that terms count. */
#define NORMAL_95 1.96 /* standard errors that half of a 95 % interval is */
#define NOISE_NS  1    /* that what takes no time may come out below it, the empty loop subtracted */

static int check(const struct table *costs, struct error *error)
{
	static const char *const median[] = { "median_ns", NULL }, *const ends[] = { "low_ns", "high_ns",
										     NULL };
	static const char mend[] = "measure it anew: vmtax run --suite nano";
	int code = table_amounts(costs, median, -NOISE_NS, mend, error);

	return code ? code : table_amounts(costs, ends, -INFINITY, mend, error);
}

int direct_add(struct direct *d, const char *directory, struct error *error)
{
	struct table *grown = realloc(d->costs, (d->tables + 1) * sizeof(*grown));
	char path[4300];
	int code;

	if (grown == NULL)
		return error_set(error, ENOMEM, "cannot read costs");
	d->costs = grown;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_costs.name);
	code = table_read_optional(&d->costs[d->tables], path, &schema_costs, error);
	if (code)
		return code;
	return check(&d->costs[d->tables++], error);
}

/* Of EVENT under CONFIG what COLUMN says; NaN where it was not measured. */
static double column_of(const struct direct *d, const char *event, const char *config, const char *column)
{
	for (size_t i = 0; event && i < d->tables; i++) {
		const struct table *t = &d->costs[i];

		for (size_t row = 0; row < t->rows; row++)
			if (table_is(t, row, "event", event) && table_is(t, row, "config", config) &&
			    table_is(t, row, "status", "ok"))
				return table_number_of(t, row, column);
	}
	return NAN;
}

static double cost_of(const struct direct *d, const char *event, const char *config)
{
	return column_of(d, event, config, "median_ns");
}

static double measured(const struct direct *d, const struct term *term, const char *config)
{
	double all = cost_of(d, term->direct, config);
	double less = term->less ? cost_of(d, term->less, config) : 0;

	return (all - less) / term->divide;
}

double direct_native(const struct direct *d, const struct term *term)
{
	return measured(d, term, "native");
}

double direct_added(const struct direct *d, const struct term *term, const char *config)
{
	double there = measured(d, term, config), here = measured(d, term, "native");

	if (term->share)
		return there / here;
	return term->whole ? there : there - here;
}

/* The standard error of an event's median, by its interval. */
static double spread(const struct direct *d, const char *event, const char *config)
{
	double low = column_of(d, event, config, "low_ns"), high = column_of(d, event, config, "high_ns");

	return (high - low) / (2 * NORMAL_95);
}

double direct_unsure(const struct direct *d, const struct term *term, const char *config)
{
	double there = spread(d, term->direct, config), here = spread(d, term->direct, "native");
	double unsure;

	if (term->less) {
		there = hypot(there, spread(d, term->less, config));
		here = hypot(here, spread(d, term->less, "native"));
	}
	there /= measured(d, term, config) * term->divide;
	here /= measured(d, term, "native") * term->divide;
	if (!term->share) /* a difference, of which what it takes natively is a part, or is left out */
		here *= term->whole ? 0 : direct_native(d, term) / direct_added(d, term, config);
	unsure = hypot(there, here);
	return isfinite(unsure) ? unsure : 0;
}

static double disturbed(const struct direct *d, const char *config)
{
	return cost_of(d, "forwarded-call-256K", config) - cost_of(d, "forwarded-call", config);
}

void direct_split(const struct direct *d, const char *config, double *exit, double *indirect)
{
	*exit = cost_of(d, "port-write-kernel", config);
	*indirect = fmax(disturbed(d, config) - disturbed(d, "native"), 0);
	if (isnan(disturbed(d, config) - disturbed(d, "native")))
		*indirect = NAN;
}

void direct_free(struct direct *d)
{
	for (size_t i = 0; i < d->tables; i++)
		table_free(&d->costs[i]);
	free(d->costs);
	*d = (struct direct){ 0 };
}
