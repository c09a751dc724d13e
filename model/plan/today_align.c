/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/plan/needs_priv.h"
#include "model/plan/today_view_priv.h"

/*
 * What VMs count with where they are: a host's VMs need together, over time, less than the sum of what each
 * needs by itself. Each counts with as much less, so that sums say what their host needs.
 */

/* Raises what HOST's VMs count with of METRIC to what they need of it together, those without series all of
 * what they ask for. */
static void align(struct today_view *v, const struct pack_problem *whole, const struct plan_host *host,
		  enum series_metric metric, double *sum)
{
	double needs = pack_host_needs(v->fleet, &v->config, host, metric, sum), steady = 0, bursts = 0;
	double beside = metric == SERIES_MEMORY ? v->config.vm_needs.memory : 0; /* which always counts */

	for (size_t i = 0; i < host->vms; i++) {
		size_t vm = host->vm[i].item;
		double count = (double)host->vm[i].count;
		double size = count * (whole->size[vm * RESOURCES + metric] - beside);

		*(pack_has_series(v->fleet, vm, metric) ? &bursts : &steady) += size;
		needs -= count * beside;
	}
	for (size_t i = 0; i < host->vms && bursts > 0; i++) {
		size_t vm = host->vm[i].item;
		double *counted = &v->config.counted[vm * SERIES_METRICS + metric];

		if (pack_has_series(v->fleet, vm, metric))
			*counted = fmax(*counted, (needs - steady) / bursts);
	}
}

/* Tells CONFIG what each VM counts with on the hosts of PACKING; WHOLE is the problem in which they count in
 * full. */
static int align_all(struct today_view *v, const struct packing *packing, const struct pack_problem *whole)
{
	const struct place_solution *s = &packing->solution;
	size_t cells = v->fleet->vms * SERIES_METRICS;
	double *sum = malloc((v->fleet->series.slots + 1) * sizeof(*sum));

	if (!sum)
		return -ENOMEM;
	for (size_t i = 0; i < cells; i++)
		v->config.counted[i] = s->left[i / SERIES_METRICS] > 0; /* where it will be is not known */
	for (size_t b = 0; b < s->bins; b++) {
		const struct plan_host host = { .vm = s->entry + s->bin[b].entry, .vms = s->bin[b].entries };

		for (enum series_metric m = 0; m < SERIES_METRICS; m++)
			if (v->fleet->series.value[m])
				align(v, whole, &host, m, sum);
	}
	for (size_t i = 0; i < cells; i++)
		if (!pack_has_series(v->fleet, i / SERIES_METRICS, (enum series_metric)(i % SERIES_METRICS)))
			v->config.counted[i] = 1;
	free(sum);
	return 0;
}

int today_align(struct today_view *v, struct packing *packing)
{
	struct pack_problem *whole = calloc(1, sizeof(*whole));
	size_t cells = v->fleet->vms * SERIES_METRICS + 1;
	int code;

	free(v->config.counted);
	v->config.counted = NULL;
	code = whole ? pack_problem_make(whole, v->fleet, &v->config, true) : -ENOMEM;
	if (code || v->fleet->series.vms == 0) {
		packing->problem = whole;
		return code;
	}
	v->config.counted = malloc(cells * sizeof(*v->config.counted));
	packing->problem = calloc(1, sizeof(*packing->problem));
	code = v->config.counted && packing->problem ? align_all(v, packing, whole) : -ENOMEM;
	pack_problem_free(whole);
	return code ? code : pack_problem_make(packing->problem, v->fleet, &v->config, true);
}
