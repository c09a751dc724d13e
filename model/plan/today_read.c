/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/schema.h"
#include "model/plan/today_priv.h"

/* Where VMs are today, as a table or the inventory says. */

static size_t find_kind(const struct fleet *fleet, const char *name, size_t length)
{
	size_t kind = 0;

	while (kind < fleet->kinds && (strlen(fleet->kind[kind].name) != length ||
				       strncmp(fleet->kind[kind].name, name, length) != 0))
		kind++;
	return kind;
}

/* "large-3": kind and number. Whether NAME is of that form and the kind is there. */
static bool parse(const struct fleet *fleet, const char *name, size_t *kind, size_t *number)
{
	const char *dash = strrchr(name, '-');
	char *end;

	if (!dash || dash[1] < '1' || dash[1] > '9')
		return false;
	*kind = find_kind(fleet, name, (size_t)(dash - name));
	*number = strtoul(dash + 1, &end, 10);
	return *kind < fleet->kinds && *end == '\0';
}

/* The kind that hosts of any name are of: the only one, or the only one there are some of. */
static size_t only_kind(const struct fleet *fleet)
{
	size_t found = fleet->kinds, count = 0;

	if (fleet->kinds == 1)
		return 0;
	for (size_t k = 0; k < fleet->kinds; k++)
		if (fleet->kind[k].have > 0) {
			found = k;
			count++;
		}
	return count == 1 ? found : fleet->kinds;
}

/* The host of NAME, new where it is not there yet; *AT is its number. 0, -ENOENT: it is of no kind, -ENOMEM.
 */
static int find_host(struct today *today, const struct fleet *fleet, const char *name, bool any, size_t *at)
{
	struct today_host host = { .kind = fleet->kinds }, *grown;

	for (*at = 0; *at < today->hosts; ++*at)
		if (strcmp(today->host[*at].name, name) == 0)
			return 0;
	if (!parse(fleet, name, &host.kind, &host.number)) {
		host.kind = any ? only_kind(fleet) : fleet->kinds;
		host.number = 0;
	}
	if (host.kind == fleet->kinds || strlen(name) >= sizeof(host.name))
		return -ENOENT;
	snprintf(host.name, sizeof(host.name), "%s", name);
	grown = realloc(today->host, (today->hosts + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	today->host = grown;
	today->host[today->hosts++] = host;
	return 0;
}

static int add_vm(struct today *today, struct today_vm vm)
{
	if ((today->vms & (today->vms - 1)) == 0) { /* room is a power of two */
		struct today_vm *grown =
			realloc(today->vm, (today->vms ? 2 * today->vms : 1) * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		today->vm = grown;
	}
	today->vm[today->vms++] = vm;
	return 0;
}

static int fail_host(const struct fleet *fleet, const struct table *table, size_t row, struct error *error)
{
	error_set(error, 0, "no kind of host is meant by %.60s", table_text_of(table, row, "host"));
	error_mend(error, "hosts are named TYPE-N from 1 after the host list, such as %.60s-1",
		   fleet->kind[0].name);
	return error_at(error, "%s:%zu:host", table->path, table->lines[row]);
}

static int take_row(struct today *today, struct fleet *fleet, const size_t *order, size_t row,
		    struct error *error)
{
	const struct table *table = &today->table;
	const char *name = table_text_of(table, row, "vm");
	size_t found = fleet_find(fleet, order, fleet->vms, name);
	struct today_vm vm = { .count = (size_t)fleet_number(table, row, "count", 0, 1, error) };
	const char *host = table_text_of(table, row, "host");
	int code;

	if (error->what[0])
		return -EINVAL;
	if (!table_missing_of(table, row, "config"))
		vm.config = table_text_of(table, row, "config");
	if (found == PLACE_NONE)
		return fleet_doubt(fleet, &(struct plan_doubt){ .path = table->path,
								.vm = name,
								.line = table->lines[row],
								.why = "it is on a host today, and not in "
								       "the fleet",
								.dropped = true }) < 0
			       ? error_set(error, ENOMEM, "cannot plan")
			       : 0;
	vm.vm = found;
	code = find_host(today, fleet, host, false, &vm.host);
	if (code == -ENOENT)
		return fail_host(fleet, table, row, error);
	if (code == 0 && today->host[vm.host].number > fleet->kind[today->host[vm.host].kind].available) {
		error_fail(error, 0, "raise available (max_count) in the host list",
			   "there are no %zu hosts of this kind", today->host[vm.host].number);
		return error_at(error, "%s:%zu:host", table->path, table->lines[row]);
	}
	if (code == 0)
		code = add_vm(today, vm);
	return code ? error_set(error, ENOMEM, "cannot plan") : 0;
}

/* Whether no VM is on more hosts than there are of it. */
static int check_counts(const struct today *today, const struct fleet *fleet, struct error *error)
{
	const struct table *table = &today->table;
	size_t *seen = calloc(fleet->vms + 1, sizeof(*seen));
	int code = seen ? 0 : error_set(error, ENOMEM, "cannot plan");
	const char *config = NULL;

	for (size_t i = 0; code == 0 && i < today->vms; i++) {
		const struct today_vm *vm = &today->vm[i];

		if (vm->config && (!config || strcmp(config, vm->config) != 0)) {
			config = vm->config; /* rows of a configuration stand together */
			memset(seen, 0, fleet->vms * sizeof(*seen));
		}
		seen[vm->vm] += vm->count;
		if (seen[vm->vm] <= fleet->vm[vm->vm].count)
			continue;
		error_fail(error, 0, "name each VM once, or raise its count in the fleet",
			   "%.60s is on more hosts than there are of it (%zu)", fleet->vm[vm->vm].name,
			   fleet->vm[vm->vm].count);
		code = error_at(error, "%s", table->path);
	}
	free(seen);
	return code;
}

/* What inventories say of hosts. */
static int take_inventory(struct today *today, struct fleet *fleet, struct error *error)
{
	for (size_t i = 0; i < fleet->vms; i++) {
		const struct plan_vm *vm = &fleet->vm[i];
		struct today_vm at = { .vm = i, .count = vm->count };
		int code;

		if (!vm->host || !*vm->host)
			continue;
		code = find_host(today, fleet, vm->host, true, &at.host);
		if (code == 0)
			code = add_vm(today, at);
		if (code == -ENOENT) {
			today->vms = today->hosts = 0;
			code = fleet_doubt(fleet, &(struct plan_doubt){
							  .path = vm->path,
							  .vm = vm->name,
							  .line = vm->line,
							  .why = "its host is of no kind of the host list: "
								 "today's placement is not looked at (say "
								 "by the column have which kind is there)" });
			return code ? error_set(error, ENOMEM, "cannot plan") : 0;
		}
		if (code)
			return error_set(error, ENOMEM, "cannot plan");
	}
	return 0;
}

/* Hosts that are there already and hold nothing. */
static int add_empty(struct today *today, const struct fleet *fleet, struct error *error)
{
	char name[112];
	size_t at;

	for (size_t i = 0; i < today->hosts; i++)
		if (today->host[i].number == 0) /* then who is who is not known */
			return 0;
	for (size_t k = 0; today->vms > 0 && k < fleet->kinds; k++)
		for (size_t n = 1; n <= fleet->kind[k].have; n++) {
			snprintf(name, sizeof(name), "%.90s-%zu", fleet->kind[k].name, n);
			if (find_host(today, fleet, name, false, &at) == -ENOMEM)
				return error_set(error, ENOMEM, "cannot plan");
		}
	return 0;
}

int today_read(struct today *today, const char *path, struct fleet *fleet, struct error *error)
{
	size_t *order;
	int code;

	*today = (struct today){ 0 };
	if (!path) {
		code = take_inventory(today, fleet, error);
		return code ? code : add_empty(today, fleet, error);
	}
	code = table_read(&today->table, path, &schema_placement, error);
	if (code)
		return code;
	order = fleet_sort(fleet);
	code = order ? 0 : error_set(error, ENOMEM, "cannot plan");
	error->what[0] = code ? error->what[0] : '\0';
	for (size_t row = 0; code == 0 && row < today->table.rows; row++)
		code = take_row(today, fleet, order, row, error);
	free(order);
	if (code == 0)
		code = check_counts(today, fleet, error);
	return code ? code : add_empty(today, fleet, error);
}

void today_free(struct today *today)
{
	table_free(&today->table);
	free(today->host);
	free(today->vm);
	*today = (struct today){ 0 };
}
