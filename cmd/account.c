/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/launch_priv.h"

/* What a monitor's report says of a run, in the columns of runs.csv. */

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t ns(const struct vmm_report *r, uint64_t ticks)
{
	return (int64_t)clock_ticks_to_ns(ticks, r->tsc_hz);
}

/*
 * CPU time of the vCPU's thread, divided. Time inside KVM_RUN is the guest's, less what it slept there: with
 * irqchip=kernel a halted vCPU waits inside KVM_RUN, otherwise outside. It is wall time, so it is limited by
 * the CPU time the thread got; a preempted guest thus leaves less for the monitor, never more. The
 * guest's own polling is taken out of it by its share of the time.
 */
static int64_t divide(const struct vmm_report *r, const struct vmm_thread *vcpu, uint64_t halt_tsc,
		      uint64_t spin_tsc, struct measurement *m)
{
	int64_t cpu = (int64_t)vcpu->cpu_ns;
	int64_t halted = r->value[VMM_IRQCHIP] == VMM_IRQCHIP_KERNEL ? ns(r, halt_tsc) : 0;
	int64_t inside = most(ns(r, vcpu->run_tsc) - halted, 1), spun = ns(r, spin_tsc);
	int64_t run = least(inside, cpu);
	int64_t spin = spun > 0 ? (int64_t)((double)run * (double)least(spun, inside) / (double)inside) : 0;

	m->cpu_vcpu_spin_ns += spin;
	m->cpu_vcpu_ns += run - spin;
	m->cpu_monitor_ns += cpu - run;
	return cpu;
}

static bool is_vcpu(const struct vmm_thread *thread)
{
	return strncmp(thread->name, "vcpu", 4) == 0;
}

/* The first process with all its vCPUs, and the sum of all others. */
static int64_t account_vcpu(const struct vmm_report *r, struct measurement *m)
{
	struct vmm_thread all = r->thread[0];

	for (uint32_t i = 1; i < r->threads && i < VMM_THREADS; i++) {
		if (!is_vcpu(&r->thread[i]))
			continue;
		all.cpu_ns += r->thread[i].cpu_ns;
		all.run_tsc += r->thread[i].run_tsc;
	}
	m->cpu_vcpu_spin_ns = m->cpu_vcpu_ns = m->cpu_monitor_ns = 0;
	return divide(r, &all, r->guest_halt_tsc, r->guest_spin_tsc, m) +
	       divide(r, &r->others_vcpu, r->others_halt_tsc, r->others_spin_tsc, m);
}

static int64_t account_drivers(const struct vmm_report *r, struct measurement *m)
{
	int64_t total = (int64_t)r->others_driver.cpu_ns;
	int64_t others_spin = least(ns(r, r->others_driver.spin_tsc), total);

	m->cpu_driver_spin_ns = others_spin;
	m->cpu_driver_busy_ns = total - others_spin; /* without drivers: a true nought */
	for (uint32_t i = 1; i < r->threads && i < VMM_THREADS; i++) {
		int64_t cpu = (int64_t)r->thread[i].cpu_ns;
		int64_t spin = least(ns(r, r->thread[i].spin_tsc), cpu);

		if (is_vcpu(&r->thread[i]))
			continue;
		m->cpu_driver_spin_ns += spin;
		m->cpu_driver_busy_ns += cpu - spin;
		total += cpu;
	}
	return total;
}

void account_monitor(const struct vmm_report *r, int64_t total_cpu_ns, struct measurement *m)
{
	int64_t threads;

	if (r->tsc_program == 0 || r->tsc_hz == 0)
		return;
	threads = account_vcpu(r, m) + account_drivers(r, m) + (int64_t)r->cpu_killed_ns;
	m->cpu_vcpu_ns += (int64_t)r->cpu_killed_ns; /* nothing divides it */
	/* io_uring's workers are threads of the process that the kernel makes: what the process used besides
	 * ours. */
	m->cpu_kthread_ns = most((int64_t)r->cpu_program_ns - threads, 0);
	/* The rest of the process: building and taking down the VM. */
	m->cpu_setup_ns = most(total_cpu_ns - threads - m->cpu_kthread_ns, 0);
	m->cores_held = (double)most(least(least(r->vcpus, r->cores) + r->drivers, r->cores_allowed), 1);
	m->cpus = r->cores;
	m->drivers = r->drivers;
	if (r->bytes_io > 0)
		m->direct_share = (double)r->bytes_direct / (double)r->bytes_io;
	if (r->rss_beyond_guest_bytes > 0)
		m->rss_monitor_bytes = (int64_t)r->rss_beyond_guest_bytes;
}

void account_stages(const struct vmm_report *r, uint64_t tsc_done, uint64_t tsc_gone, struct measurement *m)
{
	m->stage[LIFE_MAIN] = r->tsc_main;
	m->stage[LIFE_READY] = r->tsc_ready;
	m->stage[LIFE_GO] = r->tsc_go;
	m->stage[LIFE_ENTER] = r->tsc_first;
	m->stage[LIFE_PROGRAM] = r->tsc_program;
	if (r->tsc_roi_begin)
		m->stage[LIFE_ANSWER] = r->tsc_roi_begin; /* nearer than when its mark was read */
	m->stage[LIFE_END] = r->tsc_end;
	m->stage[LIFE_DONE] = tsc_done;
	m->stage[LIFE_FINISH] = r->tsc_done;
	m->stage[LIFE_TORN_DOWN] = r->tsc_torn_down;
	m->stage[LIFE_GONE] = tsc_gone;
}

/* Intel SDM volume 3, table 6-1. */
static const char *exception_name(uint32_t vector)
{
	static const char *const names[] = {
		[0] = "divide error",	  [1] = "debug exception",
		[3] = "breakpoint",	  [4] = "overflow",
		[5] = "bound exceeded",	  [6] = "invalid opcode",
		[7] = "no FPU",		  [8] = "double fault",
		[10] = "invalid TSS",	  [11] = "segment not present",
		[12] = "stack fault",	  [13] = "general protection fault",
		[14] = "page fault",	  [16] = "x87 exception",
		[17] = "alignment check", [18] = "machine check",
		[19] = "SIMD exception",
	};
	const char *name = vector < sizeof(names) / sizeof(names[0]) ? names[vector] : NULL;

	return name ? name : "exception";
}

static void say_signal(const struct vmm_report *r, struct measurement *m)
{
	const char *name = strsignal(r->signal);

	m->exit_code = 128 + r->signal;
	if (r->exhausted)
		measurement_fail(m, RUN_CRASHED, "guest memory is used up: give more with --memory");
	else if (!r->faulted)
		measurement_fail(m, RUN_CRASHED, "%s", name);
	else if (r->signal == SIGBUS && r->fault_address == 0)
		measurement_fail(m, RUN_CRASHED, "%s: at rip=0x%llx", name, (unsigned long long)r->fault_rip);
	else
		measurement_fail(m, RUN_CRASHED, "%s: %s at rip=0x%llx address=0x%llx", name,
				 exception_name(r->fault_vector), (unsigned long long)r->fault_rip,
				 (unsigned long long)r->fault_address);
}

static void say_panic(const struct vmm_report *r, struct measurement *m)
{
	if (r->error.what[0])
		measurement_fail(m, RUN_CRASHED, "the guest kernel failed: %s", r->error.what);
	else
		measurement_fail(m, RUN_CRASHED, "the guest kernel failed: %s at rip=0x%llx address=0x%llx",
				 exception_name(r->fault_vector), (unsigned long long)r->fault_rip,
				 (unsigned long long)r->fault_address);
}

void account_outcome(const struct vmm_report *r, uint64_t timeout_ns, struct measurement *m)
{
	char text[sizeof(m->reason)];

	switch (r->outcome) {
	case VMM_EXITED:
		m->exit_code = r->exit_code;
		break;
	case VMM_SIGNALED:
		say_signal(r, m);
		break;
	case VMM_TIMED_OUT:
		measurement_fail(m, RUN_TIMEOUT, "no end after %.3g s", (double)timeout_ns / 1e9);
		break;
	case VMM_GUEST_PANIC:
		say_panic(r, m);
		break;
	default:
		measurement_fail(m, r->outcome == VMM_UNABLE ? RUN_SKIPPED : RUN_FAILED, "%s",
				 error_text(&r->error, text, sizeof(text)));
	}
}
