/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/observe_priv.h"
#include "probes/trace.h"
#include "tests/check.h"

/*
 * KVM counted 3 faults and 2 interrupts. With its events recorded a fault takes 30 between entry and exit, 5
 * for recording the exit, and 40 from when KVM tells of it; without, 15 less. An interrupt takes 12 after its
 * exit.
 */
static void test_unasked(void)
{
	const uint64_t costs[TRACE_COSTS] = {
		[COST_WINDOW] = 30, [COST_EVENT] = 5, [COST_EXIT] = 12, [COST_FAULT] = 40
	};
	struct launch launch = { .trace = "trace" };
	struct vmm_config config = { 0 };
	struct measurement m;

	measurement_init(&m, &config);
	probe_samples_add(&m.samples, "kvm-stats", "vcpu0", "pf_taken", "1", 3);
	probe_samples_add(&m.samples, "kvm-stats", "vcpu0", "irq_exits", "1", 2);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 0); /* what they take is not known */
	launch.exit_costs = costs;
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 3 * 75 + 2 * 42);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu1"), 0);
	launch.trace = NULL;
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 3 * 60 + 2 * 32);
	launch.trace = "trace";
	probe_samples_add(&m.samples, "kvm-stats", "vcpu0", "exits", "1", 25);
	probe_samples_add(&m.samples, "kvm-stats", "vcpu0", "io_exits", "1", 4);
	probe_samples_add(&m.samples, "kvm-stats", "vcpu0", "halt_exits", "1", 3);
	probe_samples_add(&m.samples, "kvm-stats", "vcpu0", "irq_injections", "1", 3);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 3 * 75 + 12 * 42); /* 10 that nothing else counts */
	measurement_free(&m);
}

/* It was while the program ran, or the guest's kernel: 450 and 250. */
static void test_placed(void)
{
	struct probe_vcpu_times t = {
		.wall = 1000, .cpu = 1000, .run = 800, .host = 150, .guest_kernel = 250, .guest_wait = 300
	};
	struct probe_account a;

	t.unasked = 70;
	probe_account_vcpu(&a, &t);
	CHECK_INT(a.ns[LAYER_GUEST_USER], 450 - 45);
	CHECK_INT(a.ns[LAYER_GUEST_KERNEL], 250 - 25);
	CHECK_INT(a.ns[LAYER_HYPERVISOR], 100 + 70);
	t.unasked = 1000; /* there is no more than all */
	probe_account_vcpu(&a, &t);
	CHECK_INT(a.ns[LAYER_GUEST_USER] + a.ns[LAYER_GUEST_KERNEL], 0);
	CHECK_INT(a.ns[LAYER_HYPERVISOR], 100 + 700);
	CHECK_INT(a.ns[LAYER_UNATTRIBUTED], 0);
}

int main(void)
{
	CHECK_RUN(test_placed);
	CHECK_RUN(test_unasked);
	return check_done();
}
