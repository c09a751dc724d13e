/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The vmtax authors */
#include "tests/check.h"
#include "tests/mock_launch.h"
#include "tests/run_rows.h"

/* From configurations and blocks to rows, with launchers that run nothing. */

static void test_blocks(void)
{
	static const char *const configs[] = { "native", "hosted", "bare-metal" };
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock_run(&run, "blocks", "native,hosted,bare-metal", 4, false);
	CHECK_INT(run.code, 0);
	CHECK_INT(run.harness.good, 24);
	CHECK_INT(mock.launches, 24 + 2 * 4); /* the pilot: native twice, the others once */
	read_runs(&runs, "blocks");
	CHECK_INT(runs.rows, 24);
	for (int c = 0; c < 3; c++) {
		CHECK_INT(count(&runs, "one", "3", "config", configs[c]), 1);
		CHECK_INT(count(&runs, "two", NULL, "config", configs[c]), 4);
	}
	CHECK_INT(count(&runs, "two", "4", "order", "2"), 1);
	CHECK_INT(count(&runs, NULL, NULL, "status", "ok"), 24);
	CHECK_INT(count(&runs, NULL, NULL, "roi_ns", "900"), 24);
	CHECK_INT(count(&runs, NULL, NULL, "transport", ""), 8); /* native has none */
	CHECK_INT(count(&runs, NULL, NULL, "transport", "ring"), 8);
	CHECK_INT(count(&runs, NULL, NULL, "cpu_vcpu_ns", ""), 24); /* not told: NA, not 0 */
	CHECK_INT(count(&runs, NULL, NULL, "label", "bare-metal"), 8);
	CHECK_STR(table_text_of(&runs, 23, "run"), "24");
	/* Blocks take turns over the workloads. */
	CHECK_STR(table_text_of(&runs, 2, "workload"), "one");
	CHECK_STR(table_text_of(&runs, 3, "workload"), "two");
	CHECK_STR(table_text_of(&runs, 6, "block"), "2");
	table_free(&runs);
	CHECK_INT(access("blocks/.scratch", F_OK), -1);
}

/* What comes after the run, such as drawing figures, can be interrupted. */
static void test_signals(void)
{
	struct mock_run run;
	sigset_t mask;

	begin(&run);
	mock_run(&run, "signals", "native", 1, false);
	CHECK_INT(run.code, 0);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	CHECK_INT(sigismember(&mask, SIGINT), 0);
	CHECK_INT(sigismember(&mask, SIGTERM), 0);
	CHECK_INT(sigismember(&mask, SIGHUP), 0);
}

static void test_mismatch(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.odd = "hosted";
	mock.odd_output = "different\n";
	mock_run(&run, "mismatch", "native,hosted", 3, false);
	CHECK_INT(run.code, 0);
	CHECK_INT(run.harness.bad, 2);
	read_runs(&runs, "mismatch");
	CHECK_INT(count(&runs, "one", NULL, "status", "mismatch"), 1); /* not tried again after the pilot */
	CHECK_INT(count(&runs, "one", "", "config", "hosted"), 1);
	CHECK_INT(count(&runs, "one", NULL, "status", "ok"), 3);
	table_free(&runs);
}

static void test_exit_status(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.odd = "hosted";
	mock.odd_exit = 7;
	mock_run(&run, "exit", "native,hosted", 1, false);
	read_runs(&runs, "exit");
	CHECK_INT(count(&runs, NULL, NULL, "reason", "exit status 7, natively 0"), 2);
	CHECK_INT(count(&runs, NULL, NULL, "status", "mismatch"), 2);
	CHECK_INT(count(&runs, NULL, NULL, "exit_code", "7"), 2);
	table_free(&runs);
}

/* Failing alike does not pass. */
static void test_native_fails(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.odd = "native";
	mock.odd_exit = 3;
	mock_run(&run, "fails", "native,hosted", 2, false);
	read_runs(&runs, "fails");
	CHECK_INT(count(&runs, "one", NULL, "status", "failed"), 1);
	CHECK_INT(count(&runs, "one", NULL, "status", "mismatch"), 1);
	CHECK_INT(run.harness.good, 0); /* nothing to measure against */
	table_free(&runs);
}

static void test_native_hangs(void)
{
	struct mock_run run;

	begin(&run);
	mock.odd = "native";
	mock.odd_status = RUN_TIMEOUT;
	mock_run(&run, "hangs", "native,hosted,bare-metal", 2, false);
	CHECK_INT(mock.launches, 2); /* the others are not even tried */
	CHECK_INT(run.harness.bad, 2);
	CHECK_INT(run.harness.skipped, 4);
}

static void test_nondeterministic(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.counts = true;
	mock_run(&run, "nondeterministic", "native,hosted", 2, false);
	read_runs(&runs, "nondeterministic");
	CHECK_INT(count(&runs, NULL, NULL, "status", "ok"), 8);
	CHECK_INT(count(&runs, NULL, NULL, "flags", "nondeterministic"), 8);
	table_free(&runs);

	begin(&run);
	mock.counts = true;
	mock.odd = "hosted";
	mock.odd_output = "not a number\n";
	run.options.filter = "tr -d 0-9";
	mock_run(&run, "filtered", "native,hosted", 2, false);
	CHECK_INT(run.harness.bad, 2); /* what the filter leaves is compared */
	read_runs(&runs, "filtered");
	CHECK_INT(count(&runs, NULL, NULL, "flags", "nondeterministic"), 0);
	table_free(&runs);
	CHECK_INT(run.harness.good, 4);
}

static void test_unable(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.odd = "hosted";
	mock.odd_status = RUN_SKIPPED;
	mock_run(&run, "unable", "native,hosted", 3, false);
	CHECK_INT(run.harness.skipped, 2);
	CHECK_INT(mock.launches, 2 * 2 + 1 + 6); /* hosted once: then it is known */
	read_runs(&runs, "unable");
	CHECK_INT(count(&runs, "one", "", "status", "skipped"), 1);
	CHECK_INT(count(&runs, "two", "", "status", "skipped"), 1);
	CHECK_INT(count(&runs, NULL, NULL, "reason", "as the test wants"), 2);
	table_free(&runs);
}

static void test_report(void)
{
	struct mock_run run;
	struct table runs, exits;
	struct error error;

	begin(&run);
	mock.reports = true;
	mock.fallback = "transport=exit instead of ring";
	mock_run(&run, "report", "native,bare-metal", 1, false);
	read_runs(&runs, "report");
	CHECK_INT(count(&runs, NULL, NULL, "label", "bare-metal*"), 2);
	CHECK_INT(count(&runs, NULL, NULL, "reason", "transport=exit instead of ring"), 2);
	CHECK_INT(count(&runs, NULL, NULL, "flags", "unserved"), 2);
	CHECK_INT(table_read(&exits, "report/exits.csv", &schema_exits, &error), 0);
	CHECK_INT(exits.rows, 2);
	CHECK_STR(table_text_of(&exits, 0, "reason"), vmm_exit_name(2));
	CHECK_STR(table_text_of(&exits, 0, "count"), "2");
	CHECK_STR(table_text_of(&exits, 0, "total_ns"), "4000");
	CHECK_STR(table_text_of(&exits, 0, "max_ns"), "3000");
	table_free(&runs);
	table_free(&exits);
}

static void test_unsupported(void)
{
	struct mock_run run;
	struct table runs;

	begin(&run);
	mock.reports = true;
	mock.odd = "hosted";
	mock.odd_exit = 1;
	mock_run(&run, "unsupported", "native,hosted", 1, false);
	read_runs(&runs, "unsupported");
	CHECK_INT(count(&runs, NULL, NULL, "reason",
			"system calls not served: io_pgetevents (333, 2 times, first at 0x0); exit status 1, "
			"natively 0"),
		  2);
	table_free(&runs);
}

/* A machine that turned slow after the pilot does not make more of the budget: whole blocks, one at least,
 * and each cell observed. */
static void test_budget(void)
{
	struct mock_run run;
	uint64_t measured;

	begin(&run);
	run.options.budget_ns = 1000000000;
	run.options.observe = true;
	mock.slow_after = 2 * 3;
	mock_run(&run, "budget", "native,hosted", 0, false);
	CHECK_INT(run.code, 0);
	measured = run.harness.good - (size_t)mock.observed;
	CHECK(measured >= 4 && measured % 4 == 0);
	CHECK(mock.observed >= 4 && mock.observed % 4 == 0);
	CHECK(measured < 4 * run.plan.blocks[0] || run.plan.blocks[0] < 4);
}

int main(void)
{
	/* What is said to the user is not what is tested here. */
	if (freopen("stderr", "w", stderr) == NULL)
		return 1;
	CHECK_RUN(test_blocks);
	CHECK_RUN(test_signals);
	CHECK_RUN(test_mismatch);
	CHECK_RUN(test_exit_status);
	CHECK_RUN(test_native_fails);
	CHECK_RUN(test_native_hangs);
	CHECK_RUN(test_nondeterministic);
	CHECK_RUN(test_unable);
	CHECK_RUN(test_report);
	CHECK_RUN(test_unsupported);
	CHECK_RUN(test_budget);
	return check_done();
}
