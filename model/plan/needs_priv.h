/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_NEEDS_PRIV_H
#define MODEL_PLAN_NEEDS_PRIV_H

#include "model/plan/plan_priv.h"

/* What VMs and hosts need beside what the fleet asks for, and what VMs need together. */

/* Adds a row to FLEET for each service of the policy, of none yet. 0 or negative errno. */
int services_add(struct fleet *fleet, const struct plan_policy *policy, struct error *error);

/* Counts the VMs that services need under CONFIG on so many HOSTS. Whether that changed any. */
bool services_count(struct fleet *fleet, const struct plan_config *config, size_t hosts);

/* Packs FLEET with the VMs that services need on the hosts it then has, by what VMs need together over time.
 * 0 or -ENOMEM; the caller frees in both cases. */
int services_pack(struct packing *packing, struct fleet *fleet, struct plan_config *config,
		  const struct place_effort *effort);

/* What services take of each host, where these have an OS. */
struct plan_load services_hosted(const struct plan_config *config);

/* Reads host-footprint.csv of RESULTS (NULL: there are none); it need not be there. 0 or negative errno. */
int reserve_read(struct table *footprint, const char *results, struct error *error);

/* Sets what CONFIG's hosts need for themselves and for each VM, by FOOTPRINT. 0 or -ENOMEM. */
int reserve_find(struct plan_config *config, const struct table *footprint);

/* What is kept of each host: what the policy says, else what was measured, and what services take. */
struct plan_load reserve_of(const struct plan_config *config);

/* Packs FLEET; where VMs have series so that, over time, no host's VMs together need more than it offers.
 * What each then counts with goes to CONFIG's counted. 0 or -ENOMEM; the caller frees in both cases. */
int pack_align(struct packing *packing, struct plan_config *config, const struct fleet *fleet,
	       const struct place_effort *effort);

/* Says of each host what its VMs use together, by the policy's percentiles over time, where there are series.
 * 0 or -ENOMEM. */
int pack_measure(struct packing *packing, const struct fleet *fleet, const struct plan_config *config);

#endif
