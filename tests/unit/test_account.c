/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <math.h>
#include <signal.h>
#include <stdlib.h>

#include "cmd/launch_priv.h"
#include "cmd/verdict_priv.h"
#include "tests/check.h"

/* From a monitor's report to the columns of a run, and the verdict on it. One tick is one nanosecond here. */

/* A report of an hour's worth of nothing: the caller frees. */
static struct vmm_report *blank(void)
{
	struct vmm_report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	r->tsc_hz = 1000000000;
	r->tsc_program = 1;
	r->threads = 1;
	return r;
}

static struct measurement fresh(const char *preset)
{
	struct vmm_config config;
	struct measurement m;
	struct error error;

	CHECK_INT(vmm_config_preset(&config, preset, &error), 0);
	measurement_init(&m, &config);
	return m;
}

/* 1000 ns in the guest, 100 of them polling; 300 outside. */
static void test_hosted(void)
{
	struct measurement m = fresh("hosted");
	struct vmm_report *r = blank();

	r->thread[0].run_tsc = 1000;
	r->thread[0].cpu_ns = 1300;
	r->guest_spin_tsc = 100;
	account_monitor(r, 2000, &m);
	CHECK_INT(m.cpu_vcpu_ns, 900);
	CHECK_INT(m.cpu_vcpu_spin_ns, 100);
	CHECK_INT(m.cpu_monitor_ns, 300);
	CHECK_INT(m.cpu_driver_busy_ns, 0);
	CHECK_INT(m.cpu_driver_spin_ns, 0);
	CHECK_INT(m.cpu_setup_ns, 700);
	CHECK_INT(m.cpu_kthread_ns, 0);
	CHECK_NEAR(m.cores_held, 1, 0);
	CHECK(isnan(m.direct_share));
	free(r);
}

static void test_ring(void)
{
	struct measurement m = fresh("bare-metal");
	struct vmm_report *r = blank();

	r->value[VMM_TRANSPORT] = VMM_TRANSPORT_RING;
	r->threads = 2;
	r->vcpus = r->drivers = 1;
	r->cores = r->cores_allowed = 4;
	r->thread[0].run_tsc = r->thread[0].cpu_ns = 1000;
	r->thread[1].cpu_ns = 800;
	r->thread[1].spin_tsc = 600;
	r->bytes_io = 400;
	r->bytes_direct = 100;
	account_monitor(r, 1800, &m);
	CHECK_INT(m.cpu_driver_busy_ns, 200);
	CHECK_INT(m.cpu_driver_spin_ns, 600);
	CHECK_INT(m.cpu_setup_ns, 0);
	CHECK_NEAR(m.cores_held, 2, 0);
	CHECK_NEAR(m.direct_share, 0.25, 0);
	free(r);
}

/* Threads hold no more cores than they share, and drivers none beyond those there are. */
static void test_held(void)
{
	static const struct {
		uint32_t vcpus, cores, drivers, allowed;
		double held;
	} cases[] = {
		{ 1, 4, 0, 4, 1 }, { 9, 4, 0, 4, 4 }, { 9, 2, 1, 4, 3 }, { 2, 2, 1, 2, 2 }, { 1, 1, 3, 8, 4 }
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct measurement m = fresh("bare-metal");
		struct vmm_report *r = blank();

		r->vcpus = cases[i].vcpus;
		r->cores = cases[i].cores;
		r->drivers = cases[i].drivers;
		r->cores_allowed = cases[i].allowed;
		account_monitor(r, 0, &m);
		CHECK_NEAR(m.cores_held, cases[i].held, 0);
		CHECK_INT(m.cpus, cases[i].cores);
		CHECK_INT(m.drivers, cases[i].drivers);
		free(r);
	}
}

/* The guest sleeps inside KVM_RUN only where KVM has the interrupt controller. */
static void test_halted(void)
{
	struct measurement m = fresh("hosted");
	struct vmm_report *r = blank();

	r->thread[0].run_tsc = 1000;
	r->thread[0].cpu_ns = 700;
	r->guest_halt_tsc = 600;
	r->value[VMM_IRQCHIP] = VMM_IRQCHIP_KERNEL;
	account_monitor(r, 700, &m);
	CHECK_INT(m.cpu_vcpu_ns, 400);
	CHECK_INT(m.cpu_monitor_ns, 300);
	r->value[VMM_IRQCHIP] = VMM_IRQCHIP_USER;
	account_monitor(r, 700, &m);
	CHECK_INT(m.cpu_vcpu_ns, 700);
	CHECK_INT(m.cpu_monitor_ns, 0);
	free(r);
}

/* A preempted guest: half of the time in KVM_RUN had no CPU, and half of that time it was polling. */
static void test_preempted(void)
{
	struct measurement m = fresh("hosted");
	struct vmm_report *r = blank();

	r->thread[0].run_tsc = 1000;
	r->thread[0].cpu_ns = 500;
	r->guest_spin_tsc = 500;
	account_monitor(r, 500, &m);
	CHECK_INT(m.cpu_vcpu_spin_ns, 250);
	CHECK_INT(m.cpu_vcpu_ns, 250);
	CHECK_INT(m.cpu_monitor_ns, 0);
	free(r);
}

static void test_crash(void)
{
	struct measurement m = fresh("hosted");
	struct vmm_report *r = blank();

	r->outcome = VMM_SIGNALED;
	r->signal = SIGSEGV;
	r->fault_vector = 14;
	r->faulted = 1;
	r->fault_rip = 0x401641;
	r->fault_address = 0x10;
	account_outcome(r, 1, &m);
	CHECK_INT(m.status, RUN_CRASHED);
	CHECK_INT(m.exit_code, 139);
	CHECK_STR(m.reason, "Segmentation fault: page fault at rip=0x401641 address=0x10");

	m = fresh("hosted");
	r->signal = SIGABRT;
	r->faulted = 0;
	account_outcome(r, 1, &m);
	CHECK_STR(m.reason, "Aborted");
	CHECK_INT(m.exit_code, 134);
	free(r);
}

static void test_outcomes(void)
{
	struct measurement m = fresh("hosted");
	struct vmm_report *r = blank();

	r->outcome = VMM_EXITED;
	r->exit_code = 3;
	account_outcome(r, 1, &m);
	CHECK_INT(m.status, RUN_OK);
	CHECK_INT(m.exit_code, 3);

	r->outcome = VMM_TIMED_OUT;
	account_outcome(r, 1500000000, &m);
	CHECK_INT(m.status, RUN_TIMEOUT);
	CHECK_STR(m.reason, "no end after 1.5 s");

	r->outcome = VMM_UNABLE;
	error_fail(&r->error, 0, "the mend", "no KVM");
	account_outcome(r, 1, &m);
	CHECK_INT(m.status, RUN_SKIPPED);
	CHECK_STR(m.reason, "no KVM: the mend");

	r->outcome = VMM_FAILED;
	account_outcome(r, 1, &m);
	CHECK_INT(m.status, RUN_FAILED);

	r->outcome = VMM_GUEST_PANIC;
	r->error.what[0] = '\0';
	r->fault_vector = 6;
	account_outcome(r, 1, &m);
	CHECK_INT(m.status, RUN_CRASHED);
	CHECK_STR(m.reason, "the guest kernel failed: invalid opcode at rip=0x0 address=0x0");
	free(r);
}

static const char *flags_of(struct measurement *m)
{
	static char flags[FLAGS_ROOM];
	struct reference none = { 0 };

	flags[0] = '\0';
	flags_judge(flags, m, &none);
	return flags;
}

static void test_flags(void)
{
	struct measurement m = fresh("native");

	CHECK_STR(flags_of(&m), "");
	m.roi_ns = 1000000000;
	m.roi_outside_ns = 1000900000; /* 0.09 % */
	CHECK_STR(flags_of(&m), "");
	m.roi_outside_ns = 1001100000; /* 0.11 % */
	CHECK_STR(flags_of(&m), "roi-mismatch");
	m.roi_ns = 100000;
	m.roi_outside_ns = 290000; /* 190 %, but only what a wake-up takes */
	CHECK_STR(flags_of(&m), "");
	m.setup_ns = 100;
	m.life_ns = 1000;
	CHECK_STR(flags_of(&m), ""); /* with marks start-up does not matter */
	m.roi_ns = RUN_MISSING;
	CHECK_STR(flags_of(&m), "startup");
	m.life_ns = 10001;
	CHECK_STR(flags_of(&m), "");
}

static void test_fallbacks(void)
{
	char why[VMM_KNOBS][96] = { [VMM_TRANSPORT] = "one core" };
	struct measurement m = fresh("bare-metal");
	struct vmm_config config;
	struct error error;

	CHECK_INT(vmm_config_preset(&config, "bare-metal", &error), 0);
	launch_say_fallbacks(&config, why, &m);
	CHECK_STR(m.fallback, "");
	m.value[VMM_TRANSPORT] = VMM_TRANSPORT_EXIT;
	m.value[VMM_IDLE] = VMM_IDLE_EXIT;
	launch_say_fallbacks(&config, why, &m);
	CHECK_STR(m.fallback, "transport=exit instead of ring: one core; idle=exit instead of poll");
}

int main(void)
{
	CHECK_RUN(test_hosted);
	CHECK_RUN(test_ring);
	CHECK_RUN(test_held);
	CHECK_RUN(test_halted);
	CHECK_RUN(test_preempted);
	CHECK_RUN(test_crash);
	CHECK_RUN(test_outcomes);
	CHECK_RUN(test_flags);
	CHECK_RUN(test_fallbacks);
	return check_done();
}
