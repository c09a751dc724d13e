/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* What a plan survives: each host is taken away in turn, and its VMs placed on the others. */

static int put_risk(const struct packing *packing, const struct fleet *fleet,
		    const struct plan_config *config, size_t host, struct table_writer *risks,
		    struct error *error)
{
	const struct plan_host *h = &packing->host[host];
	size_t homeless, vm;
	char name[128];

	if (pack_survive(packing, host, (size_t)config->policy->spare_hosts, &homeless, &vm) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	table_put_text(risks, config->name);
	table_put_text(risks, config->label);
	table_put_text(risks, plan_host_name(fleet, h, name, sizeof(name)));
	table_put_text(risks, homeless ? "no" : "yes");
	table_put_integer(risks, (int64_t)homeless);
	table_put_text(risks, homeless ? fleet->vm[vm].name : NULL);
	table_put_missing(risks);
	return table_end_row(risks, error);
}

int pack_add_spares(struct packing *packing, size_t failing)
{
	size_t hosts = packing->hosts < PLAN_LOSSES_MOST ? packing->hosts : PLAN_LOSSES_MOST;

	for (size_t host = 0; host < hosts; host++)
		for (size_t spares = 0; spares < failing; spares++) {
			size_t homeless, vm;
			int code = pack_survive(packing, host, failing, &homeless, &vm);

			if (code < 0)
				return code;
			if (homeless == 0)
				break;
			code = pack_add_spare(packing, host);
			if (code < 0)
				return code;
			if (code == 0)
				break;
		}
	return 0;
}

int plan_risks(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	       struct table_writer *risks, struct error *error)
{
	int code = 0;

	if (!config->policy)
		return 0;
	if (config->policy->spare_hosts < 1)
		return domains_risks(packing, fleet, config, risks, error);
	if (pack_add_spares(packing, (size_t)config->policy->spare_hosts) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	for (size_t host = 0; code == 0 && host < packing->hosts && host < PLAN_LOSSES_MOST; host++)
		code = put_risk(packing, fleet, config, host, risks, error);
	return code ? code : domains_risks(packing, fleet, config, risks, error);
}
