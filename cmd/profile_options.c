/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/profile_priv.h"

/* The command line of vmtax profile. */
#define REPEAT_MOST 1000
#define FOR_NS	    10000000000u

void profile_help(void)
{
	puts("Usage: vmtax profile [OPTION]... -- PROGRAM [ARGUMENT]...\n"
	     "       vmtax profile [OPTION]... --suite NAME|FILE [--only NAME,...]\n"
	     "       vmtax profile [OPTION]... --pid PID [--for TIME]\n"
	     "       vmtax profile [OPTION]... --sadf FILE [--cpus N]\n"
	     "Counts what a program does that virtualization makes dearer, natively: system\n"
	     "calls by kind, with bytes and the times between them, and who would serve them\n"
	     "in a guest; page faults, wake-ups, switches; memory. vmtax predict makes of it\n"
	     "what the program would take in a virtual machine.\n"
	     "\n"
	     "  --out DIR        where profile.csv and arrivals.csv go (default: the current\n"
	     "                   directory)\n"
	     "  --name NAME      what the tables call the program (default: its own name)\n"
	     "  --suite NAME|FILE, --only NAME,...\n"
	     "                   profile the workloads of a suite, or of several, as vmtax run\n"
	     "                   has them\n"
	     "  --pid PID        watch a process that runs already, with all it starts\n"
	     "                   meanwhile\n"
	     "  --for TIME       how long (default: 10s); it also ends with the process\n"
	     "  --sadf FILE      a coarse profile of a whole machine, from what sadf -d FILE\n"
	     "                   -- -P ALL -u -w -B -b -n DEV of sysstat printed: CPU time,\n"
	     "                   faults, processes, disk transfers, packets. Which system\n"
	     "                   calls were made, and what the page cache served, it does not\n"
	     "                   tell: what is predicted of it is the least to expect\n"
	     "  --cpus N         CPUs of that machine, where the file does not say\n"
	     "  --repeat N       undisturbed runs, whose median is the time (default: 3)\n"
	     "  --timeout TIME   end a program that takes longer (default: 60s)\n"
	     "  --ops N          operations that the program does (default: what it marks\n"
	     "                   itself): predictions are then also by operation\n"
	     "  --counters SET,...\n"
	     "                   event sets of the hardware to count, too (vmtax list counters\n"
	     "                   has them; default: basic,tlb), where there is a PMU\n"
	     "  --show           pass on what the program prints, to stderr\n"
	     "  --csv, --json    print profile.csv instead of the summary\n"
	     "  --help           print this help\n"
	     "\n"
	     "The program runs once unmeasured, and as often again as undisturbed where malloc\n"
	     "asks for huge pages. One more run is counted, by the kernel's tracepoints (some\n"
	     "microsecond an event; the summary says what that did to it). Without the right\n"
	     "to trace, one run more is stopped at both ends of each call (ptrace(2), which\n"
	     "takes no right and is slower: some 10 microseconds a call), and waits are the\n"
	     "switches that getrusage(2) counts. With --pid only faults, and reads and writes\n"
	     "(/proc/PID/io), are known then. Reading the clock takes no system call (vDSO)\n"
	     "and cannot be counted.\n"
	     "\n"
	     "The exit status is 0 when done, 1 when something failed, 2 for wrong usage.\n"
	     "\n"
	     "Examples:\n"
	     "  vmtax profile -- sqlite3 my.db <queries.sql\n"
	     "  vmtax profile --pid $(pgrep -n redis-server) --for 60s --csv\n"
	     "  vmtax profile --suite training --out out/training");
}

enum {
	OUT = 256,
	NAME,
	SUITE,
	ONLY,
	PID,
	FOR,
	SADF,
	CPUS,
	REPEAT,
	OPS,
	COUNTERS,
	TIMEOUT,
	SHOW,
	CSV,
	JSON,
	HELP
};

static const struct option known[] = {
	{ "out", required_argument, NULL, OUT },
	{ "name", required_argument, NULL, NAME },
	{ "suite", required_argument, NULL, SUITE },
	{ "only", required_argument, NULL, ONLY },
	{ "pid", required_argument, NULL, PID },
	{ "for", required_argument, NULL, FOR },
	{ "sadf", required_argument, NULL, SADF },
	{ "cpus", required_argument, NULL, CPUS },
	{ "repeat", required_argument, NULL, REPEAT },
	{ "counters", required_argument, NULL, COUNTERS },
	{ "ops", required_argument, NULL, OPS },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "show", no_argument, NULL, SHOW },
	{ "csv", no_argument, NULL, CSV },
	{ "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, HELP },
	{ 0 },
};

/* A name that a table can hold, and that a line shows. */
static int take_name(struct profile_options *o, struct error *error)
{
	bool shows = *optarg && strcmp(optarg, "NA") != 0;

	for (const char *c = optarg; *c; c++)
		shows &= (unsigned char)*c >= ' ' && *c != 0x7f;
	o->name = optarg;
	if (shows)
		return 0;
	error_fail(error, 0, "give one of letters and digits, and not NA", "it is no name for a program");
	return error_at(error, "--name");
}

static int take(void *to, int id, struct error *error)
{
	struct profile_options *o = to;

	switch (id) {
	case OUT:
		snprintf(o->out, sizeof(o->out), "%s", optarg);
		return 0;
	case NAME:
		return take_name(o, error);
	case SUITE:
		o->suite = optarg;
		return 0;
	case ONLY:
		o->only = optarg;
		return 0;
	case PID:
		return cmd_option_count("pid", INT32_MAX, &o->pid, error);
	case FOR:
		if (units_parse_time(optarg, &o->for_ns, error))
			return error_at(error, "--for");
		return o->for_ns ? 0 : error_fail(error, 0, "give it more", "--for leaves no time");
	case SADF:
		o->sadf = optarg;
		return 0;
	case CPUS:
		return cmd_option_count("cpus", 8192, &o->cpus, error);
	case REPEAT:
		return cmd_option_count("repeat", REPEAT_MOST, &o->repeat, error);
	case COUNTERS:
		o->counters = optarg;
		return 0;
	case OPS:
		return cmd_option_count("ops", INT64_MAX, &o->ops, error);
	case TIMEOUT:
		if (units_parse_time(optarg, &o->timeout_ns, error))
			return error_at(error, "--timeout");
		return o->timeout_ns ? 0 : error_fail(error, 0, "give it more", "--timeout leaves no time");
	}
	o->show |= id == SHOW;
	o->csv |= id == CSV;
	o->json |= id == JSON;
	o->help |= id == HELP;
	return 0;
}

static int check(const struct profile_options *o, struct error *error)
{
	int sources = (o->suite != NULL) + (o->program != NULL) + (o->pid != 0) + (o->sadf != NULL);

	if (sources != 1)
		return error_fail(error, 0, "give one of -- PROGRAM, --suite, --pid and --sadf",
				  sources ? "more than one thing to profile" : "nothing to profile");
	if (o->only && !o->suite)
		return error_fail(error, 0, "give --suite, too", "--only chooses from a suite");
	if (o->cpus && !o->sadf)
		return error_fail(error, 0, "give --sadf, too", "--cpus is of the machine that --sadf is of");
	if (o->name && o->suite)
		return error_fail(error, 0, "leave it out", "a suite names its workloads itself");
	if (o->for_ns && !o->pid)
		return error_fail(error, 0, "give --pid, too", "--for is how long a process is watched");
	if (o->csv && o->json)
		return error_fail(error, 0, "give one of them", "--csv and --json exclude each other");
	if (o->pid && kill((pid_t)o->pid, 0) && errno == ESRCH)
		return error_fail(error, 0, "pgrep finds it", "there is no process %d", (int)o->pid);
	return 0;
}

int profile_options_parse(struct profile_options *o, int argc, char **argv)
{
	static const struct cmd_options options = { "profile", known, false, take };
	struct error error = { 0 };

	if (cmd_options_take(&options, argc, argv, o) != CMD_OK)
		return CMD_USAGE;
	if (optind < argc)
		o->program = argv + optind;
	if (!o->help && check(o, &error) < 0)
		return cmd_fail("profile", &error, CMD_USAGE);
	o->for_ns = o->for_ns ? o->for_ns : FOR_NS;
	return CMD_OK;
}
