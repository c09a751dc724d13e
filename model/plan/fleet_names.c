/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/plan/plan_priv.h"

/* Names of a fleet: those made here, and who has which. */

const char *fleet_text(struct fleet *fleet, const char *format, ...)
{
	char **grown, *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return NULL;
	if ((fleet->texts & (fleet->texts - 1)) == 0) { /* room is a power of two */
		grown = realloc(fleet->text, (fleet->texts ? 2 * fleet->texts : 1) * sizeof(*grown));
		if (!grown) {
			free(text);
			return NULL;
		}
		fleet->text = grown;
	}
	return fleet->text[fleet->texts++] = text;
}

const char *fleet_clean(struct fleet *fleet, const char *name)
{
	const char *copy = fleet_text(fleet, "%s", name);

	if (copy)
		series_clean(fleet->text[fleet->texts - 1]);
	return copy;
}

static int by_name(const void *left, const void *right, void *vms)
{
	const size_t *a = left, *b = right;
	const struct plan_vm *vm = vms;
	int order = strcmp(vm[*a].name, vm[*b].name);

	return order ? order : (*a > *b) - (*a < *b);
}

size_t *fleet_sort(const struct fleet *fleet)
{
	size_t *order = malloc((fleet->vms + 1) * sizeof(*order));

	for (size_t i = 0; order && i < fleet->vms; i++)
		order[i] = i;
	if (order && fleet->vms)
		qsort_r(order, fleet->vms, sizeof(*order), by_name, fleet->vm);
	return order;
}

size_t fleet_find(const struct fleet *fleet, const size_t *order, size_t count, const char *name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(fleet->vm[order[middle]].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && strcmp(fleet->vm[order[low]].name, name) == 0 ? order[low] : PLACE_NONE;
}

int fleet_check_names(const struct fleet *fleet, struct error *error)
{
	size_t *order = fleet_sort(fleet), twice = PLACE_NONE;

	if (!order)
		return error_set(error, ENOMEM, "cannot plan");
	for (size_t i = 1; i < fleet->vms; i++)
		if (strcmp(fleet->vm[order[i - 1]].name, fleet->vm[order[i]].name) == 0 && order[i] < twice)
			twice = order[i];
	free(order);
	if (twice == PLACE_NONE)
		return 0;
	error_fail(error, 0, "give each row a name of its own", "%.60s is named twice",
		   fleet->vm[twice].name);
	return error_at(error, "%s:%zu:vm", fleet->vm[twice].path, fleet->vm[twice].line);
}
