/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "base/units.h"
#include "cmd/run_priv.h"

/* schedule.csv: what was asked for and decided, so that --resume can go on with it. */

static const struct table_schema schema = {
	.name = "schedule.csv",
	.description = "a setting of the run, for vmtax run --resume",
	.columns =
		(const struct table_column[]){
			{ .name = "setting", .type = TABLE_STRING, .unit = "", .description = "which" },
			{ .name = "value",
			  .type = TABLE_STRING,
			  .unit = "",
			  .description = "= and its value" },
			{ .name = NULL },
		},
};

/* With a leading "=": an empty cell and one of "NA" would be read back as missing. */
static int put(struct table_writer *writer, const char *setting, const char *value, struct error *error)
{
	char *text;
	int code;

	if (asprintf(&text, "=%s", value) < 0)
		return error_set(error, ENOMEM, "cannot keep the schedule");
	table_put_text(writer, setting);
	table_put_text(writer, text);
	code = table_end_row(writer, error);
	free(text);
	return code;
}

static int put_count(struct table_writer *writer, const char *setting, uint64_t value, struct error *error)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return put(writer, setting, text, error);
}

int run_plan_write(const struct run_plan *plan, const char *directory, struct error *error)
{
	struct table_writer writer;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema.name);
	code = table_create(&writer, path, &schema, error);
	if (code)
		return code;
	code = put(&writer, "directory", plan->directory, error);
	if (code == 0)
		code = put(&writer, "invocation", plan->invocation, error);
	if (code == 0)
		code = put_count(&writer, "seed", plan->seed, error);
	for (int i = 0; code == 0 && i < plan->argc; i++)
		code = put(&writer, "argument", plan->argv[i], error);
	if (code) {
		table_writer_abandon(&writer);
		return code;
	}
	return table_writer_close(&writer, error);
}

static int decide(const char *setting, uint64_t value, const char *directory, struct error *error)
{
	struct table_writer writer;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema.name);
	code = table_append(&writer, path, &schema, true, error);
	if (code)
		return code;
	code = put_count(&writer, setting, value, error);
	if (code) {
		table_writer_abandon(&writer);
		return code;
	}
	return table_writer_close(&writer, error);
}

int run_plan_decide_blocks(struct run_plan *plan, uint64_t blocks, const char *directory, struct error *error)
{
	plan->blocks[plan->decided++] = blocks;
	return decide("blocks", blocks, directory, error);
}

int run_plan_decide_orders(struct run_plan *plan, uint64_t orders, const char *directory, struct error *error)
{
	plan->orders = orders;
	return decide("orders", orders, directory, error);
}

static int take_setting(struct run_plan *plan, const char *setting, const char *value, struct error *error)
{
	if (*value++ != '=')
		return error_fail(error, 0, "run it anew with --force", "the value lacks its =");
	if (strcmp(setting, "argument") == 0)
		return (plan->argv[plan->argc++] = strdup(value)) ? 0 : -ENOMEM;
	if (strcmp(setting, "directory") == 0) {
		free(plan->directory);
		return (plan->directory = strdup(value)) ? 0 : -ENOMEM;
	}
	if (strcmp(setting, "invocation") == 0)
		return snprintf(plan->invocation, sizeof(plan->invocation), "%s", value) < 0;
	if (strcmp(setting, "seed") == 0)
		return units_parse_count(value, UINT64_MAX, &plan->seed, error);
	if (strcmp(setting, "blocks") == 0 && plan->decided < RUN_STAGES)
		return units_parse_count(value, UINT64_MAX, &plan->blocks[plan->decided++], error);
	if (strcmp(setting, "orders") == 0)
		return units_parse_count(value, UINT64_MAX, &plan->orders, error);
	return error_fail(error, 0, "run it anew with --force", "%.80s is no setting of a plan", setting);
}

int run_plan_read(struct run_plan *plan, const char *directory, struct error *error)
{
	struct table table = { 0 };
	char path[4200];
	int code;

	*plan = (struct run_plan){ 0 };
	snprintf(path, sizeof(path), "%s/%s", directory, schema.name);
	code = table_read(&table, path, &schema, error);
	if (code)
		return code;
	plan->argv = calloc(table.rows + 1, sizeof(*plan->argv));
	if (plan->argv == NULL) {
		error_set(error, ENOMEM, "cannot read the plan");
		code = -ENOMEM;
	}
	for (size_t row = 0; code == 0 && row < table.rows; row++) {
		code = take_setting(plan, table_text(&table, row, 0), table_text(&table, row, 1), error);
		if (code)
			error_at(error, "%.200s:%zu", path, table.lines[row]);
	}
	if (code == 0 && (plan->argc == 0 || plan->directory == NULL))
		code = error_fail(error, 0, "run it anew with --force", "%.200s lacks settings", path);
	table_free(&table);
	if (code)
		run_plan_free(plan);
	return code;
}

void run_plan_free(struct run_plan *plan)
{
	for (int i = 0; i < plan->argc; i++)
		free(plan->argv[i]);
	free(plan->argv);
	free(plan->directory);
	*plan = (struct run_plan){ 0 };
}
