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

/* The list of hosts, checked. */

/* The place of the word at COLUMN in WORDS, which NULL ends; 0 where the cell is missing. */
static size_t word(const struct table *table, size_t row, const char *column, const char *const *words,
		   struct error *error)
{
	size_t at = table_column(table, column), i = 0;
	const char *text = table_text(table, row, at);

	if (error->what[0] || table_missing(table, row, at))
		return 0;
	while (words[i] && strcmp(words[i], text) != 0)
		i++;
	if (words[i])
		return i;
	error_fail(error, 0, "write one of the words that vmtax plan --help names", "%.60s is none of them",
		   text);
	error_at(error, "%s:%zu:%s", table->path, table->lines[row], table_called(table, column));
	return 0;
}

static struct plan_licence read_licence(const struct table *table, size_t row, const char *const *columns,
					struct error *error)
{
	static const char *const units[] = { "host", "socket", "core", NULL };

	return (struct plan_licence){
		.price = fleet_number(table, row, columns[0], 0, 0, error),
		.per = (enum plan_unit)word(table, row, columns[1], units, error),
		.minimum = fleet_number(table, row, columns[2], 0, 0, error),
		.pack = fleet_number(table, row, columns[3], 0, 0, error),
	};
}

/* How many there may be at COLUMN. */
static size_t limit(const struct table *table, size_t row, const char *column, double missing,
		    struct error *error)
{
	double count = fleet_number(table, row, column, 0, missing, error);

	return count < 1e15 ? (size_t)count : PLACE_NONE;
}

/* Cores of speed 1 that CORES with THREADS are worth. */
static double capacity(const struct table *table, size_t row, double cores, struct error *error)
{
	double threads = fleet_number(table, row, "threads", cores, cores, error);
	double gain = fleet_number(table, row, "smt_gain", 0, 0, error);
	double speed = fleet_number(table, row, "speed_per_core", FLEET_POSITIVE, 1, error);

	return (cores + (threads - cores) * gain) * speed;
}

static void read_kind(struct plan_kind *kind, const struct table *table, size_t row, struct error *error)
{
	static const char *const os[] = { "host_os_licence", "os_licence_per", "os_licence_minimum",
					  "os_licence_pack" };
	static const char *const hypervisor[] = { "hypervisor_licence", "hypervisor_licence_per",
						  "hypervisor_licence_minimum", "hypervisor_licence_pack" };
	static const char *const answers[] = { "yes", "no", NULL };
	double cores = fleet_number(table, row, "cores", FLEET_POSITIVE, NAN, error);

	*kind = (struct plan_kind){
		.name = table_text_of(table, row, "host"),
		.domain = table_text_of(table, row, "failure_domain"),
		.site = table_text_of(table, row, "site"),
		.speed = fleet_number(table, row, "speed_per_core", FLEET_POSITIVE, 1, error),
		.available = limit(table, row, "available", INFINITY, error),
		.have = limit(table, row, "have", 0, error),
		.cores = cores,
		.numa_nodes = fleet_optional(table, row, "numa_nodes", error),
		.sockets = fleet_number(table, row, "sockets", 1, 1, error),
		.has = { .cpu = capacity(table, row, cores, error),
			 .memory = fleet_number(table, row, "memory", FLEET_POSITIVE, NAN, error),
			 .io = fleet_number(table, row, "io", 0, INFINITY, error),
			 .iops = fleet_number(table, row, "iops", 0, INFINITY, error),
			 .net = fleet_number(table, row, "net_mb_s", 0, INFINITY, error),
			 .disk = fleet_number(table, row, "disk_gib", 0, INFINITY, error),
			 .vcpus = cores },
		.cost = fleet_number(table, row, "cost", 0, NAN, error),
		.power_w = fleet_number(table, row, "power_w", 0, 0, error),
		.host_os = read_licence(table, row, os, error),
		.hypervisor = read_licence(table, row, hypervisor, error),
		.hosted_only = word(table, row, "bare_metal", answers, error) == 1 ||
			       !table_missing_of(table, row, "missing_driver"),
	};
	if (error->what[0] || kind->have <= kind->available)
		return;
	error_fail(error, 0, "available counts those that are there too", "more are there than there may be");
	error_at(error, "%s:%zu:have", table->path, table->lines[row]);
}

/* Whether each row has a name of its own. */
static void check_names(const struct table *table, struct error *error)
{
	size_t at = table_column(table, "host");

	for (size_t row = 0; row < table->rows && !error->what[0]; row++) {
		const char *text = table_text(table, row, at);

		for (size_t i = 0; i < row && !error->what[0]; i++)
			if (strcmp(table_text(table, i, at), text) == 0)
				error_fail(error, 0, "give each row a name of its own",
					   "%.60s is named twice", text);
		if (*text == '\0')
			error_fail(error, 0, "give a name", "a name is missing");
		if (error->what[0])
			error_at(error, "%s:%zu:host", table->path, table->lines[row]);
	}
}

int fleet_read_kinds(struct fleet *fleet, const char *path, struct error *error)
{
	struct table *table = &fleet->kind_table;
	int code = table_read(table, path, &schema_hosts, error);

	if (code)
		return code;
	if (fleet_doubt_columns(fleet, table) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	fleet->kind = calloc(table->rows + 1, sizeof(*fleet->kind));
	if (!fleet->kind)
		return error_set(error, ENOMEM, "cannot plan");
	error->what[0] = '\0';
	for (; fleet->kinds < table->rows; fleet->kinds++)
		read_kind(&fleet->kind[fleet->kinds], table, fleet->kinds, error);
	check_names(table, error);
	if (error->what[0])
		return -EINVAL;
	if (fleet->kinds < 1) {
		error_fail(error, 0, "add a row for each kind of host", "the list has no host");
		return error_at(error, "%s", path);
	}
	return 0;
}

int fleet_check_sites(struct fleet *fleet, struct error *error)
{
	bool named = false;
	int code = 0;

	for (size_t k = 0; k < fleet->kinds; k++)
		named |= *fleet->kind[k].site != '\0';
	for (size_t i = 0; code == 0 && !named && i < fleet->vms; i++)
		if (*fleet->vm[i].site)
			code = fleet_doubt(fleet, &(struct plan_doubt){
							  .path = fleet->vm[i].path,
							  .vm = fleet->vm[i].name,
							  .line = fleet->vm[i].line,
							  .why = "no host says at which site it is (column "
								 "site): this one's is not looked at" });
	return code < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;
}
