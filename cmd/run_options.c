/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/cores_priv.h"
#include "cmd/run_priv.h"
#include "cmd/suite_priv.h"
#include "probes/probes.h"
#include "vmm/vmm.h"

/* The command line of vmtax run and of vmtax ablate. */
#define TIMEOUT_NS	60000000000u
#define MOST_BLOCKS	10000
#define MOST_ORDERS	1000
#define LEAST_BUDGET_NS 1000000u

enum option_id {
	OUT = 256,
	CONFIGS,
	FROM,
	TO,
	ORDERS,
	CONFIG_FILE,
	SUITE,
	ONLY,
	BLOCKS,
	BUDGET,
	SET,
	MEMORY,
	VMS,
	CPUS,
	DRIVERS,
	TIMEOUT,
	PROCESSES,
	CACHE,
	SEED,
	FILTER,
	SHOW,
	FORCE,
	RESUME,
	NO_OBSERVE,
	PROBES,
	COUNTERS,
	KEEP_TRACE,
	HELP,
};

static const struct option options[] = {
	/* clang-format off */
	{ "out", required_argument, NULL, OUT },
	{ "configs", required_argument, NULL, CONFIGS },
	{ "config-file", required_argument, NULL, CONFIG_FILE },
	{ "from", required_argument, NULL, FROM },
	{ "to", required_argument, NULL, TO },
	{ "orders", required_argument, NULL, ORDERS },
	{ "suite", required_argument, NULL, SUITE },
	{ "only", required_argument, NULL, ONLY },
	{ "blocks", required_argument, NULL, BLOCKS },
	{ "budget", required_argument, NULL, BUDGET },
	{ "set", required_argument, NULL, SET },
	{ "memory", required_argument, NULL, MEMORY },
	{ "vms", required_argument, NULL, VMS },
	{ "cpus", required_argument, NULL, CPUS },
	{ "drivers", required_argument, NULL, DRIVERS },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "max-processes", required_argument, NULL, PROCESSES },
	{ "cache", required_argument, NULL, CACHE },
	{ "seed", required_argument, NULL, SEED },
	{ "filter", required_argument, NULL, FILTER },
	{ "show", no_argument, NULL, SHOW },
	{ "force", no_argument, NULL, FORCE },
	{ "resume", no_argument, NULL, RESUME },
	{ "no-observe", no_argument, NULL, NO_OBSERVE },
	{ "probes", required_argument, NULL, PROBES },
	{ "counters", required_argument, NULL, COUNTERS },
	{ "keep-trace", no_argument, NULL, KEEP_TRACE },
	{ "help", no_argument, NULL, HELP },
	/* clang-format on */
	{ NULL, 0, NULL, 0 },
};

static int take_cache(struct run_options *o, const char *text, struct error *error)
{
	o->cold = strcmp(text, "cold") == 0;
	if (o->cold || strcmp(text, "warm") == 0)
		return 0;
	return error_fail(error, 0, "it is warm or cold", "unknown state of the cache: %.100s", text);
}

static int take_time(uint64_t *ns, const char *text, struct error *error)
{
	int code = units_parse_time(text, ns, error);

	if (code == 0 && *ns < LEAST_BUDGET_NS)
		code = error_fail(error, 0, "give at least 1ms", "%.100s is no time at all", text);
	return code;
}

static int take_number(uint64_t *number, uint64_t most, const char *what, const char *text,
		       struct error *error)
{
	struct error inner;

	if (units_parse_count(text, most, number, &inner) == 0 && *number > 0)
		return 0;
	error_set(error, 0, "%.100s is no number of %s", text, what);
	return error_mend(error, "give a whole number from 1 to %llu", (unsigned long long)most);
}

/* A core that is not there could only be made up. */
static int take_cpus(struct run_options *o, const char *text, struct error *error)
{
	cpu_set_t cores;

	cores_get(&cores);
	return take_number(&o->cpus, CPU_COUNT(&cores) ? (uint64_t)CPU_COUNT(&cores) : VMM_CPUS, "cores",
			   text, error);
}

static int take_orders(struct run_options *o, const char *text, struct error *error)
{
	struct error inner;

	o->orders_given = true;
	if (units_parse_count(text, MOST_ORDERS, &o->orders, &inner) == 0) {
		o->orders += o->orders % 2; /* each is run with its reverse */
		return 0;
	}
	error_set(error, 0, "%.100s is no number of orders", text);
	return error_mend(error, "give a whole number from 0 (single flips only) to %d", MOST_ORDERS);
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
	const char **const texts[HELP + 1] = {
		[OUT] = &o->out,   [CONFIGS] = &o->configs, [FROM] = &o->from,
		[TO] = &o->to,	   [SUITE] = &o->suite,	    [CONFIG_FILE] = &o->config_file,
		[ONLY] = &o->only, [FILTER] = &o->filter,   [COUNTERS] = &o->counters,
	};

	return texts[id];
}

static int take(struct run_options *o, int id, const char *text, struct error *error)
{
	const char **target = plain(o, id);

	if (target) {
		*target = text;
		return *text ? 0 : error_fail(error, 0, "--help shows the usage", "empty text");
	}
	switch (id) {
	case BLOCKS:
		return take_number(&o->blocks, MOST_BLOCKS, "blocks", text, error);
	case CPUS:
		return take_cpus(o, text, error);
	case DRIVERS:
		return take_number(&o->drivers, VMM_DRIVERS, "drivers", text, error);
	case BUDGET:
		return take_time(&o->budget_ns, text, error);
	case ORDERS:
		return take_orders(o, text, error);
	case SET:
		return take_set(o, text, error);
	case MEMORY:
		return suite_memory(text, &o->memory_bytes, error);
	case VMS:
		return take_number(&o->vms, SUITE_VMS, "VMs", text, error);
	case TIMEOUT:
		o->timeout_given = true;
		return take_time(&o->timeout_ns, text, error);
	case PROCESSES:
		return take_number(&o->max_processes, VMM_PROCESSES, "processes", text, error);
	case CACHE:
		return take_cache(o, text, error);
	case SEED:
		o->seed_given = true;
		return units_parse_count(text, UINT64_MAX, &o->seed, error);
	case PROBES:
		o->alternate = strcmp(text, "alternate") == 0;
		return o->alternate ? 0 : probes_choose(text, &o->without, error);
	case NO_OBSERVE:
		o->observe = false;
		return 0;
	default:
		*(id == FORCE	     ? &o->force
		  : id == KEEP_TRACE ? &o->keep_trace
		  : id == RESUME     ? &o->resume
		  : id == SHOW	     ? &o->show
				     : &o->help) = true;
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

bool run_options_ablate(const struct run_options *o)
{
	return strcmp(o->command, "ablate") == 0;
}

/* Each command has options of its own. */
static int check_command(const struct run_options *o, int id, struct error *error)
{
	bool ablates = id == FROM || id == TO || id == ORDERS,
	     runs = id == CONFIGS || id == NO_OBSERVE || id == VMS || id == COUNTERS || id == PROBES;

	if (ablates && !run_options_ablate(o))
		return error_fail(error, 0, "run vmtax ablate, or leave it out",
				  "it is an option of vmtax ablate");
	if (runs && run_options_ablate(o))
		return error_fail(error, 0, "vmtax ablate takes --from and --to instead",
				  "it is an option of vmtax run");
	return 0;
}

static int check_orders(const struct run_options *o, struct error *error)
{
	if (o->orders == 0 || o->budget_ns)
		return 0;
	return error_fail(error, 0,
			  "say with --budget how long it may take, as in --budget 10m, or leave --orders out",
			  "--orders has no budget: each order adds configurations to every block");
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
	if (o->counters && !o->observe)
		return error_fail(error, 0, "leave one of them out",
				  "--counters counts in the repetitions that --no-observe leaves out");
	return check_orders(o, error);
}

int run_options_parse(struct run_options *o, int argc, char **argv, struct error *error)
{
	bool others = false;
	int id, code;

	*o = (struct run_options){ .command = argv[0], .timeout_ns = TIMEOUT_NS };
	o->observe = !run_options_ablate(o); /* the flips are too many */
	*error = (struct error){ 0 };
	opterr = 0;
	optind = 0; /* a resumed run parses a second command line */
	while ((id = getopt_long(argc, argv, "+:", options, NULL)) != -1) {
		if (id == '?' || id == ':') {
			cmd_option_fail(o->command, id, argv, options);
			return -EINVAL;
		}
		others |= id != OUT && id != RESUME;
		code = check_command(o, id, error);
		if (code == 0)
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
