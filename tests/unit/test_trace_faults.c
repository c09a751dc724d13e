/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/trace_account.h"

/* Whose time a page fault is, from synthetic traces whose sums are known. */

/* Page faults of the program's own code, one of which waits, and one of a system call's. */
static void test_faults(void)
{
	static const struct trace_event events[] = {
		{ 10, 0, 1, TRACE_RETURN, 0 },	   { 20, 0x1006, 1, TRACE_TOUCH, 0 },
		{ 30, 0, 1, TRACE_SERVED, 0 },	   { 40, 0, 1, TRACE_SYSCALL, 0 },
		{ 45, 0x2002, 1, TRACE_TOUCH, 0 }, { 50, 0, 1, TRACE_SERVED, 0 },
		{ 60, 0, 1, TRACE_RETURN, 0 },	   { 70, 0x3006, 1, TRACE_TOUCH, 0 },
		{ 75, 0, 1, TRACE_OFF, 0 },	   { 90, 0, 1, TRACE_WAKE, 0 },
		{ 95, 0, 1, TRACE_ON, 0 },	   { 99, 0, 1, TRACE_SERVED, 0 },
	};
	struct trace_account a = ACCOUNT(events, 110);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(t->ns[LAYER_HOST_KERNEL], 10 + 10 + 20 + 5 + 4);
	CHECK_INT(t->ns[LAYER_WAIT_IO], 15);
	CHECK_INT(t->ns[LAYER_WAIT_CPU], 5);
	CHECK_INT(t->ns[LAYER_GUEST_USER], 10 + 10 + 10 + 11);
	CHECK_INT(sum(t), 110);
	trace_account_free(&a);
}

/* Those of a guest, where the kernel takes them for a program's, are not. */
static void test_guest_faults(void)
{
	static const struct trace_event events[] = {
		{ 0, 16, 1, TRACE_RUN, 0 },	   { 10, 0, 1, TRACE_GUEST, 0 },
		{ 20, 0x1006, 1, TRACE_TOUCH, 0 }, { 30, 0, 1, TRACE_SERVED, 0 },
		{ 40, 0, 1, TRACE_RETURN, 0 },
	};
	struct trace_account a = ACCOUNT(events, 50);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(t->ns[LAYER_GUEST_USER], 30);
	CHECK_INT(t->ns[LAYER_HYPERVISOR], 10);
	CHECK_INT(t->ns[LAYER_MONITOR], 10);
	CHECK_INT(sum(t), 50);
	trace_account_free(&a);
}

int main(void)
{
	CHECK_RUN(test_faults);
	CHECK_RUN(test_guest_faults);
	return check_done();
}
