/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_VALIDATION_PRIV_H
#define REPORTS_VALIDATION_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"

/* How far predictions (schema_validation) are off. */

/* One group of predictions: the texts of its rows in these columns. */
struct validation_group {
	const char *config, *metric, *held_out;
};

bool validation_in(const struct table *t, size_t row, const struct validation_group *g);

/* Errors of the column WHICH, sorted, into INTO, which has room for all rows; those of programs with at least
 * LEAST overhead, by that where BY it. How many. */
size_t validation_errors(const struct table *t, const struct validation_group *g, const char *which,
			 double least, bool by, double *into);

/* The share of values within their 95 % interval. NaN: the group is empty. */
double validation_covered(const struct table *t, const struct validation_group *g);

/*
 * How good intervals are that begin and end in the columns LOW and HIGH, of logarithms: their width, and for
 * each value outside forty times how far; less is better (T. Gneiting and A. Raftery, Strictly proper scoring
 * rules, prediction, and estimation, JASA 102, 2007, 6.2).
 */
double validation_score(const struct table *t, const struct validation_group *g, const char *low,
			const char *high);

#endif
