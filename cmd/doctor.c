/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/checks_priv.h"
#include "cmd/cmd.h"
#include "cmd/doctor_priv.h"
#include "cmd/list_priv.h"
#include "cmd/machine_priv.h"
#include "probes/probes.h"
#include "vmm/vmm.h"

/* vmtax doctor: what this machine can measure, and for each thing it cannot, why and the mend. */

enum option_id { CSV = 256, JSON, HELP };

static const struct option options[] = {
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

static int help(void)
{
	puts("Usage: vmtax doctor [--csv | --json]\n"
	     "Says what this machine can measure, and for each thing it cannot: why, what is\n"
	     "lost, and the mend. Nothing is changed.\n"
	     "\n"
	     "  --csv      comma-separated values with a header\n"
	     "  --json     an array of objects\n"
	     "\n"
	     "A check is ok or no. What is missing costs only what depends on it: the rest is\n"
	     "measured, tables say NA, and a knob that cannot be set falls back, which the row\n"
	     "and the * after the configuration's name say. The exit status is 0 whatever is\n"
	     "found.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax doctor\n"
	     "  vmtax doctor --csv | grep ,no,            only what is missing");
	return CMD_OK;
}

static void put(struct sheet *sheet, const char *area, const char *name, const char *state,
		const char *finding, const char *lost, const char *mend)
{
	const char *cells[DOCTOR_COLUMNS] = { area, name, state, finding, lost, mend };

	for (int i = 0; i < DOCTOR_COLUMNS; i++)
		sheet_put(sheet, cells[i]);
}

/* What ERROR says, in two parts: what it is, and the mend. */
static void put_error(struct sheet *sheet, const char *area, const char *name, const char *lost,
		      const struct error *error)
{
	struct error what = *error;
	char text[800];

	what.mend[0] = '\0';
	put(sheet, area, name, "no", error_text(&what, text, sizeof(text)), lost, error->mend);
}

static void put_facts(struct sheet *sheet)
{
	char text[MACHINE_TEXT];

	for (const struct machine_fact *fact = machine_facts; fact->name; fact++)
		put(sheet, "machine", fact->name, "fact", fact->tell(text) && text[0] ? text : "NA", "", "");
}

static void put_checks(struct sheet *sheet, const char *area, const struct check *check)
{
	for (; check->name; check++) {
		struct error error = { 0 };

		if (check->holds(&error))
			put(sheet, area, check->name, "ok", error.what, "", "");
		else
			put_error(sheet, area, check->name, check->without, &error);
	}
}

/* What all of them cost; vmtax list probes tells it of each. */
static void put_costs(struct sheet *sheet)
{
	double once_ns = 0, event_ns = 0;
	char text[200], once[32], event[32];

	for (int i = 0; probes[i]; i++) {
		struct probe_cost cost = list_probe_cost(probes[i]);

		once_ns += probes[i]->disturbs || isnan(cost.once_ns) ? 0 : cost.once_ns;
		event_ns = fmax(event_ns, cost.event_ns);
	}
	snprintf(text, sizeof(text), "probes take %s beside a run, and in observed ones up to %s an event",
		 units_print_time(once_ns, once, sizeof(once)),
		 units_print_time(event_ns, event, sizeof(event)));
	put(sheet, "trust", "observer", "ok", text, "", "");
}

static void put_probes(struct sheet *sheet)
{
	for (int i = 0; probes[i]; i++) {
		struct error error = { 0 };

		if (probes[i]->available(&error))
			put(sheet, "probes", probes[i]->name, "ok", probes[i]->summary, "", "");
		else
			put_error(sheet, "probes", probes[i]->name, "not counted", &error);
	}
}

/* vmm says why and the mend in one: "why: mend", or "why; see where". */
static void put_value(struct sheet *sheet, const struct vmm_knob *knob, const struct vmm_value *value,
		      char *why)
{
	char name[64], lost[64];
	char *mend = strstr(why, "; ");

	mend = mend ? mend : strstr(why, ": ");
	if (mend) {
		*mend = '\0';
		mend += 2;
	} else {
		mend = "use a machine that has it";
	}
	snprintf(name, sizeof(name), "%s=%s", knob->name, value->name);
	snprintf(lost, sizeof(lost), "%s instead", value->fallback);
	put(sheet, "knobs", name, "no", why, lost, mend);
}

/* Of the knobs, only the values this machine cannot set; what is not built is not for the machine to mend. */
static void put_knobs(struct sheet *sheet)
{
	size_t before = sheet->count;
	char why[96];

	for (int id = 0; id < VMM_KNOBS; id++)
		for (unsigned v = 0; vmm_knobs[id].values[v].name; v++)
			if (!vmm_knobs[id].values[v].unbuilt &&
			    !vmm_value_available((enum vmm_knob_id)id, v, why, sizeof(why)))
				put_value(sheet, &vmm_knobs[id], &vmm_knobs[id].values[v], why);
	if (sheet->count == before)
		put(sheet, "knobs", "all", "ok", "every value that is built can be set", "", "");
}

static void examine(enum sheet_form form)
{
	struct sheet sheet = {
		.columns = {
			[DOCTOR_AREA] = "area",
			[DOCTOR_NAME] = "name",
			[DOCTOR_STATE] = "state",
			[DOCTOR_FINDING] = "finding",
			[DOCTOR_LOST] = "lost",
			[DOCTOR_MEND] = "mend",
		},
	};

	put_checks(&sheet, "needs", checks_needs);
	put_checks(&sheet, "trust", checks_trust);
	put_costs(&sheet);
	put_probes(&sheet);
	put_knobs(&sheet);
	put_facts(&sheet);
	if (form == SHEET_TEXT)
		doctor_print(&sheet, stdout);
	else
		sheet_print(&sheet, form, stdout);
	sheet_free(&sheet);
}

int cmd_doctor(int argc, char **argv)
{
	enum sheet_form form = SHEET_TEXT;
	struct error error;
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (id == HELP)
			return help();
		if (id != CSV && id != JSON)
			return cmd_option_fail("doctor", id, argv, options);
		form = id == CSV ? SHEET_CSV : SHEET_JSON;
	}
	if (optind < argc) {
		error_fail(&error, 0, "vmtax doctor --help shows the usage",
			   "doctor takes no argument, not %.100s", argv[optind]);
		return cmd_fail("doctor", &error, CMD_USAGE);
	}
	examine(form);
	return CMD_OK;
}
