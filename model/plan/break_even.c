/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/needs_priv.h"
#include "model/plan/break_even_priv.h"

/* Where a configuration with a host OS and one with a hypervisor of its own cost the same. */

#define VMS_MOST     20000 /* VMs up to which it is looked for */
#define STEPS_LARGER 8	   /* times as many VMs as there are */

/* Plans compared are made with less effort than the plan: SCALE makes theirs of the fleet as it is the
 * plan's. */
struct search {
	const struct break_even *plans;
	bool careful;
	double scale[2]; /* hosted, bare */
	double sign;	 /* of the difference between both now */
};

/* FLEET with VMS VMs in its mix of ALL; *SCALED.vm is to be freed. 0 or -ENOMEM. */
static int scale_fleet(struct fleet *scaled, const struct fleet *fleet, double all, size_t vms)
{
	double carry = 0;

	*scaled = *fleet;
	scaled->vm = malloc((fleet->vms + 1) * sizeof(*scaled->vm));
	if (!scaled->vm)
		return -ENOMEM;
	memcpy(scaled->vm, fleet->vm, fleet->vms * sizeof(*scaled->vm));
	for (size_t i = 0; i < fleet->vms; i++) { /* what rounding leaves of one row the next gets */
		double want = (double)fleet->vm[i].count * (double)vms / all + carry;

		if (fleet->vm[i].service > 0)
			continue;
		scaled->vm[i].count = want > 0 ? (size_t)floor(want + 0.5) : 0;
		carry = want - (double)scaled->vm[i].count;
	}
	return 0;
}

/* What VMS VMs cost on either side, COST (2). 0, 1: they do not all fit, -ENOMEM. */
static int cost_both(const struct search *s, size_t vms, double *cost)
{
	const struct plan_config *const config[] = { s->plans->hosted, s->plans->bare };
	struct fleet scaled;
	int code = scale_fleet(&scaled, s->plans->fleet, s->plans->vms, vms);

	for (size_t side = 0; code == 0 && side < 2; side++) {
		struct packing packing = { 0 };

		services_count(&scaled, config[side], 1);
		code = plan_pack(&packing, &scaled, config[side], s->careful);
		if (code == 0 && services_count(&scaled, config[side], packing.hosts)) {
			packing_free(&packing);
			code = plan_pack(&packing, &scaled, config[side], s->careful);
		}
		if (code == 0) {
			cost[side] = s->scale[side] * plan_sum_up(&scaled, config[side], &packing).total;
			code = packing.unplaced > 0;
		}
		packing_free(&packing);
	}
	free(scaled.vm);
	return code;
}

/* Whether with VMS VMs the other side is the cheaper one. 0, 1, or -ENOMEM. */
static int turned(const struct search *s, size_t vms)
{
	double cost[2];
	int code = cost_both(s, vms, cost);

	return code < 0 ? code : code == 0 && (cost[1] - cost[0]) * s->sign < 0;
}

/* Between SAME and OTHER, where it turns: what is nearest to SAME. */
static int narrow(const struct search *s, size_t same, size_t other, double *at)
{
	int code = 0;

	while (code >= 0 && (other > same ? other - same : same - other) > 1) {
		size_t middle = (other + same) / 2;

		code = turned(s, middle);
		*(code == 1 ? &other : &same) = middle;
	}
	*at = (double)other;
	return code < 0 ? code : 0;
}

/* The number of VMs at which, going up or down from the fleet as it is, the other side becomes the cheaper
 * one; NaN: nowhere that was tried, from 1 VM to STEPS_LARGER times as many. 0 or -ENOMEM. */
static int find_vms(const struct break_even *b, double *at)
{
	struct search s = { b, b->vms <= PLAN_CAREFUL, { 1, 1 }, b->bare_sums.total - b->hosted_sums.total };
	size_t vms = (size_t)b->vms;
	double cost[2];
	int code;

	*at = NAN;
	if (vms < 1 || vms > VMS_MOST || s.sign == 0)
		return 0;
	code = cost_both(&s, vms, cost);
	if (code)
		return code < 0 ? code : 0;
	s.scale[0] = b->hosted_sums.total / cost[0];
	s.scale[1] = b->bare_sums.total / cost[1];
	for (size_t n = vms; n > 1; n /= 2) {
		code = turned(&s, n / 2);
		if (code)
			return code < 0 ? code : narrow(&s, n, n / 2, at);
	}
	for (size_t n = vms; n < vms * STEPS_LARGER && n <= VMS_MOST; n *= 2) {
		code = turned(&s, 2 * n);
		if (code)
			return code < 0 ? code : narrow(&s, n, 2 * n, at);
	}
	return 0;
}

/* The month in which what is paid at once and what is paid over the horizon have come to the same. */
static double find_month(const struct break_even *b)
{
	double months = b->hosted->policy ? b->hosted->policy->horizon_months : 0;
	double at_once = b->bare_sums.hardware - b->hosted_sums.hardware;
	double later = (b->hosted_sums.licences + b->hosted_sums.power) -
		       (b->bare_sums.licences + b->bare_sums.power);
	double month = months > 0 && later != 0 ? at_once / (later / months) : (double)NAN;

	return month > 0 ? month : (double)NAN;
}

/* A licence below nought is none: then no price would do. */
static int put(struct table_writer *out, const struct break_even *b, const char *what, double value,
	       double today, const char *below, struct error *error)
{
	value = value < 0 ? (double)NAN : value;
	table_put_text(out, b->hosted->name);
	table_put_text(out, b->bare->name);
	table_put_text(out, what);
	plan_put_amount(out, value);
	plan_put_amount(out, today);
	table_put_text(out, isnan(value) ? NULL : below);
	return table_end_row(out, error);
}

int break_even_put(struct table_writer *out, const struct break_even *b, struct error *error)
{
	double excess = b->bare_sums.total - b->hosted_sums.total, vms, month = find_month(b);
	double hypervisor = b->bare_sums.licences / b->bare_hosts,
	       os = b->hosted_sums.licences / b->hosted_hosts;
	const char *cheaper = excess < 0 ? b->bare->name : b->hosted->name,
		   *dearer = excess < 0 ? b->hosted->name : b->bare->name;
	int code = find_vms(b, &vms) < 0 ? error_set(error, ENOMEM, "cannot plan") : 0;

	if (code == 0)
		code = put(out, b, "vms", vms, b->vms, vms > b->vms ? cheaper : dearer, error);
	if (code == 0)
		code = put(out, b, "hypervisor-licence", hypervisor - excess / b->bare_hosts, hypervisor,
			   b->bare->name, error);
	if (code == 0)
		code = put(out, b, "os-licence", os + excess / b->hosted_hosts, os, b->hosted->name, error);
	if (code == 0)
		code = put(out, b, "month", month, NAN,
			   b->bare_sums.hardware < b->hosted_sums.hardware ? b->bare->name : b->hosted->name,
			   error);
	return code;
}
