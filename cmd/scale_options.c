/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/schema.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/scale_priv.h"

/* The command line of vmtax scale. */
#define MOST	  64
#define RATE_MOST 1e6

void scale_help(void)
{
	puts("Usage: vmtax scale --out DIR [OPTION]... -- PROGRAM [ARGUMENT]...\n"
	     "       vmtax scale --out DIR --mix PROGRAM:N,... [--suite NAME|FILE] [OPTION]...\n"
	     "       vmtax scale DIR... [OPTION]...\n"
	     "Runs 1, 2, 3 ... copies of a program at once, natively and each in a VM of its own, and tells "
	     "what\n"
	     "becomes of throughput and times: as measured, by the Universal Scalability Law fitted to that, "
	     "and as\n"
	     "a queueing network and a simulation make of one copy alone. With --mix VMs of unlike programs "
	     "run\n"
	     "together. DIR...: what this or vmtax run --vms has measured already.\n"
	     "\n"
	     "  --out DIR          results: scaling.csv, laws.csv, report.html, or loads.csv and mixes.csv\n"
	     "  --max N            the most copies (default: 8, at most 64)\n"
	     "  --blocks N         repetitions of each number or mix under each configuration (default: 3)\n"
	     "  --invocations N    starts of vmtax run for each number (default: 1)\n"
	     "  --configs A,B,...  configurations (default: native,hosted,bare-metal)\n"
	     "  --slo pNN=TIME     also tell the most copies of which NN in 100 take no longer, as in "
	     "p95=5ms\n"
	     "  --mix A:2,B:1      run 2 VMs of A and 1 of B for a while, each again and again, and each "
	     "program\n"
	     "                     alone, from which throughput is predicted; may be given several times\n"
	     "  --suite NAME|FILE  where the programs of --mix are named (default: default)\n"
	     "  --rate N           begin N runs a second instead, at random times, whichever of 1, 2, 3 ... "
	     "VMs is\n"
	     "                     free next; a run is timed from when it was due\n"
	     "  --for TIME         how long a mix or a rate lasts in each block (default: 2s; a mix until\n"
	     "                     each VM has done it twice, too)\n"
	     "  --predicted DIR    predict from predictions.csv there (vmtax predict --out), not from each "
	     "program "
	     "alone\n"
	     "  --openmetrics FILE also write the figures as OpenMetrics text, for node_exporter\n"
	     "  --csv, --json      print the table instead of the summary\n"
	     "  --help             print this help\n"
	     "\n"
	     "Throughput of copies is that of runs one after the other: each copy's rate, by its time, "
	     "summed over\n"
	     "those that ran at once. In mixes and at a rate a VM is built anew for each run, and that "
	     "counts; a\n"
	     "VM's first run does not. Where copies hold more cores than there are, they are labelled\n"
	     "oversubscribed.\n"
	     "\n"
	     "The exit status is 0 when done, 1 when something failed, 2 for wrong usage, 77 when this "
	     "machine\n"
	     "cannot run it.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax scale --out out/scale --max 4 -- busybox sha256sum /usr/bin/git\n"
	     "  vmtax scale out/scale --slo p95=500ms\n"
	     "  vmtax scale --out out/mix --mix kv:2,pack:1 --mix log:2,cpu-int:2\n"
	     "  vmtax scale --out out/open --rate 20 --max 3 --slo p99=200ms -- ./serve-one");
}

enum {
	OUT = 256,
	MAX,
	BLOCKS,
	INVOCATIONS,
	CONFIGS,
	SLO,
	MIX,
	SUITE,
	RATE,
	FOR,
	PREDICTED,
	OPENMETRICS,
	CSV,
	JSON,
	HELP
};

static const struct option known[] = {
	{ "out", required_argument, NULL, OUT },
	{ "max", required_argument, NULL, MAX },
	{ "blocks", required_argument, NULL, BLOCKS },
	{ "invocations", required_argument, NULL, INVOCATIONS },
	{ "configs", required_argument, NULL, CONFIGS },
	{ "slo", required_argument, NULL, SLO },
	{ "mix", required_argument, NULL, MIX },
	{ "suite", required_argument, NULL, SUITE },
	{ "rate", required_argument, NULL, RATE },
	{ "for", required_argument, NULL, FOR },
	{ "predicted", required_argument, NULL, PREDICTED },
	{ "openmetrics", required_argument, NULL, OPENMETRICS },
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

static int take_goal(struct scale_options *o, struct error *error)
{
	uint64_t ns;
	int percent, used = 0;

	if (sscanf(optarg, "p%2d=%n", &percent, &used) != 1 || used == 0 || percent < 1) {
		error_fail(error, 0, "write pNN=TIME, as in p95=5ms", "%.100s is no goal", optarg);
		return error_at(error, "--slo");
	}
	if (units_parse_time(optarg + used, &ns, error))
		return error_at(error, "--slo");
	o->goal_share = percent / 100.0;
	o->goal_ns = (double)ns;
	return 0;
}

static int take_rate(struct scale_options *o, struct error *error)
{
	char *end;

	o->rate = strtod(optarg, &end);
	if (end != optarg && *end == '\0' && o->rate > 0 && o->rate <= RATE_MOST)
		return 0;
	error_fail(error, 0, "write how many a second, as in 20 or 0.5", "%.100s is no rate", optarg);
	return error_at(error, "--rate");
}

static int take_mix(struct scale_options *o, struct error *error)
{
	if (o->mixes == SCALE_MIXES)
		return error_set(error, 0, "more than %d mixes", SCALE_MIXES);
	o->mix[o->mixes++] = optarg;
	return 0;
}

static int take(struct scale_options *o, int id, struct error *error)
{
	switch (id) {
	case OUT:
		o->out = optarg;
		return 0;
	case CONFIGS:
		o->configs = optarg;
		return 0;
	case MAX:
		return cmd_option_count("max", MOST, &o->most, error);
	case BLOCKS:
		return cmd_option_count("blocks", 1000, &o->blocks, error);
	case INVOCATIONS:
		return cmd_option_count("invocations", SCALE_DIRECTORIES / MOST, &o->invocations, error);
	case SLO:
		return take_goal(o, error);
	case MIX:
		return take_mix(o, error);
	case RATE:
		return take_rate(o, error);
	case FOR:
		return units_parse_time(optarg, &o->for_ns, error) ? error_at(error, "--for") : 0;
	case SUITE:
		o->suite = optarg;
		return 0;
	case PREDICTED:
		o->predicted = optarg;
		return 0;
	case OPENMETRICS:
		o->metrics = optarg;
		return 0;
	}
	o->csv |= id == CSV;
	o->json |= id == JSON;
	o->help |= id == HELP;
	return 0;
}

static int check(const struct scale_options *o, struct error *error)
{
	if (!o->program && !o->mixes && o->directories == 0)
		return error_fail(error, 0, "give -- PROGRAM, --mix, or results of vmtax run --vms",
				  "nothing to scale");
	if ((o->program || o->mixes) && o->directories)
		return error_fail(error, 0, "give one of them", "results and a program exclude each other");
	if (o->program && o->mixes)
		return error_fail(error, 0, "make a suite of it, and name it in --mix",
				  "-- PROGRAM and --mix exclude each other");
	if ((o->program || o->mixes) && !o->out)
		return error_fail(error, 0, "give --out DIR", "no directory for the results");
	if (o->rate > 0 && !o->program)
		return error_fail(error, 0, "give -- PROGRAM, too", "--rate is of one program");
	if (o->suite && !o->mixes)
		return error_fail(error, 0, "give --mix, too", "--suite names the programs of mixes");
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	if (o->for_ns == 0)
		return error_fail(error, 0, "give it more", "--for leaves no time");
	return 0;
}

static int add_directory(struct scale_options *o, const char *directory, struct error *error)
{
	if (o->directories == SCALE_DIRECTORIES)
		return error_set(error, 0, "more than %d directories", SCALE_DIRECTORIES);
	o->directory[o->directories++] = directory;
	return 0;
}

/* DIRECTORY; where copies were measured below it (scale_run), each of these, and itself only where it has
 * loads. */
static int take_directory(struct scale_options *o, const char *directory, struct error *error)
{
	char pattern[4300];
	glob_t found;
	int code = 0;

	snprintf(pattern, sizeof(pattern), "%s/vms*-*/runs.csv", directory);
	if (glob(pattern, 0, NULL, &found))
		return add_directory(o, directory, error);
	for (size_t i = 0; code == 0 && i < found.gl_pathc; i++) {
		char *below = strdup(found.gl_pathv[i]);

		if (!below || o->mades == SCALE_DIRECTORIES) {
			free(below);
			code = error_set(error, ENOMEM, "cannot name directories");
			break;
		}
		*strrchr(below, '/') = '\0';
		o->made[o->mades++] = below;
		code = add_directory(o, below, error);
	}
	globfree(&found);
	snprintf(pattern, sizeof(pattern), "%s/%s", directory, schema_loads.name);
	return code || access(pattern, F_OK) ? code : add_directory(o, directory, error);
}

/* Words before "--" are directories, those after it a program. */
static int take_words(struct scale_options *o, int argc, char **argv, struct error *error)
{
	bool program = optind > 1 && optind <= argc && strcmp(argv[optind - 1], "--") == 0;

	if (program && optind < argc)
		o->program = argv + optind;
	while (!program && optind < argc)
		if (take_directory(o, argv[optind++], error))
			return -EINVAL;
	return 0;
}

int scale_options_parse(struct scale_options *o, int argc, char **argv)
{
	struct error error = { 0 };
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, "-:", known, NULL)) != -1) {
		if (id == '?' || id == ':')
			return cmd_option_fail("scale", id, argv, known);
		if ((id == 1 ? take_directory(o, optarg, &error) : take(o, id, &error)) < 0)
			return cmd_fail("scale", &error, CMD_USAGE);
	}
	if (take_words(o, argc, argv, &error) < 0)
		return cmd_fail("scale", &error, CMD_USAGE);
	return o->help || check(o, &error) == 0 ? CMD_OK : cmd_fail("scale", &error, CMD_USAGE);
}

void scale_options_free(struct scale_options *o)
{
	for (size_t i = 0; i < o->mades; i++)
		free(o->made[i]);
	o->mades = 0;
}
