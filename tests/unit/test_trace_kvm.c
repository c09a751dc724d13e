/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/trace_account.h"

/* What KVM does for a guest, from synthetic traces whose sums are known. */

/* KVM that tells of no entries: ticks divide what was spent in KVM_RUN. */
static void test_ticks(void)
{
	static const struct trace_event events[] = {
		{ 0, 500, 1, TRACE_TICKS, 0 },
		{ 0, 16, 1, TRACE_RUN, 0 },
		{ 100, 0, 1, TRACE_RETURN, 0 },
		{ 120, 570, 1, TRACE_TICKS, 0 },
	};
	struct trace_account a = ACCOUNT(events, 120);

	CHECK(a.thread[0].sampled);
	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 70);
	CHECK_INT(a.thread[0].ns[LAYER_HYPERVISOR], 30);
	CHECK_INT(a.thread[0].ns[LAYER_MONITOR], 20);
	trace_account_free(&a);
}

/* Killed after 100, of which ticks tell 80: half of these 80 was the guest's, so half of all. */
static void test_old_ticks(void)
{
	static const struct trace_event events[] = {
		{ 0, 500, 1, TRACE_TICKS, 0 },
		{ 0, 16, 1, TRACE_RUN, 0 },
		{ 80, 540, 1, TRACE_TICKS, 0 },
		{ 100, 0, 1, TRACE_RETURN, 0 },
	};
	struct trace_account a = ACCOUNT(events, 100);

	CHECK(a.thread[0].sampled);
	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 50);
	CHECK_INT(a.thread[0].ns[LAYER_HYPERVISOR], 50);
	trace_account_free(&a);
}

/* What /proc tells of one that has ended is no time of its. */
static void test_dead(void)
{
	static const struct trace_event events[] = {
		{ 0, 0, 1, TRACE_USER_TICKS, 0 },
		{ 60, 0, 1, TRACE_END, 0 },
		{ 90, 50, 1, TRACE_USER_TICKS, 0 },
	};
	struct trace_account a = ACCOUNT(events, 100);

	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 60);
	CHECK_INT(sum(&a.thread[0]), 60);
	trace_account_free(&a);
}

/* One that makes no system call: of its 100, ticks give the program three parts and the host's kernel one. */
static void test_no_call(void)
{
	static const struct trace_event events[] = {
		{ 0, 5, 1, TRACE_USER_TICKS, 0 },
		{ 0, 2, 1, TRACE_SYSTEM_TICKS, 0 },
		{ 100, 35, 1, TRACE_USER_TICKS, 0 },
		{ 100, 12, 1, TRACE_SYSTEM_TICKS, 0 },
	};
	struct trace_account a = ACCOUNT(events, 100);

	CHECK(a.thread[0].sampled);
	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 75);
	CHECK_INT(a.thread[0].ns[LAYER_HOST_KERNEL], 25);
	CHECK_INT(a.thread[0].ticked_ns[LAYER_HOST_KERNEL], 25);
	CHECK_INT(sum(&a.thread[0]), 100);
	trace_account_free(&a);
}

/* Recording an entry takes 30 of the 100 after it: the hypervisor's. A guest that ran for less had nothing.
 */
static void test_cost(void)
{
	static const struct trace_event events[] = {
		{ 0, 30, 0, TRACE_COST, 0 },	{ 0, 16, 1, TRACE_RUN, 0 },
		{ 10, 0, 1, TRACE_GUEST, 0 },	{ 110, EXIT(0x72), 1, TRACE_EXIT, 0 },
		{ 120, 0, 1, TRACE_GUEST, 0 },	{ 130, EXIT(0x72), 1, TRACE_EXIT, 0 },
		{ 140, 0, 1, TRACE_RETURN, 0 },
	};
	struct trace_account a = ACCOUNT(events, 140);

	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 70);
	CHECK_INT(a.thread[0].ns[LAYER_HYPERVISOR], 10 + 30 + 10 + 10 + 10);
	trace_account_free(&a);
}

/* Getting a CPU back takes 30: the kernel's, also of a thread that had been in user mode. */
static void test_switch(void)
{
	static const struct trace_event events[] = {
		{ 0, 30, COST_SWITCH, TRACE_COST, 0 },
		{ 0, 16, 1, TRACE_RUN, 0 },
		{ 10, 0, 1, TRACE_GUEST, 0 },
		{ 20, EXIT(0x60), 1, TRACE_EXIT, 0 },
		{ 30, 0, 1, TRACE_RETURN, 0 },
		{ 40, 1, 1, TRACE_OFF, 0 },
		{ 100, 0, 1, TRACE_ON, 0 },
		{ 150, 1, 1, TRACE_SYSCALL, 0 },
		{ 160, 0, 1, TRACE_RETURN, 0 },
	};
	struct trace_account a = ACCOUNT(events, 160);

	CHECK_INT(a.thread[0].ns[LAYER_MONITOR], 10 + 50 - 30);
	CHECK_INT(a.thread[0].ns[LAYER_HOST_KERNEL], 30 + 10);
	CHECK_INT(a.thread[0].ns[LAYER_WAIT_CPU], 60);
	CHECK_INT(sum(&a.thread[0]), 160);
	trace_account_free(&a);
}

/* A fault of 6, an interrupt raised by another thread, injected 7 later, 4 before the guest goes on; halts.
 */
static void test_reasons(void)
{
	static const struct trace_event events[] = {
		{ 0, 16, 1, TRACE_RUN, 0 },
		{ 10, 0, 1, TRACE_GUEST, 0 },
		{ 20, EXIT(0x400), 1, TRACE_EXIT, 0 },
		{ 23, 0, 1, TRACE_FAULT, 0 },
		{ 29, 0, 1, TRACE_GUEST, 0 },
		{ 40, EXIT(0x78), 1, TRACE_EXIT, 0 },
		{ 42, 0, 1, TRACE_OFF, 0 },
		{ 50, 0x30, 2, TRACE_RAISE, 1 },
		{ 51, 0x30, 2, TRACE_RAISE, 1 }, /* the same, still on its way */
		{ 52, 2, 1, TRACE_WAKE, 1 },
		{ 54, 0, 1, TRACE_ON, 0 },
		{ 55, TRACE_BLOCKED | 14, 1, TRACE_HALT, 0 },
		{ 57, 0x30, 1, TRACE_INJECT, 0 },
		{ 61, 0, 1, TRACE_GUEST, 0 },
		{ 70, EXIT(0x78), 1, TRACE_EXIT, 0 },
		{ 75, 4, 1, TRACE_HALT, 0 },
	};
	static const struct {
		enum trace_reason_kind kind;
		uint64_t value, count, timed, total;
	} known[] = {
		{ REASON_EXIT, EXIT(0x400), 1, 1, 9 },
		{ REASON_FAULT, 0, 1, 1, 6 },
		{ REASON_EXIT, EXIT(0x78), 2, 1, 61 - 40 - 12 },
		{ REASON_RAISE, 0x30, 2, 1, 7 },
		{ REASON_BLOCKED, 0, 1, 1, 14 },
		{ REASON_INJECT, 0x30, 1, 1, 4 },
		{ REASON_POLLED, 0, 1, 1, 4 },
	};
	struct trace_account a = ACCOUNT(events, 80);

	CHECK_INT(a.reasons, sizeof(known) / sizeof(known[0]));
	for (size_t i = 0; i < a.reasons && i < sizeof(known) / sizeof(known[0]); i++) {
		CHECK_INT(a.reason[i].kind, known[i].kind);
		CHECK_INT(a.reason[i].value, known[i].value);
		CHECK_INT(a.reason[i].count, known[i].count);
		CHECK_INT(a.reason[i].ns.count, known[i].timed);
		CHECK_INT(a.reason[i].ns.total, known[i].total);
	}
	CHECK_INT(sum(&a.thread[0]), 80);
	trace_account_free(&a);
}

/* An entry and an exit around nothing are 20 apart: so much of each window is the hypervisor's, as found out.
 */
static void test_window(void)
{
	static const struct trace_event events[] = {
		{ 0, 20, COST_WINDOW, TRACE_COST, 0 }, { 0, 3, COST_EVENT, TRACE_COST, 0 },
		{ 0, 4, COST_CALL, TRACE_COST, 0 },    { 0, 16, 1, TRACE_RUN, 0 },
		{ 10, 0, 1, TRACE_GUEST, 0 },	       { 110, EXIT(0x72), 1, TRACE_EXIT, 0 },
		{ 120, 0, 1, TRACE_GUEST, 0 },	       { 130, EXIT(0x72), 1, TRACE_EXIT, 0 },
		{ 140, 0, 1, TRACE_RETURN, 0 },	       { 150, 0, 1, TRACE_SYSCALL, 0 },
		{ 170, 0, 1, TRACE_RETURN, 0 },	       { 185, 0, 1, TRACE_SYSCALL, 0 },
	};
	struct trace_account a = ACCOUNT(events, 185);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(t->ns[LAYER_GUEST_USER], 80);
	CHECK_INT(t->inferred_ns[LAYER_HYPERVISOR], 20 + 10);
	CHECK_INT(t->ns[LAYER_HYPERVISOR], 10 + 10 + 10 + 30 + 3);
	CHECK_INT(t->ns[LAYER_HOST_KERNEL], 20 + 4); /* with the way out and in */
	CHECK_INT(t->ns[LAYER_MONITOR],
		  10 - 3 + 15 - 4); /* a return is recorded before the monitor goes on */
	CHECK_INT(sum(t), 185);
	trace_account_free(&a);
}

/*
 * KVM that tells of no entries, and RCU that notes them: the guest has 50 less 10 each, of two windows (a
 * third is shorter), whose end is noted though the CPU is wanted by then. Notes of switches, of one that is
 * wanted off its CPU and of one that waits, are none of the guest's. Of the 30 before it is known to be in
 * KVM_RUN it has as much as of the 160 after.
 */
static void test_notes(void)
{
	static const struct trace_event events[] = {
		{ 0, 10, COST_NOTED, TRACE_COST, 0 },
		{ 0, 0, 1, TRACE_USER_TICKS, 0 },
		{ 10, 0, 1, TRACE_NOTE, 0 },
		{ 30, 0, 1, TRACE_PORT, 0 },
		{ 40, 0, 1, TRACE_NOTE, 0 },
		{ 90, TRACE_RESCHEDULES, 1, TRACE_NOTE, 0 },
		{ 95, TRACE_RESCHEDULES, 1, TRACE_NOTE, 0 },
		{ 97, 1, 1, TRACE_OFF, 0 },
		{ 197, 0, 1, TRACE_ON, 0 },
		{ 200, 0, 1, TRACE_NOTE, 0 },
		{ 250, 0, 1, TRACE_NOTE, 0 },
		{ 260, 0, 1, TRACE_NOTE, 0 },
		{ 263, 0, 1, TRACE_OFF, 0 },
		{ 273, 0, 1, TRACE_ON, 0 },
		{ 275, TRACE_RESCHEDULES, 1, TRACE_NOTE, 0 }, /* it goes on at once */
		{ 278, 0, 1, TRACE_NOTE, 0 },
		{ 286, 0, 1, TRACE_NOTE, 0 },
		{ 290, 2, 1, TRACE_USER_EXIT, 0 },
		{ 300, 0, 1, TRACE_RETURN, 0 },
		{ 310, 0, 1, TRACE_NOTE, 0 },
	};
	struct trace_account a = ACCOUNT(events, 320);
	const struct trace_thread *t = &a.thread[0];
	const uint64_t run = 300 - 30 - 100 - 10, dark = 30 * 80 / run;

	CHECK(!t->sampled);
	CHECK_INT(t->role, TRACE_VCPU);
	CHECK_INT(t->ns[LAYER_GUEST_USER], 80 + dark);
	CHECK_INT(t->inferred_ns[LAYER_GUEST_USER], dark);
	CHECK_INT(t->inferred_ns[LAYER_HYPERVISOR], 20 + 8 + 30 - dark);
	CHECK_INT(t->ns[LAYER_HYPERVISOR], run + 30 - 80 - dark);
	CHECK_INT(t->ns[LAYER_WAIT_CPU], 100);
	CHECK_INT(t->ns[LAYER_WAIT_IO], 10);
	CHECK_INT(t->ns[LAYER_MONITOR], 20);
	CHECK_INT(a.reasons, 1); /* a note tells none */
	CHECK_INT(sum(t), 320);
	trace_account_free(&a);
}

int main(void)
{
	CHECK_RUN(test_ticks);
	CHECK_RUN(test_old_ticks);
	CHECK_RUN(test_dead);
	CHECK_RUN(test_no_call);
	CHECK_RUN(test_cost);
	CHECK_RUN(test_switch);
	CHECK_RUN(test_reasons);
	CHECK_RUN(test_window);
	CHECK_RUN(test_notes);
	return check_done();
}
