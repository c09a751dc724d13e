/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/provisioning_priv.h"

/* The lives of machines and processes: runs.csv and lifecycle.csv of workloads that are about these. */

static const char *const stage_names[STAGES] = {
	[STAGE_START] = "start",     [STAGE_READY] = "ready",	[STAGE_GO] = "go",
	[STAGE_PROGRAM] = "program", [STAGE_ANSWER] = "answer", [STAGE_END] = "end",
	[STAGE_DONE] = "done",	     [STAGE_FINISH] = "finish", [STAGE_GONE] = "gone",
};

static const char *text(const struct lives *l, size_t row, const char *column)
{
	return table_text_of(&l->runs, row, column);
}

double lives_number(const struct lives *l, size_t row, const char *column)
{
	return table_number_of(&l->runs, row, column);
}

static bool ours(const struct lives *l, size_t row)
{
	return strcmp(text(l, row, "class"), PROVISIONING) == 0;
}

static bool is(const struct lives *l, size_t row, const char *workload, const char *config)
{
	return strcmp(text(l, row, "workload"), workload) == 0 && strcmp(text(l, row, "config"), config) == 0;
}

/* Both tables are written in the order of their runs. */
static void take_stages(struct lives *l, const struct table *stages)
{
	size_t run = table_column(stages, "run"), name = table_column(stages, "stage"), at = 0;

	for (size_t row = 0; row < stages->rows; row++) {
		double number = table_number(stages, row, run);

		while (at < l->runs.rows && lives_number(l, at, "run") < number)
			at++;
		for (int s = 0; at < l->runs.rows && s < STAGES; s++)
			if (lives_number(l, at, "run") == number &&
			    strcmp(table_text(stages, row, name), stage_names[s]) == 0)
				l->stage[at][s] = table_number_of(stages, row, "ns");
	}
}

static int read_stages(struct lives *l, const char *directory, struct error *error)
{
	struct table stages = { 0 };
	char path[4096];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_lifecycle.name);
	code = table_read_optional(&stages, path, &schema_lifecycle, error);
	if (code)
		return code;
	l->stage = malloc((l->runs.rows + 1) * sizeof(*l->stage));
	if (!l->stage)
		code = error_set(error, ENOMEM, "cannot read %s", path);
	for (size_t row = 0; code == 0 && row < l->runs.rows; row++)
		for (int s = 0; s < STAGES; s++)
			l->stage[row][s] = NAN;
	if (code == 0)
		take_stages(l, &stages);
	table_free(&stages);
	return code;
}

int lives_read(struct lives *l, const char *directory, struct error *error)
{
	char path[4096];
	int code;

	*l = (struct lives){ 0 };
	snprintf(path, sizeof(path), "%s/%s", directory, schema_runs.name);
	code = table_read(&l->runs, path, &schema_runs, error);
	for (size_t row = 0; code == 0 && row < l->runs.rows; row++)
		if (ours(l, row) && (names_add(&l->workloads, text(l, row, "workload")) < 0 ||
				     names_add(&l->configs, text(l, row, "config")) < 0))
			code = error_set(error, ENOMEM, "cannot read %s", path);
	names_order_configs(&l->configs);
	if (code == 0 && l->workloads.count)
		code = read_stages(l, directory, error);
	if (code)
		lives_free(l);
	return code;
}

void lives_free(struct lives *l)
{
	free(l->stage);
	names_free(&l->workloads);
	names_free(&l->configs);
	table_free(&l->runs);
	*l = (struct lives){ 0 };
}

/* Whether ROW is of a block that counts. */
static bool counts(const struct lives *l, size_t row)
{
	return !isnan(lives_number(l, row, "block")) && !flags_have(text(l, row, "flags"), "observed");
}

bool lives_next(const struct lives *l, const char *workload, const char *config, struct litter *litter)
{
	size_t row = litter->row + litter->count;
	double copies;

	while (row < l->runs.rows && !(is(l, row, workload, config) && counts(l, row)))
		row++;
	if (row == l->runs.rows)
		return false;
	*litter = (struct litter){ .row = row, .ok = true };
	copies = lives_number(l, row, "vms");
	for (; row < l->runs.rows && is(l, row, workload, config) &&
	       lives_number(l, row, "block") == lives_number(l, litter->row, "block");
	     row++, litter->count++) {
		const char *flags = text(l, row, "flags");

		litter->ok &= strcmp(text(l, row, "status"), "ok") == 0;
		litter->disturbed |= flags_have(flags, "steal") || flags_have(flags, "drift");
	}
	litter->ok &= isnan(copies) || (double)litter->count == copies;
	return true;
}

size_t lives_copies(const struct lives *l, const char *workload)
{
	for (size_t row = 0; row < l->runs.rows; row++)
		if (strcmp(text(l, row, "workload"), workload) == 0 && lives_number(l, row, "vms") > 0)
			return (size_t)lives_number(l, row, "vms");
	return 1;
}

const char *lives_label(const struct lives *l, const char *workload, const char *config)
{
	const char *label = config;

	for (size_t row = 0; row < l->runs.rows; row++)
		if (is(l, row, workload, config) && *text(l, row, "label"))
			label = text(l, row, "label");
	return label;
}

static double mean(const struct lives *l, const struct litter *litter,
		   double (*value)(const struct lives *l, size_t row))
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < litter->count; i++) {
		double v = value(l, litter->row + i);

		sum += isnan(v) ? 0 : v;
		known += !isnan(v);
	}
	return known ? sum / (double)known : NAN;
}

static double memory_of(const struct lives *l, size_t row)
{
	return lives_number(l, row, "rss_bytes");
}

static double cpu_of(const struct lives *l, size_t row)
{
	static const char *const columns[] = { "cpu_vcpu_ns",	     "cpu_monitor_ns",	 "cpu_driver_busy_ns",
					       "cpu_driver_spin_ns", "cpu_vcpu_spin_ns", "cpu_kthread_ns",
					       "cpu_setup_ns" };
	double sum = 0;

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		sum += lives_number(l, row, columns[i]);
	return sum;
}

double lives_memory(const struct lives *l, const struct litter *litter)
{
	return mean(l, litter, memory_of);
}

double lives_cpu(const struct lives *l, const struct litter *litter)
{
	return mean(l, litter, cpu_of);
}

struct failures lives_failures(const struct lives *l, const char *workload, const char *config)
{
	struct failures f = { 0, "", "" };

	for (size_t row = 0; row < l->runs.rows; row++) {
		if (!is(l, row, workload, config) || strcmp(text(l, row, "status"), "ok") == 0)
			continue;
		if (f.count++ == 0) {
			f.status = text(l, row, "status");
			f.reason = text(l, row, "reason");
		}
	}
	return f;
}
