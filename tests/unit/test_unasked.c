/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/observe_priv.h"
#include "probes/trace.h"
#include "tests/check.h"

/*
 * KVM counted 8 faults and 2 interrupts. With its events recorded each takes 30 between entry and exit; after
 * its exit an interrupt takes 12, and a fault 40, 60 where the host has to supply the page, and two together
 * 130 where it supplies one twice. Without, each of 2 or 3 events takes 5 less.
 */
static const uint64_t costs[TRACE_COSTS] = {
	[COST_WINDOW] = 30, [COST_EVENT] = 5,	 [COST_EXIT] = 12, [COST_FAULT] = 40,
	[COST_FRESH] = 60,  [COST_COPIED] = 130, [COST_SWITCH] = 9
};

static void count(struct measurement *m, const char *probe, const char *event, double value)
{
	probe_samples_add(&m->samples, probe, "vcpu0", event, "1", value);
}

static void test_unasked(void)
{
	struct launch launch = { .trace = "trace" };
	struct vmm_config config = { 0 };
	struct measurement m;

	measurement_init(&m, &config);
	count(&m, "kvm-stats", "pf_taken", 8);
	count(&m, "kvm-stats", "irq_exits", 2);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 0); /* what they take is not known */
	launch.exit_costs = costs;
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 8 * 70 + 2 * 42);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu1"), 0);
	launch.trace = NULL;
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 8 * 55 + 2 * 32);
	launch.trace = "trace";
	count(&m, "kvm-stats", "exits", 30);
	count(&m, "kvm-stats", "io_exits", 4);
	count(&m, "kvm-stats", "halt_exits", 3);
	count(&m, "kvm-stats", "irq_injections", 3);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 8 * 70 + 12 * 42); /* 10 that nothing else counts */
	measurement_free(&m);
}

/* The kernel counted 5 pages that the host supplied, and KVM 1 fault that it had begun on in vain. */
static void test_supplied(void)
{
	const struct launch launch = { .trace = "trace", .exit_costs = costs };
	struct vmm_config config = { 0 };
	struct measurement m;

	measurement_init(&m, &config);
	count(&m, "kvm-stats", "pf_taken", 8);
	count(&m, "kvm-stats", "pf_fixed", 6);
	count(&m, "kvm-stats", "pf_emulate", 1);
	count(&m, "stamps", "pages_supplied", 5);
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 8 * 30 + 130 + 3 * 60 + 3 * 40);
	measurement_free(&m);

	measurement_init(&m, &config);
	count(&m, "kvm-stats", "pf_taken", 8);
	count(&m, "kvm-stats", "pf_fixed", 8);
	count(&m, "stamps", "pages_supplied", 20); /* most of them elsewhere */
	CHECK_INT(observe_unasked(&launch, &m, "vcpu0"), 8 * 30 + 8 * 60);
	measurement_free(&m);
}

static void test_switching(void)
{
	struct launch launch = { .trace = "trace" };

	CHECK_INT(observe_switching(&launch, 3), 0);
	launch.exit_costs = costs;
	CHECK_INT(observe_switching(&launch, 3), 27);
	launch.trace = NULL; /* what it takes without tracing is not known */
	CHECK_INT(observe_switching(&launch, 3), 0);
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
	t.unasked = 0;
	t.switching = 80; /* a tenth of each part in KVM_RUN, of which 100 is KVM's already */
	probe_account_vcpu(&a, &t);
	CHECK_INT(a.ns[LAYER_GUEST_USER], 450 - 45);
	CHECK_INT(a.ns[LAYER_GUEST_KERNEL], 250 - 25);
	CHECK_INT(a.ns[LAYER_HYPERVISOR], 100 + 70);
}

/* It had no core for 100 of the time in KVM_RUN; what KVM did unasked it did on one. */
static void test_late(void)
{
	struct probe_vcpu_times t = {
		.wall = 1000, .cpu = 900, .delay = 100, .run = 1000, .late_inside = 1, .unasked = 850
	};
	struct probe_account a;

	probe_account_vcpu(&a, &t);
	CHECK_INT(a.ns[LAYER_HYPERVISOR], 850);
	CHECK_INT(a.ns[LAYER_GUEST_USER], 50);
	CHECK_INT(a.ns[LAYER_WAIT_CPU], 100);
}

/* KVM tells where it waited for a core: while it was answered 40, in KVM_RUN 15 before the answer came, and
 * 35 while it ran. Of 375 it does not tell. */
static void test_told(void)
{
	struct probe_vcpu_times t = {
		.wall = 1000,
		.cpu = 910,
		.delay = 90,
		.run = 800,
		.host = 150,
		.guest_wait = 300,
		.guest_spin = 60,
		.guest_kernel = 300,
		.late_inside = 50,
		.late_outside = 40,
		.late_waiting = 55,
	};
	struct probe_account a;

	probe_account_vcpu(&a, &t);
	CHECK_INT(a.ns[LAYER_HOST_KERNEL], 150 - 40);
	CHECK_INT(a.ns[LAYER_GUEST_USER], 400 - 20);
	CHECK_INT(a.ns[LAYER_GUEST_KERNEL], 300 - 15);
	CHECK_INT(a.ns[LAYER_HYPERVISOR], 40 - 6);
	CHECK_INT(a.ns[LAYER_SPIN], 60 - 9);
	t.cpu -= 375;
	t.delay += 375;
	probe_account_vcpu(&a, &t);
	CHECK_INT(a.ns[LAYER_HOST_KERNEL], 150 - 40);
	CHECK_INT(a.ns[LAYER_HYPERVISOR], 34 - 17); /* half of each part in KVM_RUN */
	CHECK_INT(a.ns[LAYER_UNATTRIBUTED], 0);
}

/* Recording each of three wake-ups that took its core took 5 of its own time. */
static void test_preempted(void)
{
	const struct vmm_usage usage = { .waits = 2, .switches = 5 };
	struct launch launch = { .trace = "trace" };

	CHECK_INT(observe_preempted(&launch, &usage, 100), 0);
	launch.exit_costs = costs;
	CHECK_INT(observe_preempted(&launch, &usage, 100), 15);
	CHECK_INT(observe_preempted(&launch, &usage, 10), 10);
	CHECK_INT(observe_preempted(&launch, &usage, PROBE_MISSING), 0);
	launch.trace = NULL;
	CHECK_INT(observe_preempted(&launch, &usage, 100), 0);
}

int main(void)
{
	CHECK_RUN(test_placed);
	CHECK_RUN(test_late);
	CHECK_RUN(test_told);
	CHECK_RUN(test_preempted);
	CHECK_RUN(test_unasked);
	CHECK_RUN(test_supplied);
	CHECK_RUN(test_switching);
	return check_done();
}
