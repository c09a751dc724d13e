/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PACK_PRIV_H
#define MODEL_PLAN_PACK_PRIV_H

#include "model/plan/plan_priv.h"

/* What a fleet's placement is about, DRIVER being what threads that poll do. */
enum resource { CPU, MEMORY, IO, IOPS, NET, DISK, VCPUS, DRIVER, RESOURCES };

/* The arrays of a problem, which it owns. Each kind of host is there twice: those that are there already, and
 * those that are to be bought. */
struct pack_problem {
	struct place_problem problem; /* of the arrays below */
	double *size, *capacity, *cost;
	size_t *count, *most;
	struct origin {
		size_t kind;
		bool owned;
	} * origin; /* kinds: what each is in the host list */
	size_t kinds;
	size_t *group;		 /* VMs; owned, as all of these */
	struct place_rule *rule; /* groups of the policy */
	bool *barred;		 /* VMs x kinds: may not be there; NULL: all may */
};

extern const char *const pack_resource_names[]; /* RESOURCES */

/* Makes A of what FLEET asks and hosts offer under CONFIG; with TODAY kinds of host are those of the host
 * list, whether there or to be bought. 0 or -ENOMEM; pack_problem_free, which frees A itself, in both cases.
 */
int pack_problem_make(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config,
		      bool today);
void pack_problem_free(struct pack_problem *a);

/* Cores that VM's vCPUs count as by the policy's overcommit; 0: it is not bound by any. */
double pack_vcpus(const struct plan_policy *policy, const struct plan_vm *vm);

/* Why VM may not be on hosts of KIND of the host list: "site" or "latency"; NULL: it may. */
const char *pack_bars(const struct fleet *fleet, const struct plan_config *config, size_t vm, size_t kind);

/* The part of A that says who may be where. 0 or -ENOMEM. */
int pack_rules_make(struct pack_problem *a, const struct fleet *fleet, const struct plan_config *config);

/* Cores that a host of KIND offers when no more than the share BUSY of those it has for VMs are to be used,
 * once the policy's reserves and room to grow are kept. */
double pack_cpu_offered(const struct plan_config *config, const struct plan_kind *kind, double busy);

/* Whether the series of VM say what it uses of METRIC. */
bool pack_has_series(const struct fleet *fleet, size_t vm, enum series_metric metric);

/* The policy's percentile of what HOST's VMs use of METRIC together over time; SUM has room for the slots. */
double pack_host_needs(const struct fleet *fleet, const struct plan_config *config,
		       const struct plan_host *host, enum series_metric metric, double *sum);

/* Adds an empty host of the problem's KIND. 0 or -ENOMEM. */
int pack_add_empty(struct packing *packing, size_t kind);

/* Adds BIN of the solution to the hosts. */
void pack_take_host(struct packing *packing, const struct place_bin *bin);

#endif
