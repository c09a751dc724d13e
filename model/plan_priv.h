/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PRIV_H
#define MODEL_PLAN_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "model/place_priv.h"
#include "model/series_priv.h"

struct error;
struct plan_policy;

/* What a VM asks of a host, or a host has. */
struct plan_load {
	double cpu;    /* cores */
	double memory; /* GiB */
	double io;     /* MB/s; a host's may be infinite, as the next */
	double iops;   /* requests a second */
	double net;    /* MB/s */
};

/* A row of the fleet; texts belong to its table or the fleet. */
struct plan_vm {
	const char *name, *class; /* class "": not known */
	const char *path;	  /* file and */
	size_t line;		  /* line it stands in, for messages */
	size_t count;
	struct plan_load asks;	 /* CPU as measured on the platform below, after plan_rebase natively */
	double vcpus;		 /* of one; NaN: not said */
	size_t series;		 /* its number among the series + 1; 0: it has none */
	double series_cpu;	 /* its percentile there, as measured */
	double guest_licence;	 /* of one */
	const char *measured_on; /* "": not said */
	bool guessed;		 /* its CPU demand is not known: all its vCPUs count as busy */
	const char *host;	 /* that it is on today; NULL: not said */
	const char *group;	 /* that rules of the policy are about; "": none */
};

/* What a licence is counted by. */
enum plan_unit { PER_HOST, PER_SOCKET, PER_CORE };

struct plan_licence {
	double price; /* of a unit */
	enum plan_unit per;
	double minimum, pack; /* units, 0: none */
};

/* A row of the host list. */
struct plan_kind {
	const char *name;
	size_t available;      /* PLACE_NONE: any number */
	size_t have;	       /* of them that are there already */
	struct plan_load has;  /* CPU in cores of speed 1 */
	double cores, sockets; /* as they are counted for licences */
	double cost;	       /* of one that is to be bought */
	struct plan_licence host_os, hypervisor;
	bool hosted_only; /* no bare-metal hypervisor on it */
};

/* A row that was left out, or may not say what was meant. */
struct plan_doubt {
	const char *path, *vm, *why; /* texts of the fleet */
	size_t line;
	bool dropped;
};

/* What is to be planned: fleet and hosts as the user wrote them. */
struct fleet {
	const char *path;    /* of its first file; the caller's */
	struct table *table; /* tables: files of the fleet; owned */
	size_t tables;
	struct table kind_table;
	struct plan_vm *vm;	/* vms; owned */
	struct plan_kind *kind; /* kinds; owned */
	size_t vms, kinds;
	struct plan_doubt *doubt; /* doubts; owned */
	size_t doubts;
	char **text; /* texts: names made here; each owned */
	size_t texts;
	struct series series; /* what VMs used over time; vms: 0 where nobody says */
};

/* Reads and checks the fleet, whose files NULL ends, and the hosts. 0 or a negative errno that names file,
 * line and column. */
int fleet_read(struct fleet *fleet, const char *const *fleet_paths, const char *hosts_path,
	       struct error *error);
void fleet_free(struct fleet *fleet);

/* Reads the host list alone: for fleet_read. */
int fleet_read_kinds(struct fleet *fleet, const char *path, struct error *error);

/* A number no less than LEAST at COLUMN, MISSING where the cell is (NaN: it must not be), or the first
 * mistake in ERROR. */
double fleet_number(const struct table *table, size_t row, const char *column, double least, double missing,
		    struct error *error);

/* The same of a number above nought; NaN where the cell is missing. */
double fleet_optional(const struct table *table, size_t row, const char *column, struct error *error);

#define FLEET_POSITIVE 1e-9 /* the least number above nought that means anything here */

/* Adds a VM, or a doubt about one. 0 or -ENOMEM. */
int fleet_add(struct fleet *fleet, const struct plan_vm *vm);
int fleet_doubt(struct fleet *fleet, const struct plan_doubt *doubt);

/* A text of FLEET, made as by printf; NULL when memory is short. */
const char *fleet_text(struct fleet *fleet, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The rows of FLEET by name; the caller frees. NULL when memory is short. */
size_t *fleet_sort(const struct fleet *fleet);

/* The row of NAME, looked for in COUNT rows by name as above. PLACE_NONE: it is not there. */
size_t fleet_find(const struct fleet *fleet, const size_t *order, size_t count, const char *name);

/* Whether each VM has a name of its own, and whether there are not too many of them, nor none. 0 or negative
 * errno. */
int fleet_check_names(const struct fleet *fleet, struct error *error);
int fleet_check_size(const struct fleet *fleet, struct error *error);

/* NAME as lists of VMs can hold it, the fleet's; NULL when memory is short. */
const char *fleet_clean(struct fleet *fleet, const char *name);

/* Sizes the VMs that have series by the policy's percentiles, adds those that no other file has, and lists
 * those of which nobody knows the demand. 0 or negative errno. */
int fleet_size(struct fleet *fleet, const struct plan_policy *policy, struct error *error);

/* An inventory of others' making. */
struct fleet_format {
	const struct table_schema *schema;
	const char *marks[2]; /* words its header has both of, in lower case */
	int turn; /* read after those of lower turns, which it refers to; the project's own is 1 */
	int (*take)(struct fleet *fleet, const struct table *table, struct error *error);
};
extern const struct fleet_format fleet_formats[]; /* ends with a NULL schema */

/* The format of the file at PATH by its header, NULL: the project's own. */
const struct fleet_format *fleet_format_of(const char *path);

#define PLAN_NAME 61 /* of what a section of a policy is about */
#define PLAN_WORD 12

/* What all that sections are about begins with. Numbers are as the policy says them, 1 for yes. */
struct plan_section {
	char name[PLAN_NAME];
	size_t line; /* of the policy, for messages */
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
	double overcommit; /* vCPUs for each core; 0: any number */
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
	double spare_hosts, spare_domains;
	double growth_month, horizon_months, lead_time_days;
	double start; /* days since 1970; NaN: not said */
	char currency[PLAN_WORD];
	struct plan_group *group;     /* groups; owned, as the next */
	struct plan_class *class;     /* classes */
	struct plan_service *service; /* services */
	size_t groups, classes, services;
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
	const char *name, *label;	  /* texts of the result's tables, or static */
	bool polls;			  /* driver threads hold cores of each host */
	bool hypervisor;		  /* licensed as a hypervisor, else as a host OS */
	struct plan_price *price;	  /* one for each VM of the fleet; owned */
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
void plan_ratios_free(struct plan_ratios *ratios);

/* Whether every VM's class is a class or workload that was measured: 0, or -EINVAL naming the first that is
 * not. */
int plan_ratios_check(const struct plan_ratios *ratios, const struct fleet *fleet, struct error *error);

/* Turns what was measured on some platform into native demand: divides it by what that platform costs the
 * VM's class, or by the factor given. VMs that do not say are listed as doubtful. 0, or negative errno naming
 * file and line. */
int plan_rebase(const struct plan_ratios *ratios, struct fleet *fleet, struct error *error);

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
int pack_fleet(struct packing *packing, const struct fleet *fleet, const struct plan_config *config);
void packing_free(struct packing *packing);

/* When COUNT hosts fail, that of number HOST and the fullest others: VMs for which there is no room then, and
 * the row of the first of them. 0 or -ENOMEM. */
int pack_survive(const struct packing *packing, size_t host, size_t count, size_t *homeless, size_t *vm);

/* Adds a spare host, empty, that holds what HOST does: the cheapest there is. 1: done, 0: there is none,
 * -ENOMEM. */
int pack_add_spare(struct packing *packing, size_t host);

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
	PLAN_DOUBTS,
	PLAN_DEMAND,
	PLAN_TABLES
};

struct plan_files {
	struct table_writer table[PLAN_TABLES];
	size_t open;
	const char *out; /* the caller's */
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
	double hardware, licences, guests, total;
};
struct plan_sums plan_sum_up(const struct fleet *fleet, const struct plan_config *config,
			     const struct packing *packing);

/* Rows of PACKING: its hosts and who is on them; its sums; or that there is none. 0 or negative errno. */
int plan_put_hosts(struct plan_files *files, const struct fleet *fleet, const struct plan_config *config,
		   const struct packing *packing, struct error *error);
int plan_put_summary(struct plan_files *files, const struct fleet *fleet, const struct plan_config *config,
		     const struct packing *packing, struct error *error);
int plan_put_unknown(struct plan_files *files, const struct plan_config *config, struct error *error);

/* A row a VM: what it asks for, and how well that is known. 0 or negative errno. */
int plan_put_demand(struct plan_files *files, const struct fleet *fleet, struct error *error);

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
