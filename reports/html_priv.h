/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef REPORTS_HTML_PRIV_H
#define REPORTS_HTML_PRIV_H

#include <stdio.h>

#include "reports/reports_priv.h"

/* The parts of report.html, each a section or nothing where its table is absent. 0 or -ENOMEM. */
int html_notes(FILE *out, const struct result *result);
int html_overhead(FILE *out, const struct result *result, const struct metric *metric);
int html_times(FILE *out, const struct result *result); /* where nothing is compared */
int html_overhead_figures(FILE *out, const struct result *result);
int html_ablation(FILE *out, const struct result *result);
int html_nano(FILE *out, const struct result *result);
int html_provisioning(FILE *out, const struct result *result);
int html_layers(FILE *out, const struct result *result);
int html_observer(FILE *out, const struct result *result);
int html_hardware(FILE *out, const struct result *result);
int html_footprint(FILE *out, const struct result *result);
int html_requests(FILE *out, const struct result *result);
int html_stages(FILE *out, const struct result *result); /* within that section */
int html_plan(FILE *out, const char *directory);
int html_validation(FILE *out, const struct result *result);
int html_errors(FILE *out, const struct result *result,
		const struct names *configs);		/* within that section, */
int html_costs(FILE *out, const struct result *result); /* as is this */
void html_method(FILE *out, const struct result *result);
void html_machine(FILE *out, const struct result *result);
void html_files(FILE *out, const struct result *result);
void html_style(FILE *out);

/* A table in its own scrolling box; the last row holds the medians of METRIC where it is given. */
void html_grid(FILE *out, struct grid *grid, const struct result *result, const char *metric);

/* One drawing on its card under TITLE, or why there is none; with its columns' names where LEGEND. */
void html_figure(FILE *out, const struct chart *chart, const char *title, bool legend);

/* The key of COUNT series: the shapes of dots, or squares. */
void html_legend(FILE *out, const struct series *series, size_t count, bool dots);

#endif
