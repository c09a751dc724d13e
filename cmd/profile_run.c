/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/stats.h"
#include "cmd/calibrate_priv.h"
#include "cmd/cores_priv.h"
#include "cmd/launch_priv.h"
#include "cmd/machine_priv.h"
#include "cmd/profile_priv.h"
#include "cmd/scratch_priv.h"

/* A program run natively, to be profiled. */
#define TOUCH_BYTES (64u << 20) /* so that fresh memory costs what it does the second time */

/* How a run is watched. */
struct watch {
	bool counted, follows;
	bool huge;	   /* malloc asks for huge pages */
	bool small;	   /* the kernel gives none */
	const char *trace; /* NULL: not traced */
};

static int launch(const struct profile_options *o, const struct workload *workload, size_t number,
		  struct scratch *scratch, const struct watch *watch, struct measurement *m,
		  struct error *error)
{
	struct launch l = {
		.argv = workload->argv,
		.timeout_ns = o->timeout_ns,
		.tsc_hz = clock_tsc_hz(),
		.shows = o->show,
		.observed = watch->counted,
		.sets = watch->counted ? o->sets : NULL,
		.trace = watch->trace,
		.small_pages = watch->small,
		.follows = watch->follows,
		.input = workload->own_directory && o->input[0] ? o->input : NULL,
		.signal_fd = scratch->signal_fd,
	};
	struct vmm_config native;
	const char *refused;
	char mend[256];
	int code = vmm_config_preset(&native, "native", error);

	if (code == 0 && watch->huge)
		code = vmm_config_set(&native, "memory=malloc-huge", error);

	measurement_init(m, &native);
	l.config = &native;
	cores_get(&l.cores);
	if (code == 0 && !workload->own_directory) {
		scratch_choose(scratch, 0);
		code = scratch_prepare(scratch, workload, number, false, error);
		l.directory = scratch->cell;
	}
	calibrate_touch(TOUCH_BYTES);
	if (code == 0)
		code = launch_native(&l, m, error);
	if (code == 0 && m->interrupted) {
		error_fail(error, 0, "profile it again", "stopped: nothing is written");
		return -ECANCELED;
	}
	if (code || m->status == RUN_OK)
		return code;
	refused = m->exit_code == LAUNCH_CANNOT_RUN ? command_refused(workload->argv[0], mend, sizeof(mend))
						    : NULL;
	error_fail(error, 0, refused ? refused : "run it by itself to see why", "%.60s: %.180s",
		   workload->name, m->reason[0] ? m->reason : run_status_names[m->status]);
	return -ECHILD;
}

static double cpu_of(const struct measurement *m)
{
	return m->cpu_vcpu_ns == RUN_MISSING ? (double)NAN : (double)m->cpu_vcpu_ns;
}

/* Without waiting for a core: others on the machine are no property of the program. It may have waited before
 * its beginning was seen, too, so at least what it computed is left. */
static double alone_of(const struct measurement *m)
{
	int64_t waited = probe_samples_find(&m->samples, "schedstat", "program", "run_delay");

	if (m->wall_ns == RUN_MISSING)
		return NAN;
	return fmax((double)(m->wall_ns - (waited == PROBE_MISSING ? 0 : waited)),
		    cpu_of(m) / (double)sysconf(_SC_NPROCESSORS_ONLN));
}

/* Figures of the undisturbed runs, and of as many in turn with them in which malloc asks for huge pages, and
 * in which there are none where the kernel gives them unasked. */
enum figure { WALL, ALONE, CPU, HUGE_CPU, HUGE_FAULTS, SMALL_CPU, FIGURES };

static void take(double *value[FIGURES], size_t run, const struct measurement *m)
{
	value[WALL][run] = m->wall_ns == RUN_MISSING ? (double)NAN : (double)m->wall_ns;
	value[CPU][run] = cpu_of(m);
	value[ALONE][run] = alone_of(m);
}

/* Unknown where there are no huge pages to be had. */
static void take_huge(double *value[FIGURES], size_t run, const struct measurement *m)
{
	int64_t faults = probe_samples_find(&m->samples, "rusage", "process", "minor_faults");
	bool had = m->value[VMM_MEMORY] == VMM_MEMORY_MALLOC_HUGE;

	value[HUGE_CPU][run] = had ? cpu_of(m) : (double)NAN;
	value[HUGE_FAULTS][run] = had && faults != PROBE_MISSING ? (double)faults : (double)NAN;
}

static double median(double *values, size_t n)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			values[known++] = values[i];
	return stats_median(values, known, 0.95).value;
}

static int run_undisturbed(const struct profile_options *o, const struct workload *workload, size_t number,
			   struct scratch *scratch, double *value[FIGURES], struct profile *p,
			   struct error *error)
{
	static const struct watch plain = { 0 }, huge = { .huge = true }, small = { .small = true };
	const bool given = machine_gives_huge_pages();
	struct measurement m;
	int code = 0;

	/* The first is thrown away: it finds the program's file and libraries. */
	for (uint64_t i = 0; code == 0 && i <= o->repeat; i++) {
		code = launch(o, workload, number, scratch, &plain, &m, error);
		if (code == 0 && i) {
			take(value, i - 1, &m);
			if (!o->ops && m.ops > 0)
				p->ops = (double)m.ops;
		}
		measurement_free(&m);
		if (code || i == 0)
			continue;
		code = launch(o, workload, number, scratch, &huge, &m, error);
		if (code == 0)
			take_huge(value, i - 1, &m);
		measurement_free(&m);
		value[SMALL_CPU][i - 1] = NAN;
		if (code || !given)
			continue;
		code = launch(o, workload, number, scratch, &small, &m, error);
		if (code == 0)
			value[SMALL_CPU][i - 1] = cpu_of(&m);
		measurement_free(&m);
	}
	return code;
}

/* While drivers would poll: in requests, and between them. */
static double polled_ns(const struct trace_profile *trace)
{
	double ns = (double)trace->awake_ns;

	for (int i = 0; i < TRACE_CALLS; i++)
		ns += trace->call[i] ? (double)trace->call[i]->inside_ns : 0;
	return ns;
}

static int run_counted(const struct profile_options *o, const struct workload *workload, size_t number,
		       struct scratch *scratch, const char *trace, bool traces, struct profile *p,
		       struct error *error)
{
	/* Each page touched is an event, as for a guest whose memory is in small pages. */
	const bool small = machine_gives_huge_pages();
	const struct watch counts = { .counted = true, .small = small, .trace = traces ? trace : NULL },
			   follows = { .follows = true, .small = small, .trace = trace };
	enum trace_request request[TRACE_CALLS];
	struct measurement m;
	int code = launch(o, workload, number, scratch, &counts, &m, error);

	p->exit_code = m.exit_code;
	p->observed_ns = m.wall_ns == RUN_MISSING ? (double)NAN : (double)m.wall_ns;
	p->samples = m.samples;
	m.samples = (struct probe_samples){ 0 };
	measurement_free(&m);
	if (code == 0 && trace && !traces) {
		code = launch(o, workload, number, scratch, &follows, &m, error);
		p->followed_ns = m.wall_ns == RUN_MISSING ? (double)NAN : (double)m.wall_ns;
		p->followed = true;
		measurement_free(&m);
	}
	profile_requests(request);
	if (code == 0 && trace) {
		code = trace_profile_read(&p->trace, trace, true, request, PROFILE_PAUSE, error);
		p->traced = code == 0;
		/* Of several that run side by side, one waits while another goes on; one alone computes no
		 * longer than it takes. */
		p->alone_ns = p->trace.tasks ? p->wall_ns : fmax(p->alone_ns, fmin(p->cpu_ns, p->wall_ns));
		p->quick = fmin(p->alone_ns / polled_ns(&p->trace), 1);
	}
	return code;
}

int profile_run(const struct profile_options *o, const struct workload *workload, size_t number,
		struct scratch *scratch, const char *trace, bool traces, struct profile *p,
		struct error *error)
{
	double *value[FIGURES];
	int code = 0;

	profile_init(p, workload->name);
	if (o->ops)
		p->ops = (double)o->ops;
	for (int i = 0; i < FIGURES; i++) {
		value[i] = calloc(o->repeat, sizeof(*value[i]));
		if (value[i] == NULL)
			code = error_set(error, ENOMEM, "cannot profile");
	}
	if (code == 0)
		code = run_undisturbed(o, workload, number, scratch, value, p, error);
	if (code == 0) {
		for (uint64_t i = 0; i < o->repeat; i++) { /* none less or more than what is not known */
			p->fastest_ns = fmin(p->fastest_ns, value[WALL][i]);
			p->slowest_ns = fmax(p->slowest_ns, value[WALL][i]);
		}
		p->wall_ns = median(value[WALL], o->repeat);
		p->alone_ns = median(value[ALONE], o->repeat);
		p->cpu_ns = median(value[CPU], o->repeat);
		p->huge_cpu_ns = median(value[HUGE_CPU], o->repeat);
		p->huge_faults = median(value[HUGE_FAULTS], o->repeat);
		p->small_cpu_ns = median(value[SMALL_CPU], o->repeat);
		code = run_counted(o, workload, number, scratch, trace, traces, p, error);
	}
	for (int i = 0; i < FIGURES; i++)
		free(value[i]);
	return code;
}

void profile_init(struct profile *p, const char *program)
{
	*p = (struct profile){ .program = program,
			       .wall_ns = NAN,
			       .fastest_ns = NAN,
			       .slowest_ns = NAN,
			       .cpu_ns = NAN,
			       .alone_ns = NAN,
			       .huge_cpu_ns = NAN,
			       .huge_faults = NAN,
			       .small_cpu_ns = NAN,
			       .ops = NAN,
			       .quick = 1,
			       .exit_code = RUN_MISSING,
			       .slowdown = NAN,
			       .observed_ns = NAN,
			       .followed_ns = NAN };
}

void profile_free(struct profile *p)
{
	probe_samples_free(&p->samples);
	trace_profile_free(&p->trace);
}
