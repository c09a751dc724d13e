/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/plan_priv.h"

/*
 * First fit decreasing on CPU, memory and I/O (Coffman, Garey and Johnson, Approximation algorithms for bin
 * packing: a survey, 1996; for several resources a VM is as large as its largest share of a host). VMs of
 * a row are alike, so a host that refuses one refuses all of them.
 */

#define SLACK 1e-9 /* what rounding may add up to, as a share of a capacity */

double pack_cores_held(const struct plan_host *host, const struct plan_config *config)
{
	double busy = ceil(host->driver - SLACK);

	if (!config->polls)
		return 0;
	return busy > 1 ? busy : 1; /* one polls even where there is little to do */
}

double plan_licence(const struct plan_kind *kind, const struct plan_config *config)
{
	return config->hypervisor ? kind->hypervisor_licence : kind->host_os_licence;
}

static double price(const struct plan_kind *kind, const struct plan_config *config)
{
	return kind->cost + plan_licence(kind, config);
}

bool pack_within(double used, double capacity)
{
	return used <= capacity * (1 + SLACK);
}

/* Whether what HOST holds fits on KIND. */
static bool fits(const struct plan_host *host, const struct plan_kind *kind, const struct plan_config *config)
{
	return pack_within(host->used.cpu + pack_cores_held(host, config), kind->has.cpu) &&
	       pack_within(host->used.memory, kind->has.memory) && pack_within(host->used.io, kind->has.io);
}

/* Puts a VM on HOST where it fits. */
static bool place(struct plan_host *host, const struct fleet *fleet, const struct plan_config *config,
		  size_t vm)
{
	const struct plan_load *asks = &fleet->vm[vm].asks;
	struct plan_host then = *host;

	then.used.cpu += config->price[vm].cpu;
	then.used.memory += asks->memory;
	then.used.io += asks->io;
	then.driver += config->price[vm].driver;
	if (!fits(&then, &fleet->kind[host->kind], config))
		return false;
	*host = then;
	host->placed[vm]++;
	return true;
}

/* The order VMs are placed in: rows by size, and the order hosts are bought in: kinds by price. */
struct rank {
	size_t row;
	double key; /* ascending */
};

static int ascending(const void *left, const void *right)
{
	const struct rank *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* The largest share a VM takes of the largest host. */
static double share(const struct fleet *fleet, const struct plan_config *config, size_t vm)
{
	struct plan_load most = { 0 };

	for (size_t i = 0; i < fleet->kinds; i++) {
		most.cpu = larger(most.cpu, fleet->kind[i].has.cpu);
		most.memory = larger(most.memory, fleet->kind[i].has.memory);
		most.io = larger(most.io, fleet->kind[i].has.io);
	}
	return larger((config->price[vm].cpu + config->price[vm].driver) / most.cpu,
		      larger(fleet->vm[vm].asks.memory / most.memory,
			     most.io > 0 ? fleet->vm[vm].asks.io / most.io : 0));
}

static struct rank *rank_vms(const struct fleet *fleet, const struct plan_config *config)
{
	struct rank *ranks = malloc(fleet->vms * sizeof(*ranks));

	for (size_t i = 0; ranks && i < fleet->vms; i++)
		ranks[i] = (struct rank){ i, -share(fleet, config, i) };
	if (ranks)
		qsort(ranks, fleet->vms, sizeof(*ranks), ascending);
	return ranks;
}

/* Kinds of host by what a core of them costs, licence included. */
static struct rank *rank_kinds(const struct fleet *fleet, const struct plan_config *config)
{
	struct rank *ranks = malloc(fleet->kinds * sizeof(*ranks));

	for (size_t i = 0; ranks && i < fleet->kinds; i++) {
		const struct plan_kind *kind = &fleet->kind[i];

		ranks[i] = (struct rank){ i, price(kind, config) / kind->has.cpu };
	}
	if (ranks)
		qsort(ranks, fleet->kinds, sizeof(*ranks), ascending);
	return ranks;
}

/* Adds HOST, whose lists then belong to PACKING. */
static int add_host(struct packing *packing, const struct plan_host *host)
{
	if (packing->hosts == packing->room) {
		size_t room = packing->room ? 2 * packing->room : 64;
		struct plan_host *grown = realloc(packing->host, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		packing->host = grown;
		packing->room = room;
	}
	packing->host[packing->hosts++] = *host;
	packing->bought[host->kind]++;
	return 0;
}

/* Adds the cheapest host that takes a VM and puts it there. 1: done, 0: there is none, -ENOMEM. */
static int buy(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	       const struct rank *kinds, size_t vm)
{
	struct plan_host host = { .placed = calloc(fleet->vms, sizeof(*host.placed)) };
	int code = 0;

	if (!host.placed)
		return -ENOMEM;
	for (size_t i = 0; i < fleet->kinds; i++) {
		host.kind = kinds[i].row;
		if (packing->bought[host.kind] >= fleet->kind[host.kind].available ||
		    !place(&host, fleet, config, vm))
			continue;
		code = add_host(packing, &host);
		if (code == 0)
			return 1;
		break;
	}
	free(host.placed);
	return code;
}

/* All VMs of one row. */
static int pack_row(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
		    const struct rank *kinds, size_t vm)
{
	size_t left = fleet->vm[vm].count;

	for (size_t host = 0; left > 0; left--) {
		int code;

		while (host < packing->hosts && !place(&packing->host[host], fleet, config, vm))
			host++;
		if (host < packing->hosts)
			continue;
		code = buy(packing, fleet, config, kinds, vm);
		if (code < 0)
			return code;
		if (code == 0)
			break;
	}
	packing->left[vm] = left;
	packing->unplaced += left;
	return 0;
}

/* Makes HOST the cheapest kind that holds what is on it. Whether it is another one now. */
static bool resize(struct packing *packing, struct plan_host *host, const struct fleet *fleet,
		   const struct plan_config *config)
{
	size_t best = host->kind;

	for (size_t i = 0; i < fleet->kinds; i++) {
		const struct plan_kind *kind = &fleet->kind[i];

		if (packing->bought[i] < kind->available && fits(host, kind, config) &&
		    price(kind, config) < price(&fleet->kind[best], config))
			best = i;
	}
	if (best == host->kind)
		return false;
	packing->bought[host->kind]--;
	packing->bought[best]++;
	host->kind = best;
	return true;
}

/* Hosts were chosen by the price of a core, before it was known how full they would be. What one gives back
 * another may take, so this goes on while anything becomes cheaper. */
static void resize_all(struct packing *packing, const struct fleet *fleet, const struct plan_config *config)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < packing->hosts; i++)
			changed |= resize(packing, &packing->host[i], fleet, config);
	}
}

int pack_fleet(struct packing *packing, const struct fleet *fleet, const struct plan_config *config)
{
	struct rank *vms = rank_vms(fleet, config), *kinds = rank_kinds(fleet, config);
	int code;

	*packing = (struct packing){
		.bought = calloc(fleet->kinds + 1, sizeof(*packing->bought)),
		.left = calloc(fleet->vms + 1, sizeof(*packing->left)),
	};
	code = vms && kinds && packing->bought && packing->left ? 0 : -ENOMEM;
	for (size_t i = 0; code == 0 && i < fleet->vms; i++)
		code = pack_row(packing, fleet, config, kinds, vms[i].row);
	if (code == 0)
		resize_all(packing, fleet, config);
	free(vms);
	free(kinds);
	return code;
}

void packing_free(struct packing *packing)
{
	for (size_t i = 0; i < packing->hosts; i++)
		free(packing->host[i].placed);
	free(packing->host);
	free(packing->bought);
	free(packing->left);
	*packing = (struct packing){ 0 };
}
