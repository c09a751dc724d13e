/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "vmm/vmm_priv.h"

/* What the guest kernel counted, and what the kernel says of the monitor, goes into the report. */

static void collect_guest(struct vcpu *v)
{
	const struct abi_account *account = &v->channel->account, *base = &v->base;
	struct vmm_report *report = v->monitor->report;

	v->thread.guest_kernel_tsc = account->kernel_tsc - base->kernel_tsc;
	v->thread.guest_spin_tsc = account->spin_tsc - base->spin_tsc;
	v->thread.guest_halt_tsc = account->halt_tsc - base->halt_tsc;
	v->thread.guest_wait_tsc = account->wait_tsc - base->wait_tsc;
	v->thread.late_waiting_ns = account->late_ns - base->late_ns;
	report->guest_kernel_tsc += v->thread.guest_kernel_tsc;
	report->guest_brief_tsc += account->brief_tsc - base->brief_tsc;
	report->guest_spin_tsc += v->thread.guest_spin_tsc;
	report->guest_halt_tsc += v->thread.guest_halt_tsc;
	report->guest_wait_tsc += v->thread.guest_wait_tsc;
	report->guest_syscalls += account->syscalls - base->syscalls;
	report->guest_served += account->served - base->served;
	/* Its numbers are a hostile guest's word until here, and only its own loss. */
	for (int i = 0; i < VMM_UNSERVED; i++)
		if (account->unserved[i].count != base->unserved[i].count)
			tree_add_unserved(report->unserved, &(struct vmm_unserved){
								    .number = account->unserved[i].number,
								    .count = account->unserved[i].count -
									     base->unserved[i].count,
								    .rip = account->unserved[i].rip,
							    });
	v->base = *account;
}

void monitor_collect(struct monitor *m)
{
	serve_flush(m->main);
	for (unsigned i = 0; i < atomic_load(&m->vcpus); i++)
		collect_guest(m->vcpu[i]);
	threads_collect(m);
}

struct vmm_usage monitor_usage(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_THREAD, &usage))
		usage = (struct rusage){ 0 };
	return (struct vmm_usage){
		.waits = (uint64_t)usage.ru_nvcsw,
		.switches = (uint64_t)(usage.ru_nvcsw + usage.ru_nivcsw),
		.supplied = (uint64_t)usage.ru_minflt,
	};
}

uint64_t monitor_waited_ns(void)
{
	unsigned long long ran, waited = 0;
	char text[64] = "";
	int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && sscanf(text, "%llu %llu", &ran, &waited) != 2)
		waited = 0;
	if (fd >= 0)
		close(fd);
	return waited;
}

uint64_t monitor_cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t monitor_resident_bytes(void)
{
	unsigned long total = 0, resident = 0;
	FILE *statm = fopen("/proc/self/statm", "re");

	if (statm && fscanf(statm, "%lu %lu", &total, &resident) != 2)
		resident = 0;
	if (statm)
		fclose(statm);
	return (uint64_t)resident * 4096;
}
