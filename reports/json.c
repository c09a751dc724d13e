/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/schema.h"
#include "reports/reports.h"
#include "reports/reports_priv.h"

/* 15 digits give every decimal figure back as it stood in the table. */
#define JSON_STYLE (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* TEXT as a JSON string; bytes that are not UTF-8, which paths and arguments may hold, become question marks.
 */
static json_t *json_text(const char *text)
{
	json_t *string = json_string(text);
	char *copy;

	if (string)
		return string;
	copy = strdup(text);
	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	string = copy ? json_string(copy) : NULL;
	free(copy);
	return string;
}

static json_t *json_cell(const struct table *table, size_t row, size_t column)
{
	const char *text = table_text(table, row, column);

	if (table_missing(table, row, column))
		return json_null();
	switch (table->schema->columns[column].type) {
	case TABLE_INTEGER:
		return json_integer(strtoll(text, NULL, 10));
	case TABLE_NUMBER:
		return isfinite(table_number(table, row, column))
			       ? json_real(table_number(table, row, column))
			       : json_null();
	default:
		return json_text(text);
	}
}

static json_t *json_row(const struct table *table, size_t row)
{
	json_t *object = json_object();

	for (size_t column = 0; column < table->columns; column++)
		json_object_set_new(object, table->schema->columns[column].name,
				    json_cell(table, row, column));
	return object;
}

static int print_rows(FILE *out, const struct table *table)
{
	int status = 0;

	fputs("[", out);
	for (size_t row = 0; row < table->rows && status == 0; row++) {
		json_t *object = json_row(table, row);

		fputs(row ? ",\n" : "\n", out);
		status = json_dumpf(object, out, JSON_STYLE);
		json_decref(object);
	}
	fputs("\n]\n", out);
	return status;
}

int report_table_json(FILE *out, const char *csv_path, const struct table_schema *schema, struct error *error)
{
	struct table table;
	struct whole whole;
	int status = table_read(&table, csv_path, schema, error);

	if (status < 0)
		return status;
	status = whole_open(&whole, error);
	if (status == 0 && print_rows(whole.out, &table) < 0) {
		whole_abandon(&whole);
		status = error_set(error, ENOMEM, "cannot make JSON of %s", schema->name);
	} else if (status == 0) {
		status = whole_print(&whole, out, schema->name, error);
	}
	table_free(&table);
	return status;
}

static json_t *describe_column(const struct table_column *column)
{
	static const char *const types[] = {
		[TABLE_STRING] = "string", [TABLE_INTEGER] = "integer", [TABLE_NUMBER] = "number"
	};
	json_t *field = json_pack("{ss ss ss}", "name", column->name, "type", types[column->type],
				  "description", column->description);

	if (column->unit && *column->unit)
		json_object_set_new(field, "unit", json_string(column->unit));
	return field;
}

/* A resource's name is its path without ".csv", "/" as "-": "plan-summary". */
static json_t *resource_name(const char *path)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(path, "."), path);
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '-';
	return json_string(name);
}

static json_t *describe_table(const struct table_schema *schema)
{
	json_t *fields = json_array();

	for (const struct table_column *column = schema->columns; column->name; column++)
		json_array_append_new(fields, describe_column(column));
	return json_pack("{so ss ss ss ss ss ss s{so s[ss]}}", "name", resource_name(schema->name), "path",
			 schema->name, "profile", "tabular-data-resource", "description", schema->description,
			 "format", "csv", "mediatype", "text/csv", "encoding", "utf-8", "schema", "fields",
			 fields, "missingValues", "", "NA");
}

static json_t *describe_directory(const char *directory)
{
	json_t *resources = json_array();
	char path[4096];

	for (size_t i = 0; schema_results[i]; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, schema_results[i]->name);
		if (access(path, F_OK) == 0)
			json_array_append_new(resources, describe_table(schema_results[i]));
	}
	return json_pack("{ss ss ss so}", "profile", "tabular-data-package", "name", "vmtax-results", "title",
			 "What virtualization cost: a vmtax result directory", "resources", resources);
}

int report_package_write(const char *directory, struct error *error)
{
	json_t *package = describe_directory(directory);
	struct draft draft;
	int status;

	if (!package)
		return error_set(error, ENOMEM, "cannot describe the tables");
	status = draft_open(&draft, directory, "datapackage.json", error);
	if (status == 0 &&
	    (json_dumpf(package, draft.out, JSON_INDENT(2)) < 0 || fputc('\n', draft.out) == EOF)) {
		draft_abandon(&draft);
		status = error_set(error, EIO, "cannot write datapackage.json");
	} else if (status == 0) {
		status = draft_close(&draft, error);
	}
	json_decref(package);
	return status;
}
