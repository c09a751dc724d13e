/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PLAN_PRIV_H
#define MODEL_PLAN_PLAN_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "model/plan/fleet_priv.h"
#include "model/plan/place_priv.h"

struct error;

#define PLAN_NAME 61 /* of what a section of a policy is about */
#define PLAN_WORD 12
#define PLAN_KEYS 32 /* before any section of a policy */

/* What all that sections are about begins with. Numbers are as the policy says them, 1 for yes. */
struct plan_section {
	char name[PLAN_NAME];
	size_t line; /* of the policy, for messages */
};

/* A goal for the time of requests. */
struct plan_goal {
	double seconds; /* 0: none */
	double share;	/* of requests that take no longer; 0: their mean does */
};

/* Rules about one group. */
struct plan_group {
	char name[PLAN_NAME];
	size_t line;
	double together, fence, spread;
};

struct plan_class {
	char name[PLAN_NAME];
	size_t line;
	double overcommit;	       /* vCPUs for each core; 0: any number */
	struct plan_goal latency_goal; /* none: as of the others */
};

/* An operating system that VMs may run. */
struct plan_guest {
	char name[PLAN_NAME];
	size_t line;
	double licence;
};

/* Something the fleet needs on its hosts: part of a host OS, or VMs of their own. */
struct plan_service {
	char name[PLAN_NAME];
	size_t line;
	double host_cores, host_memory_gib;
	double cores, memory_gib, hosts, price;
};

/* What a user asks of a plan. Shares are below 1. */
struct plan_policy {
	const char *path;			  /* the caller's; NULL: there is none */
	double cpu_percentile, memory_percentile; /* as shares */
	double growth_buffer, cpu_headroom, memory_headroom;
	double reserved_cores, reserved_memory_gib;
	double overcommit; /* as of a class */
	struct plan_goal latency_goal;
	char measured_on[PLAN_NAME]; /* of VMs that do not say; "": not known */
	double spare_hosts, spare_domains;
	double growth_month, horizon_months, lead_time_days;
	double energy_price; /* of a kWh */
	double demand_error;
	double start; /* days since 1970; NaN: not said */
	char currency[PLAN_WORD];
	char said[PLAN_KEYS][PLAN_NAME]; /* by its key; "": it is not named */
	struct plan_group *group;	 /* groups; owned, as the next */
	struct plan_class *class;	 /* classes */
	struct plan_guest *guest;	 /* guests */
	struct plan_service *service;	 /* services */
	size_t groups, classes, guests, services;
};

/* Reads the policy at PATH, NULL: none. 0, or negative errno naming file, line and key. */
int plan_policy_read(struct plan_policy *policy, const char *path, struct error *error);
void plan_policy_free(struct plan_policy *policy);

/* Whether its rules can be kept: 0, or -EINVAL naming the fewest that contradict each other. */
int plan_policy_check(const struct plan_policy *policy, const struct fleet *fleet, struct error *error);

/* What a VM of the fleet costs under one configuration. */
struct plan_price {
	double cpu;    /* cores it uses: its demand by the CPU ratio of its class; NaN: not measured */
	double driver; /* cores of driver threads at work for it */
};

/* What one configuration costs the fleet. */
struct plan_config {
	const char *name, *label; /* texts of the result's tables, or static */
	bool polls;		  /* driver threads hold cores of each host */
	bool hypervisor;	  /* licensed as a hypervisor, else as a host OS */
	struct plan_price *price; /* one for each VM of the fleet; owned */
	double *counted;	  /* vms x SERIES_METRICS: share of what it asks for that each VM counts with;
				   * owned; NULL: all of it */
	struct plan_load host_needs;	  /* what each host needs for itself, as measured */
	struct plan_load vm_needs;	  /* and memory for each VM beside its own */
	bool known;			  /* each could be priced */
	bool few_blocks, disturbed;	  /* so some ratio that it is priced with is flagged */
	const struct plan_policy *policy; /* NULL: none */
};

/* The result a plan is made from. */
struct plan_ratios {
	struct table runs, overhead;
	const char *baseline; /* that demand is inflated from */
};

/* Reads DIRECTORY. 0 or negative errno, -ENODATA where no CPU ratio was measured. */
int plan_ratios_read(struct plan_ratios *ratios, const char *directory, struct error *error);

/* The same of a table that a user types (schema_typed), or of predictions.csv; PATH NULL: nothing is known
 * but native. */
int plan_ratios_typed(struct plan_ratios *ratios, const char *path, struct error *error);
void plan_ratios_free(struct plan_ratios *ratios);

/* Looks whether every VM's profile, else its class, is a class or workload that was measured, and lists those
 * of which it is not, to be priced as their class, else as the others. 0 or -ENOMEM. */
int plan_ratios_check(const struct plan_ratios *ratios, struct fleet *fleet, struct error *error);

/* Turns what was measured on some platform into native demand: divides it by what that platform costs the
 * VM's class, or by the factor given. VMs that do not say are as the policy says, else listed as doubtful. 0,
 * or negative errno naming file and line. */
int plan_rebase(const struct plan_ratios *ratios, struct fleet *fleet, const struct plan_policy *policy,
		struct error *error);

/* The same of VMs that do not say alone, once more, where the platform is PLATFORM and not what it was taken
 * for. */
int plan_rebase_again(const struct plan_ratios *ratios, struct fleet *fleet, const char *platform,
		      struct error *error);

/* The rows of overhead.csv that METRIC of CLASS under CONFIG is estimated by: that of the workload of this
 * name, else those of the class ("": all). How many; ROWS has room for all there are. */
size_t plan_class_rows(const struct plan_ratios *ratios, const char *config, const char *class,
		       const char *metric, size_t *rows);

/* The median of COUNT VALUES of METRIC, which are sorted; NaN of none. */
double plan_class_middle(const char *metric, double *values, size_t count);

/* Whether METRIC may be nought, so that it is averaged as it is and not by its logarithm. */
bool plan_metric_additive(const char *metric);

/* The ratio of METRIC for CLASS ("": over all that was measured) under CONFIG; VALUES has room for a number a
 * row. NaN: not measured. */
double plan_class_ratio(const struct plan_ratios *ratios, struct plan_config *config, const char *class,
			const char *metric, double *values);

/* Prices FLEET under the configuration NAME, the baseline included. 0 or -ENOMEM; the caller frees PRICE. */
int plan_ratios_price(const struct plan_ratios *ratios, const struct fleet *fleet, const char *name,
		      struct plan_config *config);

/* One host of the plan. */
struct plan_host {
	size_t kind;
	size_t number;		      /* among those of its kind, from 1 */
	bool owned;		      /* there already */
	struct plan_load used;	      /* CPU inflated, without the cores drivers hold */
	double driver;		      /* cores of driver threads at work */
	const struct place_entry *vm; /* vms: rows of the fleet and how many of each; the packing's */
	size_t vms;
};

struct packing {
	struct pack_problem *problem;	/* owned */
	struct place_solution solution; /* without spare hosts; owned */
	struct plan_host *host;		/* hosts; owned */
	size_t hosts;
	size_t *bought;	    /* kinds: hosts of each; owned */
	const size_t *left; /* vms: how many of each fit on no host there is; the solution's */
	size_t unplaced;    /* all of these */
};

/* Packs FLEET for CONFIG. 0 or -ENOMEM; the caller frees in both cases. */
int pack_fleet(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	       const struct place_effort *effort); /* NULL: by first fit alone */
void packing_free(struct packing *packing);

/* What becomes of the packing without a failure domain: spare hosts outside of each are added, as far as
 * there are hosts, where the policy wants all to be survived, and rows of RISKS written. 0 or negative errno.
 */
int domains_risks(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
		  struct table_writer *risks, struct error *error);

/* The same with little effort, for some hundred plans that are compared with one made like this: CAREFUL with
 * a short search and the spare hosts that the policy wants, else by first fit and without. 0 or -ENOMEM; the
 * caller frees in both cases. */
int plan_pack(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	      bool careful);
#define PLAN_CAREFUL 200 /* VMs up to which that takes no time */

/* Adds a spare host, empty, that holds what HOST does: the cheapest there is. 1: done, 0: there is none,
 * -ENOMEM. */
int pack_add_spare(struct packing *packing, size_t host);

/* Adds such hosts for as long as one is needed for any FAILING to fail, and is to be had. 0 or -ENOMEM. */
int pack_add_spares(struct packing *packing, size_t failing);

#define PLAN_LOSSES_MOST 2000 /* hosts that are taken away: of a larger plan the first ones */

/* Adds spare hosts until the packing survives what the policy says, as far as there are hosts, and writes
 * what then becomes of each to RISKS. 0 or negative errno. */
int plan_risks(struct packing *packing, const struct fleet *fleet, const struct plan_config *config,
	       struct table_writer *risks, struct error *error);

/* Whether USED is no more than CAPACITY but for rounding. */
bool pack_within(double used, double capacity);

/* VMs without a host as "name:count:why", separated by blanks; the caller frees. NULL when memory is short.
 */
char *plan_unplaced_list(const struct fleet *fleet, const struct plan_config *config,
			 const struct packing *packing);

/* The tables of a plan being written. */
enum plan_table {
	PLAN_HOSTS,
	PLAN_PLACEMENT,
	PLAN_SUMMARY,
	PLAN_RISKS,
	PLAN_DEMAND,
	PLAN_TODAY,
	PLAN_MENDING,
	PLAN_MOVES,
	PLAN_BREAK_EVEN,
	PLAN_UNCERTAINTY,
	PLAN_SENSITIVITY,
	PLAN_WHAT_IF,
	PLAN_DENSITY,
	PLAN_DOUBTS,
	PLAN_FORECAST,
	PLAN_HEADROOM,
	PLAN_ASSUMPTIONS,
	PLAN_TABLES
};

struct plan_files {
	struct table_writer table[PLAN_TABLES];
	size_t open;
	const char *out;	  /* the caller's */
	bool made_out, made_plan; /* directories that were not there */
};

/* Begins them in OUT/plan; all then take their final names, or none does. 0 or negative errno. */
int plan_files_open(struct plan_files *files, const char *out, struct error *error);
int plan_files_close(struct plan_files *files, struct error *error);
void plan_files_abandon(struct plan_files *files);

/* What the hosts of a plan have and use between them, and what they cost. */
struct plan_sums {
	struct plan_load has, used;
	double held;	    /* cores of drivers that poll */
	double vms, native; /* those placed, and their demand as measured natively, cores */
	double hardware, licences, power, guests, total;
};
struct plan_sums plan_sum_up(const struct fleet *fleet, const struct plan_config *config,
			     const struct packing *packing);

/* A configuration that was planned for. */
struct plan_outcome {
	struct plan_config config; /* its prices are owned */
	struct plan_sums sums;
	double hosts;
	size_t unplaced; /* VMs */
};

/* Rows of PACKING: its hosts and who is on them; its sums; or that there is none. 0 or negative errno. */
int plan_put_hosts(struct plan_files *files, const struct fleet *fleet, const struct plan_config *config,
		   const struct packing *packing, struct error *error);
int plan_put_summary(struct plan_files *files, const struct fleet *fleet, const struct plan_config *config,
		     const struct packing *packing, struct error *error);
int plan_put_unknown(struct plan_files *files, const struct plan_config *config, struct error *error);

/* A row a VM: what it asks for, and how well that is known. 0 or negative errno. */
int plan_put_demand(struct plan_files *files, const struct fleet *fleet, struct error *error);

/* A row a key of the policy: what the plan takes for granted. 0 or negative errno. */
int plan_put_assumptions(struct plan_files *files, const struct plan_policy *policy, struct error *error);

/* Sums of decimal fractions, without what binary ones leave over. */
void plan_put_amount(struct table_writer *writer, double amount);

/* "large-3" in TEXT. Returns TEXT. */
const char *plan_host_name(const struct fleet *fleet, const struct plan_host *host, char *text, size_t size);

/* Cores driver threads hold on HOST. */
double pack_cores_held(const struct plan_host *host, const struct plan_config *config);

/* What one host of KIND costs in licences under CONFIG: the units it has, no fewer than the minimum, in whole
 * packs. */
double plan_licence_cost(const struct plan_kind *kind, const struct plan_config *config);

#endif
