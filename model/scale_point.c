/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "model/scale_priv.h"

/* What so many copies at once did. */

/* The median of what is known of the KEPT copies; NaN: nothing is. */
static double median(const struct scale_copy *const *kept, size_t count, size_t offset, double *room)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		double value = *(const double *)((const char *)kept[i] + offset);

		if (!isnan(value))
			room[known++] = value;
	}
	return stats_median(room, known, MODEL_LEVEL).value;
}

static int describe(struct scale_point *p, const struct scale_copy *const *kept, size_t count, double share,
		    double *room)
{
	p->wait_cpu_ns = median(kept, count, offsetof(struct scale_copy, wait_cpu_ns), room);
	p->resident_bytes = median(kept, count, offsetof(struct scale_copy, resident_bytes), room);
	p->run = calloc(count + 1, sizeof(*p->run));
	if (p->run == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		room[i] = kept[i]->cpu_ns + kept[i]->spin_ns;
		p->run[p->runs++] = simulate_run_on_free(kept[i]->cpu_ns / 1e9, kept[i]->wall_ns / 1e9,
							 kept[i]->wait_cpu_ns / 1e9);
	}
	p->cpu_ns = stats_median(room, count, MODEL_LEVEL).value;
	for (size_t i = 0; i < count; i++)
		room[i] = kept[i]->wall_ns;
	stats_sort(room, count);
	p->p50_ns = stats_quantile(room, count, 0.5);
	p->p95_ns = stats_quantile(room, count, 0.95);
	p->p99_ns = stats_quantile(room, count, 0.99);
	p->goal_ns = stats_quantile(room, count, share);
	return 0;
}

int scale_make_point(struct scale_point *p, const struct scale_copy *c, size_t count, double share)
{
	const struct scale_copy **kept = calloc(count, sizeof(const struct scale_copy *));
	double *room = calloc(count, sizeof(*room)), *rate = calloc(count, sizeof(*rate)), held = 0;
	size_t all = 0;
	int code = kept && room && rate ? 0 : -ENOMEM;

	*p = (struct scale_point){ .n = c->n };
	for (size_t i = 0, next; code == 0 && i < count; i = next) {
		double sum = 0;

		for (next = i;
		     next < count && c[next].directory == c[i].directory && c[next].block == c[i].block;
		     next++)
			sum += 1e9 / c[next].wall_ns;
		if (next - i != c->n)
			continue;
		rate[p->blocks++] = sum;
		for (size_t k = i; k < next; k++) {
			kept[all++] = &c[k];
			held += c[k].held;
		}
	}
	if (code == 0)
		code = describe(p, kept, all, share, room);
	p->throughput = stats_median(rate, p->blocks, MODEL_LEVEL);
	p->held = p->blocks ? held / (double)p->blocks : 0;
	free(kept);
	free(room);
	free(rate);
	return code;
}
