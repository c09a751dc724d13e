/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stats.h"
#include "model/plan/series_priv.h"

/* What is asked of series once they are read. */

/* FNV-1a (G. Fowler, L. C. Noll and K.-P. Vo). */
static size_t hash(const char *name)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3;
	return (size_t)(h ^ h >> 32);
}

/* The place of NAME in the hash table, or the free one where it belongs. */
static size_t place_of(const struct series *series, const char *name)
{
	size_t at = hash(name) & (series->room - 1);

	while (series->slot_of[at] && strcmp(series->vm[series->slot_of[at] - 1].name, name) != 0)
		at = (at + 1) & (series->room - 1);
	return at;
}

/* Doubles the room for VMs where half of it is taken. */
static bool make_room(struct series *series)
{
	size_t room = series->room ? 2 * series->room : 64, *places;
	struct series_vm *vm;

	if (2 * series->vms < series->room)
		return true;
	places = calloc(room, sizeof(*places));
	vm = places ? realloc(series->vm, room / 2 * sizeof(*vm)) : NULL;
	if (!vm) {
		free(places);
		return false;
	}
	free(series->slot_of);
	series->vm = vm;
	series->slot_of = places;
	series->room = room;
	for (size_t i = 0; i < series->vms; i++)
		places[place_of(series, vm[i].name)] = i + 1;
	return true;
}

void series_clean(char *name)
{
	for (; *name; name++)
		if (strchr(" \t:", *name))
			*name = '_';
}

size_t series_find(struct series *series, const char *name, bool add)
{
	size_t at;

	if (add && !make_room(series))
		return series->vms;
	if (series->room == 0)
		return series->vms;
	at = place_of(series, name);
	if (series->slot_of[at])
		return series->slot_of[at] - 1;
	if (add) {
		char *copy = strdup(name);

		if (!copy)
			return series->vms;
		series->vm[series->vms] = (struct series_vm){ .name = copy, .seen = NAN, .checked = NAN };
		series->slot_of[at] = ++series->vms;
		return series->vms - 1;
	}
	return series->vms;
}

const float *series_values(const struct series *series, size_t vm, enum series_metric metric)
{
	return series->value[metric] ? series->value[metric] + vm * series->slots : NULL;
}

double series_quantile(const struct series *series, size_t vm, enum series_metric metric, double q,
		       double *values)
{
	const float *value = series_values(series, vm, metric);
	size_t n = 0;

	for (size_t t = 0; value && t < series->slots; t++)
		if (!isnan(value[t]))
			values[n++] = (double)value[t];
	stats_sort(values, n);
	return stats_quantile(values, n, q);
}

double series_days(const struct series *series, size_t vm)
{
	return (series->vm[vm].last - series->vm[vm].first + series->vm[vm].step) / 86400;
}

double series_coverage(const struct series *series, size_t vm)
{
	const struct series_vm *v = &series->vm[vm];
	double slots = floor((v->last - series->start) / series->width) -
		       floor((v->first - series->start) / series->width) + 1;
	double rows = floor((v->last - v->first) / fmax(v->step, 1) + 1.5);

	return fmin((double)v->covered / fmin(slots, rows), 1);
}

const char *series_grade(const struct series *series, size_t vm)
{
	static const struct {
		const char *grade;
		double days, coverage;
	} grades[] = { { "A", 28, 0.95 }, { "B", 7, 0.8 }, { "C", 1, 0.5 }, { "D", 0, 0 } };
	size_t i = 0;

	while (grades[i].days > 0 &&
	       (series_days(series, vm) < grades[i].days || series_coverage(series, vm) < grades[i].coverage))
		i++;
	return grades[i].grade;
}

void series_free(struct series *series)
{
	for (size_t i = 0; i < series->vms; i++)
		free(series->vm[i].name);
	for (size_t m = 0; m < SERIES_METRICS; m++) {
		free(series->value[m]);
		free(series->count[m]);
	}
	free(series->vm);
	free(series->slot_of);
	*series = (struct series){ 0 };
}
