/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/ablate_priv.h"
#include "cmd/cmd.h"
#include "cmd/harness_priv.h"
#include "cmd/machine_priv.h"
#include "cmd/nano_priv.h"
#include "cmd/observe_priv.h"
#include "cmd/exit_costs_priv.h"
#include "cmd/observe_trace_priv.h"
#include "cmd/room_priv.h"

/* vmtax run and vmtax ablate: measure, then publish. */
#define PROGRAM_CONFIGS	 "native,hosted,hosted-modern,bare-metal"
#define RUN_BUDGET_NS	 120000000000u /* without --budget */
#define ABLATE_BUDGET_NS 180000000000u /* for each workload */

/* A run before it begins. */
struct run {
	struct run_options options;
	struct run_plan plan;
	struct harness harness;
	char directory[4096]; /* of the results */
	int lock;	      /* that keeps other runs out of it; -1: none */
};

static int fail(const struct run *run, const struct error *error, enum cmd_status status)
{
	return cmd_fail(run->options.command, error, status);
}

static int find_suite(struct run *run, struct error *error)
{
	const struct run_options *o = &run->options;
	int code = 0;

	if (o->program)
		return suite_of_program(&run->harness.suite, o->program, error);
	code = suite_read(&run->harness.suite, o->suite ? o->suite : "default", o->only, error);
	return code ? code : nano_check(&run->harness.suite, o, error);
}

/* Finds out everything a user can have got wrong, before anything is written. */
static int check(struct run *run, struct error *error)
{
	const struct run_options *o = &run->options;
	const char *without = o->program ? PROGRAM_CONFIGS : suite_configs(o->suite ? o->suite : "default");
	int code = find_suite(run, error);

	if (code == 0)
		code = config_file_read(&run->harness.own, o->config_file, error);
	if (code)
		return code;
	if (nano_all(&run->harness.suite))
		without = suite_configs("nano");
	if (o->observe &&
	    counters_read(&run->harness.sets, o->counters ? o->counters : COUNTERS_DEFAULT, error))
		return -EINVAL;
	code = run_options_ablate(o)
		       ? ablate_configure(&run->harness, o->orders, 0, error)
		       : harness_configure(&run->harness, o->configs ? o->configs : without, error);
	return code ? code : room_check(&run->harness, error);
}

/* Without KVM only native can be measured. Returns how many configurations are left to compare with anything.
 */
static size_t check_machine(struct run *run, struct error *error)
{
	struct harness *h = &run->harness;
	bool able = vmm_backend_name(error) != NULL;
	size_t left = 0;
	char reason[sizeof(h->config[0].unable)];

	if (!able)
		error_text(error, reason, sizeof(reason));
	for (size_t c = 0; c < h->configs; c++) {
		bool unable = !able && !h->config[c].config.native;

		if (unable)
			memcpy(h->config[c].unable, reason, sizeof(reason));
		left += !unable;
	}
	return able || !run_options_ablate(h->options) ? left : 0;
}

/* Said once nothing else can be wrong with the command line: whoever has to mend it needs one line. */
static void say_machine(const struct harness *h)
{
	for (size_t c = 0; c < h->configs; c++)
		if (h->config[c].unable[0]) {
			fprintf(stderr, "vmtax run: only native is measured: %s\n", h->config[c].unable);
			return;
		}
}

static uint64_t fresh_seed(void)
{
	return (clock_tsc() ^ clock_now_ns() << 20) & 0xffffffffu; /* short enough to be typed again */
}

/* A name for the result directory or the invocation: the time by FORMAT. */
static void name_by_time(char *text, size_t size, const char *format)
{
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) == NULL || strftime(text, size, format, &local) == 0)
		snprintf(text, size, "run");
}

static int make_plan(struct run *run, int argc, char **argv, struct error *error)
{
	struct run_plan *plan = &run->plan;
	char stamp[32];

	*plan = (struct run_plan){ .argc = argc };
	plan->directory = getcwd(NULL, 0);
	plan->argv = calloc((size_t)argc + 1, sizeof(*plan->argv));
	for (int i = 0; plan->argv && i < argc; i++)
		plan->argv[i] = strdup(argv[i]);
	if (plan->directory == NULL || plan->argv == NULL)
		return error_set(error, errno, "cannot begin the run");
	plan->seed = run->options.seed_given ? run->options.seed : fresh_seed();
	name_by_time(stamp, sizeof(stamp), "%Y%m%dT%H%M%S%z");
	snprintf(plan->invocation, sizeof(plan->invocation), "%s-%04x", stamp, (unsigned)plan->seed & 0xffff);
	return 0;
}

static void name_directory(struct run *run)
{
	char name[64];

	name_by_time(name, sizeof(name),
		     run_options_ablate(&run->options) ? "out/ablate-%Y%m%d-%H%M%S"
						       : "out/run-%Y%m%d-%H%M%S");
	snprintf(run->directory, sizeof(run->directory), "%s", run->options.out ? run->options.out : name);
}

/* Says that the run was stopped, and dies by the signal that stopped it, as a shell expects. */
static int stop(const struct run *run)
{
	sigset_t all;

	fprintf(stderr,
		"vmtax %s: stopped; %zu repetition%s recorded; go on with: vmtax %s --resume --out %s\n",
		run->options.command, run->harness.recorded, run->harness.recorded == 1 ? " is" : "s are",
		run->options.command, run->directory);
	signal(run->harness.stop_signal, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
	raise(run->harness.stop_signal);
	return CMD_FAILED;
}

static int conclude(const struct run *run, struct error *error)
{
	if (run->plan.decided == 0)
		return 0; /* nothing worked: there is nothing to compare, and why has been said */
	return cmd_results_publish(run->directory, false, error);
}

/* Whoever fixes the number of blocks sets no time, unless he says so. */
static uint64_t budget_of(const struct run *run)
{
	const struct run_options *o = &run->options;

	if (o->budget_ns || o->blocks || nano_all(&run->harness.suite))
		return o->budget_ns;
	return run_options_ablate(o) ? ABLATE_BUDGET_NS * run->harness.suite.count : RUN_BUDGET_NS;
}

/* Measures into the directory, which is ready. */
static int measure(struct run *run)
{
	struct harness *h = &run->harness;
	struct error error = { 0 };
	int code;

	if (run->options.observe)
		run->options.observe =
			observe_possible(run->options.without); /* why not is for doctor to say */
	h->traces = observe_trace_wanted(run->options.observe && suite_observed(&h->suite) &&
						 probes_have(run->options.without, "trace"),
					 run->options.keep_trace);
	if (h->traces)
		exit_costs_of_run(h->exit_costs);
	h->options = &run->options;
	h->without = run->options.without;
	h->plan = &run->plan;
	h->directory = run->directory;
	h->launchers = launchers;
	h->calibrator = &calibrator;
	h->resume = run->options.resume;
	h->budget_ns = budget_of(run);
	h->share = 1;
	say_machine(h);
	if (run->options.counters)
		counters_say(&h->sets, probes_have(run->options.without, "counters"), run->options.observe);
	if (run->options.program && input_take(h->input, &error))
		return fail(run, &error, CMD_FAILED);
	code = run_options_ablate(h->options) ? ablate_measure(h, &error) : harness_measure(h, &error);
	if (code == 0 && h->interrupted)
		return stop(run);
	if (code == 0)
		code = conclude(run, &error);
	if (code)
		return fail(run, &error, CMD_FAILED);
	if (h->good + h->bad == 0 && h->skipped)
		return CMD_UNABLE;
	return h->bad ? CMD_FAILED : CMD_OK;
}

static int begin(struct run *run, int argc, char **argv)
{
	struct error error = { 0 };

	name_directory(run);
	run->harness.options = &run->options;
	if (check(run, &error))
		return fail(run, &error, CMD_USAGE);
	if (check_machine(run, &error) == 0)
		return fail(run, &error, CMD_UNABLE);
	if (run_directory_open(run->directory, run->options.force, false, &run->lock, &error))
		return fail(run, &error, CMD_USAGE);
	if (make_plan(run, argc, argv, &error) || run_plan_write(&run->plan, run->directory, &error) ||
	    machine_write(run->directory, &run->plan, &error) ||
	    counters_keep(&run->harness.sets, run->directory, &error) ||
	    nano_keep(&run->harness.suite, run->directory, &error))
		return fail(run, &error, CMD_FAILED);
	return measure(run);
}

/* Goes on with the command line that is in the plan, in the directory it was given in. */
static int resume(struct run *run, const char *out)
{
	struct error error = { 0 };
	char *absolute = realpath(out, NULL);
	int code = run_directory_open(out, false, true, &run->lock, &error);

	snprintf(run->directory, sizeof(run->directory), "%s", absolute ? absolute : out);
	free(absolute);
	if (code == 0)
		code = run_plan_read(&run->plan, run->directory, &error);
	if (code == 0 && chdir(run->plan.directory)) {
		code = error_set(&error, errno, "cannot go back to where the run was started");
		error_at(&error, "%.250s", run->plan.directory);
	}
	if (code == 0)
		code = run_options_parse(&run->options, run->plan.argc, run->plan.argv, &error);
	run->options.resume = true;
	run->harness.options = &run->options;
	if (code == 0)
		code = check(run, &error);
	if (code)
		return fail(run, &error, CMD_USAGE);
	if (check_machine(run, &error) == 0)
		return fail(run, &error, CMD_UNABLE);
	return measure(run);
}

int cmd_ablate(int argc, char **argv)
{
	return cmd_run(argc, argv); /* argv[0] tells which it is, in a resumed run the recorded one */
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .lock = -1 };
	struct error error = { 0 };
	int status;

	if (run_options_parse(&run.options, argc, argv, &error))
		return error.what[0] ? fail(&run, &error, CMD_USAGE) : CMD_USAGE;
	if (run.options.help) {
		(run_options_ablate(&run.options) ? run_help_ablate : run_help)();
		return CMD_OK;
	}
	status = run.options.resume ? resume(&run, run.options.out) : begin(&run, argc, argv);
	suite_free(&run.harness.suite);
	run_plan_free(&run.plan);
	if (run.lock >= 0)
		close(run.lock);
	return status;
}
