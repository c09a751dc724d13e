/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/list_priv.h"

/* vmtax list: what there is to choose from. */

enum option_id { CSV = 256, JSON, HELP };

static const struct option options[] = {
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

static void print_lists(FILE *out)
{
	for (int i = 0; lists[i].name; i++)
		fprintf(out, "  %-10s %s\n", lists[i].name, lists[i].summary);
}

static int help(void)
{
	puts("Usage: vmtax list WHAT [--csv | --json]\n"
	     "Prints what there is to choose from, out of the tables the program itself works with.\n"
	     "\n"
	     "WHAT is one of:");
	print_lists(stdout);
	puts("\n"
	     "  --csv      comma-separated values with a header\n"
	     "  --json     an array of objects\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax list knobs                    every knob, its values, and what this machine can set\n"
	     "  vmtax list workloads --csv          the suite, to start one of your own from\n"
	     "  vmtax list tables --json            the columns of every table, with units");
	return CMD_OK;
}

static const struct list *find(const char *name, struct error *error)
{
	const char *names[16] = { NULL }, *near;

	for (int i = 0; lists[i].name; i++) {
		names[i] = lists[i].name;
		if (strcmp(name, names[i]) == 0)
			return &lists[i];
	}
	near = units_nearest(name, names);
	error_set(error, 0, "there is no list of %s", name);
	if (near)
		error_mend(error, "did you mean %s?", near);
	else
		error_mend(error, "vmtax list shows which there are");
	return NULL;
}

static int print(const char *name, enum sheet_form form)
{
	struct error error = { 0 };
	const struct list *list = find(name, &error);
	struct sheet sheet = { 0 };
	int code;

	if (list == NULL)
		return cmd_fail("list", &error, CMD_USAGE);
	code = list->fill(&sheet, form, &error);
	if (code == 0)
		sheet_print(&sheet, form, stdout);
	sheet_free(&sheet);
	return code ? cmd_fail("list", &error, CMD_FAILED) : CMD_OK;
}

int cmd_list(int argc, char **argv)
{
	enum sheet_form form = SHEET_TEXT;
	struct error error = { 0 };
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (id == HELP)
			return help();
		if (id != CSV && id != JSON)
			return cmd_option_fail("list", id, argv, options);
		form = id == CSV ? SHEET_CSV : SHEET_JSON;
	}
	if (optind == argc)
		return print("lists", form);
	if (optind + 1 == argc)
		return print(argv[optind], form);
	error_fail(&error, 0, "give one at a time", "more than one list");
	return cmd_fail("list", &error, CMD_USAGE);
}
