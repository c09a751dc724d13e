/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef MODEL_PLAN_BREAK_EVEN_PRIV_H
#define MODEL_PLAN_BREAK_EVEN_PRIV_H

#include "model/plan/plan_priv.h"

/* Two plans of one fleet that are compared: with host OSes, and with hypervisors. */
struct break_even {
	const struct fleet *fleet;
	const struct plan_config *hosted, *bare;
	struct plan_sums hosted_sums, bare_sums;
	double hosted_hosts, bare_hosts, vms;
};

/*
 * Rows of break-even.csv: at which number of VMs in the same mix, at which licence of a host (with as many
 * hosts as they need now), and in which month both cost the same; NA: nowhere. 0 or negative errno.
 */
int break_even_put(struct table_writer *out, const struct break_even *b, struct error *error);

#endif
