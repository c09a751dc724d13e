/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/filter_priv.h"
#include "cmd/nano_priv.h"
#include "cmd/harness_priv.h"
#include "cmd/services_priv.h"
#include "cmd/room_priv.h"
#include "cmd/together_priv.h"

/* One repetition: an equal state, the launch, and what disturbed it. */
#define STEAL_SHARE    0.01
#define TOUCH_LASTS_NS 1000000000u /* memory free for 2 s may be given back: see calibrate_touch */

static int digest(const struct harness *h, struct cell *cell, struct error *error)
{
	struct measurement *m = &cell->m;
	int code;

	if (m->stdout_fd < 0)
		return 0;
	code = digest_fd(m->stdout_fd, m->stdout_sha256, error);
	memcpy(cell->compared, m->stdout_sha256, sizeof(cell->compared));
	if (code || h->options->filter == NULL || m->status != RUN_OK ||
	    h->suite.workload[cell->workload].nano)
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

/* Copy I of CELL, from 0. */
static struct cell *copy_of(struct cell *cell, size_t i)
{
	return i ? &cell->other[i - 1] : cell;
}

static struct launch describe(const struct harness *h, const struct cell *cell)
{
	const struct workload *workload = &h->suite.workload[cell->workload];

	return (struct launch){
		.config = cell->config,
		.argv = workload->argv,
		.event = cell->config->native ? NULL : workload->guest,
		.directory = workload->own_directory ? NULL : cell->directory,
		.input = workload->own_directory && h->input[0] ? h->input : NULL,
		.shows = h->options->show,
		.timeout_ns = room_timeout(h, workload),
		.memory_bytes = room_memory(h, workload),
		.max_processes = h->options->max_processes,
		.tsc_hz = h->tsc_hz,
		.cores = h->cores,
		.cpus = (uint32_t)h->options->cpus,
		.drivers = (uint32_t)h->options->drivers,
		.observed = cell->observed,
		.without = h->without,
		.sets = &h->sets,
		.trace = cell->trace[0] ? cell->trace : NULL,
		.exit_costs = h->exit_costs[COST_TURN] ? h->exit_costs : NULL,
		.guest_kernel = h->guest_kernel[0] ? h->guest_kernel : NULL,
		.signal_fd = h->signal_fd,
	};
}

/* Copies share the cores out: each begins a step on from where the last one did. */
static uint32_t turn_of(const struct harness *h, const struct cell *cell, size_t i)
{
	size_t step = (size_t)CPU_COUNT(&h->cores) / (cell->others + 1);

	return (uint32_t)(i * (step ? step : 1) % (size_t)(CPU_COUNT(&h->cores) + !CPU_COUNT(&h->cores)));
}

static int run_copies(struct harness *h, struct cell *cell, struct error *error)
{
	struct launch *launch = calloc(cell->others + 1, sizeof(*launch));
	struct measurement **m = calloc(cell->others + 1, sizeof(struct measurement *));
	int code = launch && m ? 0 : error_set(error, ENOMEM, "cannot run a repetition");

	for (size_t i = 0; code == 0 && i <= cell->others; i++) {
		launch[i] = describe(h, copy_of(cell, i));
		launch[i].turn = turn_of(h, cell, i);
		m[i] = &copy_of(cell, i)->m;
	}
	if (code == 0)
		code = together_launch(launcher_for(h->launchers, cell->config), launch, m, cell->others + 1,
				       error);
	free(launch);
	free(m);
	return code;
}

/* When the first of the copies was started; 0: none was. */
static uint64_t find_origin(struct cell *cell)
{
	uint64_t first = 0;

	for (size_t i = 0; i <= cell->others; i++) {
		uint64_t start = copy_of(cell, i)->m.stage[LIFE_START];

		if (start && (first == 0 || start < first))
			first = start;
	}
	return first;
}

/* Copies of a program of the user's own share the directory he is in. */
static int start_services(struct harness *h, struct cell *cell, struct services *services,
			  struct error *error)
{
	const struct workload *workload = &h->suite.workload[cell->workload];
	static char here[] = ".";
	char **beside = calloc(cell->others + 3, sizeof(char *));
	int code;

	if (beside == NULL)
		return error_set(error, ENOMEM, "cannot start the host's services");
	beside[0] = workload->argv ? workload->argv[0] : here;
	beside[1] = here;
	for (size_t i = 0; !workload->own_directory && i <= cell->others; i++)
		beside[1 + i] = copy_of(cell, i)->directory;
	code = services_start(services, cell->config->value[VMM_HOST_SERVICES], &h->cores, beside, error);
	free(beside);
	return code;
}

/* Touches the memory the cell will use; that of an event not where so much was touched just before: it is not
 * given back so soon, and would take longer than the event. */
static void touch(struct harness *h, const struct cell *cell)
{
	const struct workload *workload = &h->suite.workload[cell->workload];
	uint64_t bytes = room_memory(h, workload) * (cell->others + 1), now = clock_now_ns();

	if (workload->nano && bytes <= h->touched_bytes && now - h->touched_ns < TOUCH_LASTS_NS)
		return;
	h->calibrator->touch(bytes);
	h->touched_bytes = bytes;
	h->touched_ns = now;
}

static int launch(struct harness *h, struct cell *cell, struct error *error)
{
	struct services services;
	uint64_t steal, begun;
	int code;

	touch(h, cell);
	steal = h->calibrator->steal_ns();
	begun = clock_now_ns();
	if (calibration_drifted(&h->calibration, h->calibrator->spin())) {
		flags_add(cell->flags, "drift");
		cell->disturbed = true;
	}
	code = start_services(h, cell, &services, error);
	if (code)
		return code;
	code = run_copies(h, cell, error);
	if (services_stop(&services, &cell->m.samples) && code == 0)
		code = error_set(error, ENOMEM, "cannot keep what the host's services used");
	cell->tsc_origin = find_origin(cell);
	flag_steal(cell, h->calibrator->steal_ns() - steal, clock_now_ns() - begun);
	for (size_t i = 0; i < cell->others; i++) {
		memcpy(cell->other[i].flags, cell->flags, sizeof(cell->flags));
		cell->other[i].disturbed = cell->disturbed;
		cell->other[i].tsc_origin = cell->tsc_origin;
		cell->m.interrupted |= cell->other[i].m.interrupted;
	}
	return code;
}

/* As many copies as are to run at once, each with a directory of its own. 0 or negative errno. */
static int make_copies(struct harness *h, struct cell *cell, struct error *error)
{
	const struct workload *workload = &h->suite.workload[cell->workload];
	size_t copies = room_copies(h, workload);
	int code = 0;

	cell->other = calloc(copies, sizeof(*cell->other)); /* one more than needed: never none */
	if (cell->other == NULL)
		return error_set(error, ENOMEM, "cannot run a repetition");
	cell->others = copies - 1;
	for (size_t i = 0; i < copies; i++) {
		struct cell *copy = copy_of(cell, i);

		if (i)
			*copy = (struct cell){ .workload = cell->workload,
					       .config = cell->config,
					       .observed = cell->observed };
		copy->vm = i + 1;
		measurement_init(&copy->m, cell->config);
	}
	for (size_t i = 0; code == 0 && i < copies; i++) {
		scratch_choose(&h->scratch, i);
		code = scratch_prepare(&h->scratch, workload, cell->workload, h->options->cold, error);
		snprintf(copy_of(cell, i)->directory, sizeof(cell->directory), "%s", h->scratch.cell);
	}
	return code;
}

static int digest_all(struct harness *h, struct cell *cell, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i <= cell->others; i++)
		code = digest(h, copy_of(cell, i), error);
	return code;
}

/* Where the first copy of an observed repetition is traced into. */
static void choose_trace(const struct harness *h, struct cell *cell)
{
	const char *name = h->suite.workload[cell->workload].name;

	if (!cell->observed || !h->traces)
		return;
	/* Those of a cell that is observed again are numbered. */
	for (int again = 1; h->options->keep_trace && (again == 1 || access(cell->trace, F_OK) == 0);
	     again++) {
		char number[16] = "";

		if (again > 1)
			snprintf(number, sizeof(number), "-%d", again);
		snprintf(cell->trace, sizeof(cell->trace), "%s/" TRACES "/%.60s-%.200s%s.trace", h->directory,
			 strrchr(name, '/') ? strrchr(name, '/') + 1 : name, cell->config->name, number);
	}
	if (!h->options->keep_trace)
		snprintf(cell->trace, sizeof(cell->trace), "%s/trace", h->scratch.root);
}

int cell_run(struct harness *h, size_t w, const struct vmm_config *config, bool observed, struct cell *cell,
	     struct error *error)
{
	uint64_t begun = clock_now_ns();
	int code;

	*cell = (struct cell){ .workload = w, .config = config, .observed = observed };
	if (h->suite.workload[w].nano) {
		cell->own = *config;
		nano_configure(&h->suite.workload[w], &cell->own);
		cell->config = &cell->own;
	}
	progress_show(&h->progress, h->suite.workload[w].name, config->name);
	choose_trace(h, cell);
	code = make_copies(h, cell, error);
	if (code == -EINTR) {
		cell->m.interrupted = true;
		code = 0;
	} else if (code == 0) {
		code = launch(h, cell, error);
	}
	if (code == 0 && !cell->m.interrupted)
		code = digest_all(h, cell, error);
	if (cell->trace[0] && !h->options->keep_trace)
		unlink(cell->trace);
	cell->cost_ns = clock_now_ns() - begun;
	h->interrupted |= cell->m.interrupted;
	progress_step(&h->progress);
	return code;
}

void cell_free(struct cell *cell)
{
	for (size_t i = 0; i < cell->others; i++)
		measurement_free(&cell->other[i].m);
	free(cell->other);
	measurement_free(&cell->m);
}
