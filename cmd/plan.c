/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/plan_priv.h"
#include "cmd/publish_priv.h"
#include "model/model.h"
#include "reports/reports.h"

/* vmtax plan: packs a fleet of virtual machines onto hosts. */

#define FLEETS_MOST 32
#define IFS_MOST    32

struct options {
	char results[4096], hosts[4096], out[4096], policy[4096], placement[4096],
		ablation[4096];		    /* "": not named */
	char example[4096];		    /* the fleet where none is named */
	const char *fleet[FLEETS_MOST + 1]; /* NULL-terminated */
	size_t fleets;
	const char *what_if[IFS_MOST + 1]; /* NULL-terminated */
	size_t what_ifs;
	bool csv, json, help;
};

enum { FLEET = 256, HOSTS, POLICY, PLACEMENT, WHAT_IF, ABLATION, RESULTS, OUT, CSV, JSON, HELP };

static const struct option known[] = {
	{ "fleet", required_argument, NULL, FLEET },
	{ "series", required_argument, NULL, FLEET }, /* its header tells */
	{ "hosts", required_argument, NULL, HOSTS },
	{ "policy", required_argument, NULL, POLICY },
	{ "placement", required_argument, NULL, PLACEMENT },
	{ "what-if", required_argument, NULL, WHAT_IF },
	{ "ablation", required_argument, NULL, ABLATION },
	{ "results", required_argument, NULL, RESULTS },
	{ "overhead", required_argument, NULL, RESULTS }, /* a table of it where it names a file */
	{ "out", required_argument, NULL, OUT },
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

static int parse(struct options *o, int argc, char **argv)
{
	struct error error;
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		char *const path = id == HOSTS	     ? o->hosts
				   : id == RESULTS   ? o->results
				   : id == OUT	     ? o->out
				   : id == POLICY    ? o->policy
				   : id == PLACEMENT ? o->placement
				   : id == ABLATION  ? o->ablation
						     : NULL;

		if (id == FLEET && o->fleets < FLEETS_MOST)
			o->fleet[o->fleets++] = optarg;
		else if (id == WHAT_IF && o->what_ifs < IFS_MOST)
			o->what_if[o->what_ifs++] = optarg;
		else if (path)
			snprintf(path, sizeof(o->out), "%s", optarg);
		else if (id == CSV)
			o->csv = true;
		else if (id == JSON)
			o->json = true;
		else if (id == HELP)
			o->help = true;
		else
			return cmd_option_fail("plan", id, argv, known);
	}
	if (optind < argc)
		error_fail(&error, 0, "name files with --fleet, --hosts and --results", "what is %.200s for?",
			   argv[optind]);
	else if (o->csv && o->json)
		error_fail(&error, 0, "give one of them", "--csv and --json exclude each other");
	else
		return CMD_OK;
	return cmd_fail("plan", &error, CMD_USAGE);
}

static bool is_file(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 && S_ISREG(file.st_mode);
}

/* The newest results; for the example fleet the recorded sample will do, but for one of the user's own not
 * what another machine costs. */
static int find_results(struct options *o, bool *sample, struct error *error)
{
	if (cmd_results_find(NULL, o->results, sizeof(o->results), sample, error) < 0)
		return -1;
	if (!*sample || o->fleets == 0) {
		fprintf(stderr, "vmtax plan: taking %s%s\n", *sample ? "the recorded sample " : "",
			o->results);
		return 0;
	}
	*o->results = '\0';
	*sample = false;
	fputs("vmtax plan: no --overhead: planning native only; vmtax run --out out/first measures the "
	      "rest,\n"
	      "  --overhead out/first then takes it, or a table that you type (vmtax plan --help)\n",
	      stderr);
	return 0;
}

/* What was not named: the examples, and the newest results. */
static int choose(struct options *o, struct error *error)
{
	bool sample = false;

	if (!*o->results && find_results(o, &sample, error) < 0)
		return -1;
	if (o->fleets == 0) {
		if (cmd_find_part("examples/fleet.csv", o->example, sizeof(o->example), error) < 0)
			return -1;
		fprintf(stderr, "vmtax plan: no --fleet: taking the example %s\n", o->example);
		o->fleet[o->fleets++] = o->example;
	}
	if (!*o->hosts) {
		if (cmd_find_part("examples/hosts.csv", o->hosts, sizeof(o->hosts), error) < 0)
			return -1;
		fprintf(stderr, "vmtax plan: no --hosts: taking the example %s\n", o->hosts);
	}
	if (!*o->out && sample) {
		mkdir("out", 0777); /* where it fails, so does making what belongs in it */
		snprintf(o->out, sizeof(o->out), "out/sample");
	} else if (!*o->out && (!*o->results || is_file(o->results))) {
		snprintf(o->out, sizeof(o->out), "out");
	} else if (!*o->out) {
		memcpy(o->out, o->results, sizeof(o->out));
	}
	return 0;
}

/* A table that is not there is bad input, as one that says nonsense is. */
static int check_input(const char *path, struct error *error)
{
	if (access(path, R_OK) == 0)
		return 0;
	error_fail(error, errno, "check the path", "cannot read the table");
	return error_at(error, "%.250s", path);
}

static int print(const struct options *o, struct error *error)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", o->out, schema_plan_summary.name);
	if (o->csv)
		return publish_csv(path, &schema_plan_summary, error);
	if (o->json)
		return report_table_json(stdout, path, &schema_plan_summary, error);
	return report_plan_print(report_page_of(stdout), o->out, error);
}

/* The page and the tables' description: of the results that the plan is part of, or of the plan alone. */
static int write_page(const struct options *o, struct error *error)
{
	char path[4200];
	int code;

	snprintf(path, sizeof(path), "%s/%s", o->out, schema_runs.name);
	code = access(path, F_OK) == 0 ? report_html_write(o->out, error) : report_plan_html(o->out, error);
	return code ? code : report_package_write(o->out, error);
}

/* Whether some VM has no host under some configuration. */
static bool left_over(const struct options *o)
{
	struct table plan;
	char path[4200];
	bool left = false;

	snprintf(path, sizeof(path), "%s/%s", o->out, schema_plan_summary.name);
	if (table_read(&plan, path, &schema_plan_summary, NULL) < 0)
		return false;
	for (size_t row = 0; row < plan.rows; row++)
		left |= table_number_of(&plan, row, "unplaced") > 0;
	table_free(&plan);
	return left;
}

/* Says that rows were left out or taken with a guess, and where they are listed. */
static void tell_doubts(const struct options *o)
{
	struct table doubts;
	char path[4200];
	size_t dropped = 0;

	snprintf(path, sizeof(path), "%s/%s", o->out, schema_plan_doubts.name);
	if (table_read(&doubts, path, &schema_plan_doubts, NULL) < 0)
		return;
	for (size_t row = 0; row < doubts.rows; row++)
		dropped += table_is(&doubts, row, "what", "dropped");
	if (doubts.rows > 0)
		fprintf(stderr, "vmtax plan: %zu row%s left out, %zu doubt%s: see %s\n", dropped,
			dropped == 1 ? " was" : "s were", doubts.rows - dropped,
			doubts.rows - dropped == 1 ? "" : "s", path);
	table_free(&doubts);
}

int cmd_plan(int argc, char **argv)
{
	struct options o = { 0 };
	struct error error = { 0 };
	int status = parse(&o, argc, argv);

	if (status != CMD_OK)
		return status;
	if (o.help) {
		plan_help();
		return CMD_OK;
	}
	if (choose(&o, &error) < 0)
		return cmd_fail("plan", &error, CMD_FAILED);
	for (size_t i = 0; i < o.fleets; i++)
		if (check_input(o.fleet[i], &error) < 0)
			return cmd_fail("plan", &error, CMD_USAGE);
	if (check_input(o.hosts, &error) < 0 || (*o.policy && check_input(o.policy, &error) < 0) ||
	    (*o.placement && check_input(o.placement, &error) < 0))
		return cmd_fail("plan", &error, CMD_USAGE);
	if (model_plan_write(&(struct model_plan_options){ .results = *o.results ? o.results : NULL,
							   .fleet = o.fleet,
							   .hosts = o.hosts,
							   .policy = *o.policy ? o.policy : NULL,
							   .placement = *o.placement ? o.placement : NULL,
							   .what_if = o.what_if,
							   .ablation = *o.ablation ? o.ablation : NULL,
							   .out = o.out },
			     &error) < 0 ||
	    write_page(&o, &error) < 0 || print(&o, &error) < 0)
		return cmd_fail("plan", &error, error.number ? CMD_FAILED : CMD_USAGE);
	tell_doubts(&o);
	fprintf(stderr, "wrote %s/report.html and the tables in %s/plan\n", o.out, o.out);
	return left_over(&o) ? CMD_THRESHOLD : CMD_OK;
}
