/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_PLAN_PAGE_PRIV_H
#define REPORTS_PLAN_PAGE_PRIV_H

#include <stdio.h>

#include "base/table.h"

/* The tables of a plan, as pages show them; rows = 0 where absent. */
struct plan_page {
	struct table summary, hosts, uncertainty, forecast;
	size_t *rows;	/* of the summary, in order; owned */
	size_t advised; /* row of the summary; summary.rows: none */
};

/* Drawings, as SVG on a white card: hosts or costs, a bar a configuration with what it may be as a whisker;
 * how full each host of CONFIG is by resource; and how demand of CONFIG's hosts grows. */
void plan_draw_hosts(FILE *out, const struct plan_page *p);
void plan_draw_costs(FILE *out, const struct plan_page *p);
void plan_draw_heat(FILE *out, const struct plan_page *p, const char *config);
void plan_draw_forecast(FILE *out, const struct plan_page *p, const char *config);

/* All figures, a configuration a row. */
void plan_put_table(FILE *out, const struct plan_page *p);

/* Cells by the column's name. */
double plan_number(const struct table *table, size_t row, const char *column);
const char *plan_text(const struct table *table, size_t row, const char *column);

/* The row of TABLE whose config is that of ROW of the summary; its rows: none. */
size_t plan_row_of(const struct plan_page *p, const struct table *table, size_t row);

#endif
