/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/machine_priv.h"
#include "cmd/output_priv.h"
#include "cmd/publish_priv.h"
#include "model/model.h"
#include "reports/reports.h"
#include "vmm/vmm.h"

/* vmtax predict: what a program would take in a virtual machine. */

static const char help[] =
	"Usage: vmtax predict PROFILE --costs DIR [OPTION]...\n"
	"Predicts what the programs of a profile (vmtax profile; profile.csv or its\n"
	"directory) would take in a virtual machine, in time and in CPU seconds, with the\n"
	"95 % interval in which the program should lie, and what that is made of. Nothing\n"
	"runs in a virtual machine for it. Time is that on free cores, from where the\n"
	"program begins: making the VM comes before, and is told beside it.\n"
	"\n"
	"  --costs DIR        where vmtax fit wrote coefficients.csv\n"
	"  --machine DIR      predict for the machine whose results of vmtax run --suite\n"
	"                     nano are there: each cost is scaled by what these say of\n"
	"                     its event. Costs of another KVM backend are refused without\n"
	"                     it\n"
	"  --out DIR          keep predictions.csv there, and latencies.csv: what each\n"
	"                     kind of request would take\n"
	"  --csv, --json      print the table instead of the summary\n"
	"  --openmetrics FILE also write totals as OpenMetrics text, for node_exporter's\n"
	"                     textfile collector\n"
	"  --help             print this help\n"
	"\n"
	"The exit status is 0 when done, 1 when something could not be read or written, 2\n"
	"for wrong usage or input.\n"
	"\n"
	"Examples:\n"
	"  vmtax profile --out out/mine -- ./prog args\n"
	"  vmtax predict out/mine --costs out/t\n"
	"  vmtax predict out/mine --costs out/t --machine out/their-nano --json";

enum { COSTS = 256, MACHINE, OUT, CSV, JSON, OPENMETRICS, HELP };

static const struct option known[] = {
	{ "costs", required_argument, NULL, COSTS }, { "machine", required_argument, NULL, MACHINE },
	{ "out", required_argument, NULL, OUT },     { "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },	     { "openmetrics", required_argument, NULL, OPENMETRICS },
	{ "help", no_argument, NULL, HELP },	     { 0 },
};

struct options {
	const char *profile, *costs, *machine, *out, *metrics; /* NULL: not given */
	bool csv, json, help;
};

static int take(void *to, int id, struct error *error)
{
	struct options *o = to;

	if (id == 1 && o->profile)
		return error_fail(error, 0, "give one", "more than one profile");
	if (id == 1)
		o->profile = optarg;
	if (id == COSTS)
		o->costs = optarg;
	if (id == MACHINE)
		o->machine = optarg;
	if (id == OUT)
		o->out = optarg;
	if (id == OPENMETRICS)
		o->metrics = optarg;
	o->csv |= id == CSV;
	o->json |= id == JSON;
	o->help |= id == HELP;
	return 0;
}

static int check(const struct options *o, struct error *error)
{
	if (!o->profile)
		return error_fail(error, 0, "name what vmtax profile wrote", "nothing to predict from");
	if (!o->costs)
		return error_fail(error, 0, "name a directory in which vmtax fit wrote, with --costs",
				  "no costs to predict with");
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct cmd_options options = { "predict", known, true, take };
	struct error error = { 0 };

	if (cmd_options_take(&options, argc, argv, o) != CMD_OK)
		return CMD_USAGE;
	return o->help || check(o, &error) == 0 ? CMD_OK : cmd_fail("predict", &error, CMD_USAGE);
}

static int show(const struct options *o, const char *path, const char *latencies, struct error *error)
{
	const struct report_source sources[] = { { path, &schema_predictions }, { NULL, NULL } };
	int code = o->metrics ? report_openmetrics_write(o->metrics, sources, error) : 0;

	if (code)
		return code;
	if (o->csv)
		return publish_csv(path, &schema_predictions, error);
	if (o->json)
		return report_table_json(stdout, path, &schema_predictions, error);
	return report_prediction_print(report_page_of(stdout), path, latencies, error);
}

static int predict(const struct options *o, const char *directory, struct error *error)
{
	char path[4300], latencies[4300], processor[MACHINE_TEXT] = "";
	struct model_predict_options options = {
		.profile = o->profile,
		.costs = o->costs,
		.machine = o->machine,
		.backend = o->machine ? NULL : vmm_backend_name(NULL),
		.processor = processor,
		.path = path,
		.latencies = latencies,
	};
	int code;

	machine_tell("cpu", processor);
	snprintf(path, sizeof(path), "%s/%s", directory, schema_predictions.name);
	snprintf(latencies, sizeof(latencies), "%s/%s", directory, schema_latencies.name);
	code = o->metrics ? report_openmetrics_check(o->metrics, error) : 0;
	if (code == 0)
		code = model_predict_write(&options, error);
	if (code == 0)
		code = show(o, path, latencies, error);
	return code;
}

int cmd_predict(int argc, char **argv)
{
	struct options o = { 0 };
	struct output output;
	struct error error = { 0 };
	int status = parse(&o, argc, argv), code;

	if (status != CMD_OK)
		return status;
	if (o.help) {
		puts(help);
		return CMD_OK;
	}
	if (output_open(&output, o.out, "predict", &error) < 0)
		return cmd_fail("predict", &error, CMD_FAILED);
	code = predict(&o, output.path, &error);
	output_close(&output);
	if (code == 0)
		return CMD_OK;
	return cmd_fail("predict", &error, code == -EINVAL ? CMD_USAGE : CMD_FAILED);
}
