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
#include "cmd/input_priv.h"
#include "cmd/launch_priv.h"
#include "cmd/profile_priv.h"
#include "cmd/scratch_priv.h"

/* A program run natively, to be profiled. */
#define TOUCH_BYTES (64u << 20) /* so that fresh memory costs what it does the second time */

/* How a run is watched. */
struct watch {
	bool counted, follows;
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
		.follows = watch->follows,
		.signal_fd = scratch->signal_fd,
	};
	struct vmm_config native;
	char input[INPUT_PATH] = "";
	int code = vmm_config_preset(&native, "native", error);

	measurement_init(m, &native);
	l.config = &native;
	cores_get(&l.cores);
	if (code == 0 && !workload->own_directory) {
		scratch_choose(scratch, 0);
		code = scratch_prepare(scratch, workload, number, false, error);
		l.directory = scratch->cell;
	} else if (code == 0) {
		code = input_take(input, error);
		l.input = input[0] ? input : NULL;
	}
	calibrate_touch(TOUCH_BYTES);
	if (code == 0)
		code = launch_native(&l, m, error);
	if (code == 0 && m->interrupted)
		return error_set(error, EINTR, "stopped");
	if (code == 0 && m->status != RUN_OK && m->status != RUN_FAILED)
		code = error_fail(error, 0, "run it by itself to see why", "%.60s: %.180s", workload->name,
				  m->reason[0] ? m->reason : run_status_names[m->status]);
	return code;
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

static double median(double *values, size_t n)
{
	size_t known = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			values[known++] = values[i];
	return stats_median(values, known, 0.95).value;
}

int profile_run(const struct profile_options *o, const struct workload *workload, size_t number,
		struct scratch *scratch, const char *trace, bool traces, struct profile *p,
		struct error *error)
{
	const struct watch no = { 0 }, counts = { true, false, traces ? trace : NULL },
			   follows = { false, true, trace };
	double *wall = calloc(o->repeat, sizeof(*wall)), *cpu = calloc(o->repeat, sizeof(*cpu)),
	       *alone = calloc(o->repeat, sizeof(*alone));
	bool request[TRACE_CALLS];
	struct measurement m;
	int code = wall && cpu && alone ? 0 : error_set(error, ENOMEM, "cannot profile");

	*p = (struct profile){ .program = workload->name,
			       .alone_ns = NAN,
			       .wall_ns = NAN,
			       .cpu_ns = NAN,
			       .observed_ns = NAN,
			       .followed_ns = NAN,
			       .slowdown = NAN,
			       .ops = o->ops ? (double)o->ops : (double)NAN };
	/* The first is thrown away: it finds the program's file and libraries. */
	for (uint64_t i = 0; code == 0 && i <= o->repeat; i++) {
		code = launch(o, workload, number, scratch, &no, &m, error);
		if (code == 0 && i) {
			wall[i - 1] = m.wall_ns == RUN_MISSING ? (double)NAN : (double)m.wall_ns;
			cpu[i - 1] = cpu_of(&m);
			alone[i - 1] = alone_of(&m);
			if (!o->ops && m.ops > 0)
				p->ops = (double)m.ops;
		}
		measurement_free(&m);
	}
	if (code == 0) {
		p->wall_ns = median(wall, o->repeat);
		p->alone_ns = median(alone, o->repeat);
		p->cpu_ns = median(cpu, o->repeat);
		code = launch(o, workload, number, scratch, &counts, &m, error);
		p->observed_ns = m.wall_ns == RUN_MISSING ? (double)NAN : (double)m.wall_ns;
		p->samples = m.samples;
		m.samples = (struct probe_samples){ 0 };
		measurement_free(&m);
	}
	if (code == 0 && trace && !traces) {
		code = launch(o, workload, number, scratch, &follows, &m, error);
		p->followed_ns = m.wall_ns == RUN_MISSING ? (double)NAN : (double)m.wall_ns;
		p->followed = true;
		measurement_free(&m);
	}
	profile_requests(request);
	if (code == 0 && trace) {
		code = trace_profile_read(&p->trace, trace, true, request, PROFILE_PAUSE_NS, error);
		p->traced = code == 0;
		/* Of several that run side by side, one waits while another goes on. */
		if (p->trace.tasks)
			p->alone_ns = p->wall_ns;
	}
	free(wall);
	free(alone);
	free(cpu);
	return code;
}

void profile_free(struct profile *p)
{
	probe_samples_free(&p->samples);
	trace_profile_free(&p->trace);
}
