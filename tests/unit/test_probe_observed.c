/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include <sys/resource.h>
#include <sys/stat.h>

#include "cmd/observe_priv.h"
#include "model/model.h"
#include "tests/check.h"
#include "tests/mock_launch.h"
#include "tests/run_rows.h"

/* Repetitions with probes that disturb: one a cell, apart from all others. And what probes tell of a run. */

static size_t observed_rows(const struct table *runs)
{
	return count(runs, NULL, NULL, "flags", "observed");
}

static void test_one_a_cell(void)
{
	static const char *const configs[] = { "native", "hosted", "bare-metal" };
	struct mock_run run;
	struct table runs;

	begin(&run);
	run.options.observe = true;
	mock_run(&run, "observed", "native,hosted,bare-metal", 2, false);
	CHECK_INT(run.code, 0);
	CHECK_INT(mock.observed, 6);
	CHECK_INT(mock.launches, 8 + 12 + 6); /* the pilot, the blocks, and these */
	read_runs(&runs, "observed");
	CHECK_INT(runs.rows, 18);
	CHECK_INT(observed_rows(&runs), 6);
	for (int c = 0; c < 3; c++)
		CHECK_INT(count(&runs, "one", "", "config", configs[c]), 1); /* block NA */
	for (size_t row = 0; row < runs.rows; row++) {
		bool observed = table_is(&runs, row, "flags", "observed");

		CHECK_INT(observed, row >= 12); /* after the blocks, which they must not warm up */
		CHECK_STR(table_text_of(&runs, row, "wall_ns"), observed ? "5000" : "1000");
		CHECK_INT(table_text_of(&runs, row, "block")[0] == '\0', observed);
		CHECK_INT(table_text_of(&runs, row, "order")[0] == '\0', observed);
		CHECK_STR(table_text_of(&runs, row, "status"), "ok");
	}
	table_free(&runs);
}

/* Of nine blocks three have an observed repetition of each cell behind them, in the middle of each third. */
static void test_interleaved(void)
{
	struct mock_run run;
	struct table runs;
	size_t at[64], found = 0;

	begin(&run);
	run.options.observe = true;
	mock_run(&run, "between", "native,hosted", 9, false);
	CHECK_INT(run.code, 0);
	CHECK_INT(mock.observed, 12);
	read_runs(&runs, "between");
	for (size_t row = 0; row < runs.rows && found < 64; row++)
		if (table_is(&runs, row, "flags", "observed"))
			at[found++] = row;
	CHECK_INT(found, 12);
	for (size_t i = 0; i < 12; i++) /* two blocks of two workloads and two configurations go before */
		CHECK_INT(at[i], (i / 4) * (3 * 4 + 4) + 2 * 4 + i % 4);
	CHECK_INT(count(&runs, "one", "", "config", "hosted"), 3);
	table_free(&runs);
	CHECK_INT(blocks_observed(1), 1);
	CHECK_INT(blocks_observed(10), 3);
	CHECK_INT(blocks_observed(30), 3);
}

static void test_none(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	run.options.observe = false;
	mock_run(&run, "unobserved", "native,hosted", 2, false);
	CHECK_INT(mock.observed, 0);
	read_runs(&runs, "unobserved");
	CHECK_INT(runs.rows, 8);
	CHECK_INT(observed_rows(&runs), 0);
	table_free(&runs);
}

static void test_option(void)
{
	char *plain[] = { "run", NULL }, *without[] = { "run", "--no-observe", NULL };
	struct run_options options;
	struct error error;

	CHECK_INT(run_options_parse(&options, 1, plain, &error), 0);
	CHECK(options.observe);
	CHECK_INT(run_options_parse(&options, 2, without, &error), 0);
	CHECK(!options.observe);
}

/* What is observed is observed once, however often the run is stopped and gone on with. */
static void test_resume(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	run.options.observe = true;
	mock.interrupt_after = 6 + 8 + 3; /* while the last of four is observed */
	mock_run(&run, "stopped", "native,hosted", 2, false);
	CHECK(run.harness.interrupted);
	CHECK_INT(run.harness.recorded, 11);
	mock.interrupt_after = mock.observed = 0;
	mock_run(&run, "stopped", "native,hosted", 2, true);
	CHECK_INT(run.code, 0);
	CHECK_INT(mock.observed, 1);
	mock.observed = 0;
	mock_run(&run, "stopped", "native,hosted", 2, true);
	CHECK_INT(mock.observed, 0);
	read_runs(&runs, "stopped");
	CHECK_INT(runs.rows, 12);
	CHECK_INT(observed_rows(&runs), 4);
	CHECK_INT(count(&runs, NULL, "", "config", "hosted"), 2);
	table_free(&runs);
}

/* Where blocks are run once more, what is observed is not, and is not disturbed by it. */
static void test_repeat(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	run.options.observe = true;
	mock.drift_at = 6 + 4 + 4 + 1; /* the first that is observed */
	mock_run(&run, "drift", "native,hosted", 2, false);
	CHECK_INT(mock.observed, 4);
	read_runs(&runs, "drift");
	CHECK_INT(runs.rows, 12);
	CHECK_INT(count(&runs, NULL, "", "flags", "drift observed"), 1);
	table_free(&runs);
}

/* The estimates are those of undisturbed repetitions; the observer has rows of its own. */
static void test_estimates(void)
{
	struct table overhead;
	struct error error;
	struct mock_run run;
	size_t times = 0, observers = 0;

	begin(&run);
	run.options.observe = true;
	mock_run(&run, "estimates", "native,hosted", 6, false);
	CHECK_INT(model_overhead_write("estimates", &error), 0);
	CHECK_INT(table_read(&overhead, "estimates/overhead.csv", &schema_overhead, &error), 0);
	for (size_t row = 0; row < overhead.rows; row++) {
		const char *metric = table_text_of(&overhead, row, "metric");
		double ratio = table_number_of(&overhead, row, "ratio");

		if (strcmp(metric, "time") == 0 && table_is(&overhead, row, "config", "hosted")) {
			times++;
			CHECK_NEAR(ratio, 1, 1e-12);
			CHECK_STR(table_text_of(&overhead, row, "blocks"), "6");
		}
		if (strcmp(metric, "observer") == 0) {
			observers++;
			CHECK_NEAR(ratio, 5, 1e-9);
		}
	}
	CHECK_INT(times, 2);
	CHECK_INT(observers, 4);
	table_free(&overhead);
}

static int64_t layer(const struct measurement *m, size_t thread, enum probe_layer layer)
{
	return m->thread[thread].account.ns[layer];
}

static void put(struct measurement *m, const char *thread, const char *event, double ns)
{
	CHECK_INT(probe_samples_add(&m->samples, "schedstat", thread, event, "ns", ns), 0);
}

/* wait4 tells of the whole life; what came before the gate is not the program's. */
static void test_native_account(void)
{
	const struct rusage usage = { .ru_utime = { 0, 6000 }, .ru_stime = { 0, 4000 } };
	struct vmm_config config = { .native = true };
	struct measurement m;

	measurement_init(&m, &config);
	put(&m, "program", "cpu_before", 1000000);
	put(&m, "program", "run_delay", 500000);
	observe_native_account(&usage, 12000000, &m);
	CHECK_INT(m.threads, 1);
	CHECK_STR(m.thread[0].name, "program");
	CHECK_INT(layer(&m, 0, LAYER_GUEST_USER), 5400000);
	CHECK_INT(layer(&m, 0, LAYER_HOST_KERNEL), 3600000);
	CHECK_INT(layer(&m, 0, LAYER_WAIT_CPU), 500000);
	CHECK_INT(layer(&m, 0, LAYER_WAIT_IO), 2500000);
	CHECK_INT(layer(&m, 0, LAYER_UNATTRIBUTED), 0);
	CHECK_INT(probe_samples_find(&m.samples, "rusage", "process", "user"), 6000000);
	measurement_free(&m);

	measurement_init(&m, &config); /* a scheduler that tells nothing */
	observe_native_account(&usage, 12000000, &m);
	CHECK_INT(layer(&m, 0, LAYER_GUEST_USER), 6000000);
	CHECK_INT(layer(&m, 0, LAYER_WAIT_CPU), PROBE_MISSING);
	CHECK_INT(layer(&m, 0, LAYER_UNATTRIBUTED), 2000000);
	measurement_free(&m);
}

static void test_monitor_account(void)
{
	const struct rusage usage = { 0 };
	const struct launch launch = { 0 };
	struct vmm_config config = { 0 };
	struct measurement m;
	struct vmm_report *r = calloc(1, sizeof(*r));

	measurement_init(&m, &config);
	m.report = r;
	*r = (struct vmm_report){ .tsc_hz = 1000000000, .tsc_end = 1, .threads = 1 };
	observe_monitor_account(&launch, &usage, &m); /* it never came to the program */
	CHECK_INT(m.threads, 0);
	CHECK_INT(probe_samples_find(&m.samples, "stamps", "vcpu0", "wall"), PROBE_MISSING);

	*r = (struct vmm_report){ .tsc_hz = 1000000000,
				  .tsc_first = 10,
				  .tsc_program = 60,
				  .tsc_end = 2000,
				  .threads = 2,
				  .guest_kernel_tsc = 100,
				  .guest_wait_tsc = 300 };
	r->thread[0] = (struct vmm_thread){
		.name = "vcpu0", .wall_tsc = 1000, .run_tsc = 800, .host_tsc = 150, .cpu_ns = 1000
	};
	r->thread[1] = (struct vmm_thread){
		.name = "driver0", .wall_tsc = 1000, .spin_tsc = 600, .sleep_tsc = 300, .cpu_ns = 700
	};
	put(&m, "vcpu0", "run_delay", 0);
	observe_monitor_account(&launch, &usage, &m);
	CHECK_INT(m.threads, 2);
	CHECK_INT(layer(&m, 0, LAYER_GUEST_KERNEL), 150); /* its start included */
	CHECK_INT(layer(&m, 0, LAYER_GUEST_USER), 550);
	CHECK_INT(layer(&m, 0, LAYER_HYPERVISOR), 100);
	CHECK_INT(layer(&m, 0, LAYER_WAIT_CPU), 0);
	CHECK_STR(m.thread[1].name, "driver0");
	CHECK_INT(layer(&m, 1, LAYER_SPIN), 600);
	CHECK_INT(layer(&m, 1, LAYER_IDLE), 300);
	CHECK_INT(layer(&m, 1, LAYER_MONITOR), 100);
	CHECK_INT(layer(&m, 1, LAYER_WAIT_CPU), PROBE_MISSING); /* its scheduling was not told */
	CHECK_INT(probe_samples_find(&m.samples, "stamps", "vcpu0", "kvm_run"), 800);
	CHECK_INT(probe_samples_find(&m.samples, "stamps", "driver0", "kvm_run"), PROBE_MISSING);
	m.report = NULL;
	measurement_free(&m);
	free(r);
}

/* A counter that had to take turns is flagged, not scaled. */
static void test_multiplexed(void)
{
	struct vmm_config config = { .native = true };
	struct reference reference = { 0 };
	char flags[FLAGS_ROOM] = "";
	struct measurement m;

	measurement_init(&m, &config);
	CHECK_INT(probe_samples_add(&m.samples, "schedstat", "program", "cpu", "ns", 5), 0);
	CHECK_INT(probe_samples_add(&m.samples, "perf", "program", "page-faults", "1", 7), 0);
	m.samples.sample[1].enabled_ns = m.samples.sample[1].running_ns = 1000;
	flags_judge(flags, &m, &reference);
	CHECK_STR(flags, "");
	m.samples.sample[1].running_ns = 999;
	flags_judge(flags, &m, &reference);
	CHECK_STR(flags, "multiplexed");
	measurement_free(&m);
}

int main(void)
{
	/* What is said to the user is not what is tested here. */
	if (freopen("stderr", "w", stderr) == NULL)
		return 1;
	CHECK_RUN(test_one_a_cell);
	CHECK_RUN(test_interleaved);
	CHECK_RUN(test_none);
	CHECK_RUN(test_option);
	CHECK_RUN(test_resume);
	CHECK_RUN(test_repeat);
	CHECK_RUN(test_estimates);
	CHECK_RUN(test_native_account);
	CHECK_RUN(test_monitor_account);
	CHECK_RUN(test_multiplexed);
	return check_done();
}
