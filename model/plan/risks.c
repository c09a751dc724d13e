/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "model/plan/pack_loss_priv.h"

/* What a plan survives: each host is taken away in turn, and its VMs placed on the others. */

int pack_loss_put_risk(struct table_writer *risks, const struct fleet *fleet,
		       const struct plan_config *config, const char *placement, const char *host,
		       const char *domain, const struct pack_loss *loss, struct error *error)
{
	table_put_text(risks, config->name);
	table_put_text(risks, config->label);
	table_put_text(risks, host);
	pack_loss_put(risks, fleet, loss);
	table_put_text(risks, domain);
	pack_loss_put_moves(risks, loss);
	table_put_text(risks, placement);
	return table_end_row(risks, error);
}

static int put_host(const struct packing *packing, const struct fleet *fleet,
		    const struct plan_config *config, size_t host, size_t *fatal, struct table_writer *risks,
		    struct error *error)
{
	bool *lost = pack_lost_with(packing, host, (size_t)config->policy->spare_hosts);
	struct pack_loss loss;
	char name[128];
	int code = lost ? pack_loss_find(&loss, packing, lost) : -ENOMEM;

	if (code == 0 && loss.homeless > 0 && (*fatal)++ < PACK_REARRANGED_MOST)
		code = pack_loss_rearrange(&loss, packing, lost);
	free(lost);
	if (code < 0)
		return error_set(error, ENOMEM, "cannot plan");
	return pack_loss_put_risk(risks, fleet, config, "plan",
				  plan_host_name(fleet, &packing->host[host], name, sizeof(name)), NULL,
				  &loss, error);
}

int pack_add_spares(struct packing *packing, size_t failing)
{
	size_t hosts = packing->hosts < PLAN_LOSSES_MOST ? packing->hosts : PLAN_LOSSES_MOST;

	for (size_t host = 0; host < hosts; host++)
		for (size_t spares = 0; spares < failing; spares++) {
			struct pack_loss loss;
			int code = pack_survive(packing, host, failing, &loss);

			if (code < 0)
				return code;
			if (loss.homeless == 0)
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
	size_t fatal = 0;
	int code = 0;

	if (!config->policy)
		return 0;
	if (config->policy->spare_hosts < 1)
		return domains_risks(packing, fleet, config, risks, error);
	if (pack_add_spares(packing, (size_t)config->policy->spare_hosts) < 0)
		return error_set(error, ENOMEM, "cannot plan");
	for (size_t host = 0; code == 0 && host < packing->hosts && host < PLAN_LOSSES_MOST; host++)
		code = put_host(packing, fleet, config, host, &fatal, risks, error);
	return code ? code : domains_risks(packing, fleet, config, risks, error);
}
