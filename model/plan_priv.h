/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PRIV_H
#define MODEL_PLAN_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "model/place_priv.h"

struct error;

/* What a VM asks of a host, or a host has. */
struct plan_load {
	double cpu;    /* cores */
	double memory; /* GiB */
	double io;     /* MB/s */
};

/* A row of the fleet; texts belong to its table. */
struct plan_vm {
	const char *name, *class;
	size_t line; /* in the file, for messages */
	size_t count;
	struct plan_load asks; /* CPU as measured natively */
};

/* A row of the host list. */
struct plan_kind {
	const char *name;
	size_t available;
	struct plan_load has;
	double cost, host_os_licence, hypervisor_licence; /* of one */
};

/* What is to be planned: fleet and hosts as the user wrote them. */
struct fleet {
	struct table vm_table, kind_table;
	struct plan_vm *vm;	/* vms; owned */
	struct plan_kind *kind; /* kinds; owned */
	size_t vms, kinds;
};

/* Reads and checks both tables. 0 or a negative errno that names file, line and column. */
int fleet_read(struct fleet *fleet, const char *fleet_path, const char *hosts_path, struct error *error);
void fleet_free(struct fleet *fleet);

/* What a VM of the fleet costs under one configuration. */
struct plan_price {
	double cpu;    /* cores it uses: its demand by the CPU ratio of its class; NaN: not measured */
	double driver; /* cores of driver threads at work for it */
};

/* What one configuration costs the fleet. */
struct plan_config {
	const char *name, *label;   /* texts of the result's tables, or static */
	bool polls;		    /* driver threads hold cores of each host */
	bool hypervisor;	    /* licensed as a hypervisor, else as a host OS */
	struct plan_price *price;   /* one for each VM of the fleet; owned */
	bool known;		    /* each could be priced */
	bool few_blocks, disturbed; /* so some ratio that it is priced with is flagged */
};

/* The result a plan is made from. */
struct plan_ratios {
	struct table runs, overhead;
	const char *baseline; /* that demand is inflated from */
};

/* Reads DIRECTORY. 0 or negative errno, -ENODATA where no CPU ratio was measured. */
int plan_ratios_read(struct plan_ratios *ratios, const char *directory, struct error *error);
void plan_ratios_free(struct plan_ratios *ratios);

/* Whether every VM's class is a class or workload that was measured: 0, or -EINVAL naming the first that is
 * not. */
int plan_ratios_check(const struct plan_ratios *ratios, const struct fleet *fleet, struct error *error);

/* Prices FLEET under the configuration NAME, the baseline included. 0 or -ENOMEM; the caller frees PRICE. */
int plan_ratios_price(const struct plan_ratios *ratios, const struct fleet *fleet, const char *name,
		      struct plan_config *config);

/* One host of the plan. */
struct plan_host {
	size_t kind;
	struct plan_load used;	      /* CPU inflated, without the cores drivers hold */
	double driver;		      /* cores of driver threads at work */
	const struct place_entry *vm; /* vms: rows of the fleet and how many of each; the packing's */
	size_t vms;
};

struct packing {
	struct place_solution solution; /* owned */
	struct plan_host *host;		/* hosts; owned */
	size_t hosts;
	size_t *bought;	    /* kinds: hosts of each; owned */
	const size_t *left; /* vms: how many of each fit on no host there is; the solution's */
	size_t unplaced;    /* all of these */
};

/* Packs FLEET for CONFIG. 0 or -ENOMEM; the caller frees in both cases. */
int pack_fleet(struct packing *packing, const struct fleet *fleet, const struct plan_config *config);
void packing_free(struct packing *packing);

/* Whether USED is no more than CAPACITY but for rounding. */
bool pack_within(double used, double capacity);

/* VMs without a host as "name:count:why", separated by blanks; the caller frees. NULL when memory is short.
 */
char *plan_unplaced_list(const struct fleet *fleet, const struct plan_config *config,
			 const struct packing *packing);

/* Cores driver threads hold on HOST. */
double pack_cores_held(const struct plan_host *host, const struct plan_config *config);

/* What one host of KIND costs in licences under CONFIG. */
double plan_licence(const struct plan_kind *kind, const struct plan_config *config);

#endif
