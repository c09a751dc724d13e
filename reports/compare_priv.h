/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_COMPARE_PRIV_H
#define REPORTS_COMPARE_PRIV_H

#include "reports/reports.h"
#include "reports/reports_priv.h"

/* A metric of comparison.csv, and its name in a heading. */
struct compare_metric {
	const char *name, *title;
};
extern const struct compare_metric compare_metrics[]; /* ends with a NULL name */

/* Verdicts counted, as a sentence; the caller frees. NULL when memory is short. */
char *compare_headline(const struct table *table, const struct report_comparison *comparison);

/* "+3.1 % [+2.2, +4.0]" of ROW in TEXT (64 bytes). Returns TEXT. */
char *compare_change(const struct table *table, size_t row, char *text);

/* What else is to be said of ROW: invocations it needs, flags; "" for nothing. In TEXT (200 bytes). */
char *compare_remark(const struct table *table, size_t row, char *text);

/* A value of the row's metric in TEXT (32 bytes): a time, or a ratio. Returns TEXT. */
char *compare_value(const struct table *table, size_t row, const char *column, char *text);

#endif
