/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_FLEET_PRIV_H
#define MODEL_PLAN_FLEET_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "model/plan/series_priv.h"

struct error;
struct plan_policy;

/* VMs to be planned for and hosts to put them on, as users have them. */

/* What a VM asks of a host, or a host has. */
struct plan_load {
	double cpu;    /* cores */
	double memory; /* GiB */
	double io;     /* MB/s; a host's may be infinite, as the next */
	double iops;   /* requests a second */
	double net;    /* MB/s */
	double disk;   /* GiB */
	double vcpus;  /* cores: vCPUs by how many a core may have; of a host its cores */
};

/* A row of the fleet; texts belong to its table or the fleet. */
struct plan_vm {
	const char *name, *class; /* class "": not known */
	const char *priced_as;	  /* its profile, else its class: whose ratios it is priced with */
	const char *path;	  /* file and */
	size_t line;		  /* line it stands in, for messages */
	size_t count;
	struct plan_load asks;	      /* CPU as measured on the platform below, after plan_rebase natively */
	double vcpus;		      /* of one; NaN: not said */
	size_t service;		      /* of the policy that it does + 1; 0: none */
	size_t series;		      /* its number among the series + 1; 0: it has none */
	struct plan_load series_uses; /* its percentiles there, as measured */
	double requests_s;	      /* that one serves; NaN: not said */
	const char *guest_os;	      /* "": not said */
	double guest_licence;	      /* of one; NaN: not said, until fleet_license */
	const char *measured_on;      /* "": not said */
	bool platform_assumed;	      /* it does not say, whatever measured_on has become */
	double rebased_by;	      /* what its demand was divided by */
	double rebase_spread; /* of the factor that says so: the standard deviation of its logarithm */
	bool guessed;	      /* its CPU demand is not known: all its vCPUs count as busy */
	const char *host;     /* that it is on today; NULL: not said */
	const char *group;    /* that rules of the policy are about; "": none */
	const char *site;     /* that it must be at; "": any */
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
	const char *domain;    /* they fail with; "": none */
	const char *site;      /* "": none */
	double numa_nodes;     /* NaN: not said */
	double speed;	       /* of a core, 1 being that which demand was measured on */
	double cores, sockets; /* as they are counted for licences */
	double cost;	       /* of one that is to be bought */
	struct plan_licence host_os, hypervisor;
	double power_w;
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

/* A VM of which no more is known than where it stands: line LINE of the file PATH. */
struct plan_vm fleet_vm(const char *path, size_t line);

/* Adds a VM, or a doubt about one. 0 or -ENOMEM. */
int fleet_add(struct fleet *fleet, const struct plan_vm *vm);
int fleet_doubt(struct fleet *fleet, const struct plan_doubt *doubt);

/* Lists the columns of TABLE that its schema lacks. 0 or -ENOMEM. */
int fleet_doubt_columns(struct fleet *fleet, const struct table *table);

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

/* Gives VMs that do not say what their licence costs that of their guest_os by the policy, and lists those
 * whose guest_os a policy that names some does not. 0 or negative errno. */
int fleet_license(struct fleet *fleet, const struct plan_policy *policy, struct error *error);

/* Lists VMs that must be at a site where no host says that it is at any. 0 or negative errno. */
int fleet_check_sites(struct fleet *fleet, struct error *error);

/* An inventory of others' making. */
struct fleet_format {
	const struct table_schema *schema;
	const char *marks[2]; /* words its header has both of, in lower case */
	int turn; /* read after those of lower turns, which it refers to; the project's own is 1 */
	int (*take)(struct fleet *fleet, const struct table *table, struct error *error);
};

/* The format of the file at PATH by its header, NULL: the project's own. */
const struct fleet_format *fleet_format_of(const char *path);

#endif
