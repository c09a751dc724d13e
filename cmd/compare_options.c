/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/compare_priv.h"
#include "model/model.h"

/* The command line of vmtax compare. */

void compare_help(void)
{
	puts("Usage: vmtax compare DIR... --against DIR... [OPTION]...\n"
	     "Tells whether results differ: of two versions of a program, two kernels, two\n"
	     "machines. Each DIR is what one vmtax run wrote. Repetitions within one\n"
	     "invocation agree better than invocations do, so the invocation counts as one:\n"
	     "give at least 3 a side.\n"
	     "\n"
	     "  --against DIR...    what the others are compared against\n"
	     "  --metric NAME,...   time (default), cpu (all CPU seconds), overhead (time by\n"
	     "                      that of native in the same invocation: what a change of\n"
	     "                      the machine's speed leaves alone)\n"
	     "  --min-effect SHARE  the least difference that matters (default: 2%)\n"
	     "  --fail-over SHARE   exit with 3 when a row is worse by more than SHARE, as a\n"
	     "                      gate for changes\n"
	     "  --out DIR           write DIR/comparison.csv and DIR/comparison.html, with\n"
	     "                      figures\n"
	     "  --csv, --json       print the table instead of the summary\n"
	     "  --learn             do not compare: take all DIRs for identical invocations,\n"
	     "                      and keep how far they lie apart on this machine; fewer\n"
	     "                      than 3 a side can then be compared too\n"
	     "  --variance FILE     where that is kept (default:\n"
	     "                      $XDG_STATE_HOME/vmtax/variance.csv)\n"
	     "  --help              print this help\n"
	     "\n"
	     "A row is worse or better when its false discovery rate over all rows is at most\n"
	     "5 % and the change at least --min-effect. Else it is ~: no difference shown,\n"
	     "with the invocations a side that would show one where these cannot tell. more =\n"
	     "worse, for every metric.\n"
	     "\n"
	     "The exit status is 0 when compared, 1 when something could not be read or\n"
	     "written, 2 for wrong usage, 3 when --fail-over is exceeded.\n"
	     "\n"
	     "Examples:\n"
	     "  for i in 1 2 3; do vmtax run --out out/old$i -- ./old\n"
	     "    vmtax run --out out/new$i -- ./new; done\n"
	     "  vmtax compare out/new? --against out/old?\n"
	     "  vmtax compare out/new? --against out/old? --fail-over 5% --csv");
}

enum { AGAINST = 256, METRIC, MIN_EFFECT, FAIL_OVER, OUT, CSV, JSON, LEARN, VARIANCE, HELP };

static const struct option known[] = {
	{ "against", no_argument, NULL, AGAINST },
	{ "metric", required_argument, NULL, METRIC },
	{ "min-effect", required_argument, NULL, MIN_EFFECT },
	{ "fail-over", required_argument, NULL, FAIL_OVER },
	{ "out", required_argument, NULL, OUT },
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "learn", no_argument, NULL, LEARN },
	{ "variance", required_argument, NULL, VARIANCE },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

/* "5%" or "0.05" as a share. */
static int parse_share(const char *option, const char *text, double *share, struct error *error)
{
	char *end;

	*share = strtod(text, &end);
	if (end != text && strcmp(end, "%") == 0) {
		*share /= 100;
		end++;
	}
	if (end != text && *end == '\0' && *share >= 0 && *share < 100)
		return 0;
	error_fail(error, 0, "give it as 5% or 0.05", "%.100s is no share", text);
	return error_at(error, "--%s", option);
}

static int parse_metrics(struct compare_options *o, char *list, struct error *error)
{
	char *rest = NULL;

	o->metrics = 0;
	for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		size_t i = 0;

		while (model_compare_metrics[i] && strcmp(model_compare_metrics[i], name) != 0)
			i++;
		if (!model_compare_metrics[i] || o->metrics == 3) {
			error_fail(error, 0, "give time, cpu or overhead, each once", "unknown metric %.100s",
				   name);
			return error_at(error, "--metric");
		}
		o->metric[o->metrics++] = model_compare_metrics[i];
	}
	o->metric[o->metrics] = NULL;
	return 0;
}

static int add_directory(struct compare_options *o, const char *directory, struct error *error)
{
	const char **list = o->against ? o->base : o->ours;
	size_t *count = o->against ? &o->base_count : &o->ours_count;

	if (*count == DIRECTORIES - 1)
		return error_set(error, 0, "more than %d directories a side", DIRECTORIES - 1);
	list[(*count)++] = directory;
	return 0;
}

/* One option; those that getopt refuses are not among them. */
static int take(void *to, int id, struct error *error)
{
	struct compare_options *o = to;

	switch (id) {
	case 1:
		return add_directory(o, optarg, error);
	case AGAINST:
		o->against = true;
		return 0;
	case METRIC:
		return parse_metrics(o, optarg, error);
	case MIN_EFFECT:
		return parse_share("min-effect", optarg, &o->min_effect, error);
	case FAIL_OVER:
		return parse_share("fail-over", optarg, &o->fail_over, error);
	case OUT:
		snprintf(o->out, sizeof(o->out), "%s", optarg);
		return 0;
	case VARIANCE:
		snprintf(o->variance, sizeof(o->variance), "%s", optarg);
		return 0;
	}
	o->csv |= id == CSV;
	o->json |= id == JSON;
	o->learn |= id == LEARN;
	o->help |= id == HELP;
	return 0;
}

static int check(const struct compare_options *o, struct error *error)
{
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	if (o->learn && o->ours_count == 0)
		return error_fail(error, 0, "name directories that vmtax run --out wrote",
				  "nothing to learn from");
	if (o->learn && o->against)
		return error_fail(error, 0, "give one of them", "--learn and --against exclude each other");
	if (!o->learn && o->ours_count == 0)
		return error_fail(error, 0, "name directories that vmtax run --out wrote",
				  "nothing to compare");
	if (!o->learn && o->base_count == 0)
		return error_fail(error, 0, "name other results after --against",
				  "nothing to compare against");
	return 0;
}

int compare_options_parse(struct compare_options *o, int argc, char **argv)
{
	static const struct cmd_options options = { "compare", known, true, take };
	struct error error = { 0 };

	if (cmd_options_take(&options, argc, argv, o) != CMD_OK)
		return CMD_USAGE;
	while (optind < argc)
		if (add_directory(o, argv[optind++], &error) < 0)
			return cmd_fail("compare", &error, CMD_USAGE);
	return o->help || check(o, &error) == 0 ? CMD_OK : cmd_fail("compare", &error, CMD_USAGE);
}
