/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/names.h"
#include "base/schema.h"
#include "model/model.h"
#include "model/plan_priv.h"

/* The plan as tables: every configuration's hosts, and what they come to. */

struct planner {
	struct fleet fleet;
	struct plan_ratios ratios;
	struct plan_policy policy;
	struct plan_files files;
};

/* What the hosts of a plan have and use between them. */
struct sums {
	struct plan_load has, used;
	double held, hardware, licences, guests;
};

/* The VMs on HOST as "name:count", separated by blanks; the caller frees. NULL when memory is short. */
static char *list_vms(const struct fleet *fleet, const struct plan_host *host)
{
	char *list = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&list, &size);

	if (!out)
		return NULL;
	for (size_t i = 0; i < host->vms; i++)
		fprintf(out, "%s%s:%zu", i ? " " : "", fleet->vm[host->vm[i].item].name, host->vm[i].count);
	if (fclose(out) != 0) {
		free(list);
		return NULL;
	}
	return list;
}

/* Sums of decimal fractions, without what binary ones leave over. */
static void put_amount(struct table_writer *writer, double amount)
{
	table_put_number(writer, isfinite(amount) ? round(amount * 1e6) / 1e6 : (double)NAN);
}

static int put_host(struct planner *p, const struct plan_config *config, const struct plan_host *host,
		    struct error *error)
{
	const struct plan_kind *kind = &p->fleet.kind[host->kind];
	double held = pack_cores_held(host, config);
	char *vms = list_vms(&p->fleet, host), name[128];

	if (!vms)
		return error_set(error, ENOMEM, "cannot plan");
	snprintf(name, sizeof(name), "%.100s-%zu", kind->name, host->number);
	table_put_text(&p->files.table[PLAN_HOSTS], config->name);
	table_put_text(&p->files.table[PLAN_HOSTS], config->label);
	table_put_text(&p->files.table[PLAN_HOSTS], name);
	table_put_text(&p->files.table[PLAN_HOSTS], kind->name);
	table_put_text(&p->files.table[PLAN_HOSTS], vms);
	put_amount(&p->files.table[PLAN_HOSTS], host->used.cpu + held);
	put_amount(&p->files.table[PLAN_HOSTS], held);
	put_amount(&p->files.table[PLAN_HOSTS], kind->has.cpu);
	put_amount(&p->files.table[PLAN_HOSTS], host->used.memory);
	put_amount(&p->files.table[PLAN_HOSTS], kind->has.memory);
	put_amount(&p->files.table[PLAN_HOSTS], host->used.io);
	put_amount(&p->files.table[PLAN_HOSTS], kind->has.io);
	put_amount(&p->files.table[PLAN_HOSTS], host->used.iops);
	put_amount(&p->files.table[PLAN_HOSTS], kind->has.iops);
	put_amount(&p->files.table[PLAN_HOSTS], host->used.net);
	put_amount(&p->files.table[PLAN_HOSTS], kind->has.net);
	free(vms);
	return table_end_row(&p->files.table[PLAN_HOSTS], error);
}

static int put_hosts(struct planner *p, const struct plan_config *config, const struct packing *packing,
		     struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < packing->hosts; i++)
		code = put_host(p, config, &packing->host[i], error);
	return code;
}

static struct sums sum_up(const struct fleet *fleet, const struct plan_config *config,
			  const struct packing *packing)
{
	struct sums sums = { 0 };

	for (size_t i = 0; i < packing->hosts; i++) {
		const struct plan_host *host = &packing->host[i];
		const struct plan_kind *kind = &fleet->kind[host->kind];

		sums.has.cpu += kind->has.cpu;
		sums.has.memory += kind->has.memory;
		sums.has.io += kind->has.io;
		sums.used.cpu += host->used.cpu;
		sums.used.memory += host->used.memory;
		sums.used.io += host->used.io;
		sums.held += pack_cores_held(host, config);
		sums.hardware += host->owned ? 0 : kind->cost;
		sums.licences += plan_licence_cost(kind, config);
	}
	for (size_t i = 0; i < fleet->vms; i++)
		sums.guests += (double)(fleet->vm[i].count - packing->left[i]) * fleet->vm[i].guest_licence;
	return sums;
}

/* Demand of all placed VMs, as measured natively. */
static double native_demand(const struct fleet *fleet, const struct packing *packing)
{
	double demand = 0;

	for (size_t vm = 0; vm < fleet->vms; vm++)
		demand += (double)(fleet->vm[vm].count - packing->left[vm]) * fleet->vm[vm].asks.cpu;
	return demand;
}

static size_t count_vms(const struct fleet *fleet)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		count += fleet->vm[i].count;
	return count;
}

static double share(double used, double capacity)
{
	return capacity > 0 && isfinite(capacity) ? used / capacity : (double)NAN;
}

static int put_summary(struct planner *p, const struct plan_config *config, const struct packing *packing,
		       struct error *error)
{
	struct sums sums = sum_up(&p->fleet, config, packing);
	char *unplaced = plan_unplaced_list(&p->fleet, config, packing);

	if (!unplaced)
		return error_set(error, ENOMEM, "cannot plan");
	table_put_text(&p->files.table[PLAN_SUMMARY], config->name);
	table_put_text(&p->files.table[PLAN_SUMMARY], config->label);
	table_put_integer(&p->files.table[PLAN_SUMMARY], (int64_t)packing->hosts);
	table_put_integer(&p->files.table[PLAN_SUMMARY], (int64_t)(count_vms(&p->fleet) - packing->unplaced));
	table_put_integer(&p->files.table[PLAN_SUMMARY], (int64_t)packing->unplaced);
	table_put_text(&p->files.table[PLAN_SUMMARY], *unplaced ? unplaced : NULL);
	free(unplaced);
	put_amount(&p->files.table[PLAN_SUMMARY], native_demand(&p->fleet, packing));
	put_amount(&p->files.table[PLAN_SUMMARY], sums.used.cpu + sums.held);
	put_amount(&p->files.table[PLAN_SUMMARY], share(sums.used.cpu + sums.held, sums.has.cpu));
	put_amount(&p->files.table[PLAN_SUMMARY], share(sums.used.memory, sums.has.memory));
	put_amount(&p->files.table[PLAN_SUMMARY], share(sums.used.io, sums.has.io));
	put_amount(&p->files.table[PLAN_SUMMARY], sums.hardware);
	put_amount(&p->files.table[PLAN_SUMMARY], sums.licences);
	put_amount(&p->files.table[PLAN_SUMMARY], sums.hardware + sums.licences + sums.guests);
	table_put_text(&p->files.table[PLAN_SUMMARY], config->few_blocks && config->disturbed
							      ? "few-blocks disturbed"
						      : config->few_blocks ? "few-blocks"
						      : config->disturbed  ? "disturbed"
									   : NULL);
	put_amount(&p->files.table[PLAN_SUMMARY], packing->solution.bound);
	put_amount(&p->files.table[PLAN_SUMMARY],
		   packing->unplaced ? (double)NAN : place_gap(&packing->solution));
	put_amount(&p->files.table[PLAN_SUMMARY], sums.guests);
	table_put_text(&p->files.table[PLAN_SUMMARY], packing->solution.optimal ? "yes" : "no");
	return table_end_row(&p->files.table[PLAN_SUMMARY], error);
}

/* A configuration under which some VM's class was not measured: no plan, and no figure made up for it. */
static int put_unknown(struct planner *p, const struct plan_config *config, struct error *error)
{
	table_put_text(&p->files.table[PLAN_SUMMARY], config->name);
	table_put_text(&p->files.table[PLAN_SUMMARY], config->label);
	for (const struct table_column *c = schema_plan_summary.columns + 2; c->name; c++)
		table_put_missing(&p->files.table[PLAN_SUMMARY]);
	return table_end_row(&p->files.table[PLAN_SUMMARY], error);
}

static int plan_config(struct planner *p, const char *name, struct error *error)
{
	struct plan_config config;
	struct packing packing = { 0 };
	int code = plan_ratios_price(&p->ratios, &p->fleet, name, &config);

	config.policy = &p->policy;
	if (code == 0 && config.known)
		code = pack_fleet(&packing, &p->fleet, &config);
	if (code < 0)
		error_set(error, ENOMEM, "cannot plan");
	else if (!config.known)
		code = put_unknown(p, &config, error);
	else if ((code = plan_risks(&packing, &p->fleet, &config, &p->files.table[PLAN_RISKS], error)) == 0 &&
		 (code = put_hosts(p, &config, &packing, error)) == 0)
		code = put_summary(p, &config, &packing, error);
	packing_free(&packing);
	free(config.price);
	return code;
}

/* The baseline and what was measured against it. */
static int plan_configs(struct planner *p, struct error *error)
{
	const struct table *overhead = &p->ratios.overhead;
	struct names configs = { 0 };
	int code = names_add(&configs, p->ratios.baseline);

	for (size_t row = 0; code == 0 && row < overhead->rows; row++)
		if (strcmp(table_text(overhead, row, table_column(overhead, "metric")), "vm-cpu") == 0 &&
		    strcmp(table_text(overhead, row, table_column(overhead, "baseline")),
			   p->ratios.baseline) == 0)
			code = names_add(&configs,
					 table_text(overhead, row, table_column(overhead, "config")));
	if (code < 0)
		error_set(error, ENOMEM, "cannot plan");
	names_order_configs(&configs);
	for (size_t i = 0; code == 0 && i < configs.count; i++)
		code = plan_config(p, configs.name[i], error);
	names_free(&configs);
	return code;
}

static int put_doubts(struct planner *p, struct error *error)
{
	struct table_writer *doubts = &p->files.table[PLAN_DOUBTS];
	int code = 0;

	for (size_t i = 0; code == 0 && i < p->fleet.doubts; i++) {
		const struct plan_doubt *doubt = &p->fleet.doubt[i];

		table_put_text(doubts, doubt->path);
		table_put_integer(doubts, (int64_t)doubt->line);
		table_put_text(doubts, doubt->vm);
		table_put_text(doubts, doubt->dropped ? "dropped" : "doubtful");
		table_put_text(doubts, doubt->why);
		code = table_end_row(doubts, error);
	}
	return code;
}

static int write_plan(struct planner *p, const char *out, struct error *error)
{
	int code = plan_files_open(&p->files, out, error);

	if (code)
		return code;
	code = put_doubts(p, error);
	if (code == 0)
		code = plan_configs(p, error);
	if (code == 0)
		return plan_files_close(&p->files, error);
	plan_files_abandon(&p->files);
	return code;
}

int model_plan_write(const struct model_plan_options *options, struct error *error)
{
	struct planner p = { 0 };
	int code = fleet_read(&p.fleet, options->fleet, options->hosts, error);

	if (code)
		return code;
	code = plan_policy_read(&p.policy, options->policy, error);
	if (code == 0)
		code = plan_policy_check(&p.policy, &p.fleet, error);
	if (code == 0 && (code = plan_ratios_read(&p.ratios, options->results, error)) == 0) {
		code = plan_ratios_check(&p.ratios, &p.fleet, error);
		if (code == 0)
			code = plan_rebase(&p.ratios, &p.fleet, error);
		if (code == 0)
			code = write_plan(&p, options->out, error);
		plan_ratios_free(&p.ratios);
	}
	plan_policy_free(&p.policy);
	fleet_free(&p.fleet);
	return code;
}
