/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/profile_priv.h"
#include "vmm/vmm.h"

/* A process that runs already, watched for a while. */
#define GLANCE_MS 100 /* between looks at how it stands */

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

/* What /proc/PID/stat tells of the whole process and of children that have ended (proc(5): fields 10, 11, 14
 * to 17 and 24). */
struct standing {
	double faults, cpu_ns, resident;
};

static bool stand(pid_t pid, struct standing *s)
{
	char path[64], text[1024] = "", *at;
	unsigned long long faults, children_faults, user, system, children_user, children_system;
	long long resident;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	at = fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;
	fclose(file);
	if (!at ||
	    sscanf(at + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %llu %llu %*u %*u %llu %llu %llu %llu %*d %*d %*d %*d "
		   "%*u %*u %lld",
		   &faults, &children_faults, &user, &system, &children_user, &children_system,
		   &resident) != 7)
		return false;
	s->faults = (double)(faults + children_faults);
	s->cpu_ns = (double)(user + system + children_user + children_system) * 1e9 /
		    (double)sysconf(_SC_CLK_TCK);
	if (resident > 0 || isnan(s->resident)) /* what has ended has none */
		s->resident = (double)resident * (double)sysconf(_SC_PAGESIZE);
	return true;
}

/* Fills S as it last stood. Whether it is there still. */
static bool watch(pid_t pid, uint64_t for_ns, struct standing *s)
{
	struct sigaction action = { .sa_handler = on_signal };
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd wait = { .fd = pidfd, .events = POLLIN };
	uint64_t end = clock_now_ns() + for_ns, now;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (!stopped && (now = clock_now_ns()) < end && !(wait.revents & POLLIN)) {
		uint64_t left = (end - now) / 1000000 + 1;

		poll(&wait, pidfd >= 0, left < GLANCE_MS ? (int)left : GLANCE_MS);
		stand(pid, s);
	}
	if (pidfd >= 0)
		close(pidfd);
	return !(wait.revents & POLLIN);
}

/* What it waits for meanwhile is no work of its own; what several threads do at once takes no longer than it
 * was watched. */
static double alone_of(const struct profile *p)
{
	return fmin(p->cpu_ns, p->observed_ns);
}

static void watch_timed(const struct profile_options *o, struct profile *p, struct standing *s)
{
	uint64_t begun = clock_now_ns();

	p->ended = !watch((pid_t)o->pid, o->for_ns, s);
	p->observed_ns = (double)(clock_now_ns() - begun);
}

static int record(const struct profile_options *o, const char *trace, struct profile *p, struct standing *s,
		  struct error *error)
{
	struct trace_recorder *recorder;
	int code = trace_open(&recorder, (pid_t)o->pid, trace, NULL, true, error);

	if (code)
		return code;
	code = trace_begin(recorder, error);
	if (code == 0) {
		watch_timed(o, p, s);
		code = trace_end(recorder, error);
	}
	trace_close(recorder);
	return code;
}

int profile_watch(const struct profile_options *o, const char *trace, struct profile *p, struct error *error)
{
	const struct probe_target target = {
		.pid = (pid_t)o->pid,
		.thread = { { .name = "program", .tid = (pid_t)o->pid } },
		.threads = 1,
		.sets = o->sets,
		.kvm_vm = -1,
		.kvm_vcpu = -1,
	};
	struct probe_session session;
	struct standing first = { NAN, NAN, NAN }, last;
	enum trace_request request[TRACE_CALLS];
	bool known = stand((pid_t)o->pid, &first);
	char path[64];
	double spent;
	int code = 0;

	profile_init(p, NULL);
	/* Without a trace it alone tells of calls: without it they would seem to be none. */
	snprintf(path, sizeof(path), "/proc/%d/io", (int)o->pid);
	if (!trace && access(path, R_OK)) {
		error_fail(error, errno, "run as root, or as who runs it",
			   "cannot read what it reads and writes");
		return error_at(error, "%s", path);
	}
	p->ops = o->ops ? (double)o->ops : (double)NAN;
	last = first;
	probe_session_begin(&session, &target, false, 0);
	if (trace)
		code = record(o, trace, p, &last, error);
	else
		watch_timed(o, p, &last);
	probe_session_end(&session, &p->samples);
	if (known) {
		p->cpu_ns = last.cpu_ns - first.cpu_ns;
		p->alone_ns = alone_of(p);
		probe_samples_add(&p->samples, "stat", "process", "minor_faults", "1",
				  last.faults - first.faults);
		probe_samples_add(&p->samples, "stat", "process", "resident", "bytes", last.resident);
	}
	profile_requests(request);
	if (code == 0 && trace) {
		code = trace_profile_read(&p->trace, trace, false, request, PROFILE_PAUSE, error);
		p->traced = code == 0;
		/* Recording is done by the threads it is of: that is no work of theirs. */
		spent = (double)p->trace.events * (double)p->trace.event_cost_ns;
		if (p->cpu_ns > spent) {
			p->slowdown = spent / (p->cpu_ns - spent);
			p->cpu_ns -= spent;
			p->alone_ns = alone_of(p);
		}
	}
	return code;
}
