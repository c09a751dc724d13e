/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_PACK_LOSS_PRIV_H
#define MODEL_PLAN_PACK_LOSS_PRIV_H

#include "model/plan/mend_priv.h"
#include "model/plan/pack_priv.h"

/* What becomes of a packing when some of its hosts fail. */
struct pack_loss {
	size_t homeless, vm; /* VMs that find no room on the others, and the row of the first of them */
	bool looked, helps;  /* whether it was looked for, and found, how all do where others move, too */
	size_t moves;	     /* so many of these */
};

#define PACK_REARRANGED_MOST 50 /* losses of one plan for which that is looked for */

/* HOST and the fullest others, COUNT in all, as marks of bins that the caller frees; NULL when memory is
 * short. */
bool *pack_lost_with(const struct packing *packing, size_t host, size_t count);

/* When the bins that LOST marks fail, the others staying as they are. 0 or -ENOMEM. */
int pack_loss_find(struct pack_loss *loss, const struct packing *packing, const bool *lost);

/* What becomes of the others when what the bins LOST hold is to find room among them, in *MENDING; its bins
 * are those that are left, in order. EXACTLY: see place_mend. *HELPS: all find room, and rules are kept. 0 or
 * -ENOMEM; the caller frees. */
int pack_loss_mend(struct place_mending *mending, const struct packing *packing, const bool *lost,
		   bool exactly, bool *helps);

/* Looks for how all find room where there is too little for LOSS. 0 or -ENOMEM. */
int pack_loss_rearrange(struct pack_loss *loss, const struct packing *packing, const bool *lost);

/* pack_loss_find for pack_lost_with. 0 or -ENOMEM. */
int pack_survive(const struct packing *packing, size_t host, size_t count, struct pack_loss *loss);

/* The cells survives, homeless and vm of LOSS; then rearranged and moves. */
void pack_loss_put(struct table_writer *out, const struct fleet *fleet, const struct pack_loss *loss);
void pack_loss_put_moves(struct table_writer *out, const struct pack_loss *loss);

/* A row of risks.csv: what becomes of PLACEMENT ("plan" or "today") without HOST, or without DOMAIN; the
 * other is NULL. 0 or negative errno. */
int pack_loss_put_risk(struct table_writer *risks, const struct fleet *fleet,
		       const struct plan_config *config, const char *placement, const char *host,
		       const char *domain, const struct pack_loss *loss, struct error *error);

/* Rows of risks.csv: what becomes of PLACEMENT when all hosts of a failure domain fail. *FATAL: how many
 * domains must not. 0 or negative errno. */
int domains_put(struct table_writer *risks, const struct packing *packing, const struct fleet *fleet,
		const struct plan_config *config, const char *placement, size_t *fatal, struct error *error);

#endif
