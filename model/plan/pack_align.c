/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/stats.h"
#include "model/plan/needs_priv.h"
#include "model/plan/pack_priv.h"

/*
 * Placement on time-aligned sums. What a host needs is a percentile of the sum of its VMs over time, which is
 * less than the sum of their percentiles, as not all are busy at once; by how much depends on who is
 * together. So each VM counts with its mean and some share of what its maximum is above that. Shares begin
 * with what the sum of the whole fleet needs; hosts whose sum then needs more than they offer raise the
 * shares of their VMs, and all is placed anew. With all shares at 1, sums of maxima, no host can need more.
 */

#define ROUNDS_USUAL 12 /* beyond these, VMs of hosts that need more count with their maxima */
#define ROUNDS_MOST  24 /* beyond these, all do */

struct aligner {
	const struct fleet *fleet;
	struct plan_config *config;
	double *mean, *burst; /* vms x SERIES_METRICS: as demand is priced; burst is up to the maximum */
	double *share;	      /* the same: of the burst that counts */
	double *sum;	      /* slots */
};

static double of(const struct plan_load *load, enum series_metric m)
{
	return (double[]){ load->cpu, load->memory, load->io, load->iops, load->net }[m];
}

/* What VM asks for under CONFIG. */
static double asked(const struct fleet *fleet, const struct plan_config *config, size_t vm,
		    enum series_metric m)
{
	return m == SERIES_CPU ? config->price[vm].cpu : of(&fleet->vm[vm].asks, m);
}

bool pack_has_series(const struct fleet *fleet, size_t vm, enum series_metric m)
{
	return fleet->vm[vm].series > 0 && series_values(&fleet->series, fleet->vm[vm].series - 1, m) &&
	       of(&fleet->vm[vm].series_uses, m) > 0;
}

/* What VM's series is multiplied by to be its demand as priced; NaN: it has none. */
static double factor(const struct fleet *fleet, const struct plan_config *config, size_t vm,
		     enum series_metric m)
{
	if (!pack_has_series(fleet, vm, m))
		return (double)NAN;
	return asked(fleet, config, vm, m) / of(&fleet->vm[vm].series_uses, m);
}

/* Adds COUNT times what VM uses to SUM, over the slots; where it has no series, what it is said to. */
static void add_vm(const struct fleet *fleet, const struct plan_config *config, size_t vm, double count,
		   enum series_metric m, double *sum)
{
	double by = factor(fleet, config, vm, m);
	double always = asked(fleet, config, vm, m);
	const float *value = isnan(by) ? NULL : series_values(&fleet->series, fleet->vm[vm].series - 1, m);

	for (size_t t = 0; t < fleet->series.slots; t++)
		sum[t] += count * (value && !isnan(value[t]) ? by * (double)value[t] : always);
}

static double quantile(const struct fleet *fleet, const struct plan_config *config, enum series_metric m,
		       double *sum)
{
	stats_sort(sum, fleet->series.slots);
	return stats_quantile(sum, fleet->series.slots,
			      m == SERIES_MEMORY ? config->policy->memory_percentile
						 : config->policy->cpu_percentile);
}

double pack_host_needs(const struct fleet *fleet, const struct plan_config *config,
		       const struct plan_host *host, enum series_metric m, double *sum)
{
	double beside = 0;

	for (size_t t = 0; t < fleet->series.slots; t++)
		sum[t] = 0;
	for (size_t i = 0; i < host->vms; i++) {
		add_vm(fleet, config, host->vm[i].item, (double)host->vm[i].count, m, sum);
		beside += m == SERIES_MEMORY ? (double)host->vm[i].count * config->vm_needs.memory : 0;
	}
	return quantile(fleet, config, m, sum) + beside;
}

/* Mean and burst of each VM, and the shares that the whole fleet needs. */
static void begin(struct aligner *a, enum series_metric m)
{
	const struct fleet *fleet = a->fleet;
	double means = 0, bursts = 0, share;

	for (size_t t = 0; t < fleet->series.slots; t++)
		a->sum[t] = 0;
	for (size_t i = 0; i < fleet->vms; i++) {
		double by = factor(fleet, a->config, i, m), total = 0, most = 0, lived = 0;
		const float *value;
		size_t at = i * SERIES_METRICS + m;

		if (isnan(by) || fleet->vm[i].count == 0)
			continue;
		value = series_values(&fleet->series, fleet->vm[i].series - 1, m);
		for (size_t t = 0; t < fleet->series.slots; t++)
			if (!isnan(value[t])) {
				total += by * (double)value[t];
				most = fmax(most, by * (double)value[t]);
				lived++;
			}
		a->mean[at] = total / lived;
		a->burst[at] = most - a->mean[at];
		means += (double)fleet->vm[i].count * a->mean[at];
		bursts += (double)fleet->vm[i].count * a->burst[at];
		add_vm(fleet, a->config, i, (double)fleet->vm[i].count, m, a->sum);
	}
	share = bursts > 0 ? (quantile(fleet, a->config, m, a->sum) - means) / bursts : 0;
	for (size_t i = 0; i < fleet->vms; i++)
		a->share[i * SERIES_METRICS + m] = fmin(fmax(share, 0), 1);
}

/* Tells the packing what each VM counts with, by what it asks for. */
static void count_shares(struct aligner *a)
{
	for (size_t i = 0; i < a->fleet->vms; i++)
		for (enum series_metric m = 0; m < SERIES_METRICS; m++) {
			size_t at = i * SERIES_METRICS + m;
			double by = factor(a->fleet, a->config, i, m);

			if (!isnan(by) && a->fleet->vm[i].count > 0)
				a->config->counted[at] = (a->mean[at] + a->share[at] * a->burst[at]) /
							 asked(a->fleet, a->config, i, m);
		}
}

/* Raises the shares of HOST's VMs where they need more than it OFFERS together: by as much, or up to 1 where
 * ALL. Whether they do. */
static bool raise(struct aligner *a, const struct plan_host *host, enum series_metric m, double offers,
		  bool all)
{
	double needs = pack_host_needs(a->fleet, a->config, host, m, a->sum), counted = 0, bursts = 0;

	if (pack_within(needs, offers))
		return false;
	for (size_t i = 0; i < host->vms; i++) {
		size_t vm = host->vm[i].item, at = vm * SERIES_METRICS + m;
		double count = (double)host->vm[i].count;

		if (isnan(factor(a->fleet, a->config, vm, m))) {
			counted += count * asked(a->fleet, a->config, vm, m);
			continue;
		}
		counted += m == SERIES_MEMORY ? count * a->config->vm_needs.memory : 0;
		counted += count * (a->mean[at] + a->share[at] * a->burst[at]);
		bursts += count * a->burst[at];
	}
	for (size_t i = 0; i < host->vms; i++) {
		double *share = &a->share[host->vm[i].item * SERIES_METRICS + m];

		*share = all || bursts <= 0 ? 1 : fmin(*share + (needs - counted) / bursts + 1e-3, 1);
	}
	return true;
}

/* Whether some host needs more than it offers, whose VMs then count for more. */
static bool raise_all(struct aligner *a, const struct packing *packing, bool all)
{
	bool raised = false;

	for (size_t h = 0; h < packing->hosts; h++) {
		const double *capacity =
			packing->problem->capacity + packing->solution.bin[h].kind * RESOURCES;

		for (enum series_metric m = 0; m < SERIES_METRICS; m++) {
			const struct plan_host *host = &packing->host[h];
			double held = m == SERIES_CPU ? pack_cores_held(host, a->config) : 0;

			if (a->fleet->series.value[m])
				raised |= raise(a, host, m, capacity[m] - held, all);
		}
	}
	return raised;
}

/* First fit tells most of what is too much, and placement with as much effort as is asked for the rest. */
static int find_shares(struct aligner *a, struct packing *packing, const struct place_effort *effort)
{
	const struct place_effort *now = NULL;
	int code;

	for (int round = 0;; round++) {
		bool last = round == ROUNDS_MOST, raised;

		for (size_t i = 0; last && i < a->fleet->vms * SERIES_METRICS; i++)
			a->share[i] = 1;
		count_shares(a);
		now = last ? effort : now;
		code = pack_fleet(packing, a->fleet, a->config, now);
		if (code || last)
			return code;
		raised = raise_all(a, packing, round >= ROUNDS_USUAL);
		if (!raised && now == effort)
			return 0;
		now = raised ? now : effort;
		packing_free(packing);
	}
}

int pack_align(struct packing *packing, struct plan_config *config, const struct fleet *fleet,
	       const struct place_effort *effort)
{
	size_t cells = fleet->vms * SERIES_METRICS + 1;
	struct aligner a = { .fleet = fleet, .config = config };
	int code = -ENOMEM;

	if (fleet->series.vms == 0)
		return pack_fleet(packing, fleet, config, effort);
	config->counted = malloc(cells * sizeof(*config->counted));
	a.mean = calloc(cells, sizeof(*a.mean));
	a.burst = calloc(cells, sizeof(*a.burst));
	a.share = calloc(cells, sizeof(*a.share));
	a.sum = calloc(fleet->series.slots + 1, sizeof(*a.sum));
	if (config->counted && a.mean && a.burst && a.share && a.sum) {
		for (size_t i = 0; i < cells; i++)
			config->counted[i] = 1;
		for (enum series_metric m = 0; m < SERIES_METRICS; m++)
			begin(&a, m);
		code = find_shares(&a, packing, effort);
	}
	free(a.mean);
	free(a.burst);
	free(a.share);
	free(a.sum);
	return code;
}

int pack_measure(struct packing *packing, const struct fleet *fleet, const struct plan_config *config)
{
	double *sum = malloc((fleet->series.slots + 1) * sizeof(*sum));

	if (!sum)
		return -ENOMEM;
	for (size_t h = 0; fleet->series.vms > 0 && h < packing->hosts; h++) {
		struct plan_host *host = &packing->host[h];
		double *used[SERIES_METRICS] = { &host->used.cpu, &host->used.memory, &host->used.io,
						 &host->used.iops, &host->used.net };

		for (enum series_metric m = 0; m < SERIES_METRICS; m++)
			if (fleet->series.value[m])
				*used[m] = pack_host_needs(fleet, config, host, m, sum);
	}
	free(sum);
	return 0;
}
