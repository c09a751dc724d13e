/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/pack_priv.h"

/* What a packing comes to (money.c), as rows of hosts.csv, placement.csv and summary.csv. */

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

const char *plan_host_name(const struct fleet *fleet, const struct plan_host *host, char *text, size_t size)
{
	snprintf(text, size, "%.100s-%zu", fleet->kind[host->kind].name, host->number);
	return text;
}

void plan_put_amount(struct table_writer *writer, double amount)
{
	table_put_number(writer, isfinite(amount) ? round(amount * 1e6) / 1e6 : (double)NAN);
}

static double share(double used, double capacity)
{
	return capacity > 0 && isfinite(capacity) ? used / capacity : (double)NAN;
}

static int put_host(struct table_writer *out, const struct fleet *fleet, const struct plan_config *config,
		    const struct plan_host *host, struct error *error)
{
	const struct plan_kind *kind = &fleet->kind[host->kind];
	double held = pack_cores_held(host, config), fullest = 0;
	const double amounts[][2] = { { host->used.cpu + held, kind->has.cpu },
				      { host->used.memory, kind->has.memory },
				      { host->used.io, kind->has.io },
				      { host->used.iops, kind->has.iops },
				      { host->used.net, kind->has.net } };
	char *vms = list_vms(fleet, host), name[128];

	if (!vms)
		return error_set(error, ENOMEM, "cannot plan");
	table_put_text(out, config->name);
	table_put_text(out, config->label);
	table_put_text(out, plan_host_name(fleet, host, name, sizeof(name)));
	table_put_text(out, kind->name);
	table_put_text(out, vms);
	free(vms);
	for (size_t i = 0; i < sizeof(amounts) / sizeof(*amounts); i++) {
		plan_put_amount(out, amounts[i][0]);
		if (i == 0)
			plan_put_amount(out, held);
		plan_put_amount(out, amounts[i][1]);
	}
	for (size_t i = 0; i < sizeof(amounts) / sizeof(*amounts); i++) {
		plan_put_amount(out, share(amounts[i][0], amounts[i][1]));
		fullest = fmax(fullest, share(amounts[i][0], amounts[i][1]));
	}
	fullest = fmax(fullest, share(host->used.disk, kind->has.disk));
	plan_put_amount(out, 1 - fullest);
	plan_put_amount(out, host->used.disk);
	plan_put_amount(out, kind->has.disk);
	plan_put_amount(out, share(host->used.disk, kind->has.disk));
	return table_end_row(out, error);
}

static int put_placed(struct table_writer *out, const struct fleet *fleet, const struct plan_config *config,
		      const struct plan_host *host, struct error *error)
{
	char name[128];
	int code = 0;

	plan_host_name(fleet, host, name, sizeof(name));
	for (size_t i = 0; code == 0 && i < host->vms; i++) {
		table_put_text(out, config->name);
		table_put_text(out, fleet->vm[host->vm[i].item].name);
		table_put_text(out, name);
		table_put_integer(out, (int64_t)host->vm[i].count);
		code = table_end_row(out, error);
	}
	return code;
}

int plan_put_hosts(struct plan_files *files, const struct fleet *fleet, const struct plan_config *config,
		   const struct packing *packing, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < packing->hosts; i++) {
		code = put_host(&files->table[PLAN_HOSTS], fleet, config, &packing->host[i], error);
		if (code == 0)
			code = put_placed(&files->table[PLAN_PLACEMENT], fleet, config, &packing->host[i],
					  error);
	}
	return code;
}

static const char *flags_of(const struct plan_config *config)
{
	return config->few_blocks && config->disturbed ? "few-blocks disturbed"
	       : config->few_blocks		       ? "few-blocks"
	       : config->disturbed		       ? "disturbed"
						       : NULL;
}

/* VMs of which nobody says where their demand was measured. */
static size_t count_unknown(const struct fleet *fleet)
{
	size_t count = 0;

	for (size_t i = 0; i < fleet->vms; i++)
		count += *fleet->vm[i].measured_on ? 0 : fleet->vm[i].count;
	return count;
}

int plan_put_summary(struct plan_files *files, const struct fleet *fleet, const struct plan_config *config,
		     const struct packing *packing, struct error *error)
{
	struct table_writer *out = &files->table[PLAN_SUMMARY];
	struct plan_sums sums = plan_sum_up(fleet, config, packing);
	char *unplaced = plan_unplaced_list(fleet, config, packing);

	if (!unplaced)
		return error_set(error, ENOMEM, "cannot plan");
	table_put_text(out, config->name);
	table_put_text(out, config->label);
	table_put_integer(out, (int64_t)packing->hosts);
	table_put_integer(out, (int64_t)sums.vms);
	table_put_integer(out, (int64_t)packing->unplaced);
	table_put_text(out, *unplaced ? unplaced : NULL);
	free(unplaced);
	plan_put_amount(out, sums.native);
	plan_put_amount(out, sums.used.cpu + sums.held);
	plan_put_amount(out, share(sums.used.cpu + sums.held, sums.has.cpu));
	plan_put_amount(out, share(sums.used.memory, sums.has.memory));
	plan_put_amount(out, share(sums.used.io, sums.has.io));
	plan_put_amount(out, sums.hardware);
	plan_put_amount(out, sums.licences);
	plan_put_amount(out, sums.total);
	table_put_text(out, flags_of(config));
	plan_put_amount(out, packing->solution.bound);
	plan_put_amount(out, packing->unplaced ? (double)NAN : place_gap(&packing->solution));
	plan_put_amount(out, sums.guests);
	table_put_text(out, packing->solution.optimal ? "yes" : "no");
	plan_put_amount(out, sums.power);
	plan_put_amount(out, sums.vms > 0 ? sums.total / sums.vms : (double)NAN);
	table_put_text(out, config->policy && *config->policy->currency ? config->policy->currency : NULL);
	table_put_integer(out, (int64_t)count_unknown(fleet));
	return table_end_row(out, error);
}

/* A configuration under which some VM's class was not measured: no plan, and no figure made up for it. */
int plan_put_unknown(struct plan_files *files, const struct plan_config *config, struct error *error)
{
	struct table_writer *out = &files->table[PLAN_SUMMARY];

	table_put_text(out, config->name);
	table_put_text(out, config->label);
	for (const struct table_column *c = schema_plan_summary.columns + 2; c->name; c++)
		table_put_missing(out);
	return table_end_row(out, error);
}
