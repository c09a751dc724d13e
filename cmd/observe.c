/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/observe_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"

#define PROGRAM "program" /* the thread of a plain process */

bool observe_possible(uint32_t without)
{
	for (int i = 0; probes[i]; i++)
		if (probes[i]->disturbs && probes_have(without, probes[i]->name) &&
		    probes[i]->available(NULL))
			return true;
	return false;
}

void observe_native_begin(const struct launch *launch, struct probe_session *session, pid_t pid,
			  const struct probe_before *before)
{
	const struct probe_target target = {
		.pid = pid,
		.thread = { { .name = PROGRAM, .tid = pid } },
		.threads = 1,
		.kvm_vm = -1,
		.kvm_vcpu = -1,
		.sets = launch->sets,
		.before = before,
	};

	probe_session_begin(session, &target, launch->observed, launch->without);
}

void observe_end(struct probe_session *session, struct measurement *m)
{
	if (m->report) /* an exec moved it */
		session->target.guest_at = m->report->guest_at;
	/* Short of memory some counts are missing from the tables, and the repetition is as good as ever. */
	probe_session_end(session, &m->samples);
}

static int64_t delay(const struct measurement *m, const char *thread)
{
	return probe_samples_find(&m->samples, "schedstat", thread, "run_delay");
}

/* Room for the account of one more thread. */
static struct probe_account *next_account(struct measurement *m, const char *thread)
{
	struct measurement_thread *t = &m->thread[m->threads++];

	snprintf(t->name, sizeof(t->name), "%s", thread);
	return &t->account;
}

int64_t observe_native_before(const struct measurement *m)
{
	int64_t before = probe_samples_find(&m->samples, "schedstat", PROGRAM, "cpu_before");

	return before == PROBE_MISSING ? 0 : before;
}

/*
 * wait4 tells user and system time of the whole process and its children, but of the whole life: what the
 * scheduler had counted at the gate is not the program's.
 */
void observe_native_account(const struct rusage *usage, int64_t wall_ns, struct measurement *m)
{
	int64_t user = clock_timeval_ns(&usage->ru_utime), system = clock_timeval_ns(&usage->ru_stime),
		all = user + system;
	int64_t before = observe_native_before(m);
	struct probe_native_times times = {
		.wall = wall_ns, .user = user, .system = system, .delay = delay(m, PROGRAM)
	};

	probe_rusage_add(&m->samples, usage);
	if (before > 0 && before < all) {
		times.user = (int64_t)((double)(all - before) * (double)user / (double)all);
		times.system = all - before - times.user;
	}
	probe_account_native(next_account(m, PROGRAM), &times);
}

void observe_monitor_begin(const struct launch *launch, struct probe_session *session, pid_t pid,
			   const struct vmm_report *report, const int *stats,
			   const struct probe_before *before)
{
	struct probe_target target = {
		.pid = pid,
		.kvm_vm = stats[0],
		.kvm_vcpu = stats[1],
		.kvm_added = stats + OBSERVE_STATS,
		.sets = launch->sets,
		.before = before,
		.all = launch->observed,
		.guest_at = report->guest_at,
		.guest_bytes = report->guest_bytes,
		.guest_kernel = launch->guest_kernel,
		.guest_kernel_bytes = report->guest_kernel_bytes,
	};

	for (uint32_t i = 0; i < report->threads && i < VMM_THREADS && i < PROBE_THREADS; i++)
		target.thread[target.threads++] = (struct probe_thread){
			.name = report->thread[i].name,
			.tid = report->thread[i].tid,
		};
	probe_session_begin(session, &target, launch->observed, launch->without);
}

static int64_t ns(const struct vmm_report *r, uint64_t ticks)
{
	return (int64_t)clock_ticks_to_ns(ticks, r->tsc_hz);
}

static bool is_vcpu(const struct vmm_thread *t)
{
	return strncmp(t->name, "vcpu", 4) == 0;
}

/*
 * What the guest kernel counted on the first vCPU: the report's sums are of all, and a monitor of one vCPU
 * may leave the rows without.
 */
static struct vmm_thread first_vcpu(const struct vmm_report *r)
{
	struct vmm_thread first = r->thread[0];

	first.guest_kernel_tsc = r->guest_kernel_tsc;
	first.guest_wait_tsc = r->guest_wait_tsc;
	first.guest_spin_tsc = r->guest_spin_tsc;
	for (uint32_t i = 1; i < r->threads && i < VMM_THREADS; i++) {
		first.guest_kernel_tsc -= r->thread[i].guest_kernel_tsc;
		first.guest_wait_tsc -= r->thread[i].guest_wait_tsc;
		first.guest_spin_tsc -= r->thread[i].guest_spin_tsc;
	}
	return first;
}

/*
 * A thread's own reading is between the same moments as its stamps, and most have ended when we could read;
 * ours, of the first, begins before it is told to go, and says whether there is such an account at all.
 */
static int64_t vcpu_delay(const struct vmm_report *r, const struct vmm_thread *t, bool first,
			  const struct measurement *m)
{
	int64_t seen = delay(m, r->thread[0].name), own = (int64_t)t->delay_ns;

	return seen == PROBE_MISSING || (first && own > seen) ? seen : own;
}

static void account_vcpu(const struct launch *launch, const struct vmm_report *r, const struct vmm_thread *t,
			 bool first, struct measurement *m)
{
	int64_t waited = vcpu_delay(r, t, first, m), early = observe_preempted(launch, &t->usage, waited);
	const struct probe_vcpu_times times = {
		.wall = ns(r, t->wall_tsc),
		.cpu = (int64_t)t->cpu_ns + early,
		.delay = waited - early,
		.waits = (int64_t)t->usage.waits,
		.switches = (int64_t)t->usage.switches,
		.run = ns(r, t->run_tsc),
		.host = ns(r, t->host_tsc),
		.guest_kernel = ns(r, t->guest_kernel_tsc),
		.guest_wait = ns(r, t->guest_wait_tsc),
		.guest_spin = ns(r, t->guest_spin_tsc),
		.sampled = 2 * r->guest_brief_tsc > r->guest_kernel_tsc,
		.late_inside = (int64_t)t->late_inside_ns,
		.late_outside = (int64_t)t->late_outside_ns,
		.late_waiting = (int64_t)t->late_waiting_ns,
		.unasked = observe_unasked(launch, m, t->name),
		.switching = observe_switching(launch, t->switched_inside),
		.boot = first && r->tsc_program > r->tsc_first ? ns(r, r->tsc_program - r->tsc_first) : 0,
	};

	probe_account_vcpu(next_account(m, t->name), &times);
}

static void account_driver(const struct vmm_report *r, const struct vmm_thread *t, struct measurement *m)
{
	const struct probe_driver_times times = {
		.wall = ns(r, t->wall_tsc),
		.cpu = (int64_t)t->cpu_ns,
		.delay = delay(m, t->name),
		.host = ns(r, t->host_tsc),
		.spin = ns(r, t->spin_tsc),
		.sleep = ns(r, t->sleep_tsc),
	};

	probe_account_driver(next_account(m, t->name), &times);
}

/* The stamps as counts: what the account was made from. */
static void add_thread_stamps(const struct vmm_report *r, const struct vmm_thread *t, bool vcpu,
			      struct measurement *m)
{
	probe_samples_add(&m->samples, "stamps", t->name, "wall", "ns", (double)ns(r, t->wall_tsc));
	probe_samples_add(&m->samples, "stamps", t->name, "cpu", "ns", (double)t->cpu_ns);
	probe_samples_add(&m->samples, "stamps", t->name, "host_calls", "ns", (double)ns(r, t->host_tsc));
	if (!vcpu)
		return;
	probe_samples_add(&m->samples, "stamps", t->name, "kvm_run", "ns", (double)ns(r, t->run_tsc));
	probe_samples_add(&m->samples, "stamps", t->name, "pages_supplied", "1", (double)t->usage.supplied);
	probe_samples_add(&m->samples, "stamps", t->name, "switches_inside", "1", (double)t->switched_inside);
}

static void add_stamps(const struct vmm_report *r, struct measurement *m)
{
	const struct {
		const char *event;
		uint64_t ticks;
	} guest[] = {
		{ "guest_kernel", r->guest_kernel_tsc },
		{ "guest_wait", r->guest_wait_tsc },
		{ "guest_spin", r->guest_spin_tsc },
		{ "guest_halt", r->guest_halt_tsc },
	};

	for (uint32_t i = 0; i < r->threads && i < VMM_THREADS; i++)
		add_thread_stamps(r, &r->thread[i], is_vcpu(&r->thread[i]), m);
	for (size_t i = 0; i < sizeof(guest) / sizeof(guest[0]); i++)
		probe_samples_add(&m->samples, "stamps", r->thread[0].name, guest[i].event, "ns",
				  (double)ns(r, guest[i].ticks));
	probe_samples_add(&m->samples, "stamps", r->thread[0].name, "requests_contradictory", "1",
			  (double)r->requests_contradictory);
	probe_samples_add(&m->samples, "stamps", r->thread[0].name, "syscalls", "1",
			  (double)r->guest_syscalls);
	probe_samples_add(&m->samples, "stamps", r->thread[0].name, "syscalls_served", "1",
			  (double)r->guest_served);
}

/* All processes but the first, a row for their vCPUs and one for their drivers. */
static void account_others(const struct launch *launch, const struct vmm_report *r, struct measurement *m)
{
	struct vmm_thread vcpus = r->others_vcpu, drivers = r->others_driver;

	if (r->forks == 0)
		return;
	strcpy(vcpus.name, "others-vcpu");
	strcpy(drivers.name, "others-driver");
	add_thread_stamps(r, &vcpus, true, m);
	account_vcpu(launch, r, &vcpus, false, m);
	if (drivers.wall_tsc == 0)
		return;
	add_thread_stamps(r, &drivers, false, m);
	account_driver(r, &drivers, m);
}

void observe_monitor_account(const struct launch *launch, const struct rusage *usage, struct measurement *m)
{
	const struct vmm_report *r = m->report;
	struct vmm_thread first;

	probe_rusage_add(&m->samples, usage);
	if (r->tsc_program == 0 || r->tsc_hz == 0 || r->tsc_end == 0 || r->threads == 0)
		return;
	add_stamps(r, m);
	first = first_vcpu(r);
	account_vcpu(launch, r, &first, true, m);
	for (uint32_t i = 1; i < r->threads && i < VMM_THREADS; i++)
		if (is_vcpu(&r->thread[i]))
			account_vcpu(launch, r, &r->thread[i], false, m);
		else
			account_driver(r, &r->thread[i], m);
	account_others(launch, r, m);
}
