/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/schema.h"
#include "cmd/cmd.h"
#include "cmd/fit_priv.h"
#include "cmd/output_priv.h"
#include "cmd/progress_priv.h"
#include "cmd/publish_priv.h"
#include "model/model.h"
#include "reports/reports.h"

/* vmtax fit: what each event costs. */
static const char help[] =
	"Usage: vmtax fit DIR... [OPTION]...\n"
	"Finds what each event costs a program in a virtual machine, from programs that\n"
	"were measured (vmtax run --out DIR) and profiled (vmtax profile --out DIR, the\n"
	"same one), and from the nano suite's direct measurements: the non-negative costs\n"
	"whose predictions are least off, relatively. Events that cannot be told apart\n"
	"get one cost. Times are those on free cores. vmtax predict uses what is written.\n"
	"\n"
	"  --out DIR          where coefficients.csv goes (default: the first DIR)\n"
	"  --validate         predict each program by a fit without it, write\n"
	"                     validation.csv, and say how far off that is, beside two\n"
	"                     simple rules: a constant slowdown, and that of CPU time\n"
	"                     alone. event-counts.csv says how often events were counted\n"
	"                     natively, and how often in the virtual machine\n"
	"  --held-out DIR|SUITE,...\n"
	"                     also predict the programs there, which no fit has seen:\n"
	"                     those of a directory, or of a suite (vmtax run --suite),\n"
	"                     which are then left out of the fit; how often that was done\n"
	"                     is counted\n"
	"  --csv, --json      print the table instead of the summary\n"
	"  --openmetrics FILE also write the costs as OpenMetrics text, for\n"
	"                     node_exporter's textfile collector\n"
	"  --help             print this help\n"
	"\n"
	"The exit status is 0 when done, 1 when something could not be read or written, 2\n"
	"for wrong usage or input.\n"
	"\n"
	"Examples:\n"
	"  vmtax run --suite training --out out/t\n"
	"  vmtax profile --suite training --out out/t\n"
	"  vmtax run --suite nano --out out/nano\n"
	"  vmtax fit out/t out/nano --validate\n"
	"  vmtax run --suite training,held-out --out out/b\n"
	"  vmtax profile --suite training,held-out --out out/b\n"
	"  vmtax fit out/b out/nano --validate --held-out held-out";

enum { OUT = 256, VALIDATE, HELD_OUT, CSV, JSON, OPENMETRICS, HELP };

static const struct option known[] = {
	{ "out", required_argument, NULL, OUT },
	{ "validate", no_argument, NULL, VALIDATE },
	{ "held-out", required_argument, NULL, HELD_OUT },
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "openmetrics", required_argument, NULL, OPENMETRICS },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

struct options {
	const char *directory[FIT_DIRECTORIES + 1]; /* NULL-terminated */
	size_t directories;
	struct fit_held_out held;
	const char *out, *metrics; /* NULL: not given */
	bool validate, csv, json, help;
};

static int add(struct options *o, const char *directory, struct error *error)
{
	struct stat status;

	if (!*directory)
		return error_fail(error, 0, "name what vmtax run or vmtax profile wrote",
				  "the name of a directory is empty");
	if (stat(directory, &status) == 0 && !S_ISDIR(status.st_mode)) {
		error_fail(error, 0, "name the directory that it is in", "it is no directory");
		return error_at(error, "%.250s", directory);
	}
	if (o->directories == FIT_DIRECTORIES)
		return error_fail(error, 0, FIT_FEWER, "more than %d directories", FIT_DIRECTORIES);
	o->directory[o->directories++] = directory;
	return 0;
}

static int take(void *to, int id, struct error *error)
{
	struct options *o = to;

	switch (id) {
	case 1:
		return add(o, optarg, error);
	case OUT:
		o->out = optarg;
		return 0;
	case OPENMETRICS:
		o->metrics = optarg;
		return 0;
	case HELD_OUT:
		return fit_held_out_add(&o->held, optarg, error);
	}
	o->validate |= id == VALIDATE;
	o->csv |= id == CSV;
	o->json |= id == JSON;
	o->help |= id == HELP;
	return 0;
}

static int check(const struct options *o, struct error *error)
{
	if (o->directories == 0)
		return error_fail(error, 0, "name directories that vmtax run and vmtax profile wrote",
				  "nothing to fit on");
	if (fit_held_out_any(&o->held) && !o->validate)
		return error_fail(error, 0, "give --validate, too", "--held-out is for validation");
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct cmd_options options = { "fit", known, true, take };
	struct error error = { 0 };

	if (cmd_options_take(&options, argc, argv, o) != CMD_OK)
		return CMD_USAGE;
	while (optind < argc)
		if (add(o, argv[optind++], &error) < 0)
			return cmd_fail("fit", &error, CMD_USAGE);
	return o->help || check(o, &error) == 0 ? CMD_OK : cmd_fail("fit", &error, CMD_USAGE);
}

static int show(const struct options *o, const char *coefficients, const char *validation, const char *counts,
		struct error *error)
{
	const char *path = o->validate ? validation : coefficients;
	const struct table_schema *schema = o->validate ? &schema_validation : &schema_coefficients;
	const struct report_source sources[] = { { coefficients, &schema_coefficients }, { NULL, NULL } };
	int code = o->metrics ? report_openmetrics_write(o->metrics, sources, error) : 0;

	if (code)
		return code;
	if (o->csv)
		return publish_csv(path, schema, error);
	if (o->json)
		return report_table_json(stdout, path, schema, error);
	code = report_fit_print(report_page_of(stdout), coefficients, error);
	if (code == 0 && o->validate)
		code = report_validation_print(report_page_of(stdout), validation, counts, error);
	return code;
}

/* Nobody waits for it where there is no terminal. */
static void show_step(void *context, const char *phase, size_t total, const char *what, const char *config)
{
	struct progress *p = context;

	if (p->phase == NULL || strcmp(p->phase, phase) != 0)
		progress_phase(p, phase, total);
	if (p->terminal)
		progress_show(p, what, config);
	progress_step(p);
}

static int fit(const struct options *o, const char *out, struct error *error)
{
	char coefficients[4300], validation[4300], counts[4300];
	struct progress progress;
	const struct model_watch watch = { .step = show_step, .context = &progress };
	static const char *const none[] = { NULL };
	const struct model_held_out held = { o->held.directory, o->held.program ? o->held.program : none };
	int code;

	snprintf(coefficients, sizeof(coefficients), "%s/%s", out, schema_coefficients.name);
	snprintf(validation, sizeof(validation), "%s/%s", out, schema_validation.name);
	snprintf(counts, sizeof(counts), "%s/%s", out, schema_event_counts.name);
	progress_begin(&progress, "fit");
	code = o->metrics ? report_openmetrics_check(o->metrics, error) : 0;
	/* First what needs more input: costs that are there stay as they are where it is wrong. */
	if (code == 0 && o->validate)
		code = model_validation_write(o->directory, &held, validation, counts, &watch, error);
	if (code == 0)
		code = model_fit_write(o->directory, &held, coefficients, &watch, error);
	progress_end(&progress);
	if (code == 0)
		code = show(o, coefficients, validation, counts, error);
	if (code)
		return code;
	fflush(stdout);
	if (o->validate)
		fit_held_out_count(&o->held, o->directory[0]);
	fprintf(stderr, "wrote %s%s\n", coefficients,
		o->validate ? ", validation.csv and event-counts.csv" : "");
	return 0;
}

static int work(struct options *o)
{
	struct output output;
	struct error error = { 0 };
	int code;

	if (o->out && output_open(&output, o->out, "fit", &error) < 0)
		return cmd_fail("fit", &error, CMD_FAILED);
	code = fit(o, o->out ? o->out : o->directory[0], &error);
	if (o->out)
		output_close(&output);
	if (code == 0)
		return CMD_OK;
	return cmd_fail("fit", &error, code == -EINVAL ? CMD_USAGE : CMD_FAILED);
}

int cmd_fit(int argc, char **argv)
{
	struct options o = { 0 };
	int status = parse(&o, argc, argv);

	if (status == CMD_OK && o.help)
		puts(help);
	else if (status == CMD_OK)
		status = work(&o);
	fit_held_out_free(&o.held);
	return status;
}
