/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_PLAN_BED_H
#define TESTS_PLAN_BED_H

/* A small result, and a fleet to plan with it. */

#include "base/error.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/report_tables.h"

static const char *const runs[] = {
	"run=1|workload=kv|class=app|config=native|label=native|status=ok|block=1|cores_held=1",
	"run=2|workload=kv|class=app|config=hosted|label=hosted|status=ok|block=1|cores_held=1",
	"run=3|workload=kv|class=app|config=bare-metal|label=bare-metal*|status=ok|block=1|cores_held=2",
	NULL,
};

/* hosted: kv takes 2 times the CPU, log 8 times, the class therefore 4. bare-metal: 1.5, and drivers. */
static const char *const overhead[] = {
	"workload=kv|class=app|config=hosted|label=hosted|baseline=native|metric=vm-cpu|ratio=2",
	"workload=log|class=app|config=hosted|label=hosted|baseline=native|metric=vm-cpu|ratio=8",
	"workload=kv|class=app|config=hosted|label=hosted|baseline=native|metric=time|ratio=99",
	"workload=kv|class=app|config=hosted|label=hosted|baseline=native-tuned|metric=vm-cpu|ratio=99",
	"workload=kv|class=app|config=bare-metal|label=bare-metal*|baseline=native|metric=vm-cpu|ratio=1.5",
	"workload=kv|class=app|config=bare-metal|label=bare-metal*|baseline=native|metric=driver|ratio=0.5",
	"workload=log|class=app|config=bare-metal|label=bare-metal*|baseline=native|metric=vm-cpu|ratio=0."
	"66666666667",
	"workload=log|class=app|config=bare-metal|label=bare-metal*|baseline=native|metric=driver|ratio=0|"
	"flags=startup few-blocks",
	"workload=spin|class=cpu|config=hosted|label=hosted|baseline=native|metric=vm-cpu|ratio=1",
	NULL,
};

static const char *const one_host[] = {
	"host=box|available=9|cores=8|memory=64|io=100|cost=1000|host_os_licence=100|hypervisor_licence=300",
	NULL,
};

static inline void write_plain(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	if (!out || fputs(text, out) < 0 || fclose(out) != 0)
		abort();
}

/* Writes the inputs, with a policy that keeps no room; *OPTIONS then names them. The caller's buffers must
 * live as long. */
static inline const char *prepare(const char *const *fleet, const char *const *hosts,
				  struct model_plan_options *options)
{
	static char fleet_path[64], hosts_path[64], policy_path[64];
	static const char *fleets[] = { fleet_path, NULL };
	const char *directory = tables_directory();

	tables_write(directory, &schema_runs, runs);
	tables_write(directory, &schema_overhead, overhead);
	tables_write(directory, &schema_fleet, fleet);
	tables_write(directory, &schema_hosts, hosts);
	snprintf(fleet_path, sizeof(fleet_path), "%s/fleet.csv", directory);
	snprintf(hosts_path, sizeof(hosts_path), "%s/hosts.csv", directory);
	snprintf(policy_path, sizeof(policy_path), "%s/plain.ini", directory);
	write_plain(policy_path, "growth_buffer = 0\n");
	*options = (struct model_plan_options){ .results = directory,
						.fleet = fleets,
						.hosts = hosts_path,
						.policy = policy_path,
						.out = directory };
	return directory;
}

static inline struct table read_plan(const char *directory, const struct table_schema *schema)
{
	struct error error = { 0 };
	struct table table = { 0 };
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", directory, schema->name);
	CHECK_INT(table_read(&table, path, schema, &error), 0);
	return table;
}

static inline double figure(const struct table *plan, const char *config, const char *column)
{
	for (size_t row = 0; row < plan->rows; row++)
		if (table_is(plan, row, "config", config))
			return table_number_of(plan, row, column);
	return -1;
}

#endif
