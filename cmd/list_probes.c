/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <stdio.h>

#include "base/units.h"
#include "cmd/list_priv.h"
#include "probes/probes.h"

/* vmtax list probes: the table of probes, with what each costs on this machine. */

/* For people with a unit, for tables plain ns. */
static void put_ns(struct sheet *sheet, enum sheet_form form, double ns)
{
	char text[32];

	if (form == SHEET_TEXT && isnan(ns))
		snprintf(text, sizeof(text), "-");
	else if (form == SHEET_TEXT)
		units_print_time(ns, text, sizeof(text));
	else if (isnan(ns))
		snprintf(text, sizeof(text), "NA");
	else
		snprintf(text, sizeof(text), "%.0f", ns);
	sheet_put(sheet, text);
}

int list_probes_fill(struct sheet *sheet, enum sheet_form form, struct error *error)
{
	bool text = form == SHEET_TEXT;

	(void)error;
	*sheet = (struct sheet){ .columns = { "probe", "when", text ? "a run" : "run_ns",
					      text ? "an event" : "event_ns", "what it counts" } };
	for (int i = 0; probes[i]; i++) {
		struct probe_cost cost = list_probe_cost(probes[i]);

		sheet_put(sheet, probes[i]->name);
		sheet_put(sheet, probes[i]->disturbs ? "observed" : "always");
		put_ns(sheet, form, cost.once_ns);
		put_ns(sheet, form, cost.event_ns);
		sheet_put(sheet, probes[i]->summary);
	}
	return 0;
}

struct probe_cost list_probe_cost(const struct probe *probe)
{
	struct probe_cost cost = { NAN, NAN };

	if (!probe->calibrate || !probe->available(NULL) || probe->calibrate(probe, &cost))
		cost = (struct probe_cost){ NAN, NAN };
	return cost;
}

void list_probes_explain(FILE *out)
{
	fputs("What is counted while a program runs: always, or only in the observed repetitions, as it "
	      "takes\n"
	      "the program time. What it costs is measured here and now: a run is the harness's time before\n"
	      "and after one process, in which the program waits and which is in no figure; an event is the\n"
	      "program's own time. \"-\": nothing of its own, or this machine does not have it (vmtax "
	      "doctor).\n"
	      "vmtax run --probes NAME,... counts by these alone, --probes none by none.\n",
	      out);
}
