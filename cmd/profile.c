/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/schema.h"
#include "base/units.h"
#include "cmd/cmd.h"
#include "cmd/counters_priv.h"
#include "cmd/profile_priv.h"
#include "cmd/progress_priv.h"
#include "cmd/publish_priv.h"
#include "cmd/scratch_priv.h"
#include "cmd/stop_priv.h"
#include "reports/reports.h"
#include "vmm/vmm.h"

/* vmtax profile: what a program does that virtualization makes dearer. */
#define KINDS_SHOWN 8
#define COUNTERS    "basic,tlb"

struct sums {
	uint64_t host, guest, late, bytes;
};

static struct sums sum(const struct profile *p)
{
	struct sums s = { 0 };
	bool request[TRACE_CALLS];

	profile_requests(request);
	for (int i = 0; i < TRACE_CALLS; i++) {
		const struct trace_call *call = p->trace.call[i];

		if (!call)
			continue;
		*(request[i] ? &s.host : &s.guest) += call->count;
		s.late += call->late;
		s.bytes += request[i] ? call->bytes : 0;
	}
	return s;
}

/* The kinds of calls made most, in order. */
static void show_kinds(const struct profile *p)
{
	bool shown[TRACE_CALLS] = { false };

	for (int n = 0; n < KINDS_SHOWN; n++) {
		const char *served, *refused, *name;
		const struct trace_call *call;
		char bytes[32], gap[32];
		int most = -1;

		for (int i = 0; i < TRACE_CALLS; i++)
			if (p->trace.call[i] && !shown[i] &&
			    (most < 0 || p->trace.call[i]->count > p->trace.call[most]->count))
				most = i;
		if (most < 0)
			return;
		shown[most] = true;
		call = p->trace.call[most];
		name = vmm_syscall(most, &served, &refused);
		printf("  %-16s %9llu  %-11s %10s  %s\n", name ? name : "?", (unsigned long long)call->count,
		       served,
		       call->bytes ? units_print_bytes((double)call->bytes, bytes, sizeof(bytes)) : "-",
		       call->gap.count
			       ? units_print_time((double)hist_quantile(&call->gap, 0.5), gap, sizeof(gap))
			       : "-");
	}
}

static void show(const struct profile *p)
{
	char wall[32], cpu[32], counted[32], bytes[32];
	struct sums s = sum(p);

	if (isnan(p->wall_ns))
		printf("%s: CPU %s in %s\n", p->program, units_print_time(p->cpu_ns, cpu, sizeof(cpu)),
		       units_print_time(p->observed_ns, counted, sizeof(counted)));
	else
		printf("%s: %s, CPU %s; counted in a run of %s\n", p->program,
		       units_print_time(p->wall_ns, wall, sizeof(wall)),
		       units_print_time(p->cpu_ns, cpu, sizeof(cpu)),
		       units_print_time(p->observed_ns, counted, sizeof(counted)));
	if (!p->traced)
		return;
	if (!isnan(p->slowdown))
		printf("  watching took some %.3g %% more of its CPU time, which is left out: %llu events of "
		       "%llu ns\n",
		       100 * p->slowdown, (unsigned long long)p->trace.events,
		       (unsigned long long)p->trace.event_cost_ns);
	if (p->trace.lost)
		printf("! %llu events were lost: all that follows is too little\n",
		       (unsigned long long)p->trace.lost);
	if (p->followed)
		printf("  calls counted in a run of %s, stopped %llu times for %llu ns each\n",
		       units_print_time(p->followed_ns, counted, sizeof(counted)),
		       (unsigned long long)p->trace.events, (unsigned long long)p->trace.event_cost_ns);
	printf("  %llu calls would be requests to the host (%s; %llu of them after %d us without any), %llu "
	       "the guest kernel serves\n",
	       (unsigned long long)s.host, units_print_bytes((double)s.bytes, bytes, sizeof(bytes)),
	       (unsigned long long)s.late, VMM_SPIN_US, (unsigned long long)s.guest);
	if (!p->followed)
		printf("  %llu wake-ups (%llu on another CPU), %llu waits (%llu until a time was up)\n",
		       (unsigned long long)p->trace.wakes, (unsigned long long)p->trace.cross_wakes,
		       (unsigned long long)p->trace.waits, (unsigned long long)p->trace.timeouts);
	printf("  %llu threads and processes started\n", (unsigned long long)p->trace.tasks);
	printf("  %-16s %9s  %-11s %10s  %s\n", "call", "count", "served by", "bytes", "apart, median");
	show_kinds(p);
}

static bool quiet(const struct profile_options *o)
{
	return o->csv || o->json;
}

static int profile_suite(const struct profile_options *o, const struct suite *suite, const char *file,
			 bool traces, struct profile_tables *tables, struct error *error)
{
	struct scratch scratch = { 0 };
	struct progress progress;
	int code = scratch_open(&scratch, o->out, o->stop_fd, error);

	if (code)
		return code;
	progress_begin(&progress, "profile");
	progress_phase(&progress, "profiling", suite->count);
	for (size_t i = 0; code == 0 && i < suite->count; i++) {
		const struct workload *workload = &suite->workload[i];
		struct profile profile = { 0 };

		progress_show(&progress, workload->name, "native");
		if (workload->absent[0] || !workload->argv) {
			progress_say(&progress, "%s is left out: %s", workload->name,
				     workload->argv ? workload->absent : "a plain process has no such event");
			progress_step(&progress);
			continue;
		}
		code = profile_run(o, workload, i, &scratch, file, traces, &profile, error);
		if (o->name)
			profile.program = o->name;
		if (code == 0)
			code = profile_tables_put(tables, &profile, error);
		progress_end(&progress);
		if (code == 0 && !quiet(o))
			show(&profile);
		profile_free(&profile);
		progress_step(&progress);
	}
	progress_end(&progress);
	scratch_close(&scratch);
	return code;
}

static int profile_process(const struct profile_options *o, bool trace, const char *file,
			   struct profile_tables *tables, struct error *error)
{
	struct profile profile;
	char name[32];
	int code = profile_watch(o, trace ? file : NULL, &profile, error);

	snprintf(name, sizeof(name), "pid-%llu", (unsigned long long)o->pid);
	profile.program = o->name ? o->name : name;
	if (code == 0)
		code = profile_tables_put(tables, &profile, error);
	if (code == 0 && !quiet(o))
		show(&profile);
	profile_free(&profile);
	return code;
}

static int profile_machine(const struct profile_options *o, struct profile_tables *tables,
			   struct error *error)
{
	struct profile profile = { 0 };
	char wall[32], cpu[32];
	int code = profile_sadf(o, tables, &profile, error);

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

static int profile(const struct profile_options *o, struct suite *suite, const char *file,
		   struct error *error)
{
	struct profile_tables tables;
	bool trace = o->sadf || trace_available(NULL),
	     follow = !trace && !o->pid && trace_follow_available(NULL);
	int code = profile_tables_open(&tables, o->out, error), closed;

	if (code)
		return code;
	if (!trace)
		say_slower(follow);
	code = o->sadf	? profile_machine(o, &tables, error)
	       : o->pid ? profile_process(o, trace, file, &tables, error)
			: profile_suite(o, suite, trace || follow ? file : NULL, trace, &tables, error);
	closed = profile_tables_close(&tables, code == 0, code ? NULL : error);
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
	char path[4096];
	int code;

	if (o->program)
		return suite_of_program(suite, o->program, error);
	code = o->suite ? suite_find(o->suite, path, sizeof(path), error) : 0;
	return code || !o->suite ? code : suite_read(suite, path, o->only, error);
}

int cmd_profile(int argc, char **argv)
{
	struct event_sets sets;
	struct profile_options o = { .out = ".", .repeat = 3, .timeout_ns = 60000000000u, .sets = &sets };
	char file[] = "/tmp/vmtax-profile-XXXXXX";
	struct suite suite = { 0 };
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
		counters_say(&sets, true);
	o.stop_fd = o.pid ? -1 : stop_open(&mask); /* a process is watched until then */
	fd = mkstemp(file);
	if (fd < 0 || (mkdir(o.out, 0777) < 0 && errno != EEXIST)) {
		code = error_fail(&error, errno, "make the directories above it",
				  "cannot write to a directory");
		error_at(&error, "%.250s", fd < 0 ? file : o.out);
	} else {
		code = profile(&o, &suite, file, &error);
	}
	if (fd >= 0) {
		close(fd);
		unlink(file);
	}
	suite_free(&suite);
	if (o.stop_fd >= 0)
		sigprocmask(SIG_SETMASK, &mask, NULL); /* nothing half-written is left now */
	if (code == 0)
		code = publish(&o, &error);
	return code ? cmd_fail("profile", &error, code == -EINVAL && o.sadf ? CMD_USAGE : CMD_FAILED)
		    : CMD_OK;
}
