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
	d->tables += code == 0;
	return code;
}

double direct_event(const struct direct *d, const char *event, const char *config)
{
	for (size_t i = 0; event && i < d->tables; i++) {
		const struct table *t = &d->costs[i];

		for (size_t row = 0; row < t->rows; row++)
			if (table_is(t, row, "event", event) && table_is(t, row, "config", config) &&
			    table_is(t, row, "status", "ok"))
				return table_number_of(t, row, "median_ns");
	}
	return NAN;
}

static double measured(const struct direct *d, const struct term *term, const char *config)
{
	double all = direct_event(d, term->direct, config);
	double less = term->less ? direct_event(d, term->less, config) : 0;

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
	return term == &terms[TERM_FAULT] ? there : there - here;
}

static double disturbed(const struct direct *d, const char *config)
{
	return direct_event(d, "forwarded-call-256K", config) - direct_event(d, "forwarded-call", config);
}

void direct_split(const struct direct *d, const char *config, double *exit, double *indirect)
{
	*exit = direct_event(d, "port-write-kernel", config);
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
