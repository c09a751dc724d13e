/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "probes/counters_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * Whether the PMU can be believed. Under virtualization one may be there and count wrongly: left out by the
 * hypervisor beneath, emulated, or shared. So a loop whose instructions are known is counted first.
 */
#define ROUNDS	     1000000u
#define INSTRUCTIONS (2 * (uint64_t)ROUNDS) /* of the loop: one to count down, one to go back */
#define TOLERANCE    (INSTRUCTIONS / 100)
#define TRIES	     3 /* as others may hold the counters for a while */

static void run_loop(void)
{
	uint32_t left = ROUNDS;

	__asm__ volatile("1:\n\tdec %0\n\tjnz 1b" : "+r"(left) : : "cc");
}

int pmu_judge(const struct counter_reading *reading, uint64_t expected, uint64_t tolerance,
	      struct error *error)
{
	uint64_t off = reading->value > expected ? reading->value - expected : expected - reading->value;

	if (reading->running_ns < reading->enabled_ns || reading->enabled_ns == 0)
		return error_fail(error, EBUSY,
				  "end other uses of perf, and as root: sysctl kernel.nmi_watchdog=0",
				  "the PMU counts for others");
	if (off <= tolerance)
		return 0;
	error_set(error, 0, "the PMU counts %" PRIu64 " instructions where there are %" PRIu64,
		  reading->value, expected);
	return error_mend(error, "a hypervisor beneath may falsify it: measure on bare hardware");
}

static int open_instructions(struct error *error)
{
	struct perf_event_attr attribute = {
		.size = sizeof(attribute),
		.type = PERF_TYPE_HARDWARE,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = counter_open(&attribute, 0, -1);

	if (fd >= 0)
		return fd;
	if (fd == -ENOENT || fd == -ENODEV || fd == -EOPNOTSUPP)
		return error_fail(
			error, 0,
			"use bare hardware, or have the hypervisor provide one (QEMU: -cpu host,pmu=on)",
			"there is no PMU here");
	return error_fail(error, -fd, probe_perf_mend(-fd), "cannot count instructions with perf_event_open");
}

static int count_loop(int fd, struct counter_reading *reading, struct error *error)
{
	if (ioctl(fd, PERF_EVENT_IOC_RESET, 0) || ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		return error_fail(error, errno, "dmesg may say why", "cannot start a counter");
	run_loop();
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	return counter_read(fd, reading)
		       ? error_fail(error, EIO, "dmesg may say why", "cannot read a counter")
		       : 0;
}

bool pmu_works(struct error *error)
{
	struct counter_reading reading = { 0 }, before = { 0 };
	int fd = open_instructions(error), code = fd;

	for (int i = 0; fd >= 0 && i < TRIES && (i == 0 || code == -EBUSY); i++) {
		code = count_loop(fd, &reading, error);
		if (code)
			break;
		/* A reset leaves the times. */
		code = pmu_judge(&(struct counter_reading){ reading.value,
							    reading.enabled_ns - before.enabled_ns,
							    reading.running_ns - before.running_ns },
				 INSTRUCTIONS, TOLERANCE, error);
		before = reading;
	}
	if (fd >= 0)
		close(fd);
	return code >= 0;
}
