/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/list_priv.h"

/* vmtax list: what there is to choose from. */
#define INDENT 13

enum option_id { CSV = 256, JSON, CONFIG_FILE, HELP };

static const struct option options[] = {
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "config-file", required_argument, NULL, CONFIG_FILE },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

static void print_lists(void)
{
	for (int i = 0; lists[i].name; i++)
		cmd_help_line(lists[i].name, INDENT, lists[i].summary);
}

static int help(void)
{
	puts("Usage: vmtax list WHAT [--csv | --json]\n"
	     "Prints what there is to choose from, out of the tables the program itself works\n"
	     "with.\n"
	     "\n"
	     "WHAT is one of:");
	print_lists();
	puts("\n"
	     "  --csv                comma-separated values with a header\n"
	     "  --json               an array of objects\n"
	     "  --config-file FILE   configs: those of FILE, too (vmtax run --help)\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax list knobs --help             what each knob stands for in real systems\n"
	     "  vmtax list knobs                    every knob, and what this machine can set\n"
	     "  vmtax list nano --help              the events measured, and who else did\n"
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

static int fill(const struct list *list, const char *config_file, struct sheet *sheet, enum sheet_form form,
		struct error *error)
{
	if (config_file == NULL)
		return list->fill(sheet, form, error);
	if (list->fill_with)
		return list->fill_with(config_file, sheet, form, error);
	return error_fail(error, 0, "it goes with vmtax list configs",
			  "--config-file has nothing to do with %s", list->name);
}

static int print(const char *name, const char *config_file, enum sheet_form form)
{
	struct error error = { 0 };
	const struct list *list = find(name, &error);
	struct sheet sheet = { 0 };
	int code;

	if (list == NULL)
		return cmd_fail("list", &error, CMD_USAGE);
	code = fill(list, config_file, &sheet, form, &error);
	if (code == 0)
		sheet_print(&sheet, form, stdout);
	sheet_free(&sheet);
	return code ? cmd_fail("list", &error, config_file ? CMD_USAGE : CMD_FAILED) : CMD_OK;
}

/* Of one list, where it has more to say than what it lists. */
static int explain(const char *name)
{
	struct error error = { 0 };
	const struct list *list = name ? find(name, &error) : NULL;

	if (name && list == NULL)
		return cmd_fail("list", &error, CMD_USAGE);
	if (list == NULL || list->explain == NULL)
		return help();
	list->explain(stdout);
	return CMD_OK;
}

int cmd_list(int argc, char **argv)
{
	enum sheet_form form = SHEET_TEXT;
	const char *config_file = NULL;
	struct error error = { 0 };
	bool explains = false;
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (id == HELP)
			explains = true;
		else if (id == CONFIG_FILE)
			config_file = optarg;
		else if (id == CSV || id == JSON)
			form = id == CSV ? SHEET_CSV : SHEET_JSON;
		else
			return cmd_option_fail("list", id, argv, options);
	}
	if (explains)
		return explain(argv[optind]);
	if (optind == argc)
		return print("lists", config_file, form);
	if (optind + 1 == argc)
		return print(argv[optind], config_file, form);
	error_fail(&error, 0, "give one at a time", "more than one list");
	return cmd_fail("list", &error, CMD_USAGE);
}
