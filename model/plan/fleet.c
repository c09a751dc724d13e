/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "base/units.h"
#include "model/plan/plan_priv.h"

/* The tables users write for a plan, checked. */

#define VMS_MOST 1000000 /* more than any placement here is tried for */

double fleet_number(const struct table *table, size_t row, const char *column, double least, double missing,
		    struct error *error)
{
	size_t at = table_column(table, column);
	double value = table_number(table, row, at);

	if (error->what[0])
		return 0;
	if (table_missing(table, row, at) && !isnan(missing))
		return missing;
	if (table_missing(table, row, at))
		error_fail(error, 0, "give a number", "a value is missing");
	else if (value < least)
		error_fail(error, 0, least > 0 ? "give a number above 0" : "give 0 or a number above it",
			   "%.40s is too small", table_text(table, row, at));
	else
		return value;
	error_at(error, "%s:%zu:%s", table->path, table->lines[row], table_called(table, column));
	return 0;
}

double fleet_optional(const struct table *table, size_t row, const char *column, struct error *error)
{
	return table_missing_of(table, row, column)
		       ? (double)NAN
		       : fleet_number(table, row, column, FLEET_POSITIVE, 0, error);
}

/* Doubles LIST, of COUNT things of SIZE, where it is full. */
static bool grow(void *list, size_t count, size_t size)
{
	void **at = list, *grown;

	if (count & (count - 1)) /* room is a power of two */
		return true;
	grown = realloc(*at, (count ? 2 * count : 1) * size);
	if (grown)
		*at = grown;
	return grown != NULL;
}

struct plan_vm fleet_vm(const char *path, size_t line)
{
	return (struct plan_vm){ .class = "",
				 .priced_as = "",
				 .path = path,
				 .line = line,
				 .count = 1,
				 .vcpus = NAN,
				 .requests_s = NAN,
				 .guest_os = "",
				 .guest_licence = NAN,
				 .measured_on = "",
				 .group = "",
				 .site = "" };
}

int fleet_add(struct fleet *fleet, const struct plan_vm *vm)
{
	if (!grow(&fleet->vm, fleet->vms, sizeof(*fleet->vm)))
		return -ENOMEM;
	fleet->vm[fleet->vms++] = *vm;
	return 0;
}

int fleet_doubt(struct fleet *fleet, const struct plan_doubt *doubt)
{
	if (!grow(&fleet->doubt, fleet->doubts, sizeof(*fleet->doubt)))
		return -ENOMEM;
	fleet->doubt[fleet->doubts++] = *doubt;
	return 0;
}

/* Lists of VMs are written as "name:count", separated by blanks. */
static void check_name(const struct table *table, size_t row, struct error *error)
{
	const char *text = table_text_of(table, row, "vm");

	if (error->what[0])
		return;
	if (*text == '\0')
		error_fail(error, 0, "give a name", "a name is missing");
	else if (text[strcspn(text, " \t:")])
		error_fail(error, 0, "leave them out", "the name \"%.60s\" has a blank or a colon", text);
	else
		return;
	error_at(error, "%s:%zu:vm", table->path, table->lines[row]);
}

/* The rows of a table of the project's own. */
static int take_own(struct fleet *fleet, const struct table *table, struct error *error)
{
	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows; row++) {
		struct plan_vm vm = fleet_vm(table->path, table->lines[row]);

		vm.name = table_text_of(table, row, "vm");
		vm.class = table_text_of(table, row, "class");
		vm.priced_as = table_text_of(table, row,
					     *table_text_of(table, row, "profile") ? "profile" : "class");
		vm.count = (size_t)fleet_number(table, row, "count", 0, 1, error);
		vm.asks = (struct plan_load){ .cpu = fleet_number(table, row, "cpu", 0, NAN, error),
					      .memory = fleet_number(table, row, "memory", 0, NAN, error),
					      .io = fleet_number(table, row, "io", 0, 0, error),
					      .iops = fleet_number(table, row, "iops", 0, 0, error),
					      .net = fleet_number(table, row, "net_mb_s", 0, 0, error),
					      .disk = fleet_number(table, row, "disk_gib", 0, 0, error) };
		vm.vcpus = fleet_optional(table, row, "vcpus", error);
		vm.requests_s = fleet_optional(table, row, "requests_s", error);
		vm.guest_os = table_text_of(table, row, "guest_os");
		if (*table_text_of(table, row, "guest_licence"))
			vm.guest_licence = fleet_number(table, row, "guest_licence", 0, 0, error);
		vm.measured_on = table_text_of(table, row, "measured_on");
		vm.group = table_text_of(table, row, "group");
		vm.site = table_text_of(table, row, "site");
		check_name(table, row, error);
		if (error->what[0])
			return -EINVAL;
		if (fleet_add(fleet, &vm) < 0)
			return error_set(error, ENOMEM, "cannot plan");
	}
	return 0;
}

int fleet_check_size(const struct fleet *fleet, struct error *error)
{
	double vms = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		vms += (double)fleet->vm[i].count;
	if (vms > VMS_MOST)
		error_fail(error, 0, "plan parts of it apart", "more than %d VMs", VMS_MOST);
	else if (vms < 1)
		error_fail(error, 0, "add a row for each kind of VM", "the fleet has no VM");
	else
		return 0;
	return error_at(error, "%s", fleet->path);
}

/* Lists the columns that the project's own tables do not have: a name may be misspelt. */
int fleet_doubt_columns(struct fleet *fleet, const struct table *table)
{
	const char *names[64] = { NULL }, *near, *why;
	int code = 0;

	for (size_t i = 0; i < table->columns && i < 63; i++)
		names[i] = table->schema->columns[i].name;
	for (char *name = table->ignored, *end; code == 0 && name && *name; name = end + 1) {
		end = strchr(name, '\n');
		*end = '\0';
		near = units_nearest(name, names);
		why = near ? fleet_text(fleet,
					"the column %.60s is not known, and left out: did you mean %s?", name,
					near)
			   : fleet_text(fleet, "the column %.60s is not known, and left out", name);
		*end = '\n';
		code = why ? fleet_doubt(fleet,
					 &(struct plan_doubt){ .path = table->path, .line = 1, .why = why })
			   : -ENOMEM;
	}
	return code;
}

/* Reads one file, which is then the last of the fleet's tables. */
static int read_file(struct fleet *fleet, const char *path, struct error *error)
{
	const struct fleet_format *format = fleet_format_of(path);
	struct table *table = &fleet->table[fleet->tables];
	int code = table_read(table, path, format ? format->schema : &schema_fleet, error);

	if (code)
		return code;
	fleet->tables++;
	if (!format && fleet_doubt_columns(fleet, table) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	return format ? format->take(fleet, table, error) : take_own(fleet, table, error);
}

static bool is_series(const char *path)
{
	return series_is_plain(path) || series_is_sadf(path);
}

/* Those of the COUNT files PATHS that are series. */
static int read_series(struct fleet *fleet, const char *const *paths, size_t count, struct error *error)
{
	const char **series = calloc(count + 1, sizeof(*series));
	size_t found = 0;
	int code;

	if (!series)
		return error_set(error, ENOMEM, "cannot plan");
	for (size_t i = 0; i < count; i++)
		if (is_series(paths[i]))
			series[found++] = paths[i];
	code = series_read(&fleet->series, series, fleet, error);
	free(series);
	return code;
}

int fleet_read(struct fleet *fleet, const char *const *fleet_paths, const char *hosts_path,
	       struct error *error)
{
	size_t files = 0;
	int code = 0;

	*fleet = (struct fleet){ .path = fleet_paths[0] };
	while (fleet_paths[files])
		files++;
	fleet->table = calloc(files + 1, sizeof(*fleet->table));
	if (!fleet->table)
		return error_set(error, ENOMEM, "cannot plan");
	for (int turn = 0; code == 0 && turn < 3; turn++)
		for (size_t i = 0; code == 0 && i < files; i++) {
			const struct fleet_format *format = fleet_format_of(fleet_paths[i]);

			if ((format ? format->turn : 1) == turn && !is_series(fleet_paths[i]))
				code = read_file(fleet, fleet_paths[i], error);
		}
	if (code == 0)
		code = fleet_read_kinds(fleet, hosts_path, error);
	if (code == 0)
		code = fleet_check_names(fleet, error);
	if (code == 0)
		code = read_series(fleet, fleet_paths, files, error);
	if (code == 0 && fleet->series.vms == 0)
		code = fleet_check_size(fleet, error);
	if (code)
		fleet_free(fleet);
	return code;
}

void fleet_free(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->tables; i++)
		table_free(&fleet->table[i]);
	for (size_t i = 0; i < fleet->texts; i++)
		free(fleet->text[i]);
	free(fleet->text);
	free(fleet->table);
	free(fleet->vm);
	free(fleet->kind);
	free(fleet->doubt);
	table_free(&fleet->kind_table);
	series_free(&fleet->series);
	*fleet = (struct fleet){ 0 };
}
