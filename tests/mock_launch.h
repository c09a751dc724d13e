/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#ifndef TESTS_MOCK_LAUNCH_H
#define TESTS_MOCK_LAUNCH_H

/*
 * A run of vmtax with launchers that run nothing: what they tell of each repetition is up to the test. All
 * above the launchers is the real thing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cmd/harness_priv.h"

/* What the mock does. */
static struct {
	int launches;	     /* so far, natively and not */
	int observed;	     /* of which with probes that disturb: they take five times as long */
	int interrupt_after; /* launches, as if the user had pressed ^C; 0: never */
	const char *odd;     /* configuration that does something else; NULL: none */
	enum run_status odd_status;
	int64_t odd_exit;
	const char *odd_output;
	bool counts;  /* print another output every time */
	bool reports; /* give a monitor's report with an exit and a system call that was not served */
	const char *fallback;
	const char *sha256; /* of the program; NULL: not known */
	int drift_at;	    /* the launch before which the machine is 3 % slower; 0: none */
	int slow_after;	    /* launches, from then on each takes a tenth of a second; 0: none */
} mock;

static inline void mock_print(struct measurement *m, const char *text)
{
	m->stdout_fd = memfd_create("mock", MFD_CLOEXEC);
	if (m->stdout_fd < 0 || write(m->stdout_fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
}

static inline void mock_report(struct measurement *m)
{
	struct vmm_report *r =
		mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (r == MAP_FAILED)
		abort();
	r->tsc_hz = 1000000000;
	hist_add(&r->exits[2], 1000);
	hist_add(&r->exits[2], 3000);
	r->unserved[0].number = 333;
	r->unserved[0].count = 2;
	m->report = r;
}

static inline int mock_launch(const struct launch *launch, struct measurement *m, struct error *error)
{
	bool odd = mock.odd && strcmp(mock.odd, launch->config->name) == 0;
	char output[32] = "same\n";

	(void)error;
	mock.launches++;
	mock.observed += launch->observed;
	if (mock.slow_after && mock.launches > mock.slow_after)
		usleep(100000);
	if (mock.interrupt_after && mock.launches > mock.interrupt_after) {
		m->interrupted = true;
		return 0;
	}
	if (mock.counts)
		snprintf(output, sizeof(output), "%d\n", mock.launches);
	m->exit_code = odd ? mock.odd_exit : 0;
	m->setup_ns = 1;
	m->wall_ns = launch->observed ? 5000 : 1000;
	m->life_ns = m->setup_ns + m->wall_ns;
	m->roi_ns = m->roi_outside_ns = launch->observed ? 4500 : 900;
	m->cores_held = launch->config->native ? 1 : 2;
	m->cpus = 2;
	mock_print(m, odd && mock.odd_output ? mock.odd_output : output);
	if (odd && mock.odd_status != RUN_OK)
		measurement_fail(m, mock.odd_status, "as the test wants");
	if (mock.reports && !launch->config->native)
		mock_report(m);
	if (mock.fallback && !launch->config->native)
		snprintf(m->fallback, sizeof(m->fallback), "%s", mock.fallback);
	return 0;
}

static const struct launcher mock_launchers[] = {
	{ .name = "mock native", .native = true, .launch = mock_launch },
	{ .name = "mock monitor", .native = false, .launch = mock_launch },
	{ .name = NULL },
};

/* A machine as steady as a test needs it. */
static inline uint64_t mock_spin(void)
{
	return mock.drift_at && mock.launches + 1 == mock.drift_at ? 1030 : 1000;
}

static inline uint64_t mock_steal_ns(void)
{
	return 0;
}

static inline void mock_touch(uint64_t bytes)
{
	(void)bytes;
}

static const struct calibrator mock_calibrator = {
	.spin = mock_spin,
	.steal_ns = mock_steal_ns,
	.touch = mock_touch,
};

/* A run in DIRECTORY of the current directory. */
struct mock_run {
	struct run_options options;
	struct run_plan plan;
	struct harness harness;
	struct error error;
	int code;
};

static inline void mock_workload(struct suite *suite, const char *name)
{
	struct workload *w = &suite->workload[suite->count++];

	w->name = strdup(name);
	w->class = strdup("cpu");
	w->argv = calloc(2, sizeof(char *));
	w->argv[0] = strdup("/nothing");
	if (mock.sha256)
		snprintf(w->sha256, sizeof(w->sha256), "%s", mock.sha256);
}

/* Two workloads under CONFIGS for BLOCKS blocks; RESUME goes on with what is in DIRECTORY. */
static inline void mock_run(struct mock_run *run, const char *directory, const char *configs, uint64_t blocks,
			    bool resume)
{
	struct harness *h = &run->harness;
	struct run_options options = run->options;
	int lock;

	*run = (struct mock_run){ .options = options };
	run->options.command = "run";
	h->resume = resume;
	run->options.blocks = blocks;
	run->options.timeout_ns = 10000000000u;
	run->plan = (struct run_plan){ .invocation = "mock", .seed = 42 };
	h->options = &run->options;
	h->plan = &run->plan;
	h->launchers = mock_launchers;
	h->calibrator = &mock_calibrator;
	h->directory = directory;
	h->budget_ns = run->options.budget_ns;
	h->share = 1;
	h->suite.workload = calloc(2, sizeof(struct workload));
	mock_workload(&h->suite, "one");
	mock_workload(&h->suite, "two");
	run->code = run_directory_open(directory, false, false, &lock, NULL) && !resume;
	if (lock >= 0)
		close(lock); /* one run is not tested against another here */
	if (run->code == 0)
		run->code = harness_configure(h, configs, &run->error);
	if (run->code == 0)
		run->code = harness_open(h, &run->error);
	if (run->code == 0)
		run->code = harness_run(h, &run->error);
	harness_close(h);
	suite_free(&h->suite);
}

#endif
