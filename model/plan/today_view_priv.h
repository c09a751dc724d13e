/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_TODAY_VIEW_PRIV_H
#define MODEL_PLAN_TODAY_VIEW_PRIV_H

#include "model/plan/mend_priv.h"
#include "model/plan/pack_priv.h"
#include "model/plan/today_priv.h"

/* Today's placement under one configuration, and as it is once mended. */
struct today_view {
	const struct today *today;
	const struct fleet *fleet;
	struct plan_config config; /* its counted is owned: what VMs count with where they are */
	struct packing now, then;  /* problem and solution alone; then's solution is the mending's */
	struct place_mending mending;
	unsigned *breach; /* bins of now; owned */
	size_t fatal;	  /* hosts that must not fail, once today_put_hosts has looked */
};

/* Makes the problem of PACKING, whose solution it has, one in which each VM counts with its share of what its
 * host's VMs need together over time, where there are series. 0 or -ENOMEM. */
int today_align(struct today_view *view, struct packing *packing);

/* Where the policy wants hosts to be able to fail and the mended placement does not let them: moves that do,
 * where some are found, in the mending. 0 or -ENOMEM. */
int today_survive(struct today_view *view);

/* How many hosts must be able to fail at once. */
size_t today_failing(const struct today_view *view);

/* Rows of today.csv and of moves.csv; the former count hosts that must not fail. 0 or negative errno. */
int today_put_hosts(struct table_writer *out, struct today_view *view, struct error *error);
int today_put_moves(struct table_writer *out, const struct today_view *view, struct error *error);

#endif
