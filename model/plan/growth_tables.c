/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/error.h"
#include "model/plan/growth_priv.h"
#include "model/plan/pack_priv.h"

/* When a plan's hosts are full: forecast.csv, month by month, and headroom.csv. */

/* One resource of a plan's hosts. */
struct room {
	enum series_metric metric;
	const char *name;
	double used, has; /* today, and less what the policy keeps free and reserves */
	double horizon;	  /* days */
};

static const char *const names[SERIES_METRICS] = { "cpu", "memory", "io", "iops", "net" };

static double amount(const struct plan_load *load, enum series_metric m)
{
	return (double[]){ load->cpu, load->memory, load->io, load->iops, load->net }[m];
}

/* What one host of the problem's KIND can be filled with; infinite where it has no limit. */
static double usable(const struct fleet *fleet, const struct plan_config *config,
		     const struct packing *packing, size_t kind, enum series_metric m)
{
	const struct pack_problem *a = packing->problem;

	if (!isfinite(amount(&fleet->kind[a->origin[kind].kind].has, m)))
		return INFINITY;
	return a->capacity[kind * RESOURCES + m] * (1 + config->policy->growth_buffer);
}

static struct room measure(const struct fleet *fleet, const struct plan_config *config,
			   const struct packing *packing, enum series_metric m)
{
	struct room room = { .metric = m, .name = names[m] };

	for (size_t h = 0; h < packing->hosts; h++) {
		room.used += amount(&packing->host[h].used, m) +
			     (m == SERIES_CPU ? pack_cores_held(&packing->host[h], config) : 0);
		room.has += usable(fleet, config, packing, packing->solution.bin[h].kind, m);
	}
	room.horizon = growth_days(config->policy->horizon_months);
	return room;
}

enum bound { LOW, MIDDLE, HIGH };

static double demand(const struct plan_growth *growth, const struct room *room, double days, enum bound bound)
{
	double low, high;

	if (bound == MIDDLE)
		return room->used * growth_at(growth, room->metric, days);
	growth_bounds(growth, room->metric, days, &low, &high);
	return room->used * (bound == LOW ? low : high);
}

/* The first day with more demand than HAS; NaN: none within the horizon. */
static double ends(const struct plan_growth *growth, const struct room *room, double has, enum bound bound)
{
	for (int days = 0; days <= room->horizon; days++)
		if (demand(growth, room, days, bound) > has * (1 + PLACE_SLACK))
			return days;
	return (double)NAN;
}

static void put_date(struct table_writer *out, const struct plan_growth *growth, double days)
{
	time_t seconds = isnan(days) ? 0 : (time_t)((growth->start + floor(days)) * 86400);
	struct tm tm;
	char text[32];

	if (isnan(days) || !gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%d", &tm) == 0)
		table_put_missing(out);
	else
		table_put_text(out, text);
}

static void put_identity(struct table_writer *out, const struct plan_config *config, const struct room *room)
{
	table_put_text(out, config->name);
	table_put_text(out, config->label);
	table_put_text(out, room->name);
}

static int put_months(struct table_writer *out, const struct plan_growth *growth,
		      const struct plan_config *config, const struct room *room, struct error *error)
{
	int code = 0;

	for (double month = 0; code == 0 && month <= config->policy->horizon_months; month++) {
		double days = growth_days(month);

		put_identity(out, config, room);
		table_put_integer(out, (int64_t)month);
		put_date(out, growth, days);
		plan_put_amount(out, demand(growth, room, days, MIDDLE));
		plan_put_amount(out, demand(growth, room, days, LOW));
		plan_put_amount(out, demand(growth, room, days, HIGH));
		plan_put_amount(out, room->has);
		code = table_end_row(out, error);
	}
	return code;
}

/* The kind, in the problem, that gives most of the resource for its cost; PLACE_NONE: none may be added. */
static size_t choose_kind(const struct fleet *fleet, const struct plan_config *config,
			  const struct packing *packing, enum series_metric m)
{
	const struct pack_problem *a = packing->problem;
	size_t best = PLACE_NONE;
	double least = INFINITY;

	for (size_t k = 0; k < a->kinds; k++) {
		double cost = a->cost[k] / usable(fleet, config, packing, k, m);
		size_t there = 0;

		for (size_t h = 0; h < packing->hosts; h++)
			there += packing->solution.bin[h].kind == k;
		if (there < a->most[k] && cost < least) {
			best = k;
			least = cost;
		}
	}
	return best;
}

/* What one more host does: its kind, the date headroom ends then, and days gained. */
static void put_more(struct table_writer *out, const struct plan_growth *growth, const struct fleet *fleet,
		     const struct plan_config *config, const struct packing *packing, const struct room *room,
		     double end)
{
	size_t kind = choose_kind(fleet, config, packing, room->metric);
	double later;

	if (kind == PLACE_NONE || isnan(end)) {
		for (int i = 0; i < 3; i++)
			table_put_missing(out);
		return;
	}
	later = ends(growth, room, room->has + usable(fleet, config, packing, kind, room->metric), MIDDLE);
	table_put_text(out, fleet->kind[packing->problem->origin[kind].kind].name);
	put_date(out, growth, later);
	plan_put_amount(out, later - end);
}

static int put_headroom(struct table_writer *out, const struct plan_growth *growth, const struct fleet *fleet,
			const struct plan_config *config, const struct packing *packing,
			const struct room *room, struct error *error)
{
	double end = ends(growth, room, room->has, MIDDLE), soonest = ends(growth, room, room->has, HIGH);
	double now = demand(growth, room, 0, MIDDLE);

	put_identity(out, config, room);
	table_put_text(out, growth->fitted[room->metric] ? "series" : "policy");
	put_date(out, growth, 0);
	plan_put_amount(out, now);
	plan_put_amount(out, demand(growth, room, growth_days(1), MIDDLE) - now);
	plan_put_amount(out, room->has);
	put_date(out, growth, end);
	put_date(out, growth, soonest);
	put_date(out, growth, (isnan(soonest) ? end : soonest) - config->policy->lead_time_days);
	put_more(out, growth, fleet, config, packing, room, end);
	return table_end_row(out, error);
}

int growth_put(struct plan_files *files, const struct plan_growth *growth, const struct fleet *fleet,
	       const struct plan_config *config, const struct packing *packing, struct error *error)
{
	int code = 0;

	for (enum series_metric m = 0; code == 0 && m < SERIES_METRICS; m++) {
		struct room room = measure(fleet, config, packing, m);

		if (!growth_known(growth, m) || !(room.used > 0) || !isfinite(room.has))
			continue;
		code = put_months(&files->table[PLAN_FORECAST], growth, config, &room, error);
		if (code == 0)
			code = put_headroom(&files->table[PLAN_HEADROOM], growth, fleet, config, packing,
					    &room, error);
	}
	return code;
}
