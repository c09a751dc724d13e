/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/filter_priv.h"
#include "cmd/harness_priv.h"

/* One repetition: an equal state, the launch, and what disturbed it. */
#define STEAL_SHARE 0.01

static int digest(const struct harness *h, struct cell *cell, struct error *error)
{
	struct measurement *m = &cell->m;
	int code;

	if (m->stdout_fd < 0)
		return 0;
	code = digest_fd(m->stdout_fd, m->stdout_sha256, error);
	memcpy(cell->compared, m->stdout_sha256, sizeof(cell->compared));
	if (code || h->options->filter == NULL || m->status != RUN_OK)
		return code;
	code = filter_digest(m->stdout_fd, h->options->filter, h->options->timeout_ns, h->signal_fd,
			     cell->compared, error);
	m->interrupted = code == -EINTR;
	return m->interrupted ? 0 : code;
}

/* Steal is counted over all CPUs, in ticks: short repetitions show it coarsely. */
static void flag_steal(struct cell *cell, uint64_t steal_ns, uint64_t wall_ns)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if ((double)steal_ns <= STEAL_SHARE * (double)wall_ns * (double)(cpus > 0 ? cpus : 1))
		return;
	flags_add(cell->flags, "steal");
	cell->disturbed = true;
}

static int launch(struct harness *h, struct cell *cell, struct error *error)
{
	const struct workload *workload = &h->suite.workload[cell->workload];
	const struct launcher *launcher = launcher_for(h->launchers, cell->config);
	const struct launch launch = {
		.config = cell->config,
		.argv = workload->argv,
		.directory = workload->own_directory ? NULL : h->scratch.cell,
		.timeout_ns = h->options->timeout_ns,
		.memory_bytes = h->options->memory_bytes,
		.tsc_hz = h->tsc_hz,
		.cores = h->cores,
		.observed = cell->observed,
		.signal_fd = h->signal_fd,
	};
	uint64_t steal, begun;
	int code;

	h->calibrator->touch(h->options->memory_bytes);
	steal = h->calibrator->steal_ns();
	begun = clock_now_ns();
	if (calibration_drifted(&h->calibration, h->calibrator->spin())) {
		flags_add(cell->flags, "drift");
		cell->disturbed = true;
	}
	code = launcher->launch(&launch, &cell->m, error);
	flag_steal(cell, h->calibrator->steal_ns() - steal, clock_now_ns() - begun);
	return code;
}

int cell_run(struct harness *h, size_t w, const struct vmm_config *config, bool observed, struct cell *cell,
	     struct error *error)
{
	const struct workload *workload = &h->suite.workload[w];
	uint64_t begun = clock_now_ns();
	int code;

	*cell = (struct cell){ .workload = w, .config = config, .observed = observed };
	measurement_init(&cell->m, config);
	progress_show(&h->progress, workload->name, config->name);
	code = scratch_prepare(&h->scratch, workload, w, h->options->cold, error);
	if (code == -EINTR) {
		cell->m.interrupted = true;
		code = 0;
	} else if (code == 0) {
		code = launch(h, cell, error);
	}
	if (code == 0 && !cell->m.interrupted)
		code = digest(h, cell, error);
	cell->cost_ns = clock_now_ns() - begun;
	h->interrupted |= cell->m.interrupted;
	progress_step(&h->progress);
	return code;
}

void cell_free(struct cell *cell)
{
	measurement_free(&cell->m);
}
