/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/monitor_priv.h"

/* Messages of vmtax-monitor. */
void monitor_say_error(const struct error *error)
{
	char text[1024];

	fprintf(stderr, "vmtax-monitor: %s\n", error_text(error, text, sizeof(text)));
}

void monitor_say_fault(const struct vmm_report *r)
{
	/* A fault of the host on guest memory: KVM tells the instruction only. */
	if (r->signal == SIGBUS && r->fault_vector == 0) {
		fprintf(stderr,
			"vmtax-monitor: the program died: %s: no memory behind a mapping, rip 0x%llx, "
			"address unknown\n",
			strsignal(r->signal), (unsigned long long)r->fault_rip);
		return;
	}
	if (r->outcome == VMM_GUEST_PANIC && r->error.what[0]) {
		monitor_say_error(&r->error);
		return;
	}
	if (r->exhausted) {
		fprintf(stderr, "vmtax-monitor: the program died: guest memory is used up: give more with "
				"--memory\n");
		return;
	}
	fprintf(stderr, "vmtax-monitor: %s: %s: exception %u, error 0x%llx, rip 0x%llx, address 0x%llx\n",
		r->outcome == VMM_GUEST_PANIC ? "the guest kernel failed" : "the program died",
		strsignal(r->signal), r->fault_vector, (unsigned long long)r->fault_error,
		(unsigned long long)r->fault_rip, (unsigned long long)r->fault_address);
}

void monitor_say_fallbacks(const struct vmm_config *asked, const struct vmm_report *r)
{
	for (int i = 0; i < VMM_KNOBS; i++)
		if (r->fallback[i][0])
			fprintf(stderr, "vmtax-monitor: %s=%s fell back to %s: %s\n", vmm_knobs[i].name,
				vmm_config_value(asked, (enum vmm_knob_id)i),
				vmm_knobs[i].values[r->value[i]].name, r->fallback[i]);
}

static unsigned long long us(const struct vmm_report *r, uint64_t from, uint64_t to)
{
	return to > from && r->tsc_hz ? clock_ticks_to_ns(to - from, r->tsc_hz) / 1000 : 0;
}

static void say_times(const struct vmm_report *r)
{
	fprintf(stderr,
		"set-up %llu us, guest boot %llu us, program %llu us, teardown %llu us, "
		"%llu system calls (%llu served in the guest), %llu KiB resident beyond the guest\n",
		us(r, r->tsc_main, r->tsc_ready), us(r, r->tsc_first, r->tsc_program),
		us(r, r->tsc_program, r->tsc_end), us(r, r->tsc_done, r->tsc_torn_down),
		(unsigned long long)r->guest_syscalls, (unsigned long long)r->guest_served,
		(unsigned long long)r->rss_beyond_guest_bytes >> 10);
	fprintf(stderr, "guest kernel: busy=%llu us waiting=%llu us of which spinning=%llu us\n",
		us(r, 0, r->guest_kernel_tsc), us(r, 0, r->guest_wait_tsc), us(r, 0, r->guest_spin_tsc));
}

/* Knobs, then counts: a line each, words and numbers for scripts to look for. */
static void say_counts(const struct vmm_report *r)
{
	fputs("in force:", stderr);
	for (int i = 0; i < VMM_KNOBS; i++)
		fprintf(stderr, " %s=%s", vmm_knobs[i].name, vmm_knobs[i].values[r->value[i]].name);
	fputs("\nexits:", stderr);
	for (unsigned i = 0; i < VMM_EXIT_REASONS; i++)
		if (r->exits[i].count)
			fprintf(stderr, " %s=%llu", vmm_exit_name(i), (unsigned long long)r->exits[i].count);
	fputs("\nrequests:", stderr);
	for (unsigned i = 0; i < VMM_REQUEST_KINDS; i++)
		if (r->request[i].name[0])
			fprintf(stderr, " %s=%llu", r->request[i].name,
				(unsigned long long)r->request[i].stage[VMM_STAGE_TOTAL].count);
	fprintf(stderr, "\ninterrupts: %llu\n", (unsigned long long)r->interrupts);
	if (r->recalled)
		fprintf(stderr, "requests taken back from a driver that had no core: %llu\n",
			(unsigned long long)r->recalled);
	fprintf(stderr, "file data: %llu of %llu bytes past the host's page cache\n",
		(unsigned long long)r->bytes_direct, (unsigned long long)r->bytes_io);
}

static void say_unserved(int number, uint32_t count, uint64_t rip)
{
	const char *served, *error, *name = vmm_syscall(number, &served, &error);

	fprintf(stderr, "system call %d (%s) is not served: %s, %u times, first at 0x%llx\n", number,
		name ? name : "unknown", error ? error : "ENOSYS", count, (unsigned long long)rip);
}

void monitor_say_run(const struct vmm_report *r)
{
	say_times(r);
	say_counts(r);
	for (int i = 0; i < VMM_UNSERVED; i++)
		if (r->unserved[i].count)
			say_unserved(r->unserved[i].number, r->unserved[i].count, r->unserved[i].rip);
}
