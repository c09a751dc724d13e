/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/schema.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/scale_priv.h"

/* The command line of vmtax scale. */
#define MOST	  64
#define RATE_MOST 1e6

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

/* What can be done, one at a time. */
enum { COPIES = 1, MIXES = 2, OPEN = 4, MEASURED = 8 };

/* Options that mean something only then. */
static const struct {
	int id, when;
	const char *of;
} limited[] = {
	{ MAX, COPIES | OPEN, "copies, and of VMs at a rate" },
	{ INVOCATIONS, COPIES, "copies" },
	{ FOR, MIXES | OPEN, "mixes, and of a rate" },
	{ SUITE, MIXES, "mixes" },
	{ RATE, OPEN, "one program" },
	{ BLOCKS, COPIES | MIXES | OPEN, "what is yet to be measured" },
	{ CONFIGS, COPIES | MIXES | OPEN, "what is yet to be measured" },
};

static int check_limits(const struct scale_options *o, struct error *error)
{
	int what = o->mixes ? MIXES : !o->program ? MEASURED : o->rate > 0 ? OPEN : COPIES;

	for (size_t i = 0; i < sizeof(limited) / sizeof(limited[0]); i++)
		for (const struct option *k = known; k->name; k++)
			if (k->val == limited[i].id && o->given >> (k->val - OUT) & 1 &&
			    !(limited[i].when & what))
				return error_fail(error, 0, "leave it out", "--%s is of %s", k->name,
						  limited[i].of);
	return 0;
}

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
	error_fail(error, 0, "write how many a second, as in 20 or 0.5, up to a million", "%.100s is no rate",
		   optarg);
	return error_at(error, "--rate");
}

static int take_mix(struct scale_options *o, struct error *error)
{
	if (o->mixes == SCALE_MIXES)
		return error_set(error, 0, "more than %d mixes", SCALE_MIXES);
	o->mix[o->mixes++] = optarg;
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
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	if (o->for_ns == 0)
		return error_fail(error, 0, "give it more", "--for leaves no time");
	return check_limits(o, error);
}

static int add_directory(struct scale_options *o, const char *directory, struct error *error)
{
	struct stat new, old;

	/* What is there already counts once, whatever it is called. */
	for (size_t i = 0; i < o->directories; i++)
		if (stat(directory, &new) == 0 && stat(o->directory[i], &old) == 0 &&
		    new.st_dev == old.st_dev &&new.st_ino == old.st_ino)
			return 0;
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

	snprintf(pattern, sizeof(pattern), "%s/" SCALE_COPIES, directory);
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

static int take(void *to, int id, struct error *error)
{
	struct scale_options *o = to;

	if (id == 1)
		return take_directory(o, optarg, error);
	o->given |= 1u << (id - OUT);
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
	static const struct cmd_options options = { "scale", known, true, take };
	struct error error = { 0 };

	if (cmd_options_take(&options, argc, argv, o) != CMD_OK)
		return CMD_USAGE;
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
