/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "model/plan/pack_loss_priv.h"
#include "model/plan/today_view_priv.h"

/* Today's hosts and the moves that mend them, as rows. */

/* Name of bin HOST, of today's or added: in TEXT. */
static const char *name_of(const struct today_view *v, size_t host, char *text, size_t size)
{
	const struct today *t = v->today;
	size_t kind, number = 0;

	if (host < t->hosts)
		return t->host[host].name;
	kind = v->mending.after.bin[host].kind;
	for (size_t h = 0; h < t->hosts; h++)
		if (t->host[h].kind == kind)
			number = t->host[h].number > number ? t->host[h].number : number + 1;
	for (size_t h = t->hosts; h <= host; h++)
		number += v->mending.after.bin[h].kind == kind;
	snprintf(text, size, "%.90s-%zu", v->fleet->kind[kind].name, number);
	return text;
}

/* What is used of RESOURCE in BIN of PACKING, cores held included; what it offers in *OFFERED. */
static double used(const struct today_view *v, const struct packing *packing, size_t bin,
		   enum resource resource, double *offered)
{
	const struct place_bin *b = &packing->solution.bin[bin];
	const struct pack_problem *a = packing->problem;
	struct plan_host host = { 0 };
	double sum = 0;

	for (size_t e = b->entry; e < b->entry + b->entries; e++) {
		const double *size = a->size + packing->solution.entry[e].item * RESOURCES;
		double count = (double)packing->solution.entry[e].count;

		sum += count * size[resource];
		host.driver += count * size[DRIVER];
	}
	*offered = a->capacity[b->kind * RESOURCES + resource];
	return sum + (resource == CPU && b->entries > 0 ? pack_cores_held(&host, &v->config) : 0);
}

/* What is wrong in BIN, by name, separated by blanks, in TEXT (200 bytes); NULL: nothing. */
static const char *name_breaches(const struct today_view *v, size_t bin, char *text)
{
	static const struct {
		unsigned breach;
		const char *name;
	} rules[] = { { BREACH_FENCE, "fence" },
		      { BREACH_SPREAD, "spread" },
		      { BREACH_TOGETHER, "together" },
		      { BREACH_BARRED, "barred" } };
	size_t length = 0;
	double offered;

	text[0] = '\0';
	for (size_t d = 0; d < DRIVER; d++) {
		double there = used(v, &v->now, bin, (enum resource)d, &offered);

		if (!pack_within(there, offered))
			length += (size_t)snprintf(text + length, 200 - length, "%s%s", length ? " " : "",
						   pack_resource_names[d]);
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (v->breach[bin] & rules[i].breach)
			length += (size_t)snprintf(text + length, 200 - length, "%s%s", length ? " " : "",
						   rules[i].name);
	return length ? text : NULL;
}

size_t today_failing(const struct today_view *v)
{
	const struct plan_policy *policy = v->config.policy;

	return policy && policy->spare_hosts > 1 ? (size_t)policy->spare_hosts : 1;
}

static void put_name(struct table_writer *out, const struct today_view *v)
{
	table_put_text(out, v->config.name);
	table_put_text(out, v->config.label);
}

/* What becomes of the VMs of HOST when it fails. 0 or -ENOMEM. */
static int find_loss(struct pack_loss *loss, struct today_view *v, size_t host)
{
	bool *lost = pack_lost_with(&v->now, host, today_failing(v));
	int code = lost ? pack_loss_find(loss, &v->now, lost) : -ENOMEM;

	if (code == 0 && loss->homeless > 0 && v->fatal++ < PACK_REARRANGED_MOST)
		code = pack_loss_rearrange(loss, &v->now, lost);
	free(lost);
	return code;
}

static int put_host(struct table_writer *out, struct today_view *v, size_t host, struct error *error)
{
	char text[200];
	struct pack_loss loss;
	double offered;

	put_name(out, v);
	table_put_text(out, v->today->host[host].name);
	table_put_text(out, v->fleet->kind[v->today->host[host].kind].name);
	for (size_t d = 0; d < DRIVER; d++) {
		plan_put_amount(out, used(v, &v->now, host, (enum resource)d, &offered));
		plan_put_amount(out, offered);
	}
	table_put_text(out, name_breaches(v, host, text));
	if (host < PLAN_LOSSES_MOST) {
		if (find_loss(&loss, v, host) < 0)
			return error_set(error, ENOMEM, "cannot plan");
		pack_loss_put(out, v->fleet, &loss);
		pack_loss_put_moves(out, &loss);
	} else {
		for (int i = 0; i < 5; i++)
			table_put_missing(out);
	}
	return table_end_row(out, error);
}

static int put_move(struct table_writer *out, const struct today_view *v, size_t step, struct error *error)
{
	const struct place_move *move = &v->mending.move[step];
	char name[112];

	put_name(out, v);
	table_put_integer(out, (int64_t)step + 1);
	table_put_text(out, v->fleet->vm[move->item].name);
	table_put_text(out, move->from == PLACE_NONE ? NULL : name_of(v, move->from, name, sizeof(name)));
	table_put_text(out, name_of(v, move->to, name, sizeof(name)));
	table_put_text(out, move->aside		       ? "aside"
			    : move->stopped	       ? "stopped"
			    : move->from == PLACE_NONE ? "new"
						       : "move");
	return table_end_row(out, error);
}

int today_put_hosts(struct table_writer *out, struct today_view *v, struct error *error)
{
	int code = 0;

	v->fatal = 0;
	for (size_t h = 0; code == 0 && h < v->today->hosts; h++)
		code = put_host(out, v, h, error);
	return code;
}

int today_put_moves(struct table_writer *out, const struct today_view *v, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < v->mending.moves; i++)
		code = put_move(out, v, i, error);
	return code;
}
