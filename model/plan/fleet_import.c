/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/plan_priv.h"

/* Fleets from inventories that users have already: RVTools, tab by tab, and Azure Migrate's import. */

#define MIB_PER_GIB 1024.0

/* A VM of ROW by the name at COLUMN; its name is NULL when memory is short, and *ERROR says so. */
static struct plan_vm begin(struct fleet *fleet, const struct table *table, size_t row, const char *column,
			    struct error *error)
{
	struct plan_vm vm = fleet_vm(table->path, table->lines[row]);
	const char *name = table_text_of(table, row, column);

	if (*name == '\0') {
		error_fail(error, 0, "give a name", "a name is missing");
		error_at(error, "%s:%zu:%s", table->path, table->lines[row], table_called(table, column));
		return vm;
	}
	vm.name = fleet_clean(fleet, name);
	if (!vm.name)
		error_set(error, ENOMEM, "cannot plan");
	return vm;
}

static int drop(struct fleet *fleet, const struct plan_vm *vm, const char *why)
{
	return fleet_doubt(
		fleet,
		&(struct plan_doubt){
			.path = vm->path, .line = vm->line, .vm = vm->name, .why = why, .dropped = true });
}

/* Why a row of vInfo is no VM that runs; NULL where it is one. */
static const char *why_dropped(const struct table *table, size_t row)
{
	const char *template = table_text_of(table, row, "Template");
	const char *power = table_text_of(table, row, "Powerstate");

	if (strcasecmp(template, "true") == 0)
		return "it is a template";
	if (*power && strcasecmp(power, "poweredOn") != 0)
		return strcasecmp(power, "suspended") == 0 ? "it is suspended" : "it is powered off";
	return NULL;
}

static int take_vinfo(struct fleet *fleet, const struct table *table, struct error *error)
{
	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows; row++) {
		struct plan_vm vm = begin(fleet, table, row, "VM", error);
		const char *why = why_dropped(table, row);
		int code;

		if (error->what[0])
			return error->number ? -error->number : -EINVAL;
		if (why) {
			code = drop(fleet, &vm, why);
		} else {
			vm.asks.cpu = vm.vcpus = fleet_number(table, row, "CPUs", 0, NAN, error);
			vm.asks.memory = fleet_number(table, row, "Memory", 0, NAN, error) / MIB_PER_GIB;
			vm.asks.disk = fleet_number(table, row, "Provisioned MiB", 0, 0, error) / MIB_PER_GIB;
			vm.guessed = true;
			vm.host = table_text_of(table, row, "Host");
			vm.guest_os = table_text_of(table, row, "OS according to the configuration file");
			code = error->what[0] ? -EINVAL : fleet_add(fleet, &vm);
		}
		if (code == -ENOMEM)
			return error_set(error, ENOMEM, "cannot plan");
		if (code)
			return code;
	}
	return 0;
}

/* MHz of a core of HOST by the tab vHost; NaN: it is not there. */
static double speed_of(const struct fleet *fleet, const char *host)
{
	for (size_t i = 0; host && i < fleet->tables; i++)
		for (size_t row = 0;
		     fleet->table[i].schema == &schema_rvtools_vhost && row < fleet->table[i].rows; row++)
			if (strcmp(table_text(&fleet->table[i], row, 0), host) == 0)
				return table_number(&fleet->table[i], row, 1);
	return NAN;
}

/* The VM of NAME, looked for from FROM on: tabs list them in one order. NULL: none. */
static struct plan_vm *find(const struct fleet *fleet, const char *name, size_t *from)
{
	for (size_t i = 0; i < fleet->vms; i++) {
		size_t at = (*from + i) % fleet->vms;
		const char *its = fleet->vm[at].name;
		size_t c = 0;

		while (name[c] && (its[c] == name[c] || (its[c] == '_' && strchr(" \t:", name[c]))))
			c++;
		if (name[c] == '\0' && its[c] == '\0') {
			*from = at + 1;
			return &fleet->vm[at];
		}
	}
	return NULL;
}

static int take_vcpu(struct fleet *fleet, const struct table *table, struct error *error)
{
	size_t from = 0;

	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows; row++) {
		struct plan_vm *vm = find(fleet, table_text(table, row, 0), &from);
		double mhz = fleet_number(table, row, "Overall", 0, NAN, error), speed;

		if (error->what[0])
			return -EINVAL;
		if (!vm) /* powered off, or a template */
			continue;
		speed = speed_of(fleet, vm->host);
		if (speed > 0) {
			vm->asks.cpu = mhz / speed;
			vm->guessed = false;
		}
	}
	return 0;
}

/* Memory is what a VM holds of its host, which the tab tells, not what it was given. */
static int take_vmemory(struct fleet *fleet, const struct table *table, struct error *error)
{
	size_t from = 0;

	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows; row++) {
		struct plan_vm *vm = find(fleet, table_text(table, row, 0), &from);
		double memory = fleet_number(table, row, "Consumed", 0, NAN, error) / MIB_PER_GIB;

		if (error->what[0])
			return -EINVAL;
		if (vm)
			vm->asks.memory = memory;
	}
	return 0;
}

/* A VM's disk space is that of all its disks. */
static int take_vdisk(struct fleet *fleet, const struct table *table, struct error *error)
{
	size_t from = 0;
	bool *seen = calloc(fleet->vms + 1, sizeof(*seen));

	if (!seen)
		return error_set(error, ENOMEM, "cannot plan");
	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows && !error->what[0]; row++) {
		struct plan_vm *vm = find(fleet, table_text(table, row, 0), &from);
		double disk = fleet_number(table, row, "Capacity MiB", 0, NAN, error) / MIB_PER_GIB;

		from -= vm != NULL; /* its next disk may follow */
		if (vm && !error->what[0]) {
			vm->asks.disk = seen[vm - fleet->vm] ? vm->asks.disk + disk : disk;
			seen[vm - fleet->vm] = true;
		}
	}
	free(seen);
	return error->what[0] ? -EINVAL : 0;
}

/* Hosts are looked up when the tab vCPU is read. */
static int take_vhost(struct fleet *fleet, const struct table *table, struct error *error)
{
	(void)fleet;
	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows; row++)
		fleet_number(table, row, "Speed", FLEET_POSITIVE, NAN, error);
	return error->what[0] ? -EINVAL : 0;
}

/* The sum of two columns, nought where both are missing. */
static double sum(const struct table *table, size_t row, const char *first, const char *second,
		  struct error *error)
{
	return fleet_number(table, row, first, 0, 0, error) + fleet_number(table, row, second, 0, 0, error);
}

static int take_azure(struct fleet *fleet, const struct table *table, struct error *error)
{
	size_t busy = table_column(table, "CPU utilization percentage");

	error->what[0] = '\0';
	for (size_t row = 0; row < table->rows; row++) {
		struct plan_vm vm = begin(fleet, table, row, "*Server name", error);

		vm.asks = (struct plan_load){
			.cpu = fleet_number(table, row, "*Cores", 0, NAN, error) / 100 *
			       fleet_number(table, row, "CPU utilization percentage", 0, 100, error),
			.memory = fleet_number(table, row, "*Memory (In MB)", 0, NAN, error) / MIB_PER_GIB,
			.io = sum(table, row, "Disk 1 read throughput", "Disk 1 write throughput", error),
			.iops = sum(table, row, "Disk 1 read ops", "Disk 1 write ops", error),
			.disk = fleet_number(table, row, "Storage in use (In GB)", 0, 0, error),
			.net = sum(table, row, "Network In throughput", "Network Out throughput", error),
		};
		vm.vcpus = fleet_number(table, row, "*Cores", 0, NAN, error);
		vm.guest_os = table_text_of(table, row, "*OS name");
		vm.guessed = table_missing(table, row, busy);
		if (error->what[0])
			return error->number ? -error->number : -EINVAL;
		if (fleet_add(fleet, &vm) < 0)
			return error_set(error, ENOMEM, "cannot plan");
	}
	return 0;
}

static const struct fleet_format formats[] = {
	{ &schema_rvtools_vmemory, { "consumed", "ballooned" }, 2, take_vmemory },
	{ &schema_rvtools_vdisk, { "capacity m", "disk mode" }, 2, take_vdisk },
	{ &schema_rvtools_vinfo, { "powerstate", "memory" }, 1, take_vinfo },
	{ &schema_rvtools_vcpu, { "overall", "reservation" }, 2, take_vcpu },
	{ &schema_rvtools_vhost, { "cores per cpu", "speed" }, 0, take_vhost },
	{ &schema_azure_migrate, { "server name", "memory (in mb)" }, 1, take_azure },
	{ NULL, { NULL, NULL }, 0, NULL },
};

const struct fleet_format *fleet_format_of(const char *path)
{
	FILE *file = fopen(path, "re");
	char header[8192];
	const struct fleet_format *format = formats;

	if (!file || !fgets(header, sizeof(header), file))
		header[0] = '\0';
	if (file)
		fclose(file);
	while (format->schema &&
	       !(strcasestr(header, format->marks[0]) && strcasestr(header, format->marks[1])))
		format++;
	return format->schema ? format : NULL;
}
