/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan_priv.h"

/* The tables users write for a plan, checked. */

#define VMS_MOST 1000000 /* more than any packing here is tried for */

/* A number no less than LEAST at COLUMN, or the first mistake in ERROR. */
static double number(const struct table *table, size_t row, const char *column, double least,
		     struct error *error)
{
	size_t at = table_column(table, column);
	double value = table_number(table, row, at);

	if (error->what[0])
		return 0;
	if (table_missing(table, row, at))
		error_fail(error, 0, "give a number", "a value is missing");
	else if (value < least)
		error_fail(error, 0, least > 0 ? "give a number above 0" : "give 0 or a number above it",
			   "%.40s is too small", table_text(table, row, at));
	else
		return value;
	error_at(error, "%s:%zu:%s", table->path, table->lines[row], column);
	return 0;
}

/* A name that no earlier row has, or the first mistake in ERROR. */
static const char *name(const struct table *table, size_t row, const char *column, struct error *error)
{
	size_t at = table_column(table, column);
	const char *text = table_text(table, row, at);

	if (error->what[0])
		return text;
	for (size_t i = 0; i < row; i++)
		if (strcmp(table_text(table, i, at), text) == 0)
			error_fail(error, 0, "give each row a name of its own", "%.60s is named twice", text);
	if (*text == '\0')
		error_fail(error, 0, "give a name", "a name is missing");
	if (error->what[0])
		error_at(error, "%s:%zu:%s", table->path, table->lines[row], column);
	return text;
}

#define POSITIVE 1e-9 /* the least number above nought that means anything here */

/* Lists of VMs are written as "name:count", separated by blanks. */
static void check_vm_name(const struct table *table, size_t row, struct error *error)
{
	const char *text = table_text(table, row, table_column(table, "vm"));

	if (error->what[0] || text[strcspn(text, " \t:")] == '\0')
		return;
	error_fail(error, 0, "leave them out", "the name \"%.60s\" has a blank or a colon", text);
	error_at(error, "%s:%zu:vm", table->path, table->lines[row]);
}

static void read_vm(struct plan_vm *vm, const struct table *table, size_t row, struct error *error)
{
	*vm = (struct plan_vm){
		.name = name(table, row, "vm", error),
		.class = table_text(table, row, table_column(table, "class")),
		.line = table->lines[row],
		.count = (size_t)number(table, row, "count", 0, error),
		.asks = { .cpu = number(table, row, "cpu", 0, error),
			  .memory = number(table, row, "memory", 0, error),
			  .io = number(table, row, "io", 0, error) },
	};
	check_vm_name(table, row, error);
}

static void read_kind(struct plan_kind *kind, const struct table *table, size_t row, struct error *error)
{
	*kind = (struct plan_kind){
		.name = name(table, row, "host", error),
		.available = (size_t)number(table, row, "available", 0, error),
		.has = { .cpu = number(table, row, "cores", POSITIVE, error),
			 .memory = number(table, row, "memory", POSITIVE, error),
			 .io = number(table, row, "io", 0, error) },
		.cost = number(table, row, "cost", 0, error),
		.host_os_licence = number(table, row, "host_os_licence", 0, error),
		.hypervisor_licence = number(table, row, "hypervisor_licence", 0, error),
	};
}

static int check_size(const struct fleet *fleet, struct error *error)
{
	double vms = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		vms += (double)fleet->vm[i].count;
	if (vms > VMS_MOST) {
		error_fail(error, 0, "plan parts of it apart", "more than %d VMs", VMS_MOST);
		return error_at(error, "%s", fleet->vm_table.path);
	}
	if (vms < 1) {
		error_fail(error, 0, "add a row for each kind of VM", "the fleet has no VM");
		return error_at(error, "%s", fleet->vm_table.path);
	}
	if (fleet->kinds < 1) {
		error_fail(error, 0, "add a row for each kind of host", "the list has no host");
		return error_at(error, "%s", fleet->kind_table.path);
	}
	return 0;
}

static int take_rows(struct fleet *fleet, struct error *error)
{
	error->what[0] = '\0';
	fleet->vm = calloc(fleet->vm_table.rows + 1, sizeof(*fleet->vm));
	fleet->kind = calloc(fleet->kind_table.rows + 1, sizeof(*fleet->kind));
	if (!fleet->vm || !fleet->kind)
		return error_set(error, ENOMEM, "cannot plan");
	for (; fleet->vms < fleet->vm_table.rows; fleet->vms++)
		read_vm(&fleet->vm[fleet->vms], &fleet->vm_table, fleet->vms, error);
	for (; fleet->kinds < fleet->kind_table.rows; fleet->kinds++)
		read_kind(&fleet->kind[fleet->kinds], &fleet->kind_table, fleet->kinds, error);
	return error->what[0] ? -EINVAL : check_size(fleet, error);
}

int fleet_read(struct fleet *fleet, const char *fleet_path, const char *hosts_path, struct error *error)
{
	int code;

	*fleet = (struct fleet){ 0 };
	code = table_read(&fleet->vm_table, fleet_path, &schema_fleet, error);
	if (code == 0)
		code = table_read(&fleet->kind_table, hosts_path, &schema_hosts, error);
	if (code == 0)
		code = take_rows(fleet, error);
	if (code)
		fleet_free(fleet);
	return code;
}

void fleet_free(struct fleet *fleet)
{
	free(fleet->vm);
	free(fleet->kind);
	table_free(&fleet->vm_table);
	table_free(&fleet->kind_table);
	*fleet = (struct fleet){ 0 };
}
