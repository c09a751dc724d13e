/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <unistd.h>

#include "cmd/load_priv.h"
#include "tests/check.h"

/* Loads of runs that take a fiftieth of a second and do nothing. */

static int launch(const struct launch *unused, struct measurement *m, struct error *error)
{
	(void)unused;
	(void)error;
	usleep(20000);
	m->exit_code = 0;
	return 0;
}

static const struct launcher idle[] = {
	{ .name = "idle", .native = true, .launch = launch },
	{ .name = "idle monitor", .native = false, .launch = launch },
	{ .name = NULL },
};

/* LOAD with RATE runs due a second for FOR_MS; at most half a second is waited for a VM. */
static void run(struct load *load, size_t vms, double rate, uint64_t for_ms)
{
	static char *argv[] = { (char *)"idle", NULL };
	static const struct workload workload = { .name = (char *)"idle", .argv = argv };
	static struct vmm_config config;
	struct error error = { 0 };

	CHECK_INT(vmm_config_preset(&config, "native", &error), 0);
	*load = (struct load){ .launchers = idle,
			       .config = &config,
			       .vms = vms,
			       .for_ns = for_ms * 1000000u,
			       .timeout_ns = 500000000u,
			       .rate = rate,
			       .seed = 1,
			       .signal_fd = -1 };
	for (size_t i = 0; i < vms; i++)
		load->workload[i] = &workload;
	CHECK_INT(load_run(load, &error), 0);
}

static void test_anew(void)
{
	struct load load;

	run(&load, 2, 0, 1);
	CHECK(load.runs >= (size_t)2 * LOAD_TURNS);
	CHECK(!load.overtaken && !load.reason[0]);
	load_free(&load);
}

/* Each is timed from when it was due, and none that was due is left out. */
static void test_queue(void)
{
	struct load load;
	int64_t waited = 0;

	run(&load, 1, 200, 100);
	CHECK(load.runs > 10);
	CHECK(!load.overtaken && !load.reason[0]);
	for (size_t i = 0; i < load.runs; i++) {
		CHECK(load.run[i].intended_ns < 100000000);
		CHECK(load.run[i].begun_ns >= load.run[i].intended_ns);
		if (load.run[i].begun_ns - load.run[i].intended_ns > waited)
			waited = load.run[i].begun_ns - load.run[i].intended_ns;
	}
	CHECK(waited > 50000000);
	load_free(&load);
}

/* 1000 runs of a fiftieth of a second would take 20 seconds. */
static void test_overtaken(void)
{
	struct load load;

	run(&load, 1, 1000, 1000);
	CHECK(load.overtaken);
	CHECK(strstr(load.reason, "runs come faster than they go") != NULL);
	CHECK(load.runs > 10 && load.runs < 500);
	load_free(&load);
}

int main(void)
{
	CHECK_RUN(test_anew);
	CHECK_RUN(test_queue);
	CHECK_RUN(test_overtaken);
	return check_done();
}
