/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/checks_priv.h"
#include "cmd/cmd.h"
#include "cmd/machine_priv.h"
#include "cmd/sheet_priv.h"
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
	     "Says what this machine can measure, and for each thing it cannot: why, what is lost, and the "
	     "mend.\n"
	     "Nothing is changed.\n"
	     "\n"
	     "  --csv      comma-separated values with a header\n"
	     "  --json     an array of objects\n"
	     "\n"
	     "A check is ok or no. What a missing thing costs is only what depends on it: the rest is "
	     "measured,\n"
	     "tables say NA, knobs fall back (the row records what was in force, the name gets a *). The "
	     "exit\n"
	     "status is 0 whatever is found.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax doctor\n"
	     "  vmtax doctor --csv | grep ,no,");
	return CMD_OK;
}

/* A row: the area and what it is about are headings. */
static void put(struct sheet *sheet, const char *area, const char *about, const char *name, const char *state,
		const char *finding)
{
	sheet_put(sheet, area);
	sheet_put(sheet, about);
	sheet_put(sheet, name);
	sheet_put(sheet, state);
	sheet_put(sheet, finding);
}

static void put_facts(struct sheet *sheet)
{
	char text[MACHINE_TEXT];

	for (const struct machine_fact *fact = machine_facts; fact->name; fact++)
		put(sheet, "machine", "what figures depend on", fact->name, "fact",
		    fact->tell(text) && text[0] ? text : "NA");
}

/* "reason: mend (what is lost)" */
static void put_finding(struct sheet *sheet, const char *area, const char *about, const char *name,
			bool holds, const struct error *error, const char *without)
{
	char text[1200], whole[1500];

	error_text(error, text, sizeof(text));
	snprintf(whole, sizeof(whole), holds || !without ? "%s" : "%s (without it: %s)", text, without);
	put(sheet, area, about, name, holds ? "ok" : "no", whole);
}

static void put_checks(struct sheet *sheet, const char *area, const char *about, const struct check *check)
{
	for (; check->name; check++) {
		struct error error = { 0 };
		bool holds = check->holds(&error);

		put_finding(sheet, area, about, check->name, holds, &error, check->without);
	}
}

static void put_probes(struct sheet *sheet)
{
	for (int i = 0; probes[i]; i++) {
		struct error error = { 0 };
		bool has = probes[i]->available(&error);

		if (has)
			error_set(&error, 0, "%s", probes[i]->summary);
		put_finding(sheet, "probes", "what can be counted", probes[i]->name, has, &error, NULL);
	}
}

/* Of the knobs, only the values this machine cannot set. */
static void put_knobs(struct sheet *sheet)
{
	static const char area[] = "knobs", about[] = "values that cannot be set, and what stands in";
	char name[64], finding[192], why[96];
	int count = 0;

	for (int id = 0; id < VMM_KNOBS; id++)
		for (unsigned v = 0; vmm_knobs[id].values[v].name; v++) {
			const struct vmm_value *value = &vmm_knobs[id].values[v];

			if (vmm_value_available((enum vmm_knob_id)id, v, why, sizeof(why)))
				continue;
			snprintf(name, sizeof(name), "%s=%s", vmm_knobs[id].name, value->name);
			snprintf(finding, sizeof(finding), "%s (%s instead)", why, value->fallback);
			put(sheet, area, about, name, "no", finding);
			count++;
		}
	if (count == 0)
		put(sheet, area, about, "all", "ok", "every value of every knob can be set");
}

static void examine(enum sheet_form form)
{
	struct sheet sheet = {
		.columns = { "area", "about", "name", "state", "finding" },
		.headings = 2,
	};

	put_facts(&sheet);
	put_checks(&sheet, "needs", "what measuring takes", checks_needs);
	put_probes(&sheet);
	put_knobs(&sheet);
	put_checks(&sheet, "trust", "what makes figures mean what they seem to", checks_trust);
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
