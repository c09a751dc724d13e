/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/fit_priv.h"
#include "model/model.h"
#include "model/model_priv.h"

/* coefficients.csv: fits as a table. */

/* The programs of a configuration, one after the other; the caller frees. NULL: out of memory. */
static char *list_programs(const struct fit_cases *all, const char *config)
{
	size_t room = 1, used = 0;
	char *text;

	for (size_t i = 0; i < all->count; i++)
		room += strlen(all->at[i].program) + 1;
	text = calloc(room, 1);
	for (size_t i = 0; text && i < all->count; i++) {
		if (strcmp(all->at[i].config, config) != 0)
			continue;
		used += (size_t)snprintf(text + used, room - used, "%s%s", used ? " " : "",
					 all->at[i].program);
	}
	return text;
}

static const char *label_of(const struct fit_cases *all, const char *config)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->at[i].config, config) == 0)
			return all->at[i].label;
	return config;
}

static bool has_exits(const struct fit_cases *all, const char *config)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->at[i].config, config) == 0)
			return strcmp(all->at[i].transport, "ring") != 0;
	return false;
}

/* What VALUE of a case is in most of those under CONFIG; one with many threads keeps more cores. */
static double usual(const struct fit_cases *all, const char *config,
		    double (*value)(const struct fit_case *f))
{
	double *found = calloc(all->count + 1, sizeof(*found)), median;
	size_t n = 0;

	for (size_t i = 0; found && i < all->count; i++)
		if (strcmp(all->at[i].config, config) == 0 && !isnan(value(&all->at[i])))
			found[n++] = value(&all->at[i]);
	median = found && n ? stats_median(found, n, MODEL_LEVEL).value : (double)NAN;
	free(found);
	return median;
}

static double held_by(const struct fit_case *f)
{
	return f->held;
}

static double set_up(const struct fit_case *f)
{
	return f->setup_ns;
}

struct row {
	const char *config, *programs;
	int metric;
	bool exits;	       /* requests leave the guest */
	double held, setup_ns; /* what is usual */
};

static int put_row(struct table_writer *w, const struct fit_cases *all, const struct row *r,
		   const struct fit *fit, size_t j, struct error *error)
{
	bool term = j < terms_count;
	size_t kind = term ? 0 : j - terms_count;
	double exit = NAN, indirect = NAN;

	table_put_text(w, r->config);
	table_put_text(w, label_of(all, r->config));
	table_put_text(w, fit_metrics[r->metric]);
	table_put_text(w, term ? terms[j].name : fit_errors[kind]);
	table_put_text(w, term && !terms[j].share ? "ns" : "1");
	table_put_number(w, term ? fit->cost[j] : fit->error[kind][1]);
	table_put_number(w, term ? fit->low[j] : fit->error[kind][0]);
	table_put_number(w, term ? fit->high[j] : fit->error[kind][2]);
	table_put_number(w, term ? fit->direct[j] : (double)NAN);
	table_put_number(w, term && !terms[j].share ? direct_native(&all->direct, &terms[j]) : (double)NAN);
	table_put_number(w, term && j != TERM_BASE ? fit->most[j] : (double)NAN);
	table_put_text(w, term && fit->merged[j] >= 0 ? terms[fit->merged[j]].name : NULL);
	table_put_number(w, fit->condition);
	table_put_integer(w, (int64_t)fit->programs);
	table_put_integer(w, (int64_t)(term ? fit->with[j] : fit->judged[kind]));
	table_put_text(w, *all->backend ? all->backend : NULL);
	table_put_text(w, r->programs);
	table_put_number(w, r->held);
	if (term && strcmp(terms[j].name, "request") == 0 && r->metric == METRIC_TIME)
		direct_split(&all->direct, r->config, &exit, &indirect);
	table_put_number(w, r->exits ? exit : (double)NAN);
	table_put_number(w, indirect);
	table_put_number(w, r->setup_ns);
	table_put_text(w, *all->processor ? all->processor : NULL);
	return table_end_row(w, error);
}

static int put_fit(struct table_writer *w, const struct fit_cases *all, const char *config, int metric,
		   struct error *error)
{
	char *programs = list_programs(all, config);
	struct row row = { .config = config,
			   .programs = programs,
			   .metric = metric,
			   .exits = has_exits(all, config),
			   .held = usual(all, config, held_by),
			   .setup_ns = usual(all, config, set_up) };
	struct fit fit;
	int code = programs ? fit_make(all, config, metric, NULL, FIT_INTERVALS, &fit) : -ENOMEM;

	if (code)
		code = error_set(error, -code, "cannot fit costs of %.100s", config);
	for (size_t j = 0; code == 0 && j < terms_count + FIT_KINDS; j++)
		if (j >= terms_count || !fit.absent[j] || terms[j].small) /* nought says it is told apart */
			code = put_row(w, all, &row, &fit, j, error);
	free(programs);
	return code;
}

int model_fit_write(const char *const *directories, const struct model_held_out *held, const char *path,
		    const struct model_watch *watch, struct error *error)
{
	struct fit_cases all = { 0 };
	struct table_writer writer;
	int code = fit_cases_read(&all, directories, FIT_OTHERS, held->programs, error);

	if (code == 0)
		code = fit_leave_out(&all, watch, error);
	if (code == 0)
		code = table_create(&writer, path, &schema_coefficients, error);
	if (code) {
		fit_cases_free(&all);
		return code;
	}
	for (size_t c = 0; code == 0 && c < all.configs.count; c++)
		for (int m = 0; code == 0 && m < METRICS; m++) {
			watch->step(watch->context, "intervals", all.configs.count * METRICS, fit_metrics[m],
				    all.configs.name[c]);
			code = put_fit(&writer, &all, all.configs.name[c], m, error);
		}
	fit_cases_free(&all);
	return table_writer_end(&writer, code, error);
}
