/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/schema.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/counters_priv.h"
#include "cmd/machine_priv.h"
#include "cmd/profile_priv.h"
#include "cmd/output_priv.h"
#include "cmd/progress_priv.h"
#include "cmd/publish_priv.h"
#include "cmd/sadf_priv.h"
#include "cmd/scratch_priv.h"
#include "cmd/stop_priv.h"
#include "reports/reports.h"
#include "vmm/vmm.h"

/* vmtax profile: what a program does that virtualization makes dearer. */
#define COUNTERS "basic,tlb"

static bool quiet(const struct profile_options *o)
{
	return o->csv || o->json;
}

/* One program of a suite: into TABLES, and a summary where one is wanted. */
static int profile_workload(const struct profile_options *o, const struct workload *workload, size_t number,
			    struct scratch *scratch, const char *file, bool traces,
			    struct profile_tables *tables, struct progress *progress, struct error *error)
{
	struct profile profile = { 0 };
	int code = profile_run(o, workload, number, scratch, file, traces, &profile, error);

	if (o->name)
		profile.program = o->name;
	if (code == 0 && profile.exit_code > 0)
		progress_say(progress, "%s ended with exit status %lld", profile.program,
			     (long long)profile.exit_code);
	if (code == 0)
		code = profile_tables_put(tables, &profile, error);
	progress_end(progress);
	if (code == 0 && !quiet(o))
		profile_show(&profile);
	profile_free(&profile);
	return code;
}

static int profile_suite(const struct profile_options *o, const struct suite *suite, const char *file,
			 bool traces, struct profile_tables *tables, struct error *error)
{
	struct scratch scratch = { 0 };
	struct progress progress;
	size_t left_out = 0;
	char why[600];
	int code = scratch_open(&scratch, o->out, o->stop_fd, error);

	if (code)
		return code;
	progress_begin(&progress, "profile");
	progress_phase(&progress, "profiling", suite->count);
	for (size_t i = 0; code == 0 && i < suite->count; i++, progress_step(&progress)) {
		const struct workload *workload = &suite->workload[i];

		progress_show(&progress, workload->name, "native");
		why[0] = '\0';
		if (workload->absent[0] || !workload->argv)
			snprintf(why, sizeof(why), "%.500s",
				 workload->argv ? workload->absent : "a plain process has no such event");
		else
			code = profile_workload(o, workload, i, &scratch, file, traces, tables, &progress,
						error);
		if (code == -ECHILD && suite->count > 1) { /* others of them may do */
			error_text(error, why, sizeof(why));
			code = 0;
		}
		if (why[0])
			progress_say(&progress, "%s is left out: %s", workload->name, why);
		left_out += why[0] != '\0';
	}
	if (code == -ECANCELED && tables->programs)
		error_fail(error, 0,
			   "profile the others with --only NAMES --out DIR, and name both directories to "
			   "those who read them",
			   "stopped: of %zu programs the first %zu are profiled", suite->count,
			   tables->programs + left_out);
	progress_end(&progress);
	scratch_close(&scratch);
	if (code == 0 && left_out == suite->count)
		code = error_fail(error, 0, "name others with --only", "no program could be profiled");
	return code;
}

/* What a process has started already runs on by itself: it is not watched. */
static void say_children(uint64_t pid)
{
	char pattern[64];
	int child, children = 0;
	glob_t found = { 0 };

	snprintf(pattern, sizeof(pattern), "/proc/%llu/task/*/children", (unsigned long long)pid);
	if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++) {
			FILE *file = fopen(found.gl_pathv[i], "re");

			while (file && fscanf(file, "%d", &child) == 1)
				children++;
			if (file)
				fclose(file);
		}
	globfree(&found);
	if (children)
		fprintf(stderr,
			"vmtax profile: %d process%s that it started before %s not watched: pgrep -P %llu "
			"names them, for a --pid of their own\n",
			children, children == 1 ? "" : "es", children == 1 ? "is" : "are",
			(unsigned long long)pid);
}

/* A process's own name, as ps(1) has it (comm, proc(5)); or its number, which another run has not. */
static void name_process(uint64_t pid, char *name, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%llu/comm", (unsigned long long)pid);
	if (!machine_line(path, name, size) || !*name)
		snprintf(name, size, "pid-%llu", (unsigned long long)pid);
	for (char *c = name; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
}

static int profile_process(const struct profile_options *o, bool trace, const char *file,
			   struct profile_tables *tables, struct error *error)
{
	struct profile profile;
	char name[32];
	int code;

	say_children(o->pid);
	name_process(o->pid, name, sizeof(name));
	code = profile_watch(o, trace ? file : NULL, &profile, error);
	profile.program = o->name ? o->name : name;
	if (code == 0)
		code = profile_tables_put(tables, &profile, error);
	if (code == 0 && !quiet(o))
		profile_show(&profile);
	profile_free(&profile);
	return code;
}

static int profile_machine(const struct profile_options *o, const struct sadf *sadf,
			   struct profile_tables *tables, struct error *error)
{
	struct profile profile = { 0 };
	char wall[32], cpu[32];
	int code = profile_sadf_put(o, sadf, tables, &profile, error);

	if (code == 0 && !quiet(o))
		printf("%s: CPU %s in %s; system calls, and what the page cache served, are not known\n",
		       profile.program, units_print_time(profile.cpu_ns, cpu, sizeof(cpu)),
		       units_print_time(profile.wall_ns, wall, sizeof(wall)));
	return code;
}

/* What is done where there is no right to trace. */
static void say_slower(bool follows)
{
	struct error why = { 0 };
	char text[600];

	trace_available(&why);
	fprintf(stderr,
		follows ? "vmtax profile: calls are counted a slower way, by ptrace(2), which stops the "
			  "program at "
			  "each, and waits by getrusage: %s\n"
			: "vmtax profile: kinds of calls and times between them are left out, the rest is "
			  "from "
			  "getrusage and, of a process that runs already, /proc/PID/io: %s\n",
		error_text(&why, text, sizeof(text)));
}

static int profile(const struct profile_options *o, struct suite *suite, const struct sadf *sadf,
		   const char *file, struct error *error)
{
	struct profile_tables tables;
	bool trace = o->sadf || trace_available(NULL),
	     follow = !trace && !o->pid && trace_follow_available(NULL);
	int code = profile_tables_open(&tables, o->out, error), closed;

	if (code)
		return code;
	if (!trace)
		say_slower(follow);
	code = o->sadf	? profile_machine(o, sadf, &tables, error)
	       : o->pid ? profile_process(o, trace, file, &tables, error)
			: profile_suite(o, suite, trace || follow ? file : NULL, trace, &tables, error);
	/* What is whole of those that were stopped is kept. */
	closed = profile_tables_close(&tables, code == 0 || (code == -ECANCELED && tables.programs),
				      code ? NULL : error);
	return code ? code : closed;
}

static int publish(const struct profile_options *o, struct error *error)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", o->out, schema_profile.name);
	if (o->csv)
		return publish_csv(path, &schema_profile, error);
	if (o->json)
		return report_table_json(stdout, path, &schema_profile, error);
	fflush(stdout);
	fprintf(stderr,
		o->sadf ? "wrote %s and an empty arrivals.csv\n"
			: "wrote %s and arrivals.csv; reading the clock takes no system call and is not in "
			  "it\n",
		path);
	return 0;
}

static int make_suite(const struct profile_options *o, struct suite *suite, struct error *error)
{
	if (o->program)
		return suite_of_program(suite, o->program, error);
	return o->suite ? suite_read(suite, o->suite, o->only, error) : 0;
}

int cmd_profile(int argc, char **argv)
{
	struct event_sets sets;
	struct profile_options o = { .out = ".", .repeat = 3, .timeout_ns = 60000000000u, .sets = &sets };
	char file[] = "/tmp/vmtax-profile-XXXXXX";
	struct suite suite = { 0 };
	struct sadf sadf = { 0 };
	struct output output;
	struct error error = { 0 };
	sigset_t mask;
	int status = profile_options_parse(&o, argc, argv), code, fd;

	if (status != CMD_OK)
		return status;
	if (o.help) {
		profile_help();
		return CMD_OK;
	}
	if (counters_read(&sets, o.counters ? o.counters : COUNTERS, &error) < 0 ||
	    make_suite(&o, &suite, &error) < 0)
		return cmd_fail("profile", &error, CMD_USAGE);
	if (o.counters)
		counters_say(&sets, true, true);
	if (o.program && input_take(o.input, &error) < 0)
		return cmd_fail("profile", &error, CMD_FAILED);
	/* Until it is read, which may take a pipe long, nothing is begun, and signals end us. */
	code = o.sadf ? profile_sadf_read(&o, &sadf, &error) : 0;
	if (code)
		return cmd_fail("profile", &error, code == -EINVAL ? CMD_USAGE : CMD_FAILED);
	o.stop_fd = o.pid ? -1 : stop_open(&mask); /* a process is watched until then */
	fd = mkstemp(file);
	if (fd < 0) {
		code = error_fail(&error, errno, "make room there", "cannot write to a directory");
		error_at(&error, "%.250s", file);
	} else {
		code = output_open(&output, o.out, "profile", &error);
	}
	if (code == 0) {
		code = profile(&o, &suite, &sadf, file, &error);
		output_close(&output);
	}
	if (fd >= 0) {
		close(fd);
		unlink(file);
	}
	suite_free(&suite);
	if (code == 0)
		code = publish(&o, &error);
	if (code)
		status = cmd_fail("profile", &error, CMD_FAILED);
	if (o.stop_fd >= 0)
		sigprocmask(SIG_SETMASK, &mask, NULL); /* nothing half-written is left now */
	return status;
}
