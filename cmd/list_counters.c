/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/schema.h"
#include "cmd/counters_priv.h"
#include "cmd/list_priv.h"

/* vmtax list counters: the event sets of vmtax run --counters, and what of them this CPU has. */

static void put_event(struct sheet *sheet, const struct event_set *set, const struct set_event *event)
{
	char text[256], why[900];
	struct error error = { 0 };

	sheet_put(sheet, set->name);
	sheet_put(sheet, set->summary);
	sheet_put(sheet, event->name);
	sheet_put(sheet, event->unit);
	if (set_event_describe(event, text, sizeof(text), &error) == 0) {
		sheet_put(sheet, text);
		return;
	}
	error_text(&error, text, sizeof(text));
	snprintf(why, sizeof(why), "no: %s", text);
	sheet_put(sheet, why);
}

static void put_set(struct sheet *sheet, const struct event_set *set)
{
	char text[300];

	for (size_t i = 0; i < set->events; i++)
		put_event(sheet, set, &set->event[i]);
	for (size_t i = 0; i < set->formulas; i++) {
		sheet_put(sheet, set->name);
		sheet_put(sheet, set->summary);
		sheet_put(sheet, set->formula[i].name);
		sheet_put(sheet, set->formula[i].unit);
		snprintf(text, sizeof(text), "= %s", set->formula[i].text);
		sheet_put(sheet, text);
	}
}

/* How an event is encoded says nothing of whether it counts. */
static void say_uncounted(struct sheet *sheet)
{
	struct error error = { 0 };
	char text[500];

	if (!counters_work(&error))
		snprintf(sheet->note, sizeof(sheet->note), "None of these is counted here: %s",
			 error_text(&error, text, sizeof(text)));
}

int list_counters_fill(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	struct event_sets *sets = malloc(sizeof(*sets));
	int code = sets ? counters_read_all(sets, error)
			: error_set(error, ENOMEM, "cannot read the event sets");

	(void)form;
	*sheet = (struct sheet){ .columns = { "set", "what", "name", "unit", "here" }, .headings = 2 };
	for (size_t i = 0; code == 0 && i < sets->count; i++)
		put_set(sheet, &sets->set[i]);
	say_uncounted(sheet);
	free(sets);
	return code;
}

void list_counters_explain(FILE *out)
{
	fputs("What vmtax run --counters NAME,... counts: sets of hardware events, in a repetition of their\n"
	      "own, apart for user and kernel, and for guest and host. Each line says by which name this\n"
	      "machine has the event, and how the kernel is asked for it, or why it has none; a line with = "
	      "is\n"
	      "worked out from the events above it. Whether there is a PMU to count with is said last.\n"
	      "\n"
	      "A set of your own is a text file, given by a path with a / in it:\n"
	      "\n"
	      "  # mine: what it is for\n"
	      "  # NAME  UNIT  EVENT...: the first that this machine has is counted\n"
	      "  cycles        cycles  cycles\n"
	      "  instructions  1       instructions\n"
	      "  l1d-misses    1       MEM_LOAD_RETIRED:L1_MISS L1-dcache-load-misses r08d1\n"
	      "  ipc = instructions / cycles : 1\n"
	      "\n"
	      "EVENT is a name of libpfm4 or perf, or a raw code, as r01c2 or cpu/event=0xc2,umask=0x01/; "
	      ":u\n"
	      "and :k choose user or kernel, :G and :H guest or host; events of the kernel, as page-faults, "
	      "are\n"
	      "the host's. A formula has + - * / and "
	      "parentheses,\n"
	      "with blanks around a minus, and its unit behind a colon. Where any of its events was not\n"
	      "counted, or was while others were not, its value is NA: counts are never scaled.\n",
	      out);
}

static int keep_one(struct table_writer *out, const struct event_set *set, const char *name, const char *unit,
		    const char *how, struct error *error)
{
	table_put_text(out, set->name);
	table_put_text(out, name);
	table_put_text(out, unit);
	table_put_text(out, how);
	return table_end_row(out, error);
}

static int keep_set(struct table_writer *out, const struct event_set *set, struct error *error)
{
	char how[300], text[280];
	int code = 0;

	for (size_t i = 0; code == 0 && i < set->events; i++) {
		struct error why = { 0 };

		if (set_event_describe(&set->event[i], how, sizeof(how), &why))
			snprintf(how, sizeof(how), "no: %s", error_text(&why, text, sizeof(text)));
		code = keep_one(out, set, set->event[i].name, set->event[i].unit, how, error);
	}
	for (size_t i = 0; code == 0 && i < set->formulas; i++) {
		snprintf(how, sizeof(how), "= %s", set->formula[i].text);
		code = keep_one(out, set, set->formula[i].name, set->formula[i].unit, how, error);
	}
	return code;
}

int counters_keep(const struct event_sets *sets, const char *directory, struct error *error)
{
	struct table_writer out;
	char path[4200];
	int code;

	if (sets->count == 0)
		return 0;
	snprintf(path, sizeof(path), "%s/%s", directory, schema_sets.name);
	code = table_create(&out, path, &schema_sets, error);
	if (code)
		return code;
	for (size_t i = 0; code == 0 && i < sets->count; i++)
		code = keep_set(&out, &sets->set[i], error);
	return table_writer_end(&out, code, error);
}
