/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/break_even_priv.h"

/* Where a configuration with a host OS and one with a hypervisor of its own cost the same. */

#define VMS_MOST     4000 /* that are placed anew for each number of VMs tried */
#define STEPS_LARGER 8	  /* times as many VMs as there are */

/* Totals of both sides for a fleet of VMS VMs, in the mix of the fleet. 0, 1: they do not all fit, -ENOMEM.
 */
static int cost_both(const struct break_even *b, size_t vms, double *hosted, double *bare)
{
	struct fleet scaled = *b->fleet;
	double all = b->vms, carry = 0, *const cost[] = { hosted, bare };
	const struct plan_config *const config[] = { b->hosted, b->bare };
	int code = 0;

	scaled.vm = malloc((scaled.vms + 1) * sizeof(*scaled.vm));
	if (!scaled.vm)
		return -ENOMEM;
	memcpy(scaled.vm, b->fleet->vm, scaled.vms * sizeof(*scaled.vm));
	for (size_t i = 0; i < scaled.vms; i++) { /* what rounding leaves of one row the next gets */
		double want = (double)scaled.vm[i].count * (double)vms / all + carry;

		if (scaled.vm[i].service > 0)
			continue;
		scaled.vm[i].count = (size_t)floor(want + 0.5);
		carry = want - (double)scaled.vm[i].count;
	}
	for (size_t side = 0; code == 0 && side < 2; side++) {
		struct packing packing = { 0 };

		services_count(&scaled, config[side], 1);
		code = plan_pack(&packing, &scaled, config[side], &plan_effort_small);
		if (code == 0 && services_count(&scaled, config[side], packing.hosts)) {
			packing_free(&packing);
			code = plan_pack(&packing, &scaled, config[side], &plan_effort_small);
		}
		if (code == 0) {
			*cost[side] = plan_sum_up(&scaled, config[side], &packing).total;
			code = packing.unplaced > 0;
		}
		packing_free(&packing);
	}
	free(scaled.vm);
	return code;
}

/* Where, going up or down from the fleet as it is, the other side becomes the cheaper one; NaN: nowhere that
 * was tried, from 1 VM to STEPS_LARGER times as many. 0 or -ENOMEM. */
static int find_vms(const struct break_even *b, double *at)
{
	double difference = b->bare_sums.total - b->hosted_sums.total, hosted, bare;
	size_t vms = (size_t)b->vms, same = vms, other = 0;
	int code = 0;

	*at = NAN;
	if (vms > VMS_MOST || difference == 0)
		return 0;
	for (size_t n = vms / 2; code == 0 && other == 0 && n > 0; n /= 2) {
		code = cost_both(b, n, &hosted, &bare);
		if (code == 0 && (bare - hosted) * difference < 0)
			other = n;
		else
			same = n;
	}
	for (size_t n = vms * 2; code >= 0 && other == 0 && n <= vms * STEPS_LARGER && n <= VMS_MOST;
	     n *= 2) {
		same = n == vms * 2 ? vms : same;
		code = cost_both(b, n, &hosted, &bare);
		if (code == 0 && (bare - hosted) * difference < 0)
			other = n;
		else
			same = n;
	}
	while (code >= 0 && other > 0 && (other > same ? other - same : same - other) > 1) {
		size_t middle = (other + same) / 2;

		code = cost_both(b, middle, &hosted, &bare);
		if (code == 0 && (bare - hosted) * difference < 0)
			other = middle;
		else
			same = middle;
	}
	if (other > 0)
		*at = (double)other;
	return code < 0 ? code : 0;
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
