/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <stdlib.h>

#include "probes/probes.h"
#include "tests/check.h"

/* Where the time of a thread went: every account closes, and nothing in it is invented. */

static int64_t sum(const struct probe_account *account)
{
	int64_t total = 0;

	for (int i = 0; i < PROBE_LAYERS; i++)
		total += account->ns[i] == PROBE_MISSING ? 0 : account->ns[i];
	return total;
}

static int64_t ns(const struct probe_account *account, enum probe_layer layer)
{
	return account->ns[layer];
}

/* 1000 ns: 800 in KVM_RUN, of which 300 kernel and boot, 100 waited; 200 outside, of which 150 in calls. */
static const struct probe_vcpu_times vcpu = {
	.wall = 1000,
	.cpu = 1000,
	.delay = 0,
	.waits = PROBE_MISSING,
	.switches = PROBE_MISSING,
	.run = 800,
	.host = 150,
	.guest_kernel = 250,
	.guest_wait = 300,
	.guest_spin = 60,
	.boot = 50,
};

static void test_vcpu(void)
{
	struct probe_account a;

	probe_account_vcpu(&a, &vcpu);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 400);
	CHECK_INT(ns(&a, LAYER_GUEST_KERNEL), 300);
	CHECK_INT(ns(&a, LAYER_SPIN), 60);
	CHECK_INT(ns(&a, LAYER_HYPERVISOR), 40);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 150);
	CHECK_INT(ns(&a, LAYER_MONITOR), 50);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 0); /* measured, and none */
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), 0);
	CHECK_INT(ns(&a, LAYER_IDLE), PROBE_MISSING); /* a vCPU has no such thing */
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(sum(&a), 1000);
	CHECK_INT(a.source[LAYER_GUEST_KERNEL], PROBE_EXACT);
	CHECK_INT(a.source[LAYER_GUEST_USER], PROBE_INFERRED);
}

/* Time off the core: first in host calls, then halted in KVM_RUN, then in the monitor. */
static void test_vcpu_blocked(void)
{
	struct probe_vcpu_times t = vcpu;
	struct probe_account a;

	t.cpu = 724;
	t.delay = 76; /* of 760 in KVM_RUN that it was not blocked: a tenth of each part */
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 200);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 0);
	CHECK_INT(ns(&a, LAYER_HYPERVISOR), 0);
	CHECK_INT(ns(&a, LAYER_MONITOR), 40);
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), 76);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 400 - 40);
	CHECK_INT(ns(&a, LAYER_SPIN), 60 - 6); /* polling takes a core: it was not blocked */
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(sum(&a), 1000);
}

/* Half of its switches were waits: so half of the delay came after these, in host calls and then halted. */
static void test_vcpu_woken(void)
{
	struct probe_vcpu_times t = vcpu;
	struct probe_account a;

	t.cpu = 860;
	t.delay = 80;
	t.waits = 5;
	t.switches = 10;
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 60);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 150 - 60 - 40);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 400 - 20); /* the others: a twentieth of each part in KVM_RUN */
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), 80);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(sum(&a), 1000);

	t.waits = 0; /* it was not blocked: the 60 are stolen */
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 0);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 150);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 400 - 40);
	CHECK_INT(sum(&a), 1000);
}

/* What is claimed twice shows: the remainder is negative, and the sum still right. */
static void test_vcpu_twice(void)
{
	struct probe_vcpu_times t = vcpu;
	struct probe_account a;

	t.guest_kernel = 900;
	t.delay = 70;
	t.cpu = 930;
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 0);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED),
		  -250); /* 950 + 40 + 60 of 800, of which polling waited 60 and KVM 10 */
	CHECK_INT(sum(&a), 1000);
}

/* A guest that polls may be off its core meanwhile: the time is that of waiting, once. */
static void test_vcpu_polls_without_a_core(void)
{
	struct probe_vcpu_times t = vcpu;
	struct probe_account a;

	t.guest_kernel = 600; /* so that the program itself had 50 */
	t.delay = 80;
	t.cpu = 920;
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), 80);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 50 - 5);
	CHECK_INT(ns(&a, LAYER_SPIN), 60 - 6);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(sum(&a), 1000);
}

static void test_vcpu_missing(void)
{
	struct probe_vcpu_times t = vcpu;
	struct probe_account a;

	t.delay = PROBE_MISSING;
	t.cpu = 300;
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 150); /* whether in them it slept is not known */
	CHECK_INT(sum(&a), 1000);

	t = vcpu;
	t.guest_wait = PROBE_MISSING; /* the guest told nothing */
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_GUEST_KERNEL), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_HYPERVISOR), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_SPIN), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 150);
	CHECK_INT(ns(&a, LAYER_MONITOR), 50);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 800);
	CHECK_INT(sum(&a), 1000);

	t = vcpu;
	t.host = PROBE_MISSING;
	probe_account_vcpu(&a, &t);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_MONITOR), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 200);
	CHECK_INT(sum(&a), 1000);

	t = vcpu;
	t.wall = PROBE_MISSING;
	probe_account_vcpu(&a, &t);
	for (int i = 0; i < PROBE_LAYERS; i++)
		CHECK_INT(a.ns[i], PROBE_MISSING);
}

static void test_driver(void)
{
	struct probe_driver_times t = {
		.wall = 1000, .cpu = 500, .delay = 30, .host = 300, .spin = 200, .sleep = 400
	};
	struct probe_account a;

	probe_account_driver(&a, &t);
	CHECK_INT(ns(&a, LAYER_IDLE), 370);   /* woken, it waited for a core */
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 70); /* 470 off the core, of which 400 asleep for want of work */
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 230);
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), 30);
	CHECK_INT(ns(&a, LAYER_SPIN), 200);
	CHECK_INT(ns(&a, LAYER_MONITOR), 100);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(sum(&a), 1000);

	t.sleep = PROBE_MISSING;
	probe_account_driver(&a, &t);
	CHECK_INT(ns(&a, LAYER_IDLE), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), PROBE_MISSING); /* it may have slept for want of work */
	CHECK_INT(ns(&a, LAYER_MONITOR), PROBE_MISSING);
	CHECK_INT(sum(&a), 1000);

	t.wall = PROBE_MISSING;
	probe_account_driver(&a, &t);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), PROBE_MISSING);
}

static void test_native(void)
{
	struct probe_native_times t = { .wall = 1000, .user = 600, .system = 150, .delay = 50 };
	struct probe_account a;

	probe_account_native(&a, &t);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), 600);
	CHECK_INT(ns(&a, LAYER_HOST_KERNEL), 150);
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), 50);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 200);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(a.source[LAYER_GUEST_USER], PROBE_SAMPLED);
	CHECK_INT(sum(&a), 1000);

	t.user = 1900; /* two threads */
	probe_account_native(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), 0);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), -1100);
	CHECK_INT(sum(&a), 1000);

	t.user = 600;
	t.delay = PROBE_MISSING;
	probe_account_native(&a, &t);
	CHECK_INT(ns(&a, LAYER_WAIT_CPU), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_WAIT_IO), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 250);

	t.user = t.system = PROBE_MISSING;
	probe_account_native(&a, &t);
	CHECK_INT(ns(&a, LAYER_GUEST_USER), PROBE_MISSING);
	CHECK_INT(ns(&a, LAYER_UNATTRIBUTED), 1000);
	CHECK_INT(sum(&a), 1000);
}

/* A time that is now and then missing, and as often absurd; never 0 where nothing was measured. */
static int64_t any(void)
{
	return rand() % 8 == 0 ? PROBE_MISSING : rand() % 5000;
}

static void test_any_closes(void)
{
	srand(1);
	for (int i = 0; i < 200000; i++) {
		struct probe_vcpu_times v = { any(), any(), any(), any(), any(), any(), any(), any(), any(),
					      any(), any(), any(), any(), any(), any(), any(), any() };
		struct probe_driver_times d = { any(), any(), any(), any(), any(), any() };
		struct probe_native_times n = { any(), any(), any(), any() };
		struct probe_account a[3];
		const int64_t wall[3] = { v.wall, d.wall, n.wall };

		probe_account_vcpu(&a[0], &v);
		probe_account_driver(&a[1], &d);
		probe_account_native(&a[2], &n);
		for (int k = 0; k < 3; k++) {
			CHECK_INT(sum(&a[k]), wall[k] == PROBE_MISSING ? 0 : wall[k]);
			for (int layer = 0; layer < LAYER_UNATTRIBUTED; layer++)
				CHECK(a[k].ns[layer] >= 0 || a[k].ns[layer] == PROBE_MISSING);
		}
	}
}

int main(void)
{
	CHECK_RUN(test_vcpu);
	CHECK_RUN(test_vcpu_blocked);
	CHECK_RUN(test_vcpu_woken);
	CHECK_RUN(test_vcpu_twice);
	CHECK_RUN(test_vcpu_polls_without_a_core);
	CHECK_RUN(test_vcpu_missing);
	CHECK_RUN(test_driver);
	CHECK_RUN(test_native);
	CHECK_RUN(test_any_closes);
	return check_done();
}
