/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/child_priv.h"
#include "cmd/cores_priv.h"
#include "cmd/launch_priv.h"
#include "cmd/observe_priv.h"
#include "cmd/observe_trace_priv.h"
#include "cmd/together_priv.h"

/* Runs a program as a plain process. */
#define TUNABLES     "GLIBC_TUNABLES="
#define HUGE_TUNABLE "glibc.malloc.hugetlb=1"

/* The cores a program may run on: those that the vCPUs share; with any scheduling but shared and no number
 * given, the one the monitor pins its first vCPU to. */
static cpu_set_t choose_cores(const struct launch *launch, unsigned scheduling)
{
	int most = launch->cpus ? (int)launch->cpus : scheduling != VMM_SCHEDULING_SHARED;

	return cores_of(&launch->cores, (int)launch->turn, most);
}

/* Our environment, with malloc told to ask for huge pages where HUGE. TUNABLE (owned by the caller, may
 * become NULL) holds the one variable that is new. NULL when memory is short. */
static char **make_environment(bool huge, char **tunable)
{
	size_t count = 0, kept = 0;
	const char *old = getenv("GLIBC_TUNABLES");
	char **copy;

	*tunable = NULL;
	while (environ[count])
		count++;
	copy = calloc(count + 2, sizeof(*copy));
	if (copy == NULL)
		return NULL;
	if (huge && asprintf(tunable, TUNABLES "%s%s" HUGE_TUNABLE, old ? old : "", old ? ":" : "") >= 0)
		copy[kept++] = *tunable;
	for (size_t i = 0; i < count; i++)
		if (!huge || strncmp(environ[i], TUNABLES, strlen(TUNABLES)) != 0)
			copy[kept++] = environ[i];
	return copy;
}

static void say_end(const struct launch *launch, enum child_event event, int status, struct measurement *m)
{
	if (event == CHILD_LATE) {
		measurement_fail(m, RUN_TIMEOUT, "no end after %.3g s", (double)launch->timeout_ns / 1e9);
	} else if (event == CHILD_FLOODED) {
		measurement_fail(m, RUN_FAILED, "stopped after printing more than %llu MiB",
				 CAPTURE_STDOUT_MOST >> 20);
	} else if (WIFSIGNALED(status)) {
		m->exit_code = 128 + WTERMSIG(status);
		measurement_fail(m, RUN_CRASHED, "%s", strsignal(WTERMSIG(status)));
	} else {
		m->exit_code = WEXITSTATUS(status);
	}
}

/* A plain process keeps no core for itself. It is charged as many as it kept busy, as whole ones. */
static double cores_busy(const struct launch *launch, const struct measurement *m)
{
	double busy = m->wall_ns > 0 ? round((double)m->cpu_vcpu_ns / (double)m->wall_ns) : 1;
	double most = CPU_COUNT(&launch->cores);

	return fmax(fmin(busy, launch->cpus ? launch->cpus : most), 1);
}

/*
 * Set-up is fork to gate and gate to exec; the wait at the gate is nobody's. The program's end is seen when
 * the kernel has taken its memory down, so a teardown of its own cannot be told apart: it is part of wall_ns.
 */
static void account(const struct launch *launch, const struct child *child, uint64_t go, uint64_t executed,
		    uint64_t ended, const struct rusage *usage, int64_t begun_ns, struct measurement *m)
{
	const cpu_set_t cores = choose_cores(launch, m->value[VMM_SCHEDULING]);

	m->setup_ns = (int64_t)clock_ticks_to_ns(child->tsc_ready - child->tsc_start + executed - go,
						 launch->tsc_hz);
	m->wall_ns = (int64_t)clock_ticks_to_ns(ended - executed, launch->tsc_hz);
	m->life_ns = m->setup_ns + m->wall_ns;
	m->cpu_setup_ns = begun_ns - observe_native_before(m);
	m->cpu_setup_ns = m->cpu_setup_ns > 0 ? m->cpu_setup_ns : 0;
	m->cpu_vcpu_ns = clock_usage_ns(usage) - observe_native_before(m) - m->cpu_setup_ns;
	/* Where the watcher was told late that the program runs, as an ordinary user's may be, only the sum
	 * is known. */
	if (m->wall_ns < m->roi_ns || m->wall_ns * sysconf(_SC_NPROCESSORS_ONLN) < m->cpu_vcpu_ns) {
		m->setup_ns = m->wall_ns = RUN_MISSING;
		m->cpu_setup_ns = 0;
		m->cpu_vcpu_ns = clock_usage_ns(usage) - observe_native_before(m);
	}
	/* There is no monitor and no driver: a true nought. */
	m->cpu_monitor_ns = m->cpu_driver_busy_ns = m->cpu_driver_spin_ns = m->cpu_vcpu_spin_ns = 0;
	m->cpu_kthread_ns = 0;
	m->cores_held = cores_busy(launch, m);
	if (CPU_COUNT(&cores))
		m->cpus = CPU_COUNT(&cores);
	m->drivers = 0;
}

/* CPU time of process PID so far; 0: not known. */
static int64_t cpu_so_far(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* From the gate to the end. */
static void run(const struct launch *launch, struct child *child, const struct probe_before *before,
		struct measurement *m)
{
	struct probe_session session;
	struct observe_trace trace;
	uint64_t deadline = clock_now_ns() + launch->timeout_ns, go, executed, ended = 0;
	enum child_event event;
	struct rusage usage = { 0 };
	const pid_t pid = child->pid; /* once it is reaped, child has none */
	int64_t begun_ns = 0;
	int status = 0, number;

	observe_trace_begin(&trace, launch, pid);
	observe_native_begin(launch, &session, pid, before);
	together_go(launch);
	go = clock_tsc();
	child_release(child);
	event = child_await(child, child->status_fd, deadline, &executed);
	if (event == CHILD_SPOKE) {
		begun_ns = cpu_so_far(child->pid);
		number = child_exec_error(child);
		if (number) {
			observe_end(&session, m);
			observe_trace_end(&trace);
			m->exit_code = LAUNCH_CANNOT_RUN;
			measurement_fail(m, RUN_FAILED, "cannot run it: %s", strerror(number));
			return;
		}
		event = child_await(child, -1, deadline, &ended);
	}
	observe_end(&session, m);
	observe_trace_end(&trace);
	m->interrupted = event == CHILD_INTERRUPTED;
	if (m->interrupted)
		return;
	if (event == CHILD_EXITED)
		status = child_reap(child, &usage);
	launch_take_output(child, launch->tsc_hz, m);
	m->stage[LIFE_READY] = child->tsc_ready;
	m->stage[LIFE_GO] = go;
	m->stage[LIFE_GONE] = ended;
	if (event == CHILD_EXITED && ended) { /* it got as far as the program */
		account(launch, child, go, executed, ended, &usage, begun_ns, m);
		/* Told at once of its beginning and its mark: then we were late for the beginning. */
		if (m->stage[LIFE_ANSWER] != executed)
			m->stage[LIFE_PROGRAM] = executed;
		observe_native_account(&usage, (int64_t)clock_ticks_to_ns(ended - go, launch->tsc_hz), m);
		observe_trace_account(&trace, go, ended, pid, m);
	}
	say_end(launch, event, status, m);
}

int launch_native(const struct launch *launch, struct measurement *m, struct error *error)
{
	struct vmm_config config = *launch->config;
	char why[VMM_KNOBS][96], *tunable, **environment;
	unsigned scheduling;
	struct probe_before *before = probe_before_take(launch->without);
	struct child child;
	int code;

	vmm_config_fall_back(&config, why);
	memcpy(m->value, config.value, sizeof(m->value));
	launch_say_fallbacks(launch->config, why, m);
	scheduling = config.value[VMM_SCHEDULING];
	environment = make_environment(config.value[VMM_MEMORY] == VMM_MEMORY_MALLOC_HUGE, &tunable);
	if (environment == NULL) {
		probe_before_free(before);
		return error_set(error, ENOMEM, "cannot start a process");
	}
	code = child_start(&child,
			   &(struct child_options){
				   .argv = launch->argv,
				   .environment = environment,
				   .directory = launch->directory,
				   .input = launch->input,
				   .shows = launch->shows,
				   .signal_fd = launch->signal_fd,
				   .gate = true,
				   .cores = choose_cores(launch, scheduling),
				   .fifo = scheduling == VMM_SCHEDULING_FIFO,
				   .small_pages = launch->small_pages,
				   .fd = { -1, -1 },
			   },
			   error);
	if (code == 0) {
		run(launch, &child, before, m);
		child_close(&child);
	}
	probe_before_free(before);
	free(tunable);
	free(environment);
	return code;
}
