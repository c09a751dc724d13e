/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/scale_priv.h"

/* The command line of vmtax scale. */
#define MOST 64

void scale_help(void)
{
	puts("Usage: vmtax scale --out DIR [OPTION]... -- PROGRAM [ARGUMENT]...\n"
	     "       vmtax scale DIR... [OPTION]...\n"
	     "Runs 1, 2, 3 ... copies of a program at once, natively and each in a VM of its own, and tells "
	     "what "
	     "becomes of\n"
	     "throughput and times: as measured, by the Universal Scalability Law fitted to that, and as a "
	     "queueing "
	     "network\n"
	     "makes of one copy alone. DIR...: results of vmtax run --vms that are there already.\n"
	     "\n"
	     "  --out DIR          where results, scaling.csv and laws.csv go\n"
	     "  --max N            the most copies (default: 8, at most 64)\n"
	     "  --blocks N         repetitions of each number under each configuration (default: 3)\n"
	     "  --invocations N    starts of vmtax run for each number (default: 1)\n"
	     "  --configs A,B,...  configurations (default: native,hosted,bare-metal)\n"
	     "  --slo p95=TIME     also tell the most copies of which 95 in 100 take no longer\n"
	     "  --csv, --json      print scaling.csv instead of the summary\n"
	     "  --help             print this help\n"
	     "\n"
	     "Throughput is that of runs one after the other: each copy's rate, by its time, summed over "
	     "those that "
	     "ran at\n"
	     "once. Where copies hold more cores than there are, they are labelled oversubscribed.\n"
	     "\n"
	     "The exit status is 0 when done, 1 when something failed, 2 for wrong usage, 77 when this "
	     "machine "
	     "cannot run it.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax scale --out out/scale --max 4 -- busybox sha256sum /usr/bin/git\n"
	     "  vmtax scale out/scale/* --slo p95=500ms");
}

enum { OUT = 256, MAX, BLOCKS, INVOCATIONS, CONFIGS, SLO, CSV, JSON, HELP };

static const struct option known[] = {
	{ "out", required_argument, NULL, OUT },
	{ "max", required_argument, NULL, MAX },
	{ "blocks", required_argument, NULL, BLOCKS },
	{ "invocations", required_argument, NULL, INVOCATIONS },
	{ "configs", required_argument, NULL, CONFIGS },
	{ "slo", required_argument, NULL, SLO },
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

static int take_goal(struct scale_options *o, struct error *error)
{
	uint64_t ns;

	if (strncmp(optarg, "p95=", 4) != 0) {
		error_fail(error, 0, "write p95=TIME, as in p95=5ms", "%.100s is no goal", optarg);
		return error_at(error, "--slo");
	}
	if (units_parse_time(optarg + 4, &ns, error))
		return error_at(error, "--slo");
	o->goal_ns = (double)ns;
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
	}
	o->csv |= id == CSV;
	o->json |= id == JSON;
	o->help |= id == HELP;
	return 0;
}

static int check(const struct scale_options *o, struct error *error)
{
	if (!o->program && o->directories == 0)
		return error_fail(error, 0, "give -- PROGRAM, or results of vmtax run --vms",
				  "nothing to scale");
	if (o->program && o->directories)
		return error_fail(error, 0, "give one of them", "results and a program exclude each other");
	if (o->program && !o->out)
		return error_fail(error, 0, "give --out DIR", "no directory for the results");
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	return 0;
}

/* Words before "--" are directories, those after it a program. */
static int take_words(struct scale_options *o, int argc, char **argv, struct error *error)
{
	bool program = optind > 1 && optind <= argc && strcmp(argv[optind - 1], "--") == 0;

	if (program && optind < argc)
		o->program = argv + optind;
	while (!program && optind < argc) {
		if (o->directories == SCALE_DIRECTORIES)
			return error_set(error, 0, "more than %d directories", SCALE_DIRECTORIES);
		o->directory[o->directories++] = argv[optind++];
	}
	return 0;
}

static int take_directory(struct scale_options *o, struct error *error)
{
	if (o->directories == SCALE_DIRECTORIES)
		return error_set(error, 0, "more than %d directories", SCALE_DIRECTORIES);
	o->directory[o->directories++] = optarg;
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
		if ((id == 1 ? take_directory(o, &error) : take(o, id, &error)) < 0)
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
