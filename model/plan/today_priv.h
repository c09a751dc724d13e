/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_TODAY_PRIV_H
#define MODEL_PLAN_TODAY_PRIV_H

#include "model/plan/plan_priv.h"

/* Where the fleet's VMs are today. */
struct today {
	struct table table; /* the user's, rows = 0 where the fleet itself says */
	struct today_host {
		char name[112];
		size_t kind, number; /* number 0: it is not named TYPE-N */
	} * host;		     /* hosts; owned */
	size_t hosts;
	struct today_vm {
		size_t vm, host, count;
		const char *config; /* that it is so under; NULL: all */
	} * vm;			    /* vms; owned */
	size_t vms;
};

/*
 * Reads PATH (schema_placement), NULL: what the fleet says of its hosts itself, if it does. Hosts are named
 * TYPE-N after the host list; those of an inventory by any other name are taken for the only kind there is,
 * or the only one of which there are some already. Rows about VMs that the fleet lacks become doubts. 0, or
 * negative errno naming file and line. today_free in both cases.
 */
int today_read(struct today *today, const char *path, struct fleet *fleet, struct error *error);
void today_free(struct today *today);

/* Whether today's placement does under CONFIG, and what mends it: rows of today.csv, mending.csv and
 * moves.csv; none where nothing is known of today. 0 or negative errno. */
int today_plan(struct plan_files *files, const struct today *today, const struct fleet *fleet,
	       const struct plan_config *config, struct error *error);

#endif
