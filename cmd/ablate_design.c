/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/ablate_priv.h"

/* What an ablation compares: which knobs, between which configurations, in which orders. */

static const char *name_of(enum vmm_knob_id id, unsigned value)
{
	return vmm_knobs[id].values[value].name;
}

/* Adds "direct: REASON; uring instead" to the knob's note. */
static void note_fallback(struct ablate_knob *knob, unsigned asked, unsigned got, const char *reason)
{
	size_t used = strlen(knob->note);

	if (asked != got)
		snprintf(knob->note + used, sizeof(knob->note) - used, "%s%s here%s%s: %s stands in",
			 used ? "; " : "not ", used ? "not " : "", reason[0] ? ", " : "", reason,
			 name_of(knob->id, got));
}

static void take_knob(struct ablation *a, enum vmm_knob_id id, const struct vmm_config *from,
		      const struct vmm_config *to, const char *why_from, const char *why_to)
{
	struct ablate_knob knob = { .id = id, .from = a->from.value[id], .to = a->to.value[id] };

	note_fallback(&knob, knob.from, from->value[id], why_from);
	note_fallback(&knob, knob.to, to->value[id], why_to);
	knob.left_out = from->value[id] == to->value[id];
	if (!knob.left_out) {
		memmove(&a->knob[a->knobs + 1], &a->knob[a->knobs], a->left_out * sizeof(knob));
		a->knob[a->knobs++] = knob;
	} else {
		a->knob[a->knobs + a->left_out++] = knob;
	}
}

int ablation_design(struct ablation *a, const struct vmm_config *from, const struct vmm_config *to,
		    struct error *error)
{
	char why_from[VMM_KNOBS][96], why_to[VMM_KNOBS][96];
	struct vmm_config from_here = *from, to_here = *to;

	*a = (struct ablation){ .from = *from, .to = *to };
	if (from->native || to->native)
		return error_fail(error, 0, "vmtax run compares it with others",
				  "%s is no virtual machine, so it has no knobs to flip",
				  (from->native ? from : to)->name);
	vmm_config_fall_back(&from_here, why_from);
	vmm_config_fall_back(&to_here, why_to);
	for (int id = 0; id < VMM_KNOBS; id++)
		if (from->value[id] != to->value[id])
			take_knob(a, (enum vmm_knob_id)id, &from_here, &to_here, why_from[id], why_to[id]);
	if (a->knobs)
		return 0;
	return error_fail(error, 0, "vmtax list configs shows which values they have",
			  "%s and %s do not differ%s", from->name, to->name,
			  a->left_out ? " on this machine" : "");
}

static bool drawn(const struct ablation *a, const uint8_t *order, bool reversed)
{
	for (size_t o = 0; o < a->orders; o++) {
		size_t i = 0;

		while (i < a->knobs && a->order[o][i] == order[reversed ? a->knobs - 1 - i : i])
			i++;
		if (i == a->knobs)
			return true;
	}
	return false;
}

void ablation_draw(struct ablation *a, size_t orders, uint64_t seed)
{
	uint8_t order[SCHEDULE_CONFIGS];
	size_t most = orders < ABLATE_ORDERS ? orders : ABLATE_ORDERS;

	a->orders = 0;
	/* A square may hold a row's reverse as well; few knobs have no more orders than a few squares. */
	for (size_t row = 0; a->orders + 1 < most && row < (size_t)4 * ABLATE_ORDERS; row++) {
		schedule_order(a->knobs, seed, row, order);
		if (drawn(a, order, false))
			continue;
		memcpy(a->order[a->orders++], order, a->knobs);
		for (size_t i = 0; i < a->knobs && !drawn(a, order, true); i++)
			a->order[a->orders][i] = order[a->knobs - 1 - i];
		a->orders += a->knobs > 1;
	}
}

static void set(struct vmm_config *config, const struct ablate_knob *knob, bool to)
{
	char assignment[96];

	snprintf(assignment, sizeof(assignment), "%s=%s", vmm_knobs[knob->id].name,
		 name_of(knob->id, to ? knob->to : knob->from));
	vmm_config_set(config, assignment, NULL); /* both are values of the table */
}

void ablation_config(const struct ablation *a, unsigned mask, struct vmm_config *config)
{
	size_t flipped = (size_t)__builtin_popcount(mask);
	bool near_end = flipped > 0 && flipped + 1 >= a->knobs;

	/* What is left out stays as each end asks for it: this machine makes no difference of it. */
	*config = near_end ? a->to : a->from;
	for (size_t i = 0; i < a->knobs; i++)
		if ((mask >> i & 1) != near_end)
			set(config, &a->knob[i], mask >> i & 1);
}

static int put(struct table_writer *w, const struct ablation *a, size_t knob, size_t order, size_t step,
	       unsigned before, struct error *error)
{
	const struct ablate_knob *k = &a->knob[knob];
	struct vmm_config config;

	table_put_text(w, order ? "shapley" : "single");
	if (order) {
		table_put_integer(w, (int64_t)order);
		table_put_integer(w, (int64_t)step);
	} else {
		table_put_missing(w);
		table_put_missing(w);
	}
	table_put_text(w, vmm_knobs[k->id].name);
	table_put_text(w, name_of(k->id, k->from));
	table_put_text(w, name_of(k->id, k->to));
	ablation_config(a, before, &config);
	table_put_text(w, k->left_out ? NULL : config.name);
	ablation_config(a, before | 1u << knob, &config);
	table_put_text(w, k->left_out ? NULL : config.name);
	table_put_text(w, k->note[0] ? k->note : NULL);
	table_put_text(w, vmm_value_cost(k->id, k->to));
	return table_end_row(w, error);
}

static int put_all(struct table_writer *w, const struct ablation *a, struct error *error)
{
	unsigned all = (1u << a->knobs) - 1;
	int code = 0;

	for (size_t k = 0; code == 0 && k < a->knobs; k++) {
		code = put(w, a, k, 0, 0, 0, error);
		if (code == 0 && a->knobs > 1)
			code = put(w, a, k, 0, 0, all & ~(1u << k), error);
	}
	for (size_t k = 0; code == 0 && k < a->left_out; k++)
		code = put(w, a, a->knobs + k, 0, 0, 0, error);
	for (size_t o = 0; o < a->orders; o++) {
		unsigned before = 0;

		for (size_t i = 0; code == 0 && i < a->knobs; before |= 1u << a->order[o][i++])
			code = put(w, a, a->order[o][i], o + 1, i + 1, before, error);
	}
	return code;
}

int ablation_write(const struct ablation *a, const char *directory, struct error *error)
{
	struct table_writer writer;
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", directory, schema_flips.name);
	code = table_create(&writer, path, &schema_flips, error);
	if (code)
		return code;
	code = put_all(&writer, a, error);
	return table_writer_end(&writer, code, error);
}
