/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/load_priv.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "cmd/cores_priv.h"
#include "cmd/observe_priv.h"
#include "cmd/run_priv.h"
#include "cmd/verdict_priv.h"

/* VMs that run for a while, a thread for each. In an open load a run is timed from when it was due, however
 * late a VM is free for it: what is not begun in time waits, and its waiting counts (G. Tene's "coordinated
 * omission" is to leave that out). */

#define LOAD_PROBES "schedstat" /* all that a load asks for: others take longer than some runs do */

struct shared {
	struct load *load;
	pthread_mutex_t lock;
	cpu_set_t cores;
	uint64_t begun_ns, tsc_hz, room;
	uint32_t without; /* probes */
	double next_s;	  /* when the next run is due; open only */
	uint64_t seed;
	size_t ended[LOAD_VMS]; /* runs of each VM */
	int code;
	struct error error;
};

struct vm {
	struct shared *shared;
	size_t number;
	pthread_t thread;
};

static int64_t sum(const int64_t *values, size_t n)
{
	int64_t total = 0;

	for (size_t i = 0; i < n; i++)
		if (values[i] == RUN_MISSING)
			return RUN_MISSING;
		else
			total += values[i];
	return total;
}

static int64_t waited(const struct measurement *m)
{
	int64_t total = RUN_MISSING;

	for (size_t i = 0; i < m->samples.count; i++)
		if (strcmp(m->samples.sample[i].probe, "schedstat") == 0 &&
		    strcmp(m->samples.sample[i].event, "run_delay") == 0)
			total = (total == RUN_MISSING ? 0 : total) + (int64_t)m->samples.sample[i].value;
	return total;
}

/* STARTING: CPU time that we took for it. What a plain process used up to its gate is not its own. */
static void take(struct load_run *run, const struct measurement *m, int64_t starting)
{
	const int64_t begun = starting + observe_native_before(m), setup[] = { m->cpu_setup_ns, begun },
		      work[] = { m->cpu_vcpu_ns,    m->cpu_monitor_ns, m->cpu_driver_busy_ns,
				 m->cpu_kthread_ns, m->cpu_setup_ns,   begun },
		      spin[] = { m->cpu_driver_spin_ns, m->cpu_vcpu_spin_ns };
	int64_t resident = probe_samples_find(&m->samples, "rusage", "process", "max_resident");

	run->status = m->status;
	run->cores_held = m->cores_held;
	run->cpu_ns = sum(work, sizeof(work) / sizeof(work[0]));
	run->cpu_setup_ns = sum(setup, sizeof(setup) / sizeof(setup[0]));
	run->setup_ns = m->wall_ns == RUN_MISSING ? RUN_MISSING : run->ended_ns - run->begun_ns - m->wall_ns;
	run->spin_ns = sum(spin, sizeof(spin) / sizeof(spin[0]));
	run->wait_cpu_ns = waited(m);
	run->resident_bytes = resident == PROBE_MISSING ? RUN_MISSING : resident;
}

static int keep(struct shared *s, const struct load_run *run, const struct measurement *m)
{
	struct load *load = s->load;

	if (load->runs == s->room) {
		size_t room = 2 * load->runs + 64;
		void *grown = realloc(load->run, room * sizeof(*load->run));

		if (grown == NULL)
			return -ENOMEM;
		load->run = grown;
		s->room = room;
	}
	if (m->status != RUN_OK && !load->reason[0])
		snprintf(load->reason, sizeof(load->reason), "%.60s: %.200s", load->workload[run->vm]->name,
			 m->reason[0] ? m->reason : run_status_names[m->status]);
	load->run[load->runs++] = *run;
	return 0;
}

/* Whether a load without a rate has gone on for long enough at NOW. */
static bool lasted(struct shared *s, int64_t now)
{
	struct load *load = s->load;

	if (load->lasted_ns)
		return true;
	if (now < (int64_t)load->for_ns)
		return false;
	for (size_t i = 0; i < load->vms; i++)
		if (s->ended[i] < LOAD_TURNS)
			return false;
	load->lasted_ns = (uint64_t)now;
	return true;
}

/* Runs that come faster than they go wait ever longer: there is no end to that, and no time to be told. */
static void judge_queue(struct load *load, int64_t waited_ns)
{
	if (load->reason[0] || waited_ns <= (int64_t)load->timeout_ns)
		return;
	load->overtaken = true;
	snprintf(load->reason, sizeof(load->reason),
		 "runs come faster than they go: one has waited for %.0f s and not begun: lower --rate",
		 (double)waited_ns / 1e9);
}

/* When VM's next run is to begin, into *DUE_NS; false: there is none. */
static bool next_run(struct shared *s, int64_t *due_ns)
{
	struct load *load = s->load;
	int64_t now = (int64_t)(clock_now_ns() - s->begun_ns);
	bool more;

	pthread_mutex_lock(&s->lock);
	more = s->code == 0 && !load->interrupted;
	if (load->rate > 0) {
		*due_ns = (int64_t)(s->next_s * 1e9);
		s->next_s += -log(random_unit(&s->seed)) / load->rate;
		more = more && *due_ns < (int64_t)load->for_ns;
		if (more)
			judge_queue(load, now - *due_ns);
	} else {
		*due_ns = now;
		more = more && !lasted(s, now);
	}
	more = more && !load->reason[0];
	pthread_mutex_unlock(&s->lock);
	return more;
}

static void await(const struct shared *s, int64_t due_ns)
{
	uint64_t at = s->begun_ns + (uint64_t)due_ns;
	const struct timespec when = { .tv_sec = (time_t)(at / 1000000000u),
				       .tv_nsec = (long)(at % 1000000000u) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static struct launch describe(const struct shared *s, size_t vm)
{
	const struct load *load = s->load;
	const struct workload *workload = load->workload[vm];
	size_t cores = (size_t)CPU_COUNT(&s->cores), step = cores / load->vms;

	return (struct launch){
		.config = load->config,
		.argv = workload->argv,
		.directory = load->directory[vm],
		.input = load->input,
		.timeout_ns = load->timeout_ns,
		.memory_bytes = workload->memory_bytes ? workload->memory_bytes : RUN_MEMORY,
		.tsc_hz = s->tsc_hz,
		.without = s->without,
		.cores = s->cores,
		.turn = (uint32_t)(vm * (step ? step : 1) % (cores ? cores : 1)),
		.signal_fd = load->signal_fd,
	};
}

/* Who begins runs is to be waited for by none of them: at an ordinary priority it gets a core, between one
 * run and the next, only when those of other VMs let it. Where that is not allowed, it is no use. */
static void hurry(void)
{
	const struct sched_param first = { .sched_priority = 1 };

	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
}

static void *run_vm(void *argument)
{
	const struct vm *vm = argument;
	struct shared *s = vm->shared;
	struct measurement *m = malloc(sizeof(*m));
	struct load_run run = { .vm = vm->number };
	int code = m ? 0 : -ENOMEM;

	hurry();
	while (code == 0 && next_run(s, &run.intended_ns)) {
		struct launch launch = describe(s, vm->number);
		struct rusage before, after;
		struct error error = { 0 };

		run.turn++;
		measurement_init(m, s->load->config);
		await(s, run.intended_ns);
		getrusage(RUSAGE_THREAD, &before);
		run.begun_ns = (int64_t)(clock_now_ns() - s->begun_ns);
		code = launcher_for(s->load->launchers, s->load->config)->launch(&launch, m, &error);
		run.ended_ns = (int64_t)(clock_now_ns() - s->begun_ns);
		getrusage(RUSAGE_THREAD, &after);
		verdict_judge(m, &(struct reference){ 0 }, "");
		take(&run, m, clock_usage_ns(&after) - clock_usage_ns(&before));
		pthread_mutex_lock(&s->lock);
		s->load->interrupted |= m->interrupted;
		s->load->fell_back |= m->fallback[0] != '\0';
		if (code == 0 && !m->interrupted)
			code = keep(s, &run, m);
		s->ended[vm->number]++;
		if (code && s->code == 0)
			s->error = error;
		pthread_mutex_unlock(&s->lock);
		measurement_free(m);
	}
	pthread_mutex_lock(&s->lock);
	if (code && s->code == 0)
		s->code = code;
	pthread_mutex_unlock(&s->lock);
	free(m);
	return NULL;
}

int load_run(struct load *load, struct error *error)
{
	struct shared s = { .load = load,
			    .lock = PTHREAD_MUTEX_INITIALIZER,
			    .seed = load->seed,
			    .tsc_hz = clock_tsc_hz(),
			    .begun_ns = clock_now_ns() };
	struct vm vm[LOAD_VMS];
	double others;
	size_t started = 0;
	int code = 0;

	probes_choose(LOAD_PROBES, &s.without, NULL);
	cores_get(&s.cores);
	others = cores_others_ns(&s.cores);
	cores_yield(&s.cores);
	if (load->rate > 0)
		s.next_s = -log(random_unit(&s.seed)) / load->rate;
	for (; code == 0 && started < load->vms; started += code == 0) {
		vm[started] = (struct vm){ .shared = &s, .number = started };
		code = -pthread_create(&vm[started].thread, NULL, run_vm, &vm[started]);
	}
	if (code) {
		pthread_mutex_lock(&s.lock);
		s.code = code;
		pthread_mutex_unlock(&s.lock);
	}
	for (size_t i = 0; i < started; i++)
		pthread_join(vm[i].thread, NULL);
	cores_use(&s.cores);
	if (load->rate > 0 || load->lasted_ns == 0)
		load->lasted_ns = load->for_ns;
	load->others_cores =
		fmax(cores_others_ns(&s.cores) - others, 0) / (double)(clock_now_ns() - s.begun_ns);
	if (s.code == 0)
		return 0;
	if (s.error.what[0])
		*error = s.error;
	else
		error_set(error, -s.code, "cannot run %zu VMs at once", load->vms);
	return s.code;
}

void load_free(struct load *load)
{
	free(load->run);
	load->run = NULL;
	load->runs = 0;
}
