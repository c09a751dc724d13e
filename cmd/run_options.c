/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/run_priv.h"
#include "vmm/vmm.h"

/* The command line of vmtax run. */
#define TIMEOUT_NS	60000000000u
#define MOST_BLOCKS	10000
#define LEAST_BUDGET_NS 1000000u

enum option_id {
	OUT = 256,
	CONFIGS,
	SUITE,
	ONLY,
	BLOCKS,
	BUDGET,
	SET,
	MEMORY,
	TIMEOUT,
	CACHE,
	SEED,
	FILTER,
	FORCE,
	RESUME,
	NO_OBSERVE,
	HELP,
};

static const struct option options[] = {
	{ "out", required_argument, NULL, OUT },
	{ "configs", required_argument, NULL, CONFIGS },
	{ "suite", required_argument, NULL, SUITE },
	{ "only", required_argument, NULL, ONLY },
	{ "blocks", required_argument, NULL, BLOCKS },
	{ "budget", required_argument, NULL, BUDGET },
	{ "set", required_argument, NULL, SET },
	{ "memory", required_argument, NULL, MEMORY },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "cache", required_argument, NULL, CACHE },
	{ "seed", required_argument, NULL, SEED },
	{ "filter", required_argument, NULL, FILTER },
	{ "force", no_argument, NULL, FORCE },
	{ "resume", no_argument, NULL, RESUME },
	{ "no-observe", no_argument, NULL, NO_OBSERVE },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

void run_options_help(void)
{
	puts("Usage: vmtax run [OPTION]... [-- PROGRAM [ARGUMENT]...]\n"
	     "Runs programs natively and in virtual machines, in turns, and compares them. Without PROGRAM "
	     "it\n"
	     "runs the suite (vmtax list workloads). PROGRAM is any static x86-64 Linux executable; it runs "
	     "in\n"
	     "the current directory and shall print the same and end with 0 everywhere.\n"
	     "\n"
	     "  --out DIR          where results go (default: out/run-DATE-TIME)\n"
	     "  --configs A,B,...  configurations to compare (vmtax list configs); default: native,\n"
	     "                     native-tuned,hosted,hosted-classic,bare-metal; with PROGRAM: native,\n"
	     "                     hosted,bare-metal\n"
	     "  --set KNOB=VALUE   change a knob of every configuration but the native ones (vmtax list\n"
	     "                     knobs); may be repeated\n"
	     "  --suite FILE       another suite; the same columns as vmtax list workloads --csv\n"
	     "  --only NAME,...    only these of its workloads\n"
	     "  --budget TIME      time to spend, as in 30s or 10m (default: 2m); it decides the blocks, 10 "
	     "to\n"
	     "                     30, fewer where it must\n"
	     "  --blocks N         repetitions of each workload under each configuration, whatever they "
	     "take\n"
	     "  --memory SIZE      guest memory (default: 256M)\n"
	     "  --timeout TIME     end a program, or --filter, that takes longer (default: 60s)\n"
	     "  --cache warm|cold  state of the host's page cache for the suite's files (default: warm)\n"
	     "  --filter COMMAND   compare what this shell command makes of the output, for programs that\n"
	     "                     print times or addresses\n"
	     "  --no-observe       leave out the repetitions with probes that cost time (vmtax list probes)\n"
	     "  --seed N           of the order of runs, to repeat one\n"
	     "  --force            replace the results in DIR\n"
	     "  --resume           go on with the stopped run in DIR; needs only --out (the command line is\n"
	     "                     in DIR/schedule.csv)\n"
	     "\n"
	     "Each workload is first tried out under each configuration; these runs are not recorded. Then\n"
	     "come blocks: each runs every configuration of a workload once, in balanced order. Last, each "
	     "is\n"
	     "run once more under probes that cost it time; those repetitions count for nothing else.\n"
	     "\n"
	     "A program may mark its region of interest: the line \"roi begin\" on stderr where it begins,\n"
	     "\"roi_ns=N ops=N\" where it ends, with the time by its own clock and the operations done.\n"
	     "Without marks its whole life is timed, start-up included.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax run --out out/first\n"
	     "  vmtax run --only kv,log --configs native,hosted,bare-metal --budget 30s\n"
	     "  vmtax run --out out/mine -- ./prog --size 100\n"
	     "  vmtax run --out out/ring --configs native,hosted --set transport=ring -- ./prog\n"
	     "                         one knob changed: what does leaving the guest alone cost?\n"
	     "  vmtax run --filter \"sed 's/[0-9.]* ms/- ms/'\" -- ./prog\n"
	     "  vmtax run --resume --out out/first\n"
	     "\n"
	     "Exit status: 0 done, 1 a program failed or did something else than natively, 2 wrong usage,\n"
	     "77 nothing could be run on this machine.");
}

static int take_cache(struct run_options *o, const char *text, struct error *error)
{
	o->cold = strcmp(text, "cold") == 0;
	if (o->cold || strcmp(text, "warm") == 0)
		return 0;
	return error_fail(error, 0, "it is warm or cold", "unknown state of the cache: %.100s", text);
}

static int take_memory(struct run_options *o, const char *text, struct error *error)
{
	int code = units_parse_bytes(text, &o->memory_bytes, error);

	if (code == 0 && (o->memory_bytes < VMM_MEMORY_MIN || o->memory_bytes > VMM_MEMORY_MAX))
		code = error_fail(error, 0, "the default is 256M",
				  "guest memory must be between 16M and 3G, not %.100s", text);
	return code;
}

static int take_time(uint64_t *ns, const char *text, struct error *error)
{
	int code = units_parse_time(text, ns, error);

	if (code == 0 && *ns < LEAST_BUDGET_NS)
		code = error_fail(error, 0, "give at least 1ms", "%.100s is no time at all", text);
	return code;
}

static int take_blocks(struct run_options *o, const char *text, struct error *error)
{
	struct error inner;

	if (units_parse_count(text, MOST_BLOCKS, &o->blocks, &inner) == 0 && o->blocks > 0)
		return 0;
	error_set(error, 0, "%.100s is no number of blocks", text);
	return error_mend(error, "give a whole number from 1 to %d", MOST_BLOCKS);
}

static int take_set(struct run_options *o, const char *text, struct error *error)
{
	if (o->sets == RUN_SETS)
		return error_set(error, 0, "too many --set");
	o->set[o->sets++] = text;
	return 0;
}

/* Options whose text is taken as it is. */
static const char **plain(struct run_options *o, int id)
{
	switch (id) {
	case OUT:
		return &o->out;
	case CONFIGS:
		return &o->configs;
	case SUITE:
		return &o->suite;
	case ONLY:
		return &o->only;
	case FILTER:
		return &o->filter;
	default:
		return NULL;
	}
}

static int take(struct run_options *o, int id, const char *text, struct error *error)
{
	const char **target = plain(o, id);

	if (target) {
		*target = text;
		return *text ? 0 : error_fail(error, 0, "vmtax run --help shows the usage", "empty text");
	}
	switch (id) {
	case BLOCKS:
		return take_blocks(o, text, error);
	case BUDGET:
		return take_time(&o->budget_ns, text, error);
	case SET:
		return take_set(o, text, error);
	case MEMORY:
		return take_memory(o, text, error);
	case TIMEOUT:
		return take_time(&o->timeout_ns, text, error);
	case CACHE:
		return take_cache(o, text, error);
	case SEED:
		o->seed_given = true;
		return units_parse_count(text, UINT64_MAX, &o->seed, error);
	case NO_OBSERVE:
		o->observe = false;
		return 0;
	default:
		*(id == FORCE ? &o->force : id == RESUME ? &o->resume : &o->help) = true;
		return 0;
	}
}

/* "--budget" for the place of an error. */
static const char *name_of(int id)
{
	for (int i = 0; options[i].name; i++)
		if (options[i].val == id)
			return options[i].name;
	return "";
}

static int check_together(const struct run_options *o, bool others, struct error *error)
{
	if (o->resume && (o->out == NULL || others))
		return error_fail(error, 0, "the rest is in schedule.csv there",
				  "--resume takes --out DIR and no more");
	if (o->program && (o->suite || o->only))
		return error_fail(error, 0, "leave one of them out",
				  "a program of your own and --suite or --only exclude each other");
	if (o->program && o->cold)
		return error_fail(
			error, 0, "write a suite whose data column names its files",
			"--cache cold is not possible for a program of your own, whose files are not known");
	return 0;
}

int run_options_parse(struct run_options *o, int argc, char **argv, struct error *error)
{
	bool others = false;
	int id, code;

	*o = (struct run_options){ .timeout_ns = TIMEOUT_NS, .memory_bytes = RUN_MEMORY, .observe = true };
	*error = (struct error){ 0 };
	opterr = 0;
	optind = 0; /* a resumed run parses a second command line */
	while ((id = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (id == '?' || id == ':') {
			cmd_option_fail("run", id, argv, options);
			return -EINVAL;
		}
		others |= id != OUT && id != RESUME;
		code = take(o, id, optarg, error);
		if (code) {
			error_at(error, "--%s", name_of(id));
			return code;
		}
	}
	if (optind < argc)
		o->program = argv + optind;
	else if (optind > 1 && strcmp(argv[optind - 1], "--") == 0)
		return error_fail(error, 0, "name it, or leave the -- out to run the suite",
				  "there is no program after --");
	return check_together(o, others || o->program, error);
}
