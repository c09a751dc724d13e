/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <unistd.h>

#include "base/error.h"
#include "tests/trace_account.h"

/* The account of a trace: synthetic ones, whose sums are known. */

/* A vCPU: monitor 10, hypervisor 5, guest 100, exit 7, guest 200, exit to the monitor 8, monitor 20, a write
 * of 30. */
static void test_vcpu(void)
{
	static const struct trace_event events[] = {
		{ 0, 0, 1, TRACE_NAME, 0 },	   { 10, 16, 1, TRACE_RUN, 0 },
		{ 15, 0, 1, TRACE_GUEST, 0 },	   { 115, EXIT(0x72), 1, TRACE_EXIT, 0 },
		{ 122, 0, 1, TRACE_GUEST, 0 },	   { 322, EXIT(0x7b), 1, TRACE_EXIT, 0 },
		{ 329, 2, 1, TRACE_USER_EXIT, 0 }, { 330, 0, 1, TRACE_RETURN, 0 },
		{ 350, 1, 1, TRACE_SYSCALL, 0 },   { 380, 0, 1, TRACE_RETURN, 0 },
		{ 381, 16, 1, TRACE_RUN, 0 },
	};
	struct trace_account a = ACCOUNT(events, 400);
	const struct trace_thread *t = &a.thread[0];
	char text[32];

	CHECK_INT(a.threads, 1);
	CHECK_INT(t->role, TRACE_VCPU);
	CHECK_INT(t->ns[LAYER_GUEST_USER], 300);
	CHECK_INT(t->ns[LAYER_HYPERVISOR], 5 + 7 + 8 + 19);
	CHECK_INT(t->ns[LAYER_MONITOR], 10 + 20 + 1); /* what was before KVM_RUN was not in it */
	CHECK_INT(t->ns[LAYER_HOST_KERNEL], 30);
	CHECK_INT(t->ns[LAYER_UNATTRIBUTED], 0);
	CHECK_INT(t->exits, 2);
	CHECK_INT(a.reasons, 3);
	CHECK_STR(trace_exit_name(a.reason[0].value, text, sizeof(text)), "cpuid");
	CHECK_INT(a.reason[0].ns.count, 1);
	CHECK_INT(a.reason[0].ns.total, 7);
	CHECK_INT(a.reason[1].count, 1); /* the guest is not entered again */
	CHECK_INT(a.reason[1].ns.count, 0);
	CHECK_INT(a.reason[2].kind, REASON_MONITOR);
	CHECK_INT(a.reason[2].value, 2);
	CHECK_INT(a.reason[2].ns.total, 381 - 329);
	CHECK_INT(sum(t), 400);
	trace_account_free(&a);
}

/* Blocked in read until woken, then waiting for a CPU, then preempted: 10 run, 40 blocked, 5 and 20 without a
 * CPU. */
static void test_waits(void)
{
	static const struct trace_event events[] = {
		{ 100, 0, 7, TRACE_NAME, 0 }, { 104, 0, 7, TRACE_SYSCALL, 0 }, { 110, 0, 7, TRACE_OFF, 0 },
		{ 150, 0, 7, TRACE_WAKE, 1 }, { 155, 0, 7, TRACE_ON, 1 },      { 157, 0, 7, TRACE_RETURN, 1 },
		{ 160, 1, 7, TRACE_OFF, 1 },  { 180, 0, 7, TRACE_ON, 0 },      { 190, 0, 7, TRACE_END, 0 },
	};
	struct trace_account a = ACCOUNT(events, 1000);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(t->ns[LAYER_GUEST_USER], 4 + 3 + 10);
	CHECK_INT(t->ns[LAYER_HOST_KERNEL], 6 + 2);
	CHECK_INT(t->ns[LAYER_WAIT_IO], 40);
	CHECK_INT(t->ns[LAYER_WAIT_CPU], 5 + 20);
	CHECK_INT(t->last_ns - t->first_ns, 90);
	CHECK_INT(sum(t), 90);
	CHECK_INT(t->switches, 2);
	trace_account_free(&a);
}

/* One that slept when the trace began and one that ran, unheard of until it returned from a system call. */
static void test_before(void)
{
	static const struct trace_event events[] = {
		{ 0, 0, 1, TRACE_TICKS, 0 },   { 40, 0, 3, TRACE_WAKE, 0 }, /* somebody else's */
		{ 50, 0, 1, TRACE_WAKE, 0 },   { 60, 0, 1, TRACE_ON, 0 },
		{ 70, 0, 1, TRACE_RETURN, 0 }, { 80, 0, 2, TRACE_RETURN, 1 },
	};
	struct trace_account a = ACCOUNT(events, 100);

	CHECK_INT(a.threads, 2);
	CHECK_INT(a.thread[0].ns[LAYER_WAIT_IO], 50);
	CHECK_INT(a.thread[0].ns[LAYER_WAIT_CPU], 10);
	CHECK_INT(a.thread[0].ns[LAYER_HOST_KERNEL], 10);
	CHECK_INT(a.thread[0].role, TRACE_PROGRAM);
	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 30);
	CHECK_INT(a.thread[1].ns[LAYER_HOST_KERNEL], 80);
	CHECK_INT(a.thread[1].ns[LAYER_GUEST_USER], 20);
	CHECK_INT(a.thread[0].ns[LAYER_UNATTRIBUTED] + a.thread[1].ns[LAYER_UNATTRIBUTED], 0);
	trace_account_free(&a);
}

/* After a gap nothing is known until the next event that tells, and no exit spans it. */
static void test_lost(void)
{
	static const struct trace_event events[] = {
		{ 0, 16, 1, TRACE_RUN, 0 },	      { 10, 0, 1, TRACE_GUEST, 0 },
		{ 20, EXIT(0x72), 1, TRACE_EXIT, 0 }, { 30, 5, 0, TRACE_LOST, 0 },
		{ 50, 0, 1, TRACE_OFF, 0 },	      { 70, 0, 1, TRACE_ON, 0 },
		{ 90, EXIT(0x72), 1, TRACE_EXIT, 0 }, { 95, 0, 1, TRACE_GUEST, 0 },
	};
	struct trace_account a = ACCOUNT(events, 100);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(a.lost, 5);
	CHECK_INT(t->ns[LAYER_HYPERVISOR], 10 + 5);
	CHECK_INT(t->ns[LAYER_WAIT_IO], 20);
	CHECK_INT(t->ns[LAYER_GUEST_USER], 10 + 40 + 5); /* since the gap it ran, and must have been there */
	CHECK_INT(t->ns[LAYER_UNATTRIBUTED], 10);	 /* what is lost came before it is told to be */
	CHECK_INT(a.reason[0].ns.count, 1);
	CHECK_INT(sum(t), 100);
	trace_account_free(&a);
}

/* Of one that had no CPU before the gap, and next makes a call. */
static void test_lost_switch(void)
{
	static const struct trace_event events[] = {
		{ 0, 7, 1, TRACE_SYSCALL, 0 }, { 10, 0, 1, TRACE_OFF, 0 },     { 20, 1, 2, TRACE_SYSCALL, 0 },
		{ 50, 5, 0, TRACE_LOST, 0 },   { 60, 1, 1, TRACE_SYSCALL, 0 },
	};
	struct trace_account a = ACCOUNT(events, 70);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(t->ns[LAYER_HOST_KERNEL], 10 + 10);
	CHECK_INT(t->ns[LAYER_WAIT_IO], 10);
	CHECK_INT(t->ns[LAYER_UNATTRIBUTED], 30);
	CHECK_INT(t->ns[LAYER_GUEST_USER], 10);
	CHECK_INT(sum(t), 70);
	trace_account_free(&a);
}

/* What /proc says in between is not heard of the CPU whose events are lost. */
static void test_lost_ticks(void)
{
	static const struct trace_event events[] = {
		{ 0, 7, 1, TRACE_SYSCALL, 0 },	   { 10, 0, 1, TRACE_RETURN, 0 },
		{ 40, 9, 1, TRACE_USER_TICKS, 0 }, { 50, 5, 0, TRACE_LOST, 0 },
		{ 60, 1, 1, TRACE_SYSCALL, 0 },
	};
	struct trace_account a = ACCOUNT(events, 70);
	const struct trace_thread *t = &a.thread[0];

	CHECK_INT(t->ns[LAYER_HOST_KERNEL], 10 + 10);
	CHECK_INT(t->ns[LAYER_UNATTRIBUTED], 40);
	CHECK_INT(t->ns[LAYER_GUEST_USER], 10);
	CHECK_INT(sum(t), 70);
	trace_account_free(&a);
}

/* Missing exits, an earlier event after a later one, a kind of another version: nothing is lost or counted
 * twice. */
static void test_disorder(void)
{
	static const struct trace_event events[] = {
		{ 10, 16, 1, TRACE_RUN, 0 },   { 20, 0, 1, TRACE_GUEST, 0 },   { 40, 0, 1, TRACE_GUEST, 0 },
		{ 60, 0, 1, TRACE_RETURN, 0 }, { 50, 1, 1, TRACE_SYSCALL, 0 }, { 70, 0, 1, TRACE_KINDS, 0 },
		{ 80, 0, 1, TRACE_RETURN, 0 },
	};
	struct trace_account a = ACCOUNT(events, 90);

	CHECK_INT(a.thread[0].ns[LAYER_GUEST_USER], 40);
	CHECK_INT(a.thread[0].ns[LAYER_HOST_KERNEL], 20);
	CHECK_INT(sum(&a.thread[0]), 90);
	trace_account_free(&a);
}

/* More threads than the table has room for at first, by turns. */
static void test_crowd(void)
{
	struct trace_machine *m = trace_machine_make(0);
	struct trace_account a;

	for (uint64_t round = 0; round < 3; round++)
		for (int32_t tid = 1; tid <= 1000; tid++) {
			struct trace_event e = { 1000 * round + (uint64_t)tid, 0, tid * 64, TRACE_SYSCALL,
						 0 };

			CHECK_INT(trace_machine_take(m, &e), 0);
		}
	CHECK_INT(trace_machine_close(m, 5000, &a), 0);
	CHECK_INT(a.threads, 1000);
	for (size_t i = 0; i < a.threads; i++) {
		CHECK_INT(a.thread[i].syscalls, 3);
		CHECK_INT(sum(&a.thread[i]), 5000);
	}
	trace_account_free(&a);
}

/* Two CPUs, whose events of a round overlap those of the next: they come out in order of time. */
static void test_file(void)
{
	static const struct trace_event first[] = { { 10, 0, 1, TRACE_SYSCALL, 0 },
						    { 30, 0, 1, TRACE_RETURN, 0 } };
	static const struct trace_event second[] = { { 20, 0, 2, TRACE_SYSCALL, 1 },
						     { 45, 0, 2, TRACE_RETURN, 1 } };
	static const struct trace_event third[] = { { 40, 0, 1, TRACE_SYSCALL, 0 },
						    { 60, 3, 1, TRACE_LOST, 0 } };
	FILE *file = fopen("trace", "w");
	struct trace_reader *reader;
	struct error error;
	uint64_t times[8] = { 0 };
	size_t n = 0;
	const struct trace_event *e;

	CHECK_INT(trace_file_begin(file, 5, 2), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 0, 2, 1, 0 }, first), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 1, 2, 1, 0 }, second), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ 0, 2, 2, 0 }, third), 0);
	CHECK_INT(trace_file_put(file, (struct trace_chunk){ TRACE_CLOSED, 0, 99, 0 }, NULL), 0);
	fclose(file);
	CHECK_INT(trace_reader_open(&reader, "trace", &error), 0);
	while ((e = trace_reader_next(reader)) != NULL && n < 8)
		times[n++] = e->time_ns;
	CHECK_INT(n, 6);
	for (size_t i = 1; i < n; i++)
		CHECK(times[i] > times[i - 1]);
	CHECK_INT(trace_reader_facts(reader)->begin_ns, 5);
	CHECK_INT(trace_reader_facts(reader)->end_ns, 99);
	CHECK_INT(trace_reader_facts(reader)->lost, 3);
	trace_reader_close(reader);

	/* Cut off amid the last chunk: what is whole is read. */
	CHECK_INT(truncate("trace", 32 + 2 * (24 + 48) + 24 + 24), 0);
	CHECK_INT(trace_reader_open(&reader, "trace", &error), 0);
	for (n = 0; trace_reader_next(reader); n++)
		;
	CHECK_INT(n, 4);
	CHECK_INT(trace_reader_facts(reader)->end_ns, 0);
	trace_reader_close(reader);

	file = fopen("trace", "w");
	fputs("workload,config\n", file);
	fclose(file);
	CHECK(trace_reader_open(&reader, "trace", &error) < 0);
	CHECK(strstr(error.what, "no trace") != NULL);
	CHECK(trace_reader_open(&reader, "nowhere", &error) < 0);
}

static void test_names(void)
{
	char text[32];

	CHECK_STR(trace_exit_name((uint64_t)TRACE_VMX << 32 | 10, text, sizeof(text)), "CPUID");
	CHECK_STR(trace_exit_name((uint64_t)TRACE_VMX << 32 | 0x80000021u, text, sizeof(text)),
		  "INVALID_STATE");
	CHECK_STR(trace_exit_name(EXIT(0x400), text, sizeof(text)), "npf");
	CHECK_STR(trace_exit_name(EXIT(0x999), text, sizeof(text)), "reason 0x999");
}

int main(void)
{
	CHECK_RUN(test_vcpu);
	CHECK_RUN(test_waits);
	CHECK_RUN(test_before);
	CHECK_RUN(test_lost);
	CHECK_RUN(test_lost_switch);
	CHECK_RUN(test_lost_ticks);
	CHECK_RUN(test_disorder);
	CHECK_RUN(test_crowd);
	CHECK_RUN(test_file);
	CHECK_RUN(test_names);
	return check_done();
}
