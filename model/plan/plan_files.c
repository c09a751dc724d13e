/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/plan_priv.h"

/* The tables of a plan: all of them take their names, or none does. */

static const struct table_schema *const schemas[PLAN_TABLES] = {
	[PLAN_HOSTS] = &schema_plan_hosts,
	[PLAN_PLACEMENT] = &schema_plan_placement,
	[PLAN_SUMMARY] = &schema_plan_summary,
	[PLAN_RISKS] = &schema_plan_risks,
	[PLAN_DEMAND] = &schema_plan_demand,
	[PLAN_TODAY] = &schema_plan_today,
	[PLAN_MENDING] = &schema_plan_mending,
	[PLAN_MOVES] = &schema_plan_moves,
	[PLAN_BREAK_EVEN] = &schema_plan_break_even,
	[PLAN_UNCERTAINTY] = &schema_plan_uncertainty,
	[PLAN_SENSITIVITY] = &schema_plan_sensitivity,
	[PLAN_WHAT_IF] = &schema_plan_what_if,
	[PLAN_DENSITY] = &schema_plan_density,
	[PLAN_DOUBTS] = &schema_plan_doubts,
	[PLAN_FORECAST] = &schema_plan_forecast,
	[PLAN_HEADROOM] = &schema_plan_headroom,
	[PLAN_ASSUMPTIONS] = &schema_plan_assumptions,
};

/* *MADE: whether it was not there. */
static int make_directory(const char *path, bool *made, struct error *error)
{
	*made = mkdir(path, 0777) == 0;
	if (*made || errno == EEXIST)
		return 0;
	error_set(error, errno, "cannot make the directory");
	error_at(error, "%s", path);
	return error_mend(error, "name one that can be written with --out");
}

int plan_files_open(struct plan_files *files, const char *out, struct error *error)
{
	char path[4200];
	int code;

	*files = (struct plan_files){ .out = out };
	code = make_directory(out, &files->made_out, error);
	snprintf(path, sizeof(path), "%.4000s/plan", out);
	if (code == 0)
		code = make_directory(path, &files->made_plan, error);
	for (; code == 0 && files->open < PLAN_TABLES; files->open += code == 0) {
		snprintf(path, sizeof(path), "%.4000s/%s", out, schemas[files->open]->name);
		code = table_create(&files->table[files->open], path, schemas[files->open], error);
	}
	if (code)
		plan_files_abandon(files);
	return code;
}

int plan_files_close(struct plan_files *files, struct error *error)
{
	char path[4200];
	size_t closed = 0;
	int code = 0;

	for (; code == 0 && closed < files->open; closed += code == 0)
		code = table_writer_close(&files->table[closed], error);
	if (code == 0)
		return 0;
	for (size_t i = closed + 1; i < files->open; i++)
		table_writer_abandon(&files->table[i]);
	for (size_t i = 0; i < closed; i++) {
		snprintf(path, sizeof(path), "%.4000s/%s", files->out, schemas[i]->name);
		unlink(path);
	}
	return code;
}

void plan_files_abandon(struct plan_files *files)
{
	char path[4200];

	while (files->open > 0)
		table_writer_abandon(&files->table[--files->open]);
	snprintf(path, sizeof(path), "%.4000s/plan", files->out);
	if (files->made_plan)
		rmdir(path);
	if (files->made_out)
		rmdir(files->out);
}
