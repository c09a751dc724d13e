/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/schema.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/publish_priv.h"
#include "reports/reports.h"

struct options {
	const char *csv, *json; /* table asked for, or NULL */
	bool no_html;
	bool all, help;
	char directory[4096];
};

static void print_help(void)
{
	char name[64], text[1024];

	printf("Usage: vmtax report [OPTION]... [DIR]\n"
	       "Print what a run found as a summary, and write it to DIR/report.html with\n"
	       "figures.\n"
	       "\n"
	       "DIR is what vmtax run --out or vmtax plan --out wrote; without it, the newest in\n"
	       "out/, else a recorded sample, of which only the summary is printed.\n"
	       "overhead.csv, waterfall.csv and datapackage.json are made anew from the tables.\n"
	       "\n"
	       "  --csv=TABLE   print TABLE as CSV instead\n"
	       "  --json=TABLE  print TABLE as JSON instead: an array of one object a row,\n"
	       "                missing cells null\n"
	       "  --all         print all of the summary: also the stages of a request, what the\n"
	       "                host spends, what observing cost each workload\n"
	       "  --no-html     only print the summary, from the tables as they stand; write\n"
	       "                nothing\n"
	       "  --help        print this help\n"
	       "\n"
	       "Tables:\n");
	for (size_t i = 0; schema_results[i]; i++) {
		snprintf(name, sizeof(name), "%.*s", (int)strlen(schema_results[i]->name) - 4,
			 schema_results[i]->name);
		snprintf(text, sizeof(text), "a row is %s", schema_results[i]->description);
		cmd_help_line(name, 20, text);
	}
	printf("\n"
	       "The exit status is 0 when all was done, 1 when something could not be read or\n"
	       "written, 2 for wrong usage. Where DIR cannot be written, the summary is printed\n"
	       "all the same and the status is 1.\n"
	       "\n"
	       "Examples:\n"
	       "  vmtax report out/demo\n"
	       "  vmtax report --no-html\n"
	       "  vmtax report --json=overhead out/demo | jq '.[] | select(.ratio > 2)'\n");
}

static const struct table_schema *find_table(const char *name, struct error *error)
{
	const char *names[64] = { NULL }, *near;
	char with_ending[64];
	size_t i;

	snprintf(with_ending, sizeof(with_ending), "%.50s%s", name, strchr(name, '.') ? "" : ".csv");
	for (i = 0; schema_results[i]; i++) {
		if (strcmp(schema_results[i]->name, with_ending) == 0)
			return schema_results[i];
		names[i] = schema_results[i]->name;
	}
	near = units_nearest(with_ending, names);
	error_set(error, 0, "unknown table %.100s", name);
	if (near)
		error_mend(error, "did you mean %.*s?", (int)strcspn(near, "."), near);
	else
		error_mend(error, "vmtax report --help lists the tables");
	return NULL;
}

static int print_table(const struct options *options, struct error *error)
{
	const struct table_schema *schema = find_table(options->csv ? options->csv : options->json, error);
	char path[8192];

	if (!schema)
		return CMD_USAGE;
	snprintf(path, sizeof(path), "%s/%s", options->directory, schema->name);
	if (options->csv)
		return publish_csv(path, schema, error) < 0 ? CMD_FAILED : CMD_OK;
	return report_table_json(stdout, path, schema, error) < 0 ? CMD_FAILED : CMD_OK;
}

enum { OPTION_CSV = 256, OPTION_JSON, OPTION_ALL, OPTION_NO_HTML, OPTION_HELP };

static const struct option known[] = {
	{ "csv", required_argument, NULL, OPTION_CSV }, { "json", required_argument, NULL, OPTION_JSON },
	{ "all", no_argument, NULL, OPTION_ALL },	{ "no-html", no_argument, NULL, OPTION_NO_HTML },
	{ "help", no_argument, NULL, OPTION_HELP },	{ 0 },
};

static int wrong_usage(const char *what, const char *argument)
{
	struct error error;

	error_fail(&error, 0, "vmtax report --help shows the usage", "%s%.200s", what, argument);
	return cmd_fail("report", &error, CMD_USAGE);
}

static int parse_options(struct options *options, int argc, char **argv)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		if (option == OPTION_CSV)
			options->csv = optarg;
		else if (option == OPTION_JSON)
			options->json = optarg;
		else if (option == OPTION_ALL)
			options->all = true;
		else if (option == OPTION_NO_HTML)
			options->no_html = true;
		else if (option == OPTION_HELP)
			options->help = true;
		else
			return cmd_option_fail("report", option, argv, known);
	}
	return CMD_OK;
}

static int parse(struct options *options, int argc, char **argv)
{
	int status = parse_options(options, argc, argv);

	if (status != CMD_OK)
		return status;
	if (options->csv && options->json)
		return wrong_usage("--csv and --json exclude each other", "");
	if (argc - optind > 1)
		return wrong_usage("one directory at a time, not also ", argv[optind + 1]);
	if (argc - optind == 1)
		snprintf(options->directory, sizeof(options->directory), "%s", argv[optind]);
	return CMD_OK;
}

/* Whether DIR holds a plan and no result. */
static bool plan_alone(const struct options *options)
{
	char path[8192];
	bool runs;

	snprintf(path, sizeof(path), "%s/%s", options->directory, schema_runs.name);
	runs = access(path, F_OK) == 0;
	snprintf(path, sizeof(path), "%s/%s", options->directory, schema_plan_summary.name);
	return !runs && access(path, F_OK) == 0;
}

static int report_plan(const struct options *options, struct error *error)
{
	int code = options->no_html ? 0 : report_plan_html(options->directory, error);

	if (code == 0 && !options->no_html)
		code = report_package_write(options->directory, error);
	if (code == 0)
		code = report_plan_print(report_page_of(stdout), options->directory, error);
	if (code == 0 && !options->no_html)
		fprintf(stderr, "wrote %s/report.html\n", options->directory);
	return code < 0 ? CMD_FAILED : CMD_OK;
}

static int report(const struct options *options, struct error *error)
{
	if (options->csv || options->json)
		return print_table(options, error);
	if (plan_alone(options))
		return report_plan(options, error);
	if (options->no_html)
		return publish_summary(options->directory, options->all, error) < 0 ? CMD_FAILED : CMD_OK;
	return cmd_results_publish(options->directory, options->all, error) < 0 ? CMD_FAILED : CMD_OK;
}

int cmd_report(int argc, char **argv)
{
	struct options options = { 0 };
	struct error error = { 0 };
	int status;

	status = parse(&options, argc, argv);
	if (status != CMD_OK)
		return status;
	if (options.help) {
		print_help();
		return CMD_OK;
	}
	if (!*options.directory) {
		bool sample;

		if (cmd_results_find("report", options.directory, sizeof(options.directory), &sample,
				     &error) < 0)
			return cmd_fail("report", &error, CMD_FAILED);
		options.no_html |= sample;
	}
	status = report(&options, &error);
	return status == CMD_OK ? CMD_OK : cmd_fail("report", &error, status);
}
