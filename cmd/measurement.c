/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "cmd/measurement_priv.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/nano_priv.h"

const char *const run_status_names[RUN_STATUSES] = {
	[RUN_OK] = "ok",
	[RUN_FAILED] = "failed",
	[RUN_CRASHED] = "crashed",
	[RUN_TIMEOUT] = "timeout",
	[RUN_SKIPPED] = "skipped",
	[RUN_MISMATCH] = "mismatch",
	[RUN_UNSUPPORTED] = "unsupported",
};

const char *const life_stage_names[LIFE_STAGES] = {
	[LIFE_START] = "start",		[LIFE_MAIN] = "main",
	[LIFE_READY] = "ready",		[LIFE_GO] = "go",
	[LIFE_ENTER] = "enter",		[LIFE_PROGRAM] = "program",
	[LIFE_ANSWER] = "answer",	[LIFE_END] = "end",
	[LIFE_DONE] = "done",		[LIFE_FINISH] = "finish",
	[LIFE_TORN_DOWN] = "torn-down", [LIFE_GONE] = "gone",
};

void measurement_init(struct measurement *m, const struct vmm_config *config)
{
	*m = (struct measurement){
		.setup_ns = RUN_MISSING,
		.wall_ns = RUN_MISSING,
		.teardown_ns = RUN_MISSING,
		.life_ns = RUN_MISSING,
		.roi_ns = RUN_MISSING,
		.ops = RUN_MISSING,
		.roi_outside_ns = RUN_MISSING,
		.cpu_vcpu_ns = RUN_MISSING,
		.cpu_monitor_ns = RUN_MISSING,
		.cpu_driver_busy_ns = RUN_MISSING,
		.cpu_driver_spin_ns = RUN_MISSING,
		.cpu_vcpu_spin_ns = RUN_MISSING,
		.cpu_kthread_ns = RUN_MISSING,
		.cpu_setup_ns = RUN_MISSING,
		.cores_held = NAN,
		.direct_share = NAN,
		.cpus = RUN_MISSING,
		.drivers = RUN_MISSING,
		.exit_code = RUN_MISSING,
		.rss_monitor_bytes = RUN_MISSING,
		.rss_bytes = RUN_MISSING,
		.stdout_fd = -1,
	};
	memcpy(m->value, config->value, sizeof(m->value));
}

void measurement_fail(struct measurement *m, enum run_status status, const char *reason, ...)
{
	va_list arguments;

	m->status = status;
	va_start(arguments, reason);
	vsnprintf(m->reason, sizeof(m->reason), reason, arguments);
	va_end(arguments);
}

void measurement_free(struct measurement *m)
{
	if (m->stdout_fd >= 0)
		close(m->stdout_fd);
	if (m->report)
		munmap(m->report, sizeof(*m->report));
	probe_samples_free(&m->samples);
	free(m->traced);
	m->traced = NULL;
	nano_free(m->nano);
	m->nano = NULL;
	m->stdout_fd = -1;
	m->report = NULL;
}
